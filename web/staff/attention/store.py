"""Who has taken on what, how far it is, and when it was first seen. The only place that queries the table of attention."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from indexer.errors import WaymarkError
from web.database import Database
from web.staff.attention.items import Item, marks
from web.staff.attention.looks import ITSELF
from web.staff.attention.models import Attention
from web.staff.audit import Audit, Who

ACTION = "attend to"
"""How a change is called in the audit trail; its subject is the key."""
CAME_BACK = "come back"


class State(StrEnum):
    """How far something is."""

    OPEN = "open"
    IN_HAND = "in hand"
    WAITING = "waiting for the council"
    DONE = "done"


@dataclass(frozen=True)
class Kept:
    """What is kept of one thing. Times are seconds since 1970, 0 for not; ``due`` is a day, None where none is set."""

    key: str
    kind: str
    title: str
    state: State
    owner: str
    due: date | None
    note: str
    first_seen: int
    done_at: int
    gone: int

    def overdue(self, today: date) -> bool:
        """Whether it should have been done before today."""
        return self.due is not None and self.due < today and self.state is not State.DONE

    def __str__(self) -> str:
        """As it stands in the audit trail."""
        due = self.due.isoformat() if self.due else "none"
        return f"state: {self.state}\nowner: {self.owner or 'nobody'}\ndue: {due}\nnote: {self.note or 'none'}"


class ChangedError(WaymarkError):
    """Something is not as it was shown any more; ``now`` is how it stands."""

    def __init__(self, now: Kept) -> None:
        super().__init__("Someone else has changed it meanwhile.")
        self.now = now


class Desk:
    """Keeps it. ``clock`` gives seconds since 1970. Safe to share between threads and processes."""

    def __init__(self, database: Database, audit: Audit, clock: Callable[[], float] = time.time) -> None:
        self._database, self._audit, self._clock = database, audit, clock

    def today(self) -> date:
        """The day it is, UTC."""
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def now(self) -> int:
        """The moment it is."""
        return int(self._clock())

    def meet(self, items: Iterable[Item], kinds: Iterable[str]) -> Mapping[str, Kept]:
        """Take note of what is there now, and give what is kept of everything, by key.

        What is new is open. What was done comes back where it has a fact that was not there when it was done.

        Args:
            items: everything that needs attention now.
            kinds: the kinds that were looked for: what is missing of them is gone, of others it is not known.
        """
        there, looked_for = {item.key: item for item in items}, set(kinds)
        with self._database.reads() as session:
            rows = {row.key: row for row in session.scalars(select(Attention))}
            if not any(self._differs(rows.get(key), item) for key, item in there.items()) and not any(
                row.gone == 0 and row.kind in looked_for and key not in there for key, row in rows.items()
            ):
                return {key: _kept(row) for key, row in rows.items()}
        with self._database.writes.begin() as session:
            rows = {row.key: row for row in session.scalars(select(Attention))}
            for key, item in there.items():
                if self._differs(row := rows.get(key), item):
                    rows[key] = self._noted(session, row, item)
            for key, row in rows.items():
                if row.gone == 0 and row.kind in looked_for and key not in there:
                    row.gone = self.now()
            session.flush()
            return {key: _kept(row) for key, row in rows.items()}

    def find(self, key: str) -> Kept | None:
        """What is kept of one thing; None where it was never seen."""
        with self._database.reads() as session:
            row = session.get(Attention, key)
            return _kept(row) if row else None

    def change(self, item: Item, by: Who, reason: str, *, seen: str, state: State, owner: str, due: date | None, note: str) -> bool:
        """Change what is decided about something that is there; whether anything did change.

        ``seen`` is what :func:`seen_of` gave for the page: of its facts only those that stood there are settled.

        Raises:
            ChangedError: if it is not as it was shown any more.
        """
        with self._database.writes.begin() as session:
            row = session.get(Attention, item.key) or self._noted(session, None, item)
            was, (shown, *facts) = _kept(row), seen.split() or [""]
            if shown != _in_short(was):
                raise ChangedError(was)
            before = str(was)
            row.state, row.owner, row.due, row.note = state.value, owner, due.isoformat() if due else "", note
            row.settled = " ".join(sorted(marks(item.facts).intersection(facts))) if state is State.DONE else ""
            after = str(_kept(row))
            if before == after:
                return False
            row.done_at = self.now() if state is State.DONE else 0
            self._audit.record(session, by, ACTION, item.key, before=before, after=after, reason=reason)
            return True

    @staticmethod
    def _differs(row: Attention | None, item: Item) -> bool:
        """Whether a row says something else than what is there."""
        if row is None or row.gone or row.title != item.title:
            return True
        return row.state == State.DONE and not marks(item.facts) <= set(row.settled.split())

    def _noted(self, session: Session, row: Attention | None, item: Item) -> Attention:
        if row is None:
            row = Attention(key=item.key, kind=item.kind, title=item.title, state=State.OPEN.value, first_seen=self.now())
            row.owner = row.due = row.note = row.settled = ""
            row.done_at = row.gone = 0
            try:
                with session.begin_nested():
                    session.add(row)
            except IntegrityError:  # another process has met it at the same moment
                row = session.get_one(Attention, item.key)
        row.title = item.title
        if row.gone:
            row.gone, row.first_seen = 0, self.now()
        if row.state == State.DONE and not marks(item.facts) <= set(row.settled.split()):
            before, row.state, row.done_at, row.settled, row.first_seen = str(_kept(row)), State.OPEN.value, 0, "", self.now()
            self._audit.record(session, ITSELF, CAME_BACK, item.key, before=before, after=str(_kept(row)), reason="something new was found")
        return row


def seen_of(item: Item, kept: Kept) -> str:
    """What a form says of what its page showed: how something stood, in short, and the marks of its facts."""
    return " ".join((_in_short(kept), *sorted(marks(item.facts))))


def _in_short(kept: Kept) -> str:
    return hashlib.sha256(str(kept).encode()).hexdigest()[:12]


def _kept(row: Attention) -> Kept:
    due = date.fromisoformat(row.due) if row.due else None
    return Kept(row.key, row.kind, row.title, State(row.state), row.owner, due, row.note, row.first_seen, row.done_at, row.gone)
