"""``python -m web comments``: staff read comments, publish replies to them, and take the yearly report."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import WaymarkError
from web.out import give

if TYPE_CHECKING:  # these wait until a command runs: the server sets up its counters before they are loaded
    from indexer.entries import Entry
    from web.answer_feedback import AnswerFeedbackStore
    from web.database import Database
    from web.replies import Answered, Replies


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``comments`` and what it can do to a command line."""
    comments = commands.add_parser("comments", help="read comments on pages, publish replies to them, and take the yearly report")
    actions = comments.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="show the comments that have come in")
    listing.add_argument("--year", type=int, help="only those of this year")
    listing.add_argument("--unanswered", action="store_true", help="only those without a published reply")
    publish = actions.add_parser("publish", help="publish a comment with the reply to it")
    publish.add_argument("reference", metavar="REFERENCE")
    publish.add_argument("--reply", required=True, help="what the council says to it")
    publish.add_argument("--text", help="what is published of the comment; by default all of it, '' for nothing but what it is about")
    publish.add_argument("--done", default="", help="what has been changed")
    actions.add_parser("withdraw", help="take a comment and its reply off the site").add_argument("reference", metavar="REFERENCE")
    export = actions.add_parser("export", help="print the report on a year as CSV")
    export.add_argument("year", type=int, metavar="YEAR")
    export.add_argument("--out", type=Path, metavar="FILE", help="write it to this file instead")


def run(given: argparse.Namespace) -> None:
    """Carry out one command.

    Raises:
        WaymarkError: with a readable message, where it cannot be done.
    """
    with _open(given.config) as (database, replies, answers):
        if given.action == "list":
            found = replies.comments(given.year, given.unanswered)
            print("\n".join(_line(comment) for comment in found) if found else "no comments")
        elif given.action == "publish":
            _publish(database, replies, given)
        elif given.action == "withdraw":
            _withdraw(database, replies, given)
        else:
            _export(replies, answers, given)


def _publish(database: Database, replies: Replies, given: argparse.Namespace) -> None:
    from web.comments import known_words
    from web.redact import redact
    from web.replies import before_and_after
    from web.site import clean
    from web.staff.audit import SYSTEM, Audit

    comment = replies.find(given.reference)
    if comment is None:
        raise WaymarkError(f"no comment has the reference {given.reference}")
    reply, done = clean(given.reply).strip(), clean(given.done).strip()
    if not any(c.isalnum() for c in reply):
        raise WaymarkError("the reply is empty: say what the council answers, with --reply")
    entries = _entries(given.config)
    own = [entries[comment.entry]] if comment.entry in entries else []
    said = redact(comment.said if given.text is None else clean(given.text), known_words(own, (e.name for e in entries.values())))
    with database.writes.begin() as session:
        before, after = before_and_after(replies.find(comment.reference, session) or comment, said, reply, done)
        replies.publish(comment.reference, said, reply, done, session)
        subject = f"comment:{comment.entry}"
        Audit(database).record(session, SYSTEM, "publish reply", subject, before=before, after=after, reason="published at the command line")
    print(f"{comment.reference} is published. Of the comment, this is shown:\n{said or '(no words of it)'}")


def _withdraw(database: Database, replies: Replies, given: argparse.Namespace) -> None:
    from web.staff.audit import SYSTEM, Audit

    with database.writes.begin() as session:
        comment = replies.find(given.reference, session)
        if comment is None or not replies.withdraw(comment.reference, session):
            raise WaymarkError(f"no published comment has the reference {given.reference}")
        subject, reason = f"comment:{comment.entry}", "withdrawn at the command line"  # its words were withdrawn, so they are not kept here
        Audit(database).record(session, SYSTEM, "withdraw reply", subject, before=comment.reference, reason=reason)
    print(f"{given.reference} is no longer published")


def _export(replies: Replies, answers: AnswerFeedbackStore, given: argparse.Namespace) -> None:
    from web.report import as_csv, report_on, years_of

    if given.year not in years_of(replies, answers):
        raise WaymarkError(f"nothing came in during {given.year}")
    text = as_csv(report_on(given.year, replies, answers), _entries(given.config)).encode("utf-8")
    give(text, given.out)


def _line(comment: Answered) -> str:
    from web.years import day

    state = "answered" if comment.published else "open"
    return "  ".join((comment.reference, day(comment.created).isoformat(), state, comment.entry, comment.about, " ".join(comment.said.split())))


@contextmanager
def _open(config: Path | None) -> Iterator[tuple[Database, Replies, AnswerFeedbackStore]]:
    from web.answer_feedback import AnswerFeedbackStore
    from web.database import Database
    from web.replies import Replies
    from web.settings import load_web_settings

    settings = load_web_settings(config)
    database = Database(settings)
    try:
        yield database, Replies(database), AnswerFeedbackStore(database, settings.feedback_on_one_entry, settings.feedback_on_all)
    finally:
        database.close()


def _entries(config: Path | None) -> Mapping[str, Entry]:
    """The entries of the live release; none where there is no release that can be read."""
    from indexer.config import IndexerSettings, load_settings
    from indexer.entries import Entry
    from indexer.release import CURRENT

    file = load_settings(IndexerSettings, "indexer", config).release_dir / CURRENT / "entries.json"
    try:
        found = [Entry.model_validate(entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError):
        return {}
    return {entry.id: entry for entry in found}
