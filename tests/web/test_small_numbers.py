"""Small numbers: not shown, and not to be worked out from what is shown."""

from __future__ import annotations

import random
from itertools import product

import pytest

from web.small_numbers import shown, together


def split(total, parts, chance):
    cuts = sorted(chance.randrange(total + 1) for _ in range(parts - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


def could_be(table, total):
    """For each number of a table, which small values it could have, were the total of the table as given."""
    ranges = [range(int(c.low), int(min(c.high, total)) + 1) for c in table]
    found = [set() for _ in table]
    for values in product(*ranges):
        if sum(values) == total:
            for n, value in enumerate(values):
                found[n].add(value)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_nothing_follows_from_the_total_or_from_another_table(seed):
    chance = random.Random(seed)
    total = chance.choice([5, 6, 9, 12, 16, 20])
    kinds = [shown(n) for n in split(total, 3, chance)]
    pages = [shown(n, least=1) for n in split(total, 4, chance) if n]
    done = [shown(n) for n in split(total, 2, chance)]
    tables = (kinds, pages, done)
    whole = together(total, *tables)
    possible = [t for t in range(60) if whole.low <= t <= whole.high]
    by_total = {t: [could_be(table, t) for table in tables] for t in possible}
    by_total = {t: found for t, found in by_total.items() if all(all(cell for cell in table) for table in found)}
    assert total in by_total
    for n, table in enumerate(tables):
        for m, cell in enumerate(table):
            if cell.small:
                assert set().union(*(found[n][m] for found in by_total.values())) >= set(range(cell.least, 5)), (seed, n, m)


def test_beside_one_small_number_another_is_hidden():
    kinds, done = [shown(n) for n in (20, 9, 3)], [shown(n) for n in (17, 15)]
    assert together(32, kinds, done).exact == 32
    assert [c.exact for c in (*kinds, *done)] == [20, None, None, 17, 15]
    assert (kinds[1].at_least, kinds[2].small) == (True, True)


def test_large_numbers_are_all_shown():
    kinds, done = [shown(n) for n in (20, 8)], [shown(n) for n in (15, 13)]
    assert together(28, kinds, done).exact == 28
    assert [c.exact for c in (*kinds, *done)] == [20, 8, 15, 13]


@pytest.mark.parametrize("number", range(5))
def test_a_small_number_is_never_exact(number):
    assert shown(number).small
    assert shown(number).exact is None


def test_extremes_are_seen_through():
    kinds, pages = [shown(4) for _ in range(5)], [shown(5) for _ in range(4)]
    together(20, kinds, pages)
    assert sum(c.low for c in pages) < 20 or not any(c.small for c in kinds)
