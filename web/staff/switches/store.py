"""What is switched off, as the database has it. The only place that queries its table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import select

from bot.off import NOTHING_OFF, Off
from web.database import Database
from web.staff.audit import Audit, Who
from web.staff.switches.models import Switch

WHOLE = "all"
"""The id under which the whole service is switched off."""


class What(StrEnum):
    """What sort of thing is switched off."""

    ENTRY = "entry"
    TOPIC = "topic"
    CHANNEL = "channel"
    SERVICE = "service"


@dataclass(frozen=True)
class Switched:
    """Something that was switched off. ``since`` is seconds since 1970, ``until`` the last day; ``over`` where that is past and it is on again."""

    what: What
    id: str
    line: str
    reason: str
    who: str
    since: int
    until: date | None
    over: bool


class Switches:
    """Switches off and on, each with its line in the audit trail. ``clock`` gives seconds since 1970. Safe to share between threads."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock, self._audit = database, clock, Audit(database, clock)

    def off(self) -> Off:
        """All that is off now.

        Raises:
            SQLAlchemyError: where the database cannot be read.
        """
        return _off(switched for switched in self.listed() if not switched.over)

    def listed(self) -> list[Switched]:
        """What is off, and what was until a day that is past; the latest first."""
        today = self.today()
        with self._database.reads() as session:
            rows = session.scalars(select(Switch).order_by(Switch.since.desc(), Switch.what, Switch.id)).all()
            return [_switched(row, today) for row in rows]

    def switch_off(self, what: What, id: str, line: str, until: date | None, who: Who, reason: str) -> None:
        """Switch something off, or change the line and the last day of what is off already."""
        with self._database.writes.begin() as session:
            before = session.get(Switch, (what.value, id))
            was = _state(_switched(before, self.today())) if before else "on"
            since = before.since if before and not _over(before.until, self.today()) else int(self._clock())
            row = Switch(what=what.value, id=id, line=line, reason=reason, who=who.name, since=since, until=until)
            session.merge(row)
            after = _state(_switched(row, self.today()))
            self._audit.record(session, who, "switch off", f"{what} {id}", before=was, after=after, reason=reason)

    def switch_on(self, what: What, id: str, who: Who, reason: str) -> bool:
        """Switch something on again, or take it off the list where its last day is past; whether it was there."""
        with self._database.writes.begin() as session:
            row = session.get(Switch, (what.value, id))
            if row is None:
                return False
            before = _state(_switched(row, self.today()))
            session.delete(row)
            self._audit.record(session, who, "switch on", f"{what} {id}", before=before, after="on", reason=reason)
            return True

    def today(self) -> date:
        """The day it is, UTC."""
        return datetime.fromtimestamp(self._clock(), UTC).date()


def _off(all_off: Iterable[Switched]) -> Off:
    lines: dict[What, dict[str, str]] = {what: {} for what in What}
    for switched in all_off:
        lines[switched.what][switched.id] = switched.line
    if not any(lines.values()):
        return NOTHING_OFF
    return Off(lines[What.ENTRY], lines[What.TOPIC], lines[What.CHANNEL], lines[What.SERVICE].get(WHOLE, ""))


def _over(until: date | None, today: date) -> bool:
    return until is not None and until < today


def _switched(row: Switch, today: date) -> Switched:
    return Switched(What(row.what), row.id, row.line, row.reason, row.who, row.since, row.until, _over(row.until, today))


def _state(switched: Switched) -> str:
    until = f" until {switched.until.isoformat()}" if switched.until else ""
    return f"{'on again, was off' if switched.over else 'off'}{until}: {switched.line}"
