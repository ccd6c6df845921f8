"""The figures on questions, made from the counts of ``web/asked.py``.

Of a day or a week only the number of questions and the time to answer are shown. Everything else is shown for whole months alone: days and
weeks could be taken from a month, and months and weeks overlap. What tells of questions that were not found is shown only where their
number is, since it would give that number away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import inf
from typing import Protocol

from bot.records import Channel, Outcome
from web.asked import BUCKETS, LIMIT, MORE, NONE, Measure
from web.present import plain
from web.small_numbers import Shown
from web.staff.figures.hiding import hidden
from web.staff.figures.periods import Grain, Period
from web.staff.figures.records import Figure, Row, exactly

OUTCOMES: Mapping[str, str] = {
    Outcome.ANSWERED.value: "Answered",
    Outcome.CLARIFY.value: "Asked back",
    Outcome.NOT_FOUND.value: "Not found",
    Outcome.OUT_OF_SCOPE.value: "Not for this guide",
    Outcome.URGENT.value: "Danger",
    Outcome.ERROR.value: "Empty, too long, or switched off",
}
CHANNELS: Mapping[str, str] = {
    Channel.WEB.value: "Web page",
    Channel.SMS.value: "Text message",
    Channel.WHATSAPP.value: "WhatsApp",
    Channel.API.value: "Other programs (API)",
}
REFUSALS: Mapping[str, str] = {
    Outcome.NOT_FOUND.value: "We hold nothing on it",
    LIMIT: "Others decide or advise, and were named",
}
"""Why a question was not found; other refusals are outcomes by themselves."""
OF_NOT_FOUND = frozenset({Measure.UNANSWERED, Measure.REFUSED})
"""What is counted only of questions that were not found."""
TEXTED = (Channel.SMS.value, Channel.WHATSAPP.value)
HIDDEN = "Numbers under 5 are hidden, and larger ones where a hidden one would follow from them."
BY_NEED = f"A question can show several needs. {HIDDEN}"

Names = Mapping[str, str]


class Counts(Protocol):
    """What is needed of the counts of questions (``web/asked.py``)."""

    def by_day(self, measure: str, since: date, until: date) -> dict[date, Counter[str]]:
        """How often each value of a measure was counted on each day, from the first to before the second."""


class Figures:
    """Makes figures for some periods; ``needs`` and ``areas`` give the names of their ids."""

    def __init__(self, asked: Counts, needs: Names, areas: Names) -> None:
        self._asked = asked
        self._needs, self._areas = {**needs, NONE: "No need understood"}, {**areas, NONE: "No area said"}

    def of(self, periods: Sequence[Period]) -> Iterator[Figure]:
        """Every figure that periods of this length can have."""
        chosen = tuple(periods)
        questions = self.per_period(Measure.CHANNEL, chosen)
        totals = [counter.total() for counter in questions]
        yield Figure("questions", "Questions", "Questions", chosen, (Row("All questions", exactly(totals)),))
        yield self._times(chosen)
        grain = chosen[0].grain if chosen else Grain.DAY
        if grain is Grain.MONTH:
            yield self._split("outcomes", "What became of them", "Outcome", Measure.OUTCOME, chosen, OUTCOMES, totals)
            yield self._split("channels", "How they came", "Channel", Measure.CHANNEL, chosen, CHANNELS, totals)
            yield self._split("needs", "What families need", "Need", Measure.NEED, chosen, self._needs, None, BY_NEED)
            yield self._split("areas", "Where they live", "Area", Measure.AREA, chosen, self._areas, totals)
            yield self._split("unanswered", "What we could not answer", "Need", Measure.UNANSWERED, chosen, self._needs, None, BY_NEED)
            yield self._split("refused", "Why nothing was found", "Reason", Measure.REFUSED, chosen, REFUSALS, None)

    def per_period(self, measure: Measure, periods: Sequence[Period]) -> list[Counter[str]]:
        """The counts of each period; of refusals, those that are no outcome by themselves."""
        if not periods:
            return []
        days = self._asked.by_day(measure, periods[0].since, periods[-1].until)
        if measure is Measure.REFUSED:
            days = {day: Counter({why: n for why, n in count.items() if why in REFUSALS}) for day, count in days.items()}
        return [sum((count for day, count in days.items() if p.since <= day < p.until), Counter()) for p in periods]

    def cells(
        self, measure: Measure, periods: Sequence[Period], names: Names, totals: Sequence[int] | None = None
    ) -> tuple[Names, list[dict[str, Shown]]]:
        """The names of all values, and what each period shows of each; ``totals`` are the numbers that a period's add up to, if those are known."""
        counted = self.per_period(measure, periods)
        every = {**names, **{value: plain(value).capitalize() for counter in counted for value in sorted(counter) if value not in names}}
        columns = [hidden({value: counter[value] for value in every}, totals[n] if totals else None) for n, counter in enumerate(counted)]
        if measure in OF_NOT_FOUND:
            known = self._not_found(periods)
            columns = [column if known[n] else {value: Shown(0, inf) for value in every} for n, column in enumerate(columns)]
        return every, columns

    def texts_known(self, periods: Sequence[Period]) -> list[bool]:
        """Whether each period shows how many questions came as texts, so that counts of texts say no more."""
        counted = self.per_period(Measure.CHANNEL, periods)
        _, columns = self.cells(Measure.CHANNEL, periods, CHANNELS, [counter.total() for counter in counted])
        return [
            all(column[channel].exact is not None or not counter[channel] for channel in TEXTED)
            for counter, column in zip(counted, columns, strict=True)
        ]

    def needs(self) -> Names:
        """Names of needs, with that of none."""
        return self._needs

    def areas(self) -> Names:
        """Names of areas, with that of none."""
        return self._areas

    def _not_found(self, periods: Sequence[Period]) -> list[bool]:
        """Whether each period shows how many questions were not found."""
        totals = [counter.total() for counter in self.per_period(Measure.CHANNEL, periods)]
        _, columns = self.cells(Measure.OUTCOME, periods, OUTCOMES, totals)
        return [column[Outcome.NOT_FOUND.value].exact is not None for column in columns]

    def _split(
        self,
        id: str,
        title: str,
        counted: str,
        measure: Measure,
        periods: tuple[Period, ...],
        names: Names,
        totals: Sequence[int] | None,
        note: str = HIDDEN,
    ) -> Figure:
        every, columns = self.cells(measure, periods, names, totals)
        rows = (Row(name, tuple(column[value] for column in columns)) for value, name in every.items())
        return Figure(id, title, counted, periods, tuple(rows), note)

    def _times(self, periods: tuple[Period, ...]) -> Figure:
        counted = self.per_period(Measure.TIME, periods)
        shares = (("Half of the answers", 0.5), ("95 in 100", 0.95))
        rows = tuple(Row(name, tuple(at_most(counter, share) for counter in counted)) for name, share in shares)
        note = (
            "Milliseconds that the program took, each “at most”: times are counted in classes, so the true time is at or under the number. "
            "“1000 or more” is the last class."
        )
        return Figure("times", "Time to answer", "Milliseconds, at most", periods, rows, note, summed=False)


def at_most(counter: Counter[str], share: float) -> Shown:
    """The class within which a share of the answers came, by its upper end; unknown where there are none, open where it is the last class."""
    total, so_far = counter.total(), 0
    for end in BUCKETS:
        so_far += counter[str(end)]
        if total and so_far >= share * total:
            return Shown(end, end)
    return Shown(BUCKETS[-1], float("inf")) if counter[MORE] else Shown(0, float("inf"))
