"""What a year's report says of the questions of that year. Small numbers are hidden as in the figures, from which it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from bot.records import Outcome
from web.asked import Measure
from web.small_numbers import Shown
from web.staff.figures.asked import CHANNELS, OF_NOT_FOUND, OUTCOMES, REFUSALS, Figures
from web.staff.figures.hiding import in_cell, year_totals
from web.staff.figures.periods import Grain, Period, whole
from web.staff.year.blocks import Block, Heading, Paragraph, Table, Write


def months_of(year: int, today: date) -> tuple[Period, ...]:
    """The months of a year that are over."""
    return tuple(p for p in whole(Grain.MONTH, date(year, 1, 1), today) if p.since.year == year)


def totals(figures: Figures, measure: Measure, names: Mapping[str, str], months: Sequence[Period], partition: bool) -> list[tuple[str, Shown]]:
    """A year's total for each value, the largest that is shown first.

    While the year runs, and where a total would give away how many questions were not found, it is the sum of what its months show.
    ``partition`` is whether every question has exactly one of the values, so that they add up to the number of questions.
    """
    counted = figures.per_period(measure, months)
    questions = [counter.total() for counter in figures.per_period(Measure.CHANNEL, months)]
    every, columns = figures.cells(measure, months, names, questions if partition else None)
    if len(months) == 12 and (measure not in OF_NOT_FOUND or _not_found(figures, months)):
        numbers = tuple(tuple((value, counter[value]) for value in every) for counter in counted)
        found = _of_year(numbers, tuple(tuple((column[value].low, column[value].high) for value in every) for column in columns))
    else:
        found = {value: _so_far([column[value] for column in columns]) for value in every}
    rows = [(name, found[value]) for value, name in every.items()]
    return sorted(rows, key=lambda row: (-(row[1].low), row[0]))


@lru_cache(maxsize=64)
def _of_year(numbers: tuple[tuple[tuple[str, int], ...], ...], cells: tuple[tuple[tuple[float, float], ...], ...]) -> Mapping[str, Shown]:
    """The totals of a year that is over, beside what each month shows from where to where; worked out once, since that takes seconds."""
    months = [dict(month) for month in numbers]
    shown = [{value: Shown(*ends) for value, ends in zip(month, column, strict=True)} for month, column in zip(months, cells, strict=True)]
    return year_totals(shown, months)


def _not_found(figures: Figures, months: Sequence[Period]) -> bool:
    """Whether the year shows how many questions were not found."""
    found = dict(totals(figures, Measure.OUTCOME, OUTCOMES, months, True))
    return found[OUTCOMES[Outcome.NOT_FOUND.value]].exact is not None


def use(figures: Figures, year: int, today: date) -> Iterator[Block]:
    """How the guide was used: by month, channel and outcome."""
    months = months_of(year, today)
    yield Heading("How families used the guide")
    if not months:
        yield Paragraph("No month of this year is over yet, so there are no figures.")
        return
    per_month = [counter.total() for counter in figures.per_period(Measure.CHANNEL, months)]
    if len(months) < 12:
        yield Paragraph(f"The year is not over: these are its months up to {months[-1].name}. Totals are the sum of what these show.")
    yield Paragraph(f"{sum(per_month)} questions came on the public channels. Numbers under 5 are hidden, and some larger ones with them.")
    yield Table("Questions by month", ("Month", "Questions"), tuple((p.name, str(n)) for p, n in zip(months, per_month, strict=True)))
    yield _table("How questions came", "Channel", totals(figures, Measure.CHANNEL, CHANNELS, months, True))
    yield _table("What became of them", "Outcome", totals(figures, Measure.OUTCOME, OUTCOMES, months, True))
    yield Write("what the council reads from this: who uses the guide, who does not, and what it will do to reach them")


def asked_for(figures: Figures, year: int, today: date) -> Iterator[Block]:
    """What people asked for: by need and area."""
    months = months_of(year, today)
    yield Heading("What families asked for")
    if months:
        yield Paragraph("A question can show several needs. Which need came with which area is not known.")
        yield _table("Questions by need", "Need", totals(figures, Measure.NEED, figures.needs(), months, False))
        yield _table("Questions by area", "Area", totals(figures, Measure.AREA, figures.areas(), months, True))
    yield Write("what this says about need in the area, and what will be commissioned or changed because of it")


def unanswered(figures: Figures, year: int, today: date) -> Iterator[Block]:
    """What could not be answered."""
    months = months_of(year, today)
    yield Heading("What could not be answered")
    if months:
        yield _table("Questions without an answer, by need", "Need", totals(figures, Measure.UNANSWERED, figures.needs(), months, False))
        yield _table("Why nothing was found", "Reason", totals(figures, Measure.REFUSED, REFUSALS, months, False))
    yield Write("which of these gaps are gaps in provision, which are gaps in information, and who closes them by when")


def _table(caption: str, head: str, rows: Sequence[tuple[str, Shown]]) -> Table:
    return Table(caption, (head, "Questions"), tuple((name, str(in_cell(number))) for name, number in rows))


def _so_far(cells: Sequence[Shown]) -> Shown:
    low = sum(cell.low for cell in cells)
    return Shown(low, low) if all(cell.exact is not None for cell in cells) else Shown(low, float("inf"))
