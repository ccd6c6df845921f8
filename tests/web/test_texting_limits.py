"""The limits by themselves: from which text on, what is said, and until when it is said only once."""

from __future__ import annotations

from typing import Any

import pytest

from web.models import Sender
from web.texting.limits import REPEATS, Held, repeats, too_much
from web.texting.records import DAY, HOUR
from web.texting.settings import TextingSettings

NOW = 1_699_999_200
SETTINGS = TextingSettings(texts_per_number_hour=10, texts_per_number_day=20, texts_per_hour=100, text_segments_per_day=50)


def sender(**changes: Any) -> Sender:
    fields: dict[str, Any] = {"hour": NOW - 60, "in_hour": 1, "day": NOW - 7200, "in_day": 1, "told_until": 0, "last": "", "repeats": 0, "heard": ""}
    return Sender(key="k" * 64, stopped=False, **(fields | changes))


def held(in_last_hour: int = 1, segments_today: int = 0, **changes: Any) -> Held | None:
    return too_much(SETTINGS, sender(**changes), in_last_hour, segments_today, NOW)


@pytest.mark.parametrize(("state", "expected"), [
    ({}, None),
    ({"in_hour": 10}, None),
    ({"in_hour": 11}, Held("too_many", NOW - 60 + HOUR)),
    ({"in_hour": 999}, Held("too_many", NOW - 60 + HOUR)),
    ({"in_day": 20}, None),
    ({"in_day": 21}, Held("too_many", NOW - 7200 + DAY)),
    ({"in_hour": 11, "in_day": 21}, Held("too_many", NOW - 60 + HOUR)),
    ({"segments_today": 49}, None),
    ({"segments_today": 50}, Held("busy", NOW + DAY)),
    ({"in_last_hour": 100}, None),
    ({"in_last_hour": 101}, Held("busy", NOW + HOUR)),
    ({"in_last_hour": 101, "segments_today": 50}, Held("busy", NOW + DAY)),
    ({"in_hour": 11, "segments_today": 50, "in_last_hour": 101}, Held("too_many", NOW - 60 + HOUR)),
])
def test_each_limit_begins_where_it_says(state, expected):
    assert held(**state) == expected


@pytest.mark.parametrize("state", [{"in_hour": 11}, {"in_day": 21}, {"segments_today": 50}, {"in_last_hour": 101}])
def test_it_is_said_once_until_the_limit_allows_it_again(state):
    assert held(**state, told_until=NOW + 1) == Held("", 0)
    assert held(**state, told_until=NOW).line
    assert held(told_until=NOW + 1) is None  # no limit stands against it any more


@pytest.mark.parametrize(("state", "heard", "last", "times"), [
    ({}, "h1", "a", 1),
    ({"last": "a", "repeats": 1}, "h1", "a", 2),
    ({"last": "a", "repeats": REPEATS}, "h1", "a", REPEATS + 1),
    ({"last": "a", "repeats": REPEATS}, "h1", "b", 1),
    ({"heard": "h1"}, "h1", "a", -1),
    ({"heard": "h1", "last": "a", "repeats": 2}, "h1", "a", -1),
    ({"heard": "h2"}, "h1", "a", 1),
    ({"heard": ""}, "", "a", 1),
])
def test_repeats_are_counted_and_our_own_words_known(state, heard, last, times):
    assert repeats(sender(**state), heard, last) == times
