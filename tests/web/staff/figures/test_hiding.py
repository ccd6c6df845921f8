"""Small numbers over time: not shown, and not to be worked out from other periods, from totals, or from two downloads."""

from __future__ import annotations

import random
from itertools import product
from math import inf

import pytest

from web.small_numbers import SMALLEST, Shown
from web.staff.figures.hiding import hidden, in_cell, year_totals

VALUES = "abcd"


def column(chance):
    return {value: chance.choice([0, 0, 1, 3, 4, 5, 6, 9, 20]) for value in VALUES}


def fits(cell, number):
    return cell.low <= number <= cell.high


@pytest.mark.parametrize("seed", range(80))
def test_beside_a_known_total_every_small_number_could_be_any(seed):
    numbers = column(random.Random(seed))
    total = sum(numbers.values())
    cells = hidden(numbers, total)
    assert all(fits(cells[value], number) for value, number in numbers.items())
    ranges = [range(int(cell.low), int(min(cell.high, total)) + 1) for cell in cells.values()]
    worlds = [world for world in product(*ranges) if sum(world) == total]
    for n, cell in enumerate(cells.values()):
        if cell.small and list(numbers.values())[n]:
            assert {world[n] for world in worlds} == set(range(SMALLEST)), seed


def test_a_value_that_nobody_named_looks_like_one_that_few_did_and_protects_nothing():
    cells = hidden({"a": 20, "b": 9, "c": 3}, 32)
    more = hidden({"a": 20, "b": 9, "c": 3, "d": 0, "e": 0}, 32)
    assert {value: more[value] for value in "abc"} == cells
    assert in_cell(more["d"]) == in_cell(more["c"]) == "fewer than 5"


def test_where_all_is_small_nothing_is_said():
    assert hidden({"a": 3, "b": 3, "c": 0}, 6) == dict.fromkeys("abc", Shown(0, inf))
    assert hidden({"a": 3}, 3) == {"a": Shown(0, inf)}


@pytest.mark.parametrize("seed", range(25))
def test_a_years_totals_give_no_month_away(seed):
    chance = random.Random(seed)
    months = [{value: chance.choice([0, 2, 4, 6, 9]) for value in "abc"} for _ in range(3)]
    columns = [sum(month.values()) for month in months]
    shown = [hidden(month, columns[n]) for n, month in enumerate(months)]
    totals = {value: sum(month[value] for month in months) for value in "abc"}
    given = year_totals(shown, months)
    assert all(fits(given[value], total) for value, total in totals.items())
    choices = [[w for w in product(*(range(int(c.low), int(min(c.high, columns[n])) + 1) for c in month.values())) if sum(w) == columns[n]]
               for n, month in enumerate(shown)]
    seen = {(n, value): set() for n in range(3) for value in "abc"}
    for world in product(*choices):
        if all(fits(given[value], sum(month[at] for month in world)) for at, value in enumerate("abc")):
            for n, month in enumerate(world):
                for at, value in enumerate("abc"):
                    seen[n, value].add(month[at])
    for n, month in enumerate(shown):
        for value, cell in month.items():
            if cell.small and months[n][value]:
                assert {min(seen[n, value]), max(seen[n, value])} == {0, SMALLEST - 1}, (seed, n, value)


def test_a_years_totals_give_no_month_away_of_which_nothing_is_shown():
    months = [{"a": 50, "b": 60}] * 11 + [{"a": 3, "b": 3}]
    given = year_totals([hidden(month) for month in months], months)
    assert [in_cell(cell) for cell in given.values()] == ["550 or more", "660 or more"]


def test_a_year_is_exact_where_many_small_months_keep_their_secret():
    months = [{"a": 3, "b": 40} for _ in range(12)]
    shown = [hidden(month) for month in months]
    given = year_totals(shown, months)
    assert in_cell(given["a"]) == 36


def test_months_are_the_same_whatever_else_is_looked_at():
    whole = [hidden({"a": 3, "b": 40}, 43), hidden({"a": 9, "b": 9}, 18)]
    assert whole[1] == hidden({"a": 9, "b": 9}, 18)


@pytest.mark.parametrize(("cell", "words"), [
    (Shown(7, 7), 7), (Shown(0, 4), "fewer than 5"), (Shown(5, inf), "5 or more"), (Shown(31, inf), "31 or more"), (Shown(0, inf), "not shown"),
])
def test_cells_in_words(cell, words):
    assert in_cell(cell) == words
