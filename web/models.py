"""The tables. Times are whole seconds since 1970, UTC. No phone number is in any of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of the tables."""


class Conversation(Base):
    """One person's run of questions. For text messages ``id`` is a keyed hash of the sender's number."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    created: Mapped[int] = mapped_column(BigInteger)
    touched: Mapped[int] = mapped_column(BigInteger, index=True)


class Turn(Base):
    """One message of the user. ``number`` rises over all conversations, so it orders the turns of each."""

    __tablename__ = "turns"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    created: Mapped[int] = mapped_column(BigInteger)


class Message(Base):
    """A text message already answered, by the id its carrier gave it, so that a second delivery gets the same reply."""

    __tablename__ = "messages"

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    reply: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[int] = mapped_column(BigInteger, index=True)


class Comment(Base):
    """What someone said is wrong with an entry, without anything that could tell who they are or how to reach them."""

    __tablename__ = "feedback"

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    entry: Mapped[str] = mapped_column(String(120), index=True)
    release: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    created: Mapped[int] = mapped_column(BigInteger, index=True)


class AnswerFeedback(Base):
    """Whether an answer helped someone. It holds where the answer sent them, never the question or the conversation."""

    __tablename__ = "answer_feedback"

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    helped: Mapped[bool] = mapped_column(Boolean)
    outcome: Mapped[str] = mapped_column(String(20))
    entries: Mapped[str] = mapped_column(Text)
    release: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    created: Mapped[int] = mapped_column(BigInteger, index=True)


class Response(Base):
    """What the council says to a comment, with as much of the comment as may be published."""

    __tablename__ = "responses"

    reference: Mapped[str] = mapped_column(ForeignKey("feedback.reference", ondelete="CASCADE"), primary_key=True)
    published_text: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text)
    done: Mapped[str] = mapped_column(Text)
    published: Mapped[int] = mapped_column(BigInteger)
