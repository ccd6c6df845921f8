"""The tables of what needs attention. Times are seconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, String
from sqlalchemy import Text as TextType
from sqlalchemy.orm import Mapped, mapped_column

from web.models import Base


class Attention(Base):
    """What staff decided about one thing that needs attention, by its key (``review:portage``).

    ``settled`` are marks of the facts that stood when it was done: with a fact beyond them it comes back. ``gone`` is when it was found no
    more, 0 while it is. ``due`` is a day as 2026-04-05, empty for none.
    """

    __tablename__ = "attention"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    title: Mapped[str] = mapped_column(TextType)
    state: Mapped[str] = mapped_column(String(30))
    owner: Mapped[str] = mapped_column(String(200), default="")
    due: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(TextType, default="")
    settled: Mapped[str] = mapped_column(TextType, default="")
    first_seen: Mapped[int] = mapped_column(BigInteger, index=True)
    done_at: Mapped[int] = mapped_column(BigInteger, default=0)
    gone: Mapped[int] = mapped_column(BigInteger, default=0)


class Look(Base):
    """What a check of the content found, as JSON, when it ended, and the state of the content folder that it looked at."""

    __tablename__ = "attention_looks"

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    state: Mapped[str] = mapped_column(String(64))
    at: Mapped[int] = mapped_column(BigInteger)
    found: Mapped[str] = mapped_column(TextType)
