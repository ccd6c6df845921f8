"""Comments on entries: kept without personal data, limited by how many there are, never by who sends them. The only place that queries them."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.database import Database
from web.models import Comment

HOUR = 3600
DAY = 24 * HOUR
_LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"
_REFERENCE = re.compile(rf"[A-Z]-[{_LETTERS}]{{4}}-[{_LETTERS}]{{4}}")


class TooMany(Exception):  # noqa: N818 - it is a limit, not a fault
    """As many comments as one hour takes have come in."""


def new_reference(kind: str) -> str:
    """A reference number nobody can guess, without letters that are easily mixed up. ``kind`` is its first letter."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{kind}-{letters[:4]}-{letters[4:]}"


def is_reference(text: str, kind: str) -> bool:
    """Whether this can be a reference number of that kind."""
    return text.startswith(f"{kind}-") and _REFERENCE.fullmatch(text) is not None


class Feedback:
    """Stores comments. ``clock`` gives seconds since 1970. Safe to share between threads.

    Nothing is kept of who sends a comment, so the limits count comments: so many an hour on one entry, and so many on all together. The same
    words on the same entry within a day are one comment.
    """

    def __init__(self, database: Database, on_one_entry: int, on_all: int, clock: Callable[[], float] = time.time) -> None:
        self._database, self._on_one_entry, self._on_all, self._clock = database, on_one_entry, on_all, clock

    def keep(self, entry: str, release: str, about: str, text: str) -> str:
        """Store a comment, which must hold nothing personal any more, and return its reference.

        Raises:
            TooMany: if the limit of this hour is reached.
        """
        with self._database.writes.begin() as session:
            now = int(self._clock())
            same = select(Comment.reference).where(
                Comment.entry == entry, Comment.about == about, Comment.text == text, Comment.created > now - DAY
            )
            if reference := session.scalars(same).first():
                return reference
            if self._since(session, now - HOUR, entry) >= self._on_one_entry or self._since(session, now - HOUR) >= self._on_all:
                raise TooMany
            comment = Comment(reference=new_reference("F"), entry=entry, release=release, about=about, text=text, created=now)
            session.add(comment)
            return comment.reference

    def entry_of(self, reference: str) -> str | None:
        """The id of the entry that a comment is about; None where there is no such comment."""
        if not is_reference(reference, "F"):
            return None
        with self._database.reads() as session:
            return session.scalars(select(Comment.entry).where(Comment.reference == reference)).first()

    @staticmethod
    def _since(session: Session, moment: int, entry: str | None = None) -> int:
        query = select(func.count()).select_from(Comment).where(Comment.created > moment)
        return session.scalar(query if entry is None else query.where(Comment.entry == entry)) or 0
