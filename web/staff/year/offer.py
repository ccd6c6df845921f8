"""What a year's report says of the Local Offer itself: comments, entries, the duties of the law, and what the council still has to supply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from indexer.checks import Checked, Duty
from indexer.entries import Entry
from web.comments import ABOUT
from web.present import in_words
from web.report import Report, in_figures, name_of
from web.staff.year.blocks import Block, Bullets, Heading, Paragraph, Table, Write
from web.years import day

KINDS = (("service", "Services"), ("topic", "Topics"), ("framework", "Pages on what school should do"))


def comments(report: Report, entries: Mapping[str, Entry]) -> Iterator[Block]:
    """“You said, we did”, with the figures of the public page."""
    yield Heading("What families told us, and what we did")
    yield Paragraph(f"Comments on our pages that came in: {in_figures(report.total)}.")
    if report.kinds:
        kinds = tuple((str(ABOUT.get(kind, kind)), in_figures(number)) for kind, number in report.kinds)
        yield Table("What the comments are about", ("What is wrong", "Comments"), kinds)
        pages = tuple((name_of(id, entries), in_figures(number)) for id, number in report.entries)
        yield Table("Which pages they are about", ("Page", "Comments"), pages)
    helped = (("Yes", in_figures(report.helped)), ("No", in_figures(report.not_helped)))
    yield Table("Did our answers help?", ("What people said", "Answers"), helped)
    yield Heading("Published comments and replies", 2)
    if not report.published:
        yield Paragraph("No reply to a comment of this year has been published.")
    for comment in report.published:
        yield Heading(f"{name_of(comment.entry, entries)} ({day(comment.created):%m/%Y})", 3)
        said = (("You said", comment.said), ("We say", comment.reply), ("We did", comment.done))
        yield Bullets(tuple(f"{label}: {text}" for label, text in said if text))
    yield Write("what else was done because of what families said, and how children, young people and parents took part in the review")


def entries_kept(entries: Sequence[Entry], today: date) -> Iterator[Block]:
    """How much of the directory has been confirmed, and what is due for review."""
    yield Heading("How current the information is")
    rows = []
    for kind, name in KINDS:
        of_kind = [entry for entry in entries if entry.kind == kind]
        confirmed, due = sum(e.assured_date is not None for e in of_kind), sum(e.review_due <= today for e in of_kind)
        rows.append((name, str(len(of_kind)), str(confirmed), str(due)))
    yield Table(f"Entries, as of {in_words(today)}", ("Kind", "Entries", "Confirmed by a person", "Due for review"), tuple(rows))
    overdue = sorted((e for e in entries if e.review_due <= today), key=lambda e: (e.review_due, e.name))
    if overdue:
        lines = tuple((e.name, in_words(e.review_due), in_words(e.assured_date) or "never") for e in overdue)
        yield Table("Entries that are due for review", ("Entry", "Due since", "Confirmed"), lines)
    yield Write("who owns the review of entries, and by when the rest will be confirmed")


def duties(checked: Checked) -> Iterator[Block]:
    """The duties of Schedule 2, covered and not."""
    yield Heading("What the law asks a Local Offer to say")
    covered = sum(duty.covered for duty in checked.duties)
    yield Paragraph(
        f"Of {len(checked.duties)} duties (Schedule 2 to the Special Educational Needs and Disability Regulations 2014, and those beside it), "
        f"{covered} {'is' if covered == 1 else 'are'} covered. For the others the council still has to supply something."
    )
    rows = tuple((d.paragraph or "[Write here: the paragraph]", d.duty, _how_far(d), d.needs or "") for d in checked.duties)
    yield Table("Duties", ("Paragraph", "What must be published", "Covered", "What is wanting"), rows)
    yield Write("who supplies what is wanting, and by when")


def _how_far(duty: Duty) -> str:
    return "yes" if duty.covered else "in part" if duty.entries else "no"


def still_to_supply(checked: Checked, entries: Mapping[str, Entry]) -> Iterator[Block]:
    """Contacts that entries wait for."""
    yield Heading("Contacts that the council still has to supply")
    waiting = [row for row in checked.waiting if row.contact]
    if not waiting:
        yield Paragraph("None: every entry has its contacts.")
        return
    rows = tuple((row.what, row.group, ", ".join(name_of(id, entries) for id in row.entries)) for row in waiting)
    yield Table("Contacts", ("What is wanting", "Kind", "For"), rows)
    yield Write("who asks each service for these, and by when")
