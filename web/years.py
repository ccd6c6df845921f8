"""Calendar years, UTC, of the moments that the tables hold."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session


def span(year: int) -> tuple[int, int]:
    """The first second of a year and that of the next."""
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()), int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())


def day(moment: int) -> date:
    """The day of a moment."""
    return datetime.fromtimestamp(moment, UTC).date()


def years_in(session: Session, column: InstrumentedAttribute[int]) -> set[int]:
    """The years in which a column has a moment."""
    first, last = session.execute(select(func.min(column), func.max(column))).one()
    if first is None:
        return set()
    found = set()
    for year in range(day(first).year, day(last).year + 1):
        begin, end = span(year)
        if session.scalars(select(column).where(column >= begin, column < end).limit(1)).first() is not None:
            found.add(year)
    return found
