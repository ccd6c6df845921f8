"""A figure: a table over time that can be drawn, shown and kept as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from web.small_numbers import Shown
from web.staff.figures.hiding import in_cell
from web.staff.figures.periods import Period


@dataclass(frozen=True)
class Row:
    """One value over time: a cell for each period; its drawn heights follow from the cells."""

    name: str
    cells: tuple[Shown, ...]

    @property
    def hidden(self) -> bool:
        """Whether no number of it is shown."""
        return all(cell.exact is None for cell in self.cells)

    @property
    def most(self) -> int:
        """Its largest number that is shown; 0 where none is."""
        return max((cell.exact for cell in self.cells if cell.exact is not None), default=0)

    @property
    def at_least(self) -> int:
        """The sum of what is shown, which says nothing that the cells do not."""
        return int(sum(cell.low for cell in self.cells))


@dataclass(frozen=True)
class Figure:
    """A table over time.

    ``counted`` is what its numbers are. ``note`` says what has to be known to read them. ``summed`` is whether a row's numbers add up to
    anything; times do not.
    """

    id: str
    title: str
    counted: str
    periods: tuple[Period, ...]
    rows: tuple[Row, ...]
    note: str = ""
    summed: bool = True

    @property
    def drawn(self) -> tuple[Row, ...]:
        """The rows with anything to draw, the largest first; tables keep their order."""
        return tuple(sorted((row for row in self.rows if not row.hidden and row.most), key=lambda row: -row.at_least))

    @property
    def head(self) -> list[str]:
        """The names of a file's columns."""
        return [self.counted, *(period.iso for period in self.periods)]

    def lines(self) -> Iterator[Sequence[int | str]]:
        """The lines of a file."""
        for row in self.rows:
            yield [row.name, *(in_cell(cell) for cell in row.cells)]


def exactly(numbers: Sequence[int]) -> tuple[Shown, ...]:
    """Numbers that say nothing of anybody, so that small ones are shown too."""
    return tuple(Shown(number, number) for number in numbers)
