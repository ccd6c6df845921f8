"""The table of what is switched off."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, String
from sqlalchemy import Text as TextType
from sqlalchemy.orm import Mapped, mapped_column

from web.models import Base


class Switch(Base):
    """One thing that is off: what sort of thing, its id (``all`` for the service), and the public line. ``until`` is the last day on which it is."""

    __tablename__ = "switches"

    what: Mapped[str] = mapped_column(String(10), primary_key=True)
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    line: Mapped[str] = mapped_column(TextType)
    reason: Mapped[str] = mapped_column(TextType)
    who: Mapped[str] = mapped_column(String(200))
    since: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[date | None] = mapped_column(Date, default=None)
