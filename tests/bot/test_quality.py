"""The quality of answers cannot sink unseen: measures over the development questions against the pinned floors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.engine import Engine
from bot.evaluate import evaluate, load_questions
from tests.pin_quality import MEASURES, PINNED, QUESTIONS, PinError, digest, fallen, floors_of, pin


@pytest.fixture(scope="module")
def measures(engine: Engine) -> dict[str, Any]:
    return evaluate(engine, load_questions(QUESTIONS))[0]


@pytest.fixture(scope="module")
def pinned() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(PINNED.read_text(encoding="utf-8"))
    return data


def test_the_floors_were_measured_on_these_questions(pinned: dict[str, Any]) -> None:
    assert pinned["sha256"] == digest(QUESTIONS), "the questions have changed: run 'python -m tests.pin_quality'"
    assert pinned["items"] == len(load_questions(QUESTIONS))
    assert set(pinned["floors"]) == set(MEASURES)


def test_no_measure_falls_below_its_floor(measures: dict[str, Any], pinned: dict[str, Any]) -> None:
    assert fallen(floors_of(measures), pinned["floors"]) == {}


def test_no_false_alarm(measures: dict[str, Any]) -> None:
    assert measures["urgent"]["false_alarms"] == []


def test_no_unsupported_fact(measures: dict[str, Any]) -> None:
    assert measures["unsupported_facts"] == 0


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
    first = pin(made(), "abc", None, None)
    assert first["floors"] == dict(zip(MEASURES, (0.8, 0.9, 1.0, 0.9, 0.8, 0.7, 0.6), strict=True))
    assert (first["sha256"], first["items"], first["lowered"]) == ("abc", 10, [])


def test_a_floor_rises_freely() -> None:
    assert pin(made(hit=0.85), "abc", pin(made(), "abc", None, None), None)["floors"]["hit@1"] == 0.85


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_floor_comes_down_only_with_a_reason(reason: str | None) -> None:
    with pytest.raises(PinError, match=r"hit@1 0\.8 -> 0\.75.*--lower"):
        pin(made(hit=0.75), "abc", pin(made(), "abc", None, None), reason)


def test_the_reason_is_kept() -> None:
    lower = pin(made(hit=0.75), "abc", pin(made(), "abc", None, None), "two items were wrong")
    assert lower["lowered"] == [{"measure": "hit@1", "from": 0.8, "to": 0.75, "reason": "two items were wrong"}]
    again = pin(made(hit=0.7), "abc", lower, "and one more")
    assert [drop["to"] for drop in again["lowered"]] == [0.75, 0.7]
    assert pin(made(hit=0.9), "abc", again, "not needed")["lowered"] == again["lowered"]


def test_a_measure_that_cannot_be_taken_is_a_fall() -> None:
    with pytest.raises(PinError, match="urgent recall"):
        pin(made(recall=None), "abc", pin(made(), "abc", None, None), None)


@pytest.mark.parametrize("bad", [made(alarms=("D1",)), made(unsupported=1)])
def test_nothing_excuses_a_false_alarm_or_an_unsupported_fact(bad: dict[str, Any]) -> None:
    with pytest.raises(PinError, match="there may be none"):
        pin(bad, "abc", None, "any reason")


def test_what_has_fallen_is_named_with_its_floor() -> None:
    assert fallen({"a": 0.5, "b": 0.9}, {"a": 0.6, "b": 0.9, "c": 0.1}) == {"a": (0.6, 0.5), "c": (0.1, 0.0)}
    assert fallen({"a": 0.6}, {"a": 0.6}) == {}
