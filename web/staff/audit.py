"""The audit trail: every change by staff, kept in the same transaction as the change itself. Nothing here is ever altered or deleted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from web.database import Database
from web.staff.models import AuditEntry

BEGUN, DONE, NOT_DONE = "begun", "done", "not done"


@dataclass(frozen=True)
class Who:
    """Who does something, and as what."""

    name: str
    role: str


SYSTEM = Who("command line", "system")
"""Whoever may run commands on the server."""


@dataclass(frozen=True)
class Recorded:
    """One change as it was recorded; ``at`` is seconds since 1970."""

    number: int
    at: int
    who: str
    role: str
    action: str
    subject: str
    before: str
    after: str
    reason: str
    state: str


class Audit:
    """Records and lists changes. ``clock`` gives seconds since 1970. Safe to share between threads."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def record(
        self, session: Session, who: Who, action: str, subject: str, *, before: str = "", after: str = "", reason: str, state: str = DONE
    ) -> AuditEntry:
        """Record a change within the transaction that makes it; its ``number`` is known once the session has been flushed."""
        entry = AuditEntry(
            at=int(self._clock()), who=who.name, role=who.role, action=action, subject=subject, before=before, after=after, reason=reason, state=state
        )
        session.add(entry)
        return entry

    def note(self, who: Who, action: str, subject: str, *, before: str = "", after: str = "", reason: str, state: str = DONE) -> int:
        """Record a change that stands outside the database; its number."""
        with self._database.writes.begin() as session:
            entry = self.record(session, who, action, subject, before=before, after=after, reason=reason, state=state)
            session.flush()
            return entry.number

    def settle(self, number: int, state: str) -> None:
        """Say what became of a change that was begun."""
        with self._database.writes.begin() as session:
            session.execute(update(AuditEntry).where(AuditEntry.number == number, AuditEntry.state == BEGUN).values(state=state))

    def begun(self) -> list[Recorded]:
        """Changes of which it is not known yet whether they were carried out, oldest first."""
        with self._database.reads() as session:
            return [_recorded(e) for e in session.scalars(select(AuditEntry).where(AuditEntry.state == BEGUN).order_by(AuditEntry.number))]

    def listed(self, words: str = "", most: int = 200, before: int | None = None) -> list[Recorded]:
        """Changes, the newest first.

        Args:
            words: only those with this text in who, action, subject or reason.
            most: how many.
            before: only those with a smaller number.
        """
        query = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(most)
        if words:
            columns = (AuditEntry.who, AuditEntry.action, AuditEntry.subject, AuditEntry.reason)
            query = query.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
        if before is not None:
            query = query.where(AuditEntry.number < before)
        with self._database.reads() as session:
            return [_recorded(entry) for entry in session.scalars(query)]


def _recorded(e: AuditEntry) -> Recorded:
    return Recorded(e.number, e.at, e.who, e.role, e.action, e.subject, e.before, e.after, e.reason, e.state)
