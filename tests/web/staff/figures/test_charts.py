"""Drawings: bars as high as their numbers, empty frames of one height for what is hidden, and words for those who see none of it."""

from __future__ import annotations

from datetime import date
from math import inf

from web.small_numbers import Shown
from web.staff.figures.charts import HEIGHT, MOST_ROWS, WIDTH, chart
from web.staff.figures.periods import Grain, whole
from web.staff.figures.records import Figure, Row, exactly

MONTHS = tuple(whole(Grain.MONTH, date(2026, 1, 1), date(2026, 4, 1)))
HIDDEN, OPEN = Shown(0, 4), Shown(5, inf)


def figure(*rows):
    return Figure("needs", "Needs", "Need", MONTHS, tuple(Row(name, cells) for name, cells in rows))


def test_bars_stand_in_one_scale_within_the_drawing():
    drawn = chart(figure(("a", exactly([10, 20, 0])), ("b", exactly([40, 5, 5]))))
    assert [band.name for band in drawn.bands] == ["b", "a"]
    assert [bar.height for bar in drawn.bands[0].bars] == [HEIGHT, HEIGHT / 8, HEIGHT / 8]
    assert [bar.height for bar in drawn.bands[1].bars] == [HEIGHT / 4, HEIGHT / 2, 0]
    for band in drawn.bands:
        assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and bar.y + bar.height == band.base for bar in band.bars)


def test_what_is_hidden_is_drawn_alike_whatever_it_is():
    bars = chart(figure(("a", (*exactly([30]), HIDDEN, OPEN)))).bands[0].bars
    assert [(bar.hidden, bar.height) for bar in bars] == [(False, HEIGHT), (True, 8.0), (True, 8.0)]
    assert [bar.words for bar in bars] == ["January 2026: 30", "February 2026: fewer than 5", "March 2026: 5 or more"]


def test_it_is_said_in_words():
    assert chart(figure(("a", (*exactly([30, 7]), HIDDEN)))).words == "a: from 7 in February 2026 to 30 in January 2026."


def test_rows_beyond_the_largest_and_those_all_hidden_stand_only_in_the_table():
    drawn = chart(figure(*((str(n), exactly([n, n, n])) for n in range(1, MOST_ROWS + 3)), ("z", (HIDDEN,) * 3)))
    assert (len(drawn.bands), drawn.left_out) == (MOST_ROWS, 3)


def test_there_is_no_drawing_of_nothing():
    assert chart(figure(("a", (HIDDEN,) * 3))) is None
    assert chart(Figure("needs", "Needs", "Need", (), (Row("a", ()),))) is None
