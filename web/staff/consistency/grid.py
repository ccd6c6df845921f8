"""A run as a grid: needs down, wordings and channels across. The picture and the table beside it are made from the same grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.consistency import Compared
from web.staff.consistency.records import Asked

SIDE, GAP, GUTTER = 18, 6, 44
"""Of the picture, in pixels: a square, the space between two wordings, and the room for a need's number."""
_SHORT = 34
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Cell:
    """A wording on one channel: the letter of where it starts within its need (A is where most are sent), the place, and what was asked."""

    letter: str
    name: str
    told: Asked

    @property
    def usual(self) -> bool:
        """Whether it starts where most of its need do."""
        return self.letter == _LETTERS[0]


@dataclass(frozen=True)
class Merged:
    """Cells side by side of one wording that start at the same place, as one cell of the table."""

    cell: Cell
    wide: int


@dataclass(frozen=True)
class Row:
    """A need, numbered from 1: its cells, wording by wording, with None where a need has fewer wordings than others."""

    number: int
    need: str
    learned: bool
    alike: bool
    wordings: tuple[tuple[Cell, ...] | None, ...]

    def merged(self) -> list[list[Merged] | None]:
        """The cells of each wording as the table shows them."""
        return [[_merge(list(same)) for _, same in groupby(cells, lambda cell: cell.letter)] if cells else None for cells in self.wordings]


@dataclass(frozen=True)
class Square:
    """A square of the picture: where it stands, in pixels, and its cell."""

    x: int
    y: int
    cell: Cell


@dataclass(frozen=True)
class Grid:
    """Rows under the names of their columns; ``wordings`` says who puts a need so, ``channels`` stand under each of them."""

    wordings: tuple[str, ...]
    channels: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def width(self) -> int:
        """Of the picture."""
        return GUTTER + len(self.wordings) * (len(self.channels) * SIDE + GAP)

    @property
    def height(self) -> int:
        """Of the picture."""
        return (len(self.rows) + 1) * SIDE

    def left(self, wording: int) -> int:
        """Where the squares of a wording begin, counted from 0."""
        return GUTTER + wording * (len(self.channels) * SIDE + GAP)

    def squares(self) -> list[Square]:
        """Every square of the picture."""
        return [
            Square(self.left(at) + channel * SIDE, (y + 1) * SIDE, cell)
            for y, row in enumerate(self.rows)
            for at, cells in enumerate(row.wordings)
            for channel, cell in enumerate(cells or ())
        ]


def grid(compared: Sequence[Compared[Asked]], channels: Sequence[str], only_apart: bool = False) -> Grid:
    """The grid of what has been compared, needs with most disagreement first.

    Args:
        compared: what each need was told; within a need wording by wording, each on every channel.
        channels: the channels, in the same order.
        only_apart: leave out needs that start alike.
    """
    order = sorted(compared, key=lambda need: -sum(told.start != need.usual for told in need.told))
    shown = [need for need in order if not (only_apart and need.alike)]
    most = max((len(need.told) // len(channels) for need in shown), default=0)
    rows = tuple(_row(number, need, len(channels), most) for number, need in enumerate(shown, 1))
    return Grid(tuple(_who(rows, at) for at in range(most)), tuple(channels), rows)


def _row(number: int, need: Compared[Asked], each: int, most: int) -> Row:
    starts = [start for start, _ in Counter(told.start for told in need.told).most_common()]
    cells = [Cell(_LETTERS[min(starts.index(told.start), len(_LETTERS) - 1)], _short(told.name), told) for told in need.told]
    wordings = [tuple(cells[at : at + each]) for at in range(0, len(cells), each)]
    return Row(number, need.need, any(told.learned for told in need.told), need.alike, (*wordings, *[None] * (most - len(wordings))))


def _who(rows: Sequence[Row], at: int) -> str:
    names = list(dict.fromkeys(cells[0].told.who.replace("_", " ") for row in rows if (cells := row.wordings[at])))
    return " or ".join(names) if len(names) <= 3 else f"wording {at + 1}"


def _merge(cells: Sequence[Cell]) -> Merged:
    return Merged(cells[0], len(cells))


def _short(name: str) -> str:
    return name if len(name) <= _SHORT else f"{name[: _SHORT - 1].rstrip()}…"
