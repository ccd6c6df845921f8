"""The yearly report: what came in, what was answered, and the comments that are published, on a page or as a spreadsheet (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.entries import Entry
from web.answer_feedback import AnswerFeedbackStore
from web.comments import ABOUT
from web.present import plain
from web.replies import Answered, Replies
from web.small_numbers import SMALLEST, Shown, shown, together
from web.years import day

COLUMNS = ("part", "about", "page", "number", "came in", "what was said", "what the council says", "what has changed", "published")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\ufeff"
"""Without it, spreadsheets misread letters with accents."""


@dataclass(frozen=True)
class Report:
    """A year. The tables are empty where so few comments came in that any table would say too much."""

    year: int
    total: Shown
    kinds: tuple[tuple[str, Shown], ...]
    entries: tuple[tuple[str, Shown], ...]
    answered: Shown | None
    waiting: Shown | None
    helped: Shown
    not_helped: Shown
    published: Sequence[Answered]


def years_of(replies: Replies, answers: AnswerFeedbackStore) -> list[int]:
    """The years that there is a report on, the latest first."""
    return sorted(replies.years() | answers.years(), reverse=True)


def report_on(year: int, replies: Replies, answers: AnswerFeedbackStore) -> Report:
    """The report on a year."""
    tally, published = replies.tally(year), replies.published(year)
    yes, no = (shown(number) for number in answers.counts(year))
    if tally.total < SMALLEST:
        return Report(year, shown(tally.total), (), (), None, None, yes, no, published)
    kinds = tuple((kind, shown(tally.kinds[kind])) for kind in (*ABOUT, *sorted(set(tally.kinds) - set(ABOUT))))
    ranked = sorted(tally.entries.items(), key=lambda item: (-item[1] if item[1] >= SMALLEST else 0, item[0]))
    entries = tuple((id, shown(number, least=1)) for id, number in ranked)
    answered, waiting = shown(tally.answered), shown(tally.total - tally.answered)
    total = together(tally.total, [number for _, number in kinds], [number for _, number in entries], [answered, waiting])
    return Report(year, total, kinds, entries, answered, waiting, yes, no, published)


def name_of(id: str, entries: Mapping[str, Entry]) -> str:
    """The name of a page, or its id as words where the page is gone."""
    return entries[id].name if id in entries else plain(id).capitalize()


def in_figures(number: Shown) -> str:
    """A number as the spreadsheet has it."""
    if number.exact is not None:
        return str(number.exact)
    return f"fewer than {SMALLEST}" if number.small else f"{SMALLEST} or more" if number.at_least else "not shown"


def as_csv(report: Report, entries: Mapping[str, Entry]) -> str:
    """The report as CSV: a line for each number, then one for each published comment."""
    rows: list[Sequence[str]] = [COLUMNS, ("comments that came in", "", "", in_figures(report.total))]
    rows += [("comments by kind", str(ABOUT.get(kind, kind)), "", in_figures(number)) for kind, number in report.kinds]
    rows += [("comments by page", "", name_of(id, entries), in_figures(number)) for id, number in report.entries]
    for part, number in (("comments answered here", report.answered), ("comments not answered here", report.waiting)):
        rows += [(part, "", "", in_figures(number))] if number else []
    rows += [("answers that helped", "", "", in_figures(report.helped)), ("answers that did not help", "", "", in_figures(report.not_helped))]
    for c in report.published:
        about, page = str(ABOUT.get(c.about, c.about)), name_of(c.entry, entries)
        month = day(c.created).strftime("%Y-%m")
        rows.append(("published comment", about, page, "", month, c.said, c.reply, c.done, day(c.published).isoformat()))
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_harmless(cell) for cell in (*row, *[""] * (len(COLUMNS) - len(row)))] for row in rows)
    return _BOM + out.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell
