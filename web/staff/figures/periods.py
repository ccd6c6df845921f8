"""Whole days, weeks and months, UTC. A period that is not over yet is never shown: its figures of today and tomorrow would give a day away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from web.present import MONTHS, in_words


class Grain(StrEnum):
    """How long the periods are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """From a day to before another."""

    grain: Grain
    since: date
    until: date

    @property
    def name(self) -> str:
        """In words: "5 April 2026", "week from 6 April 2026", "April 2026"."""
        if self.grain is Grain.MONTH:
            return f"{MONTHS[self.since.month - 1]} {self.since.year}"
        words = in_words(self.since)
        return f"week from {words}" if self.grain is Grain.WEEK else words

    @property
    def short(self) -> str:
        """The same below a bar."""
        month = MONTHS[self.since.month - 1][:3]
        return f"{month} {self.since:%y}" if self.grain is Grain.MONTH else f"{self.since.day} {month}"

    @property
    def iso(self) -> str:
        """The same for a spreadsheet."""
        return f"{self.since:%Y-%m}" if self.grain is Grain.MONTH else self.since.isoformat()


def month_of(day: date) -> Period:
    """The month of a day."""
    first = day.replace(day=1)
    return Period(Grain.MONTH, first, (first + timedelta(31)).replace(day=1))


def whole(grain: Grain, first: date, today: date) -> Iterator[Period]:
    """The periods from the one that holds a first day to the last that is over, in order."""
    since = first
    if grain is not Grain.DAY:
        since = first.replace(day=1) if grain is Grain.MONTH else first - timedelta(first.weekday())
    while True:
        until = month_of(since).until if grain is Grain.MONTH else since + timedelta(7 if grain is Grain.WEEK else 1)
        if until > today:
            return
        yield Period(grain, since, until)
        since = until
