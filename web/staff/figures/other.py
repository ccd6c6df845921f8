"""The figures on text messages and on whether answers helped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from web.answer_feedback import AnswerFeedbackStore
from web.staff.figures.asked import HIDDEN
from web.staff.figures.hiding import hidden
from web.staff.figures.periods import Grain, Period
from web.staff.figures.records import Figure, Row, exactly
from web.texting.store import Texts


def texts(store: Texts, periods: Sequence[Period]) -> Figure:
    """Text messages in and out, and the segments that carriers charge for."""
    spans = [store.use_between(_moment(period.since), _moment(period.until)) for period in periods]
    names = ("Texts that came in", "Replies sent", "Segments sent")
    rows = tuple(Row(name, exactly([span[n] for span in spans])) for n, name in enumerate(names))
    return Figure("texts", "Text messages", "Texts and segments", tuple(periods), rows, "A long text is charged as several segments.")


def helped(store: AnswerFeedbackStore, periods: Sequence[Period]) -> Figure:
    """Whether people said that an answer helped; by whole months, since few say so."""
    by_day = store.by_day(_moment(periods[0].since), _moment(periods[-1].until)) if periods else {}
    columns = []
    for period in periods:
        said = sum((count for day, count in by_day.items() if period.since <= day < period.until), Counter[bool]())
        columns.append(hidden({"yes": said[True], "no": said[False]}))
    rows = tuple(Row(name, tuple(column[value] for column in columns)) for value, name in (("yes", "It helped"), ("no", "It did not help")))
    return Figure("helped", "Did answers help?", "What people said", tuple(periods), rows, HIDDEN)


def has_helped(periods: Sequence[Period]) -> bool:
    """Whether these periods are long enough for what people said."""
    return bool(periods) and periods[0].grain is Grain.MONTH


def _moment(day: object) -> int:
    return int(datetime.fromisoformat(str(day)).replace(tzinfo=UTC).timestamp())
