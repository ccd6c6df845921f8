"""The sentences of one entry, scored against a question."""

from __future__ import annotations

import pytest

from bot.engine import Engine, open_engine
from bot.extracts import Extracts
from bot.settings import BotSettings
from indexer.config import IndexerSettings

TEXTS = [
    "The toy library lends toys to families with a young child.",
    "The toy library is for children under 5.",
    "Ring the toy library and ask for a visit.",
]


@pytest.fixture(scope="module")
def small(small_built: IndexerSettings) -> Engine:
    return open_engine(BotSettings(), small_built)


def extracts(engine: Engine, id: str, question: str | None = None) -> Extracts:
    vector = engine.release.encoder.encode([question], "question")[0] if question else None
    return Extracts(engine.release, engine.entries[id], vector)


def test_sentences_come_as_written(small: Engine) -> None:
    found = list(extracts(small, "toy-library").under("What it is", "Who it is for", "How to get in"))
    assert [s.text for s in found] == TEXTS
    assert [s.heading for s in found] == ["What it is", "Who it is for", "How to get in"]
    assert {s.similarity for s in found} == {0.0}


def test_two_sentences_of_one_section_are_two(small: Engine) -> None:
    assert [s.text for s in extracts(small, "toy-library").under("What happens next")] == [
        "A worker brings toys to your home.",
        "You can keep each toy for four weeks.",
    ]


def test_a_section_that_is_not_there_gives_nothing(small: Engine) -> None:
    found = extracts(small, "toy-library", "toys")
    assert list(found.under("Steps")) == []
    assert found.best(("Steps",), 3) == []
    assert found.nearest(("Steps",)) is None


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("how long can we keep a toy", "You can keep each toy for four weeks."),
        ("will somebody come to our house", "A worker brings toys to your home."),
    ],
)
def test_the_nearest_sentence_speaks_to_the_question(small: Engine, question: str, text: str) -> None:
    nearest = extracts(small, "toy-library", question).nearest(("What happens next",))
    assert nearest is not None
    assert nearest.text == text
    assert 0.2 < nearest.similarity <= 1


def test_the_best_come_back_in_the_order_written(small: Engine) -> None:
    found = extracts(small, "toy-library", "how long can we keep a toy")
    both = found.best(("What happens next",), 2)
    assert [s.text for s in both] == ["A worker brings toys to your home.", "You can keep each toy for four weeks."]
    assert [s.text for s in found.best(("What happens next",), 1)] == ["You can keep each toy for four weeks."]


def test_a_bonus_lifts_a_section_and_a_floor_leaves_sentences_out(small: Engine) -> None:
    found = extracts(small, "toy-library", "how long can we keep a toy")
    headings = ("What it is", "What happens next")
    assert found.best(headings, 1)[0].heading == "What happens next"
    assert found.best(headings, 1, {"What it is": 1.0})[0].heading == "What it is"
    assert found.best(headings, 3, least=2.0) == []
    assert [s.heading for s in found.best(headings, 3, {"What it is": 1.0}, least=1.0)] == ["What it is"]


def test_only_the_entry_s_own_sentences(small: Engine) -> None:
    headings = ("What it is", "Who it is for", "How to get in", "Good to know")
    assert {s.passage.entry for s in extracts(small, "swimming-club", "toys").under(*headings)} == {"swimming-club"}


def test_every_entry_of_the_content_has_a_sentence_to_lead_with(engine: Engine) -> None:
    without = [
        id for id in engine.entries if Extracts(engine.release, engine.entries[id]).nearest(("What it is", "Who it is for", "How to get in")) is None
    ]
    assert without == []


def test_how_things_stood_in_some_year_comes_last_unless_figures_are_asked_for(engine: Engine) -> None:
    vector = engine.release.encoder.encode(["how many ehc plans were there in stockport at the end of 2023"], "question")[0]
    plain, asked = (
        Extracts(engine.release, engine.entries["ehc-plan"], vector, figures).best(("Good to know",), 1)[0].text for figures in (False, True)
    )
    assert asked == "At the end of 2023 Stockport had 2,827 EHC plans."
    assert plain != asked
