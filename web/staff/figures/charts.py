"""Where the bars of a figure stand. The drawing is an SVG made from it by a macro: it needs no script, and its table stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.small_numbers import SMALLEST, Shown
from web.staff.figures.records import Figure, Row

WIDTH = 340
"""Of the drawing, in its own units: about the pixels of a small phone, so that its letters are as large as those around it."""
LEFT, RIGHT, TOP, HEIGHT, BAND = 2, 2, 22, 56, 96
"""The sides, the room for a name above the bars, the height of the bars, and of a row with everything."""
MOST_ROWS = 12


@dataclass(frozen=True)
class Bar:
    """A bar. ``hidden`` where its number is not shown: it is drawn as an empty frame of the least height, whatever the number."""

    x: float
    y: float
    width: float
    height: float
    hidden: bool
    words: str


@dataclass(frozen=True)
class Band:
    """The bars of one row, with its name, the baseline, and what its highest bar stands for."""

    name: str
    y: float
    base: float
    bars: tuple[Bar, ...]
    most: str


@dataclass(frozen=True)
class Chart:
    """A drawing: bands from top to bottom that share one scale, periods from left to right. ``left_out`` rows stand only in the table."""

    id: str
    title: str
    words: str
    height: int
    bands: tuple[Band, ...]
    marks: tuple[tuple[float, str, str], ...]
    left_out: int
    any_hidden: bool


def chart(figure: Figure) -> Chart | None:
    """The drawing of a figure; None where there is nothing to draw."""
    rows = (figure.drawn if figure.summed else figure.rows)[:MOST_ROWS]
    most = max((row.most for row in rows), default=0)
    if not most or not figure.periods:
        return None
    bands = tuple(_band(row, n, most, figure) for n, row in enumerate(rows))
    drawn = len(figure.drawn) if figure.summed else len(figure.rows)
    any_hidden = any(bar.hidden for band in bands for bar in band.bars)
    words = "; ".join(_words(row, figure) for row in rows)
    left_out = max(0, drawn - MOST_ROWS) + sum(1 for row in figure.rows if figure.summed and row.hidden)
    return Chart(figure.id, figure.title, f"{words}.", BAND * len(bands) + 4, bands, tuple(_marks(figure)), left_out, any_hidden)


def _band(row: Row, n: int, most: int, figure: Figure) -> Band:
    step = (WIDTH - LEFT - RIGHT) / len(row.cells)
    base = n * BAND + TOP + HEIGHT
    bars = []
    for at, (cell, period) in enumerate(zip(row.cells, figure.periods, strict=True)):
        value = cell.exact
        height = max(2.0, HEIGHT * value / most) if value else 0.0 if value == 0 else 8.0
        gap = min(3.0, step / 4)
        bars.append(Bar(round(LEFT + at * step + gap / 2, 2), round(base - height, 2), round(step - gap, 2), round(height, 2), value is None,
                        f"{period.name}: {_said(cell)}"))
    return Band(row.name, n * BAND + 15, base, tuple(bars), f"most {row.most}" if row.most else "")


def _marks(figure: Figure) -> Sequence[tuple[float, str, str]]:
    """The names below the first, the middle and the last bar."""
    last = len(figure.periods) - 1
    step = (WIDTH - LEFT - RIGHT) / (last + 1)
    places = [(0, "start"), (last // 2, "middle"), (last, "end")] if last > 3 else [(n, "middle") for n in range(last + 1)]
    at = {"start": 0.0, "middle": 0.5, "end": 1.0}
    return [(round(LEFT + (n + at[anchor]) * step, 2), figure.periods[n].short, anchor) for n, anchor in places]


def _words(row: Row, figure: Figure) -> str:
    known = [(cell.exact, period) for cell, period in zip(row.cells, figure.periods, strict=True) if cell.exact is not None]
    if not known:
        return f"{row.name}: no number is shown"
    high, low = max(known, key=lambda k: k[0]), min(known, key=lambda k: k[0])
    return f"{row.name}: from {low[0]} in {low[1].name} to {high[0]} in {high[1].name}"


def _said(cell: Shown) -> str:
    if cell.exact is not None:
        return str(cell.exact)
    return f"fewer than {SMALLEST}" if cell.small else "hidden" if cell.low == 0 else f"{int(cell.low)} or more"
