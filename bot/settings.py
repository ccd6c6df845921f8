"""The ``[bot]`` table of the configuration."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from indexer.config import Settings


class BotSettings(Settings):
    """How questions are read and answered. No setting can switch off the rules of an answer: sources, danger first, honest refusal."""

    question_characters: Annotated[
        int, Field(ge=200, le=20_000, description="Longest question that is answered; danger is looked for in any length.")
    ] = 4000
    answer_floor: Annotated[float, Field(ge=0, le=1, description="Least probability of the place to start; below it the answer is not_found.")] = 0.01
    outside_floor: Annotated[
        float, Field(ge=-10, le=10, description="Least log odds of lying outside the subject at which a message is not answered.")
    ] = 0.0
    asked_floor: Annotated[
        float, Field(ge=-10, le=10, description="Least log odds at which a message is taken to ask for something that nobody can tell.")
    ] = -0.75
    signposts: Annotated[int, Field(ge=1, le=3, description="Most places named in one answer.")] = 3
    dense_weight: Annotated[float, Field(ge=0, le=1, description="Share of vectors, against keywords, in ranking passages.")] = 0.9
    retrieval_weight: Annotated[float, Field(ge=0, le=20, description="How much passages found count beside what was learned from phrasings.")] = 2.0
    sms_segments: Annotated[int, Field(ge=1, le=3, description="Most segments of a text message reply.")] = 3
    reword_model: Annotated[str, Field(description="LangChain name of a model that may reword answers; empty: none.")] = ""
    reword_timeout_seconds: Annotated[float, Field(ge=0.1, le=30, description="Seconds that it is waited for.")] = 4.0
