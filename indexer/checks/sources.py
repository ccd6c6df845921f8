"""Facts without a source, contacts that may be out of date, and reviews that are overdue."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator

from indexer.checks.finding import Finding, Subject
from indexer.entries import SHOWN_FROM_CERTAINTY, Entry, Source

UNSOURCED_HEADINGS = frozenset({"If it does not work", "What we do not know"})
"""Sections that an entry without a certain source may have: where else to ask, and what is not known."""

DATED_FIGURE = ("In ", "By ", "Until ", "Since ")
"""How a sentence begins that says when it held; an uncertain report may be quoted as a report."""

CONTACT_HOLDS = dt.timedelta(days=365)
"""How long a contact may go without being looked at again."""


def check_sources(subject: Subject) -> Iterator[Finding]:
    """Facts without a source, contacts on old or weak sources, overdue reviews."""
    for entry in subject.entries:
        yield from _unsourced(entry)
        yield from _weak_contacts(entry)
        yield from _old_contacts(entry, subject.today)
        if entry.review_due < subject.today:
            yield Finding("overdue-review", "error", entry.id, f"review was due on {entry.review_due.isoformat()}")


def _unsourced(entry: Entry) -> Iterator[Finding]:
    """An entry whose sources are all of certainty 0 may say where to ask, what was once reported, and what is not known; nothing else."""
    if entry.certainty > 0:
        return
    if not entry.section("What we do not know"):
        yield Finding("missing-source", "error", entry.id, "no source is certain (all are 0), and no section says what we do not know")
    for field in ("fees_description", "minimum_age", "maximum_age"):
        if getattr(entry, field) is not None:
            yield Finding("missing-source", "error", entry.id, f"{field}: no source is certain (all are 0)")
    for section in entry.sections:
        undated = [line for line in section.text.splitlines() if line.strip() and not line.startswith(DATED_FIGURE)]
        if section.heading not in UNSOURCED_HEADINGS and undated:
            yield Finding("missing-source", "error", entry.id, f"{section.heading}: no source is certain (all are 0): {undated[0]}")


def _weak_contacts(entry: Entry) -> Iterator[Finding]:
    for phone in entry.phones:
        if entry.sources[phone.source - 1].certainty < SHOWN_FROM_CERTAINTY:
            message = f"phones: {phone.number} rests on a source of certainty below {SHOWN_FROM_CERTAINTY} and is not shown"
            yield Finding("weak-contact", "note", entry.id, message)
    if (entry.email or entry.addresses) and entry.certainty < SHOWN_FROM_CERTAINTY:
        message = f"email or addresses rest on sources of certainty below {SHOWN_FROM_CERTAINTY} and are not shown"
        yield Finding("weak-contact", "note", entry.id, message)


def _old_contacts(entry: Entry, today: dt.date) -> Iterator[Finding]:
    """Contacts that nobody is known to have looked at within the year; a confirmed entry counts from the day it was confirmed."""
    rests_on = [(phone.number, entry.sources[phone.source - 1]) for phone in entry.shown_phones()]
    if entry.certainty >= SHOWN_FROM_CERTAINTY:
        main = next(source for source in entry.sources if source.certainty == entry.certainty)
        rests_on += [(contact, main) for contact in (entry.email, *entry.addresses) if contact]
    for contact, source in rests_on:
        written = max(filter(None, (last_day(source), entry.assured_date)), default=None)
        if written is None:
            yield Finding("old-contact", "note", entry.id, f"{contact} rests on a page without a date: check it ({source.title})")
        elif today - written > CONTACT_HOLDS:
            yield Finding("old-contact", "note", entry.id, f"{contact} was last seen in {source.dated}: check it ({source.title})")


def last_day(source: Source) -> dt.date | None:
    """The last day on which a source can have been written: a year or a month counts to its end; None if it has no date."""
    if source.dated == "undated":
        return None
    year, month, day = (*(int(part) for part in source.dated.split("-")), 0, 0)[:3]
    month = month or 12
    return dt.date(year, month, day or calendar.monthrange(year, month)[1])
