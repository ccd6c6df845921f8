"""The tables of consistency runs. What is asked is settled when a run is added, so that one that is taken up again asks the same."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String
from sqlalchemy import Text as TextType
from sqlalchemy.orm import Mapped, mapped_column

from web.models import Base


class ConsistencyRun(Base):
    """One run over one release. ``channels`` are names with spaces between; ``alike`` is known once it has ended, ``ended`` is 0 until then."""

    __tablename__ = "consistency_runs"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    job: Mapped[int] = mapped_column(Integer, default=0)
    who: Mapped[str] = mapped_column(String(200))
    created: Mapped[int] = mapped_column(BigInteger)
    release: Mapped[str] = mapped_column(String(80))
    channels: Mapped[str] = mapped_column(String(80))
    scope: Mapped[str] = mapped_column(String(200))
    needs: Mapped[int] = mapped_column(Integer)
    questions: Mapped[int] = mapped_column(Integer)
    alike: Mapped[int] = mapped_column(Integer, default=0)
    ended: Mapped[int] = mapped_column(BigInteger, default=0)


class ConsistencyWording(Base):
    """One wording that a run asks. ``id`` rises in the order of asking; ``turns`` are messages as JSON.

    ``learned`` is one that releases learn from.
    """

    __tablename__ = "consistency_wordings"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    run: Mapped[int] = mapped_column(ForeignKey("consistency_runs.number", ondelete="CASCADE"), index=True)
    need: Mapped[str] = mapped_column(String(300))
    who: Mapped[str] = mapped_column(String(100))
    turns: Mapped[str] = mapped_column(TextType)
    learned: Mapped[bool] = mapped_column(Boolean, default=False)


class ConsistencyTold(Base):
    """What a wording was told on one channel: where to start (an id, and its name), or the outcome where there is nowhere."""

    __tablename__ = "consistency_told"

    wording: Mapped[int] = mapped_column(ForeignKey("consistency_wordings.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    start: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(300))
    outcome: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(ForeignKey("consistency_texts.digest"), index=True)


class ConsistencyText(Base):
    """A reply by the SHA-256 of its words: most runs tell most people the same, so each is kept once."""

    __tablename__ = "consistency_texts"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(TextType)
