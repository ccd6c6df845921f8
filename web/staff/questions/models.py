"""The tables of files of questions. They are kept for a few days at most."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy import Text as TextType
from sqlalchemy.orm import Mapped, mapped_column

from web.models import Base


class QuestionFile(Base):
    """One file: ``fetched`` is when its answers were first downloaded, 0 for not yet; ``notes`` says what was odd about it, a line for each."""

    __tablename__ = "question_files"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    job: Mapped[int] = mapped_column(Integer, default=0)
    who: Mapped[str] = mapped_column(String(200))
    created: Mapped[int] = mapped_column(BigInteger, index=True)
    fetched: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(200))
    notes: Mapped[str] = mapped_column(TextType, default="")
    rows: Mapped[int] = mapped_column(Integer)


class QuestionRow(Base):
    """One question of a file, by its line there, with its answer; ``outcome`` is empty until it has one."""

    __tablename__ = "question_rows"

    file: Mapped[int] = mapped_column(ForeignKey("question_files.number", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    question: Mapped[str] = mapped_column(TextType)
    need: Mapped[str] = mapped_column(String(300), default="")
    channel: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(TextType, default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    start: Mapped[str] = mapped_column(String(300), default="")
    others: Mapped[str] = mapped_column(TextType, default="")
    text: Mapped[str] = mapped_column(TextType, default="")
    sources: Mapped[str] = mapped_column(TextType, default="")
    release: Mapped[str] = mapped_column(String(80), default="")
