"""The tables of the console's foundations: accounts, sessions, the audit trail and background work. Times are seconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Integer, String
from sqlalchemy import Text as TextType
from sqlalchemy.orm import Mapped, mapped_column

from web.models import Base


class Account(Base):
    """Someone who may sign in, by e-mail address in lower case. ``password`` is an Argon2id hash, empty where only OpenID Connect lets them in."""

    __tablename__ = "staff"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    password: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[int] = mapped_column(BigInteger, default=0)
    signed_in: Mapped[int] = mapped_column(BigInteger, default=0)
    created: Mapped[int] = mapped_column(BigInteger)


class StaffSession(Base):
    """One browser that is signed in, by the SHA-256 of the secret in its cookie."""

    __tablename__ = "staff_sessions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.name", ondelete="CASCADE"), index=True)
    created: Mapped[int] = mapped_column(BigInteger)
    seen: Mapped[int] = mapped_column(BigInteger)


class AuditEntry(Base):
    """One change: who made it, when, to what, what stood there before and after, and why.

    ``state`` is ``done``; ``begun`` where a file is being written; ``not done`` where that was broken off before the file was replaced.
    """

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    who: Mapped[str] = mapped_column(String(200), index=True)
    role: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    before: Mapped[str] = mapped_column(TextType, default="")
    after: Mapped[str] = mapped_column(TextType, default="")
    reason: Mapped[str] = mapped_column(TextType)
    state: Mapped[str] = mapped_column(String(10), default="done")


class Job(Base):
    """A piece of background work. ``lease`` is until when whoever does it need not be doubted; ``args`` and ``result`` are JSON."""

    __tablename__ = "jobs"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    lane: Mapped[str] = mapped_column(String(10))
    args: Mapped[str] = mapped_column(TextType)
    who: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), index=True)
    worker: Mapped[str] = mapped_column(String(40), default="")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    note: Mapped[str] = mapped_column(TextType, default="")
    result: Mapped[str] = mapped_column(TextType, default="")
    lease: Mapped[float] = mapped_column(Float, default=0.0)
    created: Mapped[int] = mapped_column(BigInteger)
    started: Mapped[int] = mapped_column(BigInteger, default=0)
    ended: Mapped[int] = mapped_column(BigInteger, default=0)
