"""What families ask, as counts for each day: enough to see which needs are met, and nothing that belongs to one person.

Each fact of a reply is counted by itself (its outcome, each need, the area, where it sent someone), so no two facts of one question stand
together, except its channel and its outcome; no words of it are kept. On a day with one question its counts stand side by side all the
same, so nothing is shown of a single day without hiding small numbers first (``web/small_numbers.py``).

Counts are added up in memory and written every few seconds by one thread of each server process. A process that is killed loses those of
the last seconds; one that is stopped writes them first.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.records import Channel, Outcome, Reply
from web.database import Database
from web.models import AskedCount

log = logging.getLogger("waymark.web")
WRITE_SECONDS = 3.0
"""How long counts stay in memory at most, unless the database is out of reach."""
NONE = "none"
"""Stands for no need, where none was understood."""
BUCKETS = (25, 50, 100, 250, 1000)
"""Upper ends of the classes of time to answer, in milliseconds, inclusive; what took longer is ``MORE``."""
MORE = "more"
LIMIT = "limit"
"""A question that others must decide or advise on, so that the reply only names whom to ask."""
_LONGEST = 120


class Measure(StrEnum):
    """What is counted. ``both`` is channel and outcome together, with a blank between."""

    OUTCOME = "outcome"
    CHANNEL = "channel"
    BOTH = "both"
    NEED = "need"
    AREA = "area"
    START = "start"
    PLACE = "place"
    UNANSWERED = "unanswered"
    REFUSED = "refused"
    TIME = "time"


class Asked:
    """Counts replies. ``clock`` gives seconds since 1970. Safe to share between threads."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._waiting: Counter[tuple[date, str, str]] = Counter()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def count(self, reply: Reply, seconds: float) -> None:
        """Count a reply that took some seconds; in memory, so that no question waits for it. Those to staff are not counted."""
        if reply.channel is not Channel.STAFF:
            today = self.today()
            facts = [(today, measure.value, value[:_LONGEST]) for measure, value in _facts(reply, seconds)]
            with self._lock:
                self._waiting.update(facts)

    def flush(self) -> None:
        """Write what has been counted since the last time. Where the database cannot be written, it is kept for the next."""
        with self._writing:
            with self._lock:
                counted, self._waiting = self._waiting, Counter()
            try:
                if counted:
                    self._write(counted)
            except SQLAlchemyError:
                log.exception("counts not written")
                with self._lock:
                    self._waiting.update(counted)

    def totals(self, measure: str, since: date, until: date) -> Counter[str]:
        """How often each value of a measure was counted, from one day to before another.

        Raises:
            SQLAlchemyError: where the database cannot be read.
        """
        return sum(self.by_day(measure, since, until).values(), Counter())

    def by_day(self, measure: str, since: date, until: date) -> dict[date, Counter[str]]:
        """The same for each day that has any, in order.

        Raises:
            SQLAlchemyError: where the database cannot be read.
        """
        self.flush()
        of_days = select(AskedCount).where(AskedCount.measure == str(measure), AskedCount.day >= since, AskedCount.day < until)
        found: defaultdict[date, Counter[str]] = defaultdict(Counter)
        with self._database.reads() as session:
            for row in session.scalars(of_days.order_by(AskedCount.day, AskedCount.value)):
                found[row.day][row.value] = row.number
        return dict(found)

    def first_day(self) -> date | None:
        """The first day on which anything was counted; None where nothing has been.

        Raises:
            SQLAlchemyError: where the database cannot be read.
        """
        self.flush()
        with self._database.reads() as session:
            return session.scalar(select(func.min(AskedCount.day)))

    def today(self) -> date:
        """The day it is, UTC."""
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def start(self) -> None:
        """Begin to write every few seconds."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="counts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and no more after it."""
        self._stopped.set()
        if self._thread:
            self._thread.join()
            self._thread = None
        self.flush()

    def _run(self) -> None:
        while not self._stopped.wait(WRITE_SECONDS):
            self.flush()

    def _write(self, counted: Counter[tuple[date, str, str]]) -> None:
        insert = postgresql.insert if self._database.engine.dialect.name == "postgresql" else sqlite.insert
        with self._database.writes.begin() as session:
            for (day, measure, value), number in sorted(counted.items()):  # in one order, so that processes never wait for each other in a ring
                row = insert(AskedCount).values(day=day, measure=measure, value=value, number=number)
                more = {"number": AskedCount.number + row.excluded.number}
                session.execute(row.on_conflict_do_update(index_elements=["day", "measure", "value"], set_=more))


def _facts(reply: Reply, seconds: float) -> Iterator[tuple[Measure, str]]:
    """Each fact of a reply that is counted, by itself."""
    answer, outcome, channel = reply.answer, reply.outcome, reply.channel.value
    yield Measure.OUTCOME, outcome.value
    yield Measure.CHANNEL, channel
    yield Measure.BOTH, f"{channel} {outcome.value}"
    needs = [need for need in answer.understood.get("needs") or () if isinstance(need, str)] or [NONE]
    for need in needs:
        yield Measure.NEED, need
        if outcome is Outcome.NOT_FOUND:
            yield Measure.UNANSWERED, need
    area = answer.understood.get("area")
    yield Measure.AREA, area if isinstance(area, str) and area else NONE
    for n, signpost in enumerate(answer.signposts):
        if n == 0:
            yield Measure.START, signpost.id
        yield Measure.PLACE, signpost.id
    if outcome in (Outcome.NOT_FOUND, Outcome.OUT_OF_SCOPE, Outcome.ERROR):
        yield Measure.REFUSED, LIMIT if outcome is Outcome.NOT_FOUND and answer.signposts else outcome.value
    milliseconds = 1000 * seconds
    yield Measure.TIME, next((str(end) for end in BUCKETS if milliseconds <= end), MORE)
