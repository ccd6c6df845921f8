"""The figures on text messages and on whether answers helped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from math import inf

from web.answer_feedback import AnswerFeedbackStore
from web.small_numbers import Shown, shown
from web.staff.figures.asked import HIDDEN
from web.staff.figures.hiding import hidden
from web.staff.figures.periods import Grain, Period
from web.staff.figures.records import Figure, Row
from web.texting.store import Texts


def texts(store: Texts, periods: Sequence[Period], known: Sequence[bool]) -> Figure:
    """Text messages in and out, and the segments that carriers charge for; by whole months, and only where the questions among them are ``known``."""
    spans = [store.use_between(_moment(period.since), _moment(period.until)) for period in periods]
    names = ("Texts that came in", "Replies sent", "Segments sent")
    rows = tuple(
        Row(name, tuple(shown(span[n]) if told else Shown(0, inf) for span, told in zip(spans, known, strict=True))) for n, name in enumerate(names)
    )
    note = f"A long text is charged as several segments. {HIDDEN}"
    return Figure("texts", "Text messages", "Texts and segments", tuple(periods), rows, note)


def helped(store: AnswerFeedbackStore, periods: Sequence[Period]) -> Figure:
    """Whether people said that an answer helped; by whole months, since few say so."""
    by_day = store.by_day(_moment(periods[0].since), _moment(periods[-1].until)) if periods else {}
    columns = []
    for period in periods:
        said = sum((count for day, count in by_day.items() if period.since <= day < period.until), Counter[bool]())
        columns.append(hidden({"yes": said[True], "no": said[False]}))
    rows = tuple(Row(name, tuple(column[value] for column in columns)) for value, name in (("yes", "It helped"), ("no", "It did not help")))
    return Figure("helped", "Did answers help?", "What people said", tuple(periods), rows, HIDDEN)


def by_month(periods: Sequence[Period]) -> bool:
    """Whether these periods are long enough for such figures."""
    return bool(periods) and periods[0].grain is Grain.MONTH


def _moment(day: object) -> int:
    return int(datetime.fromisoformat(str(day)).replace(tzinfo=UTC).timestamp())
