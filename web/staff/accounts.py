"""Accounts of staff, their passwords and their sessions. The only place that queries those tables."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from sqlalchemy import ColumnElement, delete, or_, select

from indexer.errors import WaymarkError
from web.database import Database
from web.settings import WebSettings
from web.staff.audit import SYSTEM, Audit, Who
from web.staff.models import Account, StaffSession
from web.staff.roles import ALLOWED, May, Role

_NAME = re.compile(r"[^@\s]{1,100}@[^@\s]{1,99}")
_LONGEST = 200
"""Characters of a password that are taken, so that nobody can make us hash a book."""


class AccountError(WaymarkError):
    """An account cannot be made or changed; the message says why."""


@dataclass(frozen=True)
class Member(Who):
    """Someone on the staff who is signed in."""

    def may(self, what: May) -> bool:
        """Whether the role allows it."""
        return what in ALLOWED[Role(self.role)]


@dataclass(frozen=True)
class Listed:
    """An account as it is shown to an administrator. Times are seconds since 1970; 0 for never."""

    name: str
    role: str
    active: bool
    password: bool
    locked_until: int
    signed_in: int
    sessions: int


class Accounts:
    """Keeps accounts and sessions. ``clock`` gives seconds since 1970. Safe to share between threads."""

    def __init__(self, settings: WebSettings, database: Database, audit: Audit, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._database, self._audit, self._clock = settings, database, audit, clock
        self._hasher = PasswordHasher()  # Argon2id with the parameters of RFC 9106 for little memory
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def add(self, name: str, role: Role, password: str | None = None) -> None:
        """Make an account; without a password only OpenID Connect lets them in.

        Raises:
            AccountError: if the name is no e-mail address or taken, or the password empty or too short.
        """
        name = name.strip().lower()
        if not _NAME.fullmatch(name):
            raise AccountError(f"{name or 'nothing'} is no e-mail address")
        hashed = "" if password is None else self._hashed(password)
        with self._database.writes.begin() as session:
            if session.get(Account, name):
                raise AccountError(f"there is an account {name} already")
            session.add(Account(name=name, role=role.value, password=hashed, created=int(self._clock())))
            self._audit.record(session, SYSTEM, "add account", name, after=role.value, reason="made at the command line")

    def change(
        self,
        name: str,
        *,
        role: Role | None = None,
        password: str | None = None,
        active: bool | None = None,
        by: Who = SYSTEM,
        reason: str = "made at the command line",
    ) -> None:
        """Change an account; its sessions end, and a lock is lifted.

        Raises:
            AccountError: if there is none of that name, or the password is empty or too short.
        """
        hashed = None if password is None else self._hashed(password)
        with self._database.writes.begin() as session:
            account = session.get(Account, name.strip().lower())
            if account is None:
                raise AccountError(f"there is no account {name}")
            before = _state(account)
            account.role = role.value if role else account.role
            account.password = account.password if hashed is None else hashed
            account.active = account.active if active is None else active
            account.failed = account.locked_until = 0
            session.execute(delete(StaffSession).where(StaffSession.staff == account.name))
            after = _state(account) + (", new password" if hashed else "")
            self._audit.record(session, by, "change account", account.name, before=before, after=after, reason=reason)

    def sign_in(self, name: str, password: str) -> str | None:
        """The secret of a new session, or None where name and password do not belong together, or the account is locked or closed."""
        now = int(self._clock())
        with self._database.reads() as session:
            account = session.get(Account, name.strip().lower()[:_LONGEST])
            known, locked = (account.password, account.locked_until > now or not account.active) if account else ("", True)
        right = self._verified(known or self._nobody, password[:_LONGEST]) and bool(known)  # as much work for a name that nobody has
        with self._database.writes.begin() as session:
            account = session.get(Account, name.strip().lower()[:_LONGEST])
            if account is None or locked or account.locked_until > now:
                return None
            if not right:
                account.failed += 1
                if account.failed >= self._settings.staff_attempts:
                    account.failed, account.locked_until = 0, now + 60 * self._settings.staff_lock_minutes
                    self._audit.record(session, Who(account.name, account.role), "lock account", account.name, reason="too many wrong passwords")
                return None
        return self.admit(name)

    def admit(self, name: str) -> str | None:
        """The secret of a new session for someone whose identity is proven; None where they have no open account here."""
        now, secret = int(self._clock()), secrets.token_urlsafe(32)
        with self._database.writes.begin() as session:
            account = session.get(Account, name.strip().lower()[:_LONGEST])
            if account is None or not account.active:
                return None
            account.failed, account.signed_in = 0, now
            session.execute(delete(StaffSession).where(self._over(now)))
            session.add(StaffSession(key=_key(secret), staff=account.name, created=now, seen=now))
        return secret

    def find(self, secret: str) -> Member | None:
        """Who a session belongs to; None where it has ended. Being found keeps it alive."""
        now = int(self._clock())
        with self._database.reads() as session:
            query = select(StaffSession, Account).join(Account, Account.name == StaffSession.staff).where(StaffSession.key == _key(secret))
            found = session.execute(query.where(~self._over(now), Account.active)).one_or_none()
            member = Member(found[1].name, found[1].role) if found else None
            stale = found is not None and found[0].seen < now - 20
        if stale:
            with self._database.writes.begin() as session:
                if kept := session.get(StaffSession, _key(secret)):
                    kept.seen = now
        return member

    def sign_out(self, secret: str) -> None:
        """End one session."""
        with self._database.writes.begin() as session:
            session.execute(delete(StaffSession).where(StaffSession.key == _key(secret)))

    def end_sessions(self, name: str, by: Who, reason: str) -> int:
        """End every session of an account; how many there were."""
        with self._database.writes.begin() as session:
            ended = len(session.scalars(delete(StaffSession).where(StaffSession.staff == name).returning(StaffSession.key)).all())
            self._audit.record(session, by, "end sessions", name, before=str(ended), after="0", reason=reason)
        return ended

    def listed(self) -> list[Listed]:
        """Every account, by name."""
        now = int(self._clock())
        with self._database.reads() as session:
            open_now = [s.staff for s in session.scalars(select(StaffSession).where(~self._over(now)))]
            return [
                Listed(a.name, a.role, a.active, bool(a.password), a.locked_until if a.locked_until > now else 0, a.signed_in, open_now.count(a.name))
                for a in session.scalars(select(Account).order_by(Account.name))
            ]

    def _over(self, now: int) -> ColumnElement[bool]:
        idle, whole = now - 60 * self._settings.staff_idle_minutes, now - 3600 * self._settings.staff_session_hours
        return or_(StaffSession.seen < idle, StaffSession.created < whole)

    def _hashed(self, password: str) -> str:
        if not password:
            raise AccountError("no password was given")
        least = self._settings.staff_password_length
        if not least <= len(password) <= _LONGEST:
            raise AccountError(f"a password has {least} to {_LONGEST} characters")
        return self._hasher.hash(password)

    def _verified(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _state(account: Account) -> str:
    return f"{account.role}, {'open' if account.active else 'closed'}"
