"""Which page of the framework guide fits a conversation, and the questions on it that a family can ask nursery, school or college."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from indexer.entries import Entry
from indexer.groups import Groups
from web.framework import FrameworkPage
from web.views import Exchange

HEADING = "Questions to ask"
_MARK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")


def questions_of(page: Entry) -> tuple[str, ...]:
    """The questions of a page, one to a line of its section."""
    lines = (_MARK.sub("", line).strip() for line in page.section(HEADING).splitlines())
    return tuple(line for line in lines if line)


def page_for(exchanges: Sequence[Exchange], entries: Mapping[str, Entry], groups: Groups) -> Entry | None:
    """The page for the age and the needs that were understood: of a phase and an area where both are known, else the guide to all; else None.

    Where ages overlap, a phase that was named ("nursery") counts first, then a page that a reply has quoted, then how many of the needs a page
    is for, then how well within its ages the child is.
    """
    guide = FrameworkPage(entries, groups)
    needs = {need for ex in exchanges for need in ex.reply.answer.understood.get("needs") or ()}
    age = next((ex.age for ex in reversed(exchanges) if ex.age is not None), None)
    laid_out = [(phase.name.split()[0].lower(), page) for phase, row in guide.phases for _, page in row if questions_of(page)]
    if not needs & {need for _, page in laid_out for need in page.needs}:
        return None
    if age is not None:
        asked = {word for ex in exchanges for word in re.findall(r"[a-z]+", ex.question.lower())}
        quoted = {c.url for ex in exchanges for c in ex.reply.answer.citations}
        fitting = [(named, page) for named, page in laid_out if needs & set(page.needs) and _within(page, age) >= 0]
        if fitting:
            return max(fitting, key=lambda f: (f[0] in asked, f[1].address in quoted, len(needs & set(f[1].needs)), _within(f[1], age)))[1]
    general = (page for page in guide.others if not page.needs and questions_of(page))
    return next((page for page in general if age is None or _within(page, age) >= 0), None)


def _within(page: Entry, age: int) -> int:
    """Years from an age to the nearer end of a page's ages; below 0 outside of them."""
    high = page.maximum_age if page.maximum_age is not None else age
    low = page.minimum_age or 0
    return high - age if low == 0 else min(age - low, high - age)
