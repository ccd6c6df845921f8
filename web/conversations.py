"""Conversations: the only place that queries their tables. Everything here is deleted a short time after the last message."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records import Channel
from web.database import Database
from web.models import Conversation, Message, Turn

TURNS = 10
"""Messages kept of one conversation."""

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def is_public_id(conversation: str) -> bool:
    """Whether a visitor may name this conversation: those of text messages have ids of another shape."""
    return _ID.fullmatch(conversation) is not None


@dataclass
class Delivery:
    """A text message being answered. ``reply`` is empty until it has been; ``turns`` are the sender's earlier messages."""

    reply: str
    turns: Sequence[str]
    keep: Callable[[str | None, str], None]
    """Stores the message (None: not worth keeping) and the reply."""


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

    @contextmanager
    def seen(self, sid: str, channel: Channel, key: str) -> Iterator[Delivery]:
        """Claim a text message by the carrier's id, for one delivery at a time.

        The claim is one transaction: a second delivery waits for the first and finds its reply, and one cut short leaves no trace.
        """
        with self._database.writes.begin() as session:
            self._purge(session)
            message = session.get(Message, sid) or self._claim(session, sid)

            def keep(words: str | None, reply: str) -> None:
                message.reply = reply
                if words is not None:
                    message.conversation = self._start(session, channel, key)
                    self._append(session, key, words)

            yield Delivery(message.reply, () if message.reply else self._turns(session, key), keep)

    def _claim(self, session: Session, sid: str) -> Message:
        message = Message(sid=sid, reply="", created=self._now())
        try:
            with session.begin_nested():
                session.add(message)
        except IntegrityError:  # another delivery claimed it in the meantime, and has been committed
            message = session.scalars(select(Message).where(Message.sid == sid)).one()
        return message

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
        session.execute(delete(Message).where(Message.created <= before))
        return _rows(session, delete(Conversation).where(Conversation.touched <= before))


def _rows(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
