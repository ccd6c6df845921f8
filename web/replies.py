"""What the council says to comments, and which of them are published with it. The only place that queries the table of responses."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from web.database import Database
from web.feedback import is_reference
from web.models import Comment, Response
from web.years import span, years_in


@dataclass(frozen=True)
class Answered:
    """A comment. ``said`` is what may be published of it, or what was stored where it has no reply; ``published`` is 0 there."""

    reference: str
    entry: str
    about: str
    created: int
    said: str
    reply: str
    done: str
    published: int

    @property
    def digest(self) -> str:
        """What tells whether anything else has been published of it since; empty where nothing is."""
        return hashlib.sha256(repr((self.said, self.reply, self.done, self.published)).encode()).hexdigest()[:12] if self.published else ""


@dataclass(frozen=True)
class Tally:
    """How many comments came in during a year: by what they are about, by entry, and how many of them have a published reply."""

    kinds: Counter[str]
    entries: Counter[str]
    answered: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.kinds.total()


class Replies:
    """Stores replies. A comment belongs to the year in which it came in. ``clock`` gives seconds since 1970. Safe to share between threads."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def find(self, reference: str, session: Session | None = None) -> Answered | None:
        """One comment; None where there is none with that number. With ``session``, within that."""
        if not is_reference(reference, "F"):
            return None
        if session is None:
            with self._database.reads() as own:
                return self.find(reference, own)
        found = session.execute(_all().where(Comment.reference == reference)).one_or_none()
        return _answered(*found) if found else None

    def publish(self, reference: str, said: str, reply: str, done: str = "", session: Session | None = None) -> None:
        """Publish a comment that exists with the reply to it. A second reply takes the place of the first. With ``session``, within that."""
        if session is None:
            with self._database.writes.begin() as own:
                return self.publish(reference, said, reply, done, own)
        now = int(self._clock())
        session.merge(Response(reference=reference, published_text=said, reply=reply, done=done, published=now))
        return None

    def withdraw(self, reference: str, session: Session | None = None) -> bool:
        """Take a comment and its reply off the site; the comment itself is kept. False where it was not published. With ``session``, within that."""
        if session is None:
            with self._database.writes.begin() as own:
                return self.withdraw(reference, own)
        return session.scalars(delete(Response).where(Response.reference == reference).returning(Response.reference)).first() is not None

    def comments(self, year: int | None = None, unanswered: bool = False) -> list[Answered]:
        """Comments, oldest first."""
        query = _all(year).order_by(Comment.created, Comment.reference)
        if unanswered:
            query = query.where(Response.reference.is_(None))
        with self._database.reads() as session:
            return [_answered(comment, response) for comment, response in session.execute(query)]

    def published(self, year: int) -> list[Answered]:
        """The year's comments that have a published reply, the newest reply first."""
        query = _all(year).where(Response.reference.is_not(None)).order_by(Response.published.desc(), Comment.reference)
        with self._database.reads() as session:
            return [_answered(comment, response) for comment, response in session.execute(query)]

    def tally(self, year: int) -> Tally:
        """The numbers of a year."""
        found = self.comments(year)
        return Tally(Counter(c.about for c in found), Counter(c.entry for c in found), sum(1 for c in found if c.published))

    def years(self) -> set[int]:
        """The years in which comments came in."""
        with self._database.reads() as session:
            return years_in(session, Comment.created)


def before_and_after(was: Answered, said: str, reply: str, done: str) -> tuple[str, str]:
    """The publishing of a comment as it stands in the audit trail: what was published of it before, and what is now."""
    before = f"{was.said}\n\n{was.reply}" if was.published else ""
    return before, f"{was.reference}\n\n{said or '(no words of it)'}\n\n{reply}" + (f"\n\n{done}" if done else "")


def _all(year: int | None = None) -> Any:
    """Comments, each with its response if it has one."""
    query = select(Comment, Response).outerjoin(Response, Response.reference == Comment.reference)
    if year is None:
        return query
    begin, end = span(year)
    return query.where(Comment.created >= begin, Comment.created < end)


def _answered(comment: Comment, response: Response | None) -> Answered:
    facts = (comment.reference, comment.entry, comment.about, comment.created)
    if response is None:
        return Answered(*facts, said=comment.text, reply="", done="", published=0)
    return Answered(*facts, said=response.published_text, reply=response.reply, done=response.done, published=response.published)
