"""Conversations: the only place that queries their tables. Everything here is deleted a short time after the last message."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records import Channel
from web.database import Database
from web.models import Conversation, Turn

TURNS = 20
"""Messages kept of one conversation; by text, MORE is one."""

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def is_public_id(conversation: str) -> bool:
    """Whether a visitor may name this conversation: those of text messages have ids of another shape."""
    return _ID.fullmatch(conversation) is not None


class Conversations:
    """Starts, continues, forgets and expires conversations. ``clock`` gives seconds since 1970. Safe to share between threads."""

    def __init__(self, database: Database, minutes: int, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._seconds = minutes * 60
        self._clock = clock

    def turns(self, conversation: str) -> list[str]:
        """The user's messages, oldest first; none if the conversation is unknown or has expired."""
        with self._database.reads() as session:
            return self._turns(session, conversation)

    def append(self, conversation: str | None, channel: Channel, message: str) -> str:
        """Store a message; where the conversation is unknown or expired, in a new one. Returns the id of the one used."""
        with self._database.writes.begin() as session:
            self._purge(session)
            if conversation is None or session.get(Conversation, conversation, with_for_update=True) is None:
                conversation = self._start(session, channel, None)
            self._append(session, conversation, message)
            return conversation

    def forget(self, conversation: str) -> bool:
        """Delete a conversation now; whether there was one."""
        with self._database.writes.begin() as session:
            self._purge(session)
            return _rows(session, delete(Conversation).where(Conversation.id == conversation)) > 0

    def purge(self) -> int:
        """Delete what has expired; returns the number of conversations."""
        with self._database.writes.begin() as session:
            return self._purge(session)

    def ping(self) -> None:
        """Ask the database for a sign of life; raises SQLAlchemyError where there is none."""
        with self._database.reads() as session:
            session.execute(text("SELECT 1"))

    def turns_in(self, session: Session, key: str) -> list[str]:
        """The messages of the sender with this key, oldest first, read within a session of the caller's."""
        return self._turns(session, key)

    def add_in(self, session: Session, key: str, channel: Channel, message: str, instead: bool = False) -> None:
        """Store a message of the sender with this key within a session of the caller's; ``instead`` of the last one where that was its beginning."""
        self._purge(session)
        self._start(session, channel, key)
        if instead:
            session.execute(delete(Turn).where(Turn.number == self._last(session, key)))
        self._append(session, key, message)

    def last_in(self, session: Session, key: str) -> tuple[str, int] | None:
        """The last message of the sender with this key, and when it came."""
        turn = session.get(Turn, self._last(session, key))
        return (turn.text, turn.created) if turn else None

    def forget_in(self, session: Session, key: str) -> None:
        """Delete the conversation of the sender with this key within a session of the caller's."""
        session.execute(delete(Conversation).where(Conversation.id == key))

    def _last(self, session: Session, key: str) -> int:
        return session.scalar(select(func.max(Turn.number)).where(Turn.conversation == key)) or 0

    def _now(self) -> int:
        return int(self._clock())

    def _turns(self, session: Session, conversation: str) -> list[str]:
        query = (
            select(Turn.text)
            .join(Conversation, Conversation.id == Turn.conversation)
            .where(Turn.conversation == conversation, Conversation.touched > self._now() - self._seconds)
            .order_by(Turn.number.desc())
            .limit(TURNS)
        )
        return list(session.scalars(query))[::-1]

    def _start(self, session: Session, channel: Channel, key: str | None) -> str:
        conversation = key or secrets.token_urlsafe(16)
        if key is None or session.get(Conversation, key, with_for_update=True) is None:
            now = self._now()
            with contextlib.suppress(IntegrityError), session.begin_nested():  # another process may have begun it in the meantime
                session.add(Conversation(id=conversation, channel=channel.value, created=now, touched=now))
        return conversation

    def _append(self, session: Session, conversation: str, message: str) -> None:
        now = self._now()
        session.get_one(Conversation, conversation).touched = now
        session.add(Turn(conversation=conversation, text=message, created=now))
        session.flush()
        numbers = session.scalars(select(Turn.number).where(Turn.conversation == conversation).order_by(Turn.number.desc())).all()
        session.execute(delete(Turn).where(Turn.number.in_(numbers[TURNS:])))

    def _purge(self, session: Session) -> int:
        before = self._now() - self._seconds
        return _rows(session, delete(Conversation).where(Conversation.touched <= before))


def _rows(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
