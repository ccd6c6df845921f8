"""The quality of answers cannot sink unseen: measures over the development questions against the pinned floors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Engine
from bot.evaluate import evaluate, load_questions
from indexer.entries import load_entries
from indexer.messages import load_messages
from tests.conftest import ROOT
from tests.pin_quality import DATA, MEASURES, PINNED, QUESTIONS, PinError, digest, fallen, floors_of, pin

TAUGHT = "danger.jsonl"
"""Messages that the rules are held to find, and that are learned from as well."""
DIGESTS = {"questions": "abc", "content": "def"}


@pytest.fixture(scope="module", params=QUESTIONS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture(scope="module")
def measures(engine: Engine, path: Path) -> dict[str, Any]:
    return evaluate(engine, load_questions(path))[0]


@pytest.fixture(scope="module")
def pinned(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(PINNED.read_text(encoding="utf-8"))[path.name]
    return data


def test_the_floors_were_measured_on_these_questions(pinned: dict[str, Any], path: Path) -> None:
    assert pinned["digests"]["questions"] == digest(path), "the questions have changed: run 'python -m tests.pin_quality'"
    assert pinned["items"] == len(load_questions(path))
    assert set(pinned["floors"]) == set(MEASURES)


def test_no_measure_falls_below_its_floor(measures: dict[str, Any], pinned: dict[str, Any]) -> None:
    content = "as it was" if pinned["digests"]["content"] == digest(ROOT / "content") else "changed"
    assert fallen(floors_of(measures), pinned["floors"]) == {}, f"the content is {content} since the floors were pinned"


def test_no_unsupported_fact_in_over_six_hundred_replies(measures: dict[str, Any]) -> None:
    assert sum(len(load_questions(file)) for file in QUESTIONS) > 600
    assert measures["unsupported_facts"] == 0


def test_no_false_alarm_on_the_development_questions(measures: dict[str, Any], path: Path) -> None:
    if path == QUESTIONS[0]:
        assert measures["urgent"]["false_alarms"] == []
        assert measures["urgent"]["missed"] == []


def test_nothing_is_learned_from_a_question() -> None:
    """Neither from those in sight nor from those kept apart. Very short ones ("help") may come up twice by themselves."""
    taught = {plain(message.text) for message in load_messages(ROOT / "content", load_entries(ROOT / "content"))}
    files = [path for path in DATA.glob("*.jsonl") if path.name != TAUGHT]
    asked = {plain(text) for path in files for row in rows(path) for text in row.get("turns", [row.get("text", "")])}
    assert {text for text in asked & taught if len(text.split()) > 6} == set()
    assert len(asked) > 1500


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def test_every_lowered_floor_has_a_reason(pinned: dict[str, Any]) -> None:
    for drop in pinned["lowered"]:
        assert set(drop) == {"measure", "from", "to", "reason"}
        assert drop["to"] < drop["from"]
        assert drop["reason"].strip()


def made(hit: float = 0.8, recall: float | None = 1.0, alarms: tuple[str, ...] = (), unsupported: int = 0) -> dict[str, Any]:
    return {
        "questions": 10,
        "overall": {"hit@1": hit, "hit@3": 0.9},
        "urgent": {"recall": recall, "false_alarms": list(alarms)},
        "refusal": {"precision": 0.9, "recall": 0.8},
        "groups": {"same_start": 0.7, "same_and_right": 0.6},
        "unsupported_facts": unsupported,
    }


def test_a_first_pin_takes_what_is_measured() -> None:
    first = pin(made(), DIGESTS, None, None)
    assert first["floors"] == dict(zip(MEASURES, (0.8, 0.9, 1.0, 1.0, 0.9, 0.8, 0.7, 0.6), strict=True))
    assert (first["digests"], first["items"], first["lowered"]) == (DIGESTS, 10, [])


def test_a_floor_rises_freely() -> None:
    assert pin(made(hit=0.85), DIGESTS, pin(made(), DIGESTS, None, None), None)["floors"]["hit@1"] == 0.85


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_floor_comes_down_only_with_a_reason(reason: str | None) -> None:
    with pytest.raises(PinError, match=r"hit@1 0\.8 -> 0\.75.*--lower"):
        pin(made(hit=0.75), DIGESTS, pin(made(), DIGESTS, None, None), reason)


def test_the_reason_is_kept() -> None:
    lower = pin(made(hit=0.75), DIGESTS, pin(made(), DIGESTS, None, None), "two items were wrong")
    assert lower["lowered"] == [{"measure": "hit@1", "from": 0.8, "to": 0.75, "reason": "two items were wrong"}]
    again = pin(made(hit=0.7), DIGESTS, lower, "and one more")
    assert [drop["to"] for drop in again["lowered"]] == [0.75, 0.7]
    assert pin(made(hit=0.9), DIGESTS, again, "not needed")["lowered"] == again["lowered"]


def test_a_measure_that_cannot_be_taken_is_a_fall() -> None:
    with pytest.raises(PinError, match="urgent recall"):
        pin(made(recall=None), DIGESTS, pin(made(), DIGESTS, None, None), None)


def test_nothing_excuses_an_unsupported_fact() -> None:
    with pytest.raises(PinError, match="there may be none"):
        pin(made(unsupported=1), DIGESTS, None, "any reason")


def test_a_false_alarm_is_a_fall() -> None:
    with pytest.raises(PinError, match=r"calm without a false alarm 1\.0 -> 0\.9"):
        pin(made(alarms=("D1",)), DIGESTS, pin(made(), DIGESTS, None, None), None)


def test_a_folder_has_a_digest_that_any_change_moves(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    first = digest(tmp_path)
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    second = digest(tmp_path)
    (tmp_path / "b.txt").write_text("b", encoding="utf-8")
    assert len({first, second, digest(tmp_path)}) == 3


def test_what_has_fallen_is_named_with_its_floor() -> None:
    assert fallen({"a": 0.5, "b": 0.9}, {"a": 0.6, "b": 0.9, "c": 0.1}) == {"a": (0.6, 0.5), "c": (0.1, 0.0)}
    assert fallen({"a": 0.6}, {"a": 0.6}) == {}
