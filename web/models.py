"""The tables. Times are seconds since 1970, UTC. No phone number can be read in any of them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Boolean, Date, Float, ForeignKey, Integer, String
from sqlalchemy import Text as TextType
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
    text: Mapped[str] = mapped_column(TextType)
    created: Mapped[int] = mapped_column(BigInteger)


class Delivery(Base):
    """That a text message has come in, by a keyed hash of its carrier's id, so that it is answered once however often it is delivered."""

    __tablename__ = "deliveries"

    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    created: Mapped[int] = mapped_column(BigInteger, index=True)


class Text(Base):
    """A text message to which a reply is owed, or could not be sent. It is deleted when the reply has been handed to the carrier.

    ``number`` rises, so it orders the texts of a sender. ``sender`` is a keyed hash; ``address`` (from, to), ``said`` (its pieces) and
    ``reply`` are sealed. ``due`` is when somebody has to see to it again: whoever does so now moves it on first, so that nobody else does.
    """

    __tablename__ = "texts"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    ref: Mapped[str] = mapped_column(String(64), unique=True)
    sender: Mapped[str] = mapped_column(String(64), index=True)
    provider: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(TextType)
    said: Mapped[str] = mapped_column(TextType)
    reply: Mapped[str] = mapped_column(TextType, default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    segments: Mapped[int] = mapped_column(Integer, default=0)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    why: Mapped[str] = mapped_column(String(80), default="")
    due: Mapped[float] = mapped_column(Float, index=True)
    created: Mapped[int] = mapped_column(BigInteger, index=True)


class Sender(Base):
    """What has to be known of someone who texts, by a keyed hash of the number: whether they said STOP, and how much they sent of late.

    ``last`` and ``heard`` are keyed hashes of their last text and of our last reply. Deleted a day after the last text, unless ``stopped``.
    """

    __tablename__ = "senders"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    stopped: Mapped[bool] = mapped_column(Boolean, default=False)
    hour: Mapped[int] = mapped_column(BigInteger, default=0)
    in_hour: Mapped[int] = mapped_column(Integer, default=0)
    day: Mapped[int] = mapped_column(BigInteger, default=0)
    in_day: Mapped[int] = mapped_column(Integer, default=0)
    told_until: Mapped[int] = mapped_column(BigInteger, default=0)
    last: Mapped[str] = mapped_column(String(64), default="")
    repeats: Mapped[int] = mapped_column(Integer, default=0)
    heard: Mapped[str] = mapped_column(String(64), default="")
    touched: Mapped[int] = mapped_column(BigInteger, default=0, index=True)


class TextUse(Base):
    """How many texts came in and went out in an hour, and in how many segments, over all numbers."""

    __tablename__ = "text_use"

    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    received: Mapped[int] = mapped_column(Integer, default=0)
    sent: Mapped[int] = mapped_column(Integer, default=0)
    segments: Mapped[int] = mapped_column(Integer, default=0)


class AskedCount(Base):
    """How often something was asked on a day (UTC), counted by itself (``web/asked.py``). Rows have no order of their own that could join them."""

    __tablename__ = "asked_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    measure: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(120), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


class Comment(Base):
    """What someone said is wrong with an entry, without anything that could tell who they are or how to reach them."""

    __tablename__ = "feedback"

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    entry: Mapped[str] = mapped_column(String(120), index=True)
    release: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(TextType)
    created: Mapped[int] = mapped_column(BigInteger, index=True)


class AnswerFeedback(Base):
    """Whether an answer helped someone. It holds where the answer sent them, never the question or the conversation."""

    __tablename__ = "answer_feedback"

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    helped: Mapped[bool] = mapped_column(Boolean)
    outcome: Mapped[str] = mapped_column(String(20))
    entries: Mapped[str] = mapped_column(TextType)
    release: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(TextType)
    created: Mapped[int] = mapped_column(BigInteger, index=True)


class Response(Base):
    """What the council says to a comment, with as much of the comment as may be published."""

    __tablename__ = "responses"

    reference: Mapped[str] = mapped_column(ForeignKey("feedback.reference", ondelete="CASCADE"), primary_key=True)
    published_text: Mapped[str] = mapped_column(TextType)
    reply: Mapped[str] = mapped_column(TextType)
    done: Mapped[str] = mapped_column(TextType)
    published: Mapped[int] = mapped_column(BigInteger)
