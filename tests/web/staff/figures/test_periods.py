"""Whole periods only."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from web.staff.figures.periods import Grain, month_of, whole


@pytest.mark.parametrize(("grain", "first", "today", "since"), [
    (Grain.MONTH, date(2026, 11, 17), date(2027, 2, 28), [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]),
    (Grain.MONTH, date(2026, 11, 17), date(2026, 12, 1), [date(2026, 11, 1)]),
    (Grain.MONTH, date(2026, 11, 17), date(2026, 11, 30), []),
    (Grain.WEEK, date(2026, 12, 2), date(2026, 12, 13), [date(2026, 11, 30)]),
    (Grain.WEEK, date(2026, 12, 2), date(2026, 12, 14), [date(2026, 11, 30), date(2026, 12, 7)]),
    (Grain.DAY, date(2026, 12, 31), date(2027, 1, 2), [date(2026, 12, 31), date(2027, 1, 1)]),
])
def test_a_period_that_is_not_over_is_left_out(grain, first, today, since):
    found = list(whole(grain, first, today))
    assert [period.since for period in found] == since
    assert all(period.until <= today for period in found)
    assert all(a.until == b.since for a, b in pairwise(found))


def test_names():
    assert [(p.name, p.short, p.iso) for p in (month_of(date(2026, 2, 3)),)] == [("February 2026", "Feb 26", "2026-02")]
    week = next(whole(Grain.WEEK, date(2026, 11, 30), date(2027, 1, 1)))
    assert (week.name, week.short, week.iso) == ("week from 30 November 2026", "30 Nov", "2026-11-30")
