"""Answers many questions with one model load: JSON lines in, JSON lines out, in the same order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from bot.engine import Engine
from bot.records import Channel
from indexer.errors import WaymarkError


class BatchError(WaymarkError):
    """A line of a batch cannot be read; the message gives its number."""


def answer_lines(engine: Engine, lines: Iterable[str]) -> Iterator[str]:
    """Replies to batch lines, each ``{"id", "turns": [...], "channel"}`` giving ``{"id", ...the reply to the last turn}``.

    Raises:
        BatchError: at the first line that is not of that form.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            id, turns, channel = _parse(line, number)
            yield json.dumps({"id": id, **engine.reply(turns, channel).as_dict(str(id))}, ensure_ascii=False)


def _parse(line: str, number: int) -> tuple[Any, list[str], Channel]:
    try:
        item = json.loads(line)
        turns = item["turns"]
        channel = Channel(item.get("channel", Channel.WEB))
        id = item["id"]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BatchError(f"line {number}: expected an object with id, turns and channel ({fault})") from fault
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        raise BatchError(f"line {number}: turns must be a list of one or more texts")
    return id, turns, channel
