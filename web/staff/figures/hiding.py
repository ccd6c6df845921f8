"""Small numbers over time: hidden in each period by itself, so that what has been shown once never changes, then in the totals of a year.

A period's numbers are hidden without a look at any other period, or at values that nobody named in it. So two downloads that overlap hold the
same cells, and subtracting one from the other gives nothing that neither shows. A year's total is given exactly only where the hidden
months keep their secret; otherwise it is the sum of what the months show, "or more".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np

from web.small_numbers import SMALLEST, Shown, shown, together


def hidden(numbers: Mapping[str, int], total: int | None = None) -> dict[str, Shown]:
    """One period's numbers as they are shown.

    Args:
        numbers: the number for every value that there is, those of 0 too.
        total: what they add up to, if that is known to whoever reads them; else it is taken to be known all the same, to be safe.
    """
    cells = {value: shown(number) for value, number in numbers.items() if number}  # a value nobody named protects no other
    whole = together(sum(numbers.values()) if total is None else total, list(cells.values()))
    if whole.exact is None:  # the total is shown elsewhere, so that nothing can be said beside it
        return {value: Shown(0, inf) for value in numbers}
    return {value: cells.get(value, shown(0)) for value in numbers}


def year_totals(months: Sequence[Mapping[str, Shown]], numbers: Sequence[Mapping[str, int]]) -> dict[str, Shown]:
    """The year's total for each value, as far as it can be shown beside its months; each month's total over all values is taken to be known.

    Args:
        months: each month's numbers as they are shown.
        numbers: the numbers themselves.
    """
    sums = {value: sum(month[value] for month in numbers) for value in months[0]}
    given = {value: shown(total) for value, total in sums.items()}
    while True:
        told = _given_away(months, numbers, given)
        if not told:
            return given
        for value in told:
            given[value] = Shown(sum(month[value].low for month in months), inf)


def _given_away(months: Sequence[Mapping[str, Shown]], numbers: Sequence[Mapping[str, int]], given: Mapping[str, Shown]) -> set[str]:
    """The values whose totals have to go, since beside them some small number could not be anything that it is shown as.

    Whether a number can be at one end of what is shown is a linear programme; what it can be is whole where the programme's corners are, since
    every number stands in one month's sum and in one value's.
    """
    from scipy.optimize import linprog

    values = list(months[0])
    cells = [(n, value) for n in range(len(months)) for value in values if months[n][value].exact is None]
    totals = [value for value in values if given[value].high < inf]
    lines = [[float(at == n) for at, _ in cells] for n in range(len(months))] + [[float(of == value) for _, of in cells] for value in totals]
    left = [sum(month[value] for n, value in cells if n == at) for at, month in enumerate(numbers)]
    seen = {value: sum(month[value].exact or 0 for month in months) for value in totals}
    low = np.array(left + [given[value].low - seen[value] for value in totals])
    high = np.array(left + [given[value].high - seen[value] for value in totals])
    above, below = np.vstack([np.array(lines), -np.array(lines)]), np.concatenate([high, -low])
    bounds = [(months[n][value].low, months[n][value].high) for n, value in cells]
    told: set[str] = set()
    for at, (n, value) in enumerate(cells):
        if 0 < numbers[n][value] < SMALLEST and value not in told:
            for end in (bounds[at][0], min(bounds[at][1], SMALLEST - 1, left[n])):
                fixed = [*bounds[:at], (end, end), *bounds[at + 1 :]]
                if linprog(np.zeros(len(cells)), A_ub=above, b_ub=below, bounds=fixed, method="highs-ds").status != 0:
                    beside = {v for v in totals if months[n][v].exact is None}
                    told |= {value} & set(totals) or beside or set(totals)
                    break
    return told


def in_cell(number: Shown) -> int | str:
    """A number as a table or a spreadsheet has it."""
    if number.exact is not None:
        return number.exact
    if number.small:
        return f"fewer than {SMALLEST}"
    return f"{int(number.low)} or more" if number.low >= SMALLEST else "not shown"
