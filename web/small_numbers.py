"""Small numbers, hidden so that no family can be recognised by them, nor worked out from the numbers that are shown.

Several tables count the same things in different ways, so each adds up to the same total. A small number in one of them must not follow from
the total or from another table: as long as it does, more is hidden, at first the smallest of the larger numbers beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

SMALLEST = 5
"""The smallest number that is shown."""


@dataclass
class Shown:
    """A number as it is shown: somewhere from ``low`` to ``high``. ``least`` is what is known anyway: 1 where the line itself would not be there."""

    low: float
    high: float
    least: int = 0

    @property
    def exact(self) -> int | None:
        """The number itself; None where it is not shown."""
        return int(self.low) if self.low == self.high else None

    @property
    def small(self) -> bool:
        """Whether it is shown as a small number."""
        return self.high == SMALLEST - 1

    @property
    def at_least(self) -> bool:
        """Whether it is shown only as not small."""
        return self.low == SMALLEST and self.high == inf


def shown(number: int, least: int = 0) -> Shown:
    """One number by itself."""
    return Shown(number, number, least) if number >= SMALLEST else Shown(least, SMALLEST - 1, least)


def together(total: int, *tables: Sequence[Shown]) -> Shown:
    """The total of tables that each add up to it. Hides, in the tables too, what would give a small number away."""
    whole = shown(total)
    steps = _steps(whole, tables)
    while (table := _given_away(whole, tables)) is not None:
        step = min((cell for cell in table if cell.exact is not None), key=lambda cell: cell.low, default=None) or next(steps)
        step.low, step.high = (SMALLEST, inf) if step.exact is not None else (step.least, inf)
    return whole


def _steps(whole: Shown, tables: Sequence[Sequence[Shown]]) -> Iterator[Shown]:
    """What to hide next, where a table has nothing left to hide."""
    yield whole
    cells = sorted((cell for table in tables for cell in table), key=lambda cell: cell.low)
    yield from (cell for cell in cells if cell.exact is not None)
    yield whole
    yield from (cell for cell in cells if cell.at_least)
    yield from (cell for cell in cells if cell.small)


def _given_away(whole: Shown, tables: Sequence[Sequence[Shown]]) -> Sequence[Shown] | None:
    """A table with a small number of which more follows than that it is small; None where there is none."""
    low = max([whole.low, *(sum(cell.low for cell in table) for table in tables)])
    high = min([whole.high, *(sum(cell.high for cell in table) for table in tables)])
    for table in tables:
        for cell in table:
            others = [other for other in table if other is not cell]
            from_below = low - sum(other.high for other in others)
            from_above = high - sum(other.low for other in others)
            if cell.small and (from_below > cell.low or from_above < cell.high):
                return table
    return None
