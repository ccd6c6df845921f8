"""Whether answers helped: kept without the question or anything personal, limited like comments. The only place that queries it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from web.database import Database
from web.feedback import DAY, HOUR, TooMany, is_reference, new_reference
from web.models import AnswerFeedback
from web.years import day, span, years_in

KIND = "A"
"""First letter of the reference numbers."""
_MOMENT = 30
"""Seconds within which a second press on the same answer, without words, is taken for a double press."""


@dataclass(frozen=True)
class Unhelpful:
    """An answer that did not help: where it sent someone (``start`` first, empty: nowhere), and what was said of it."""

    reference: str
    outcome: str
    start: str
    why: str
    text: str
    channel: str
    release: str
    created: int


class AnswerFeedbackStore:
    """Stores what people say of answers. ``clock`` gives seconds since 1970. Safe to share between threads.

    Nothing is kept of who says it, so the limits count what came in: so much an hour on one answer, and so much on all together. The same
    words on the same answer within a day count once. Without words they cannot be told from another family's, so only a double press does.
    """

    def __init__(self, database: Database, on_one_answer: int, on_all: int, clock: Callable[[], float] = time.time) -> None:
        self._database, self._on_one_answer, self._on_all, self._clock = database, on_one_answer, on_all, clock

    def keep(self, helped: bool, outcome: str, entries: str, release: str, channel: str, *, why: str = "", text: str = "") -> str:
        """Store it and return its reference. ``text`` must hold nothing personal any more.

        Raises:
            TooMany: if the limit of this hour is reached.
        """
        answer = and_(AnswerFeedback.outcome == outcome, AnswerFeedback.entries == entries)
        with self._database.writes.begin() as session:
            now = int(self._clock())
            same = select(AnswerFeedback.reference).where(
                answer,
                AnswerFeedback.helped == helped,
                AnswerFeedback.why == why,
                AnswerFeedback.text == text,
                AnswerFeedback.created > now - (DAY if text else _MOMENT),
            )
            if reference := session.scalars(same).first():
                return reference
            if self._since(session, now - HOUR, answer) >= self._on_one_answer or self._since(session, now - HOUR) >= self._on_all:
                raise TooMany
            kept = AnswerFeedback(
                reference=new_reference(KIND),
                helped=helped,
                outcome=outcome,
                entries=entries,
                release=release,
                channel=channel,
                why=why,
                text=text,
                created=now,
            )
            session.add(kept)
            return kept.reference

    def helped(self, reference: str) -> bool | None:
        """What was said under a reference number; None where there is no such number."""
        if not is_reference(reference, KIND):
            return None
        with self._database.reads() as session:
            return session.scalars(select(AnswerFeedback.helped).where(AnswerFeedback.reference == reference)).first()

    def unhelpful(self, since: int) -> list[Unhelpful]:
        """Answers that did not help, of which somebody said so at a moment or after it; oldest first."""
        query = select(AnswerFeedback).where(AnswerFeedback.helped.is_(False), AnswerFeedback.created >= since)
        with self._database.reads() as session:
            return [
                Unhelpful(f.reference, f.outcome, f.entries.split(",")[0], f.why, f.text, f.channel, f.release, f.created)
                for f in session.scalars(query.order_by(AnswerFeedback.created, AnswerFeedback.reference))
            ]

    def counts(self, year: int) -> tuple[int, int]:
        """How many answers helped in a year, and how many did not."""
        begin, end = span(year)
        came_in = select(func.count()).where(AnswerFeedback.created >= begin, AnswerFeedback.created < end)
        with self._database.reads() as session:
            yes, no = (session.scalar(came_in.where(AnswerFeedback.helped.is_(helped))) or 0 for helped in (True, False))
        return yes, no

    def by_day(self, since: int, until: int) -> dict[date, Counter[bool]]:
        """How many answers helped, and how many did not, on each day from one moment to before another."""
        found: defaultdict[date, Counter[bool]] = defaultdict(Counter)
        query = select(AnswerFeedback.created, AnswerFeedback.helped).where(AnswerFeedback.created >= since, AnswerFeedback.created < until)
        with self._database.reads() as session:
            for created, helped in session.execute(query):
                found[day(created)][helped] += 1
        return dict(found)

    def years(self) -> set[int]:
        """The years in which anything came in."""
        with self._database.reads() as session:
            return years_in(session, AnswerFeedback.created)

    @staticmethod
    def _since(session: Session, moment: int, answer: ColumnElement[bool] | None = None) -> int:
        query = select(func.count()).select_from(AnswerFeedback).where(AnswerFeedback.created > moment)
        return session.scalar(query if answer is None else query.where(answer)) or 0
