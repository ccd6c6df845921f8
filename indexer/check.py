"""Checks of the content that an editor can act on: ids that lead nowhere, facts without a source, reviews that are overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.entries import SHOWN_FROM_CERTAINTY, Entry, load_entries
from indexer.wording import Wording, load_toml, load_wording


@dataclass(frozen=True)
class Finding:
    """One thing to put right. ``rule`` names the check, ``entry`` the entry's id or the file."""

    rule: str
    entry: str
    message: str


def check(content: Path, today: dt.date) -> list[Finding]:
    """All findings for a content folder, by entry.

    Raises:
        ContentError: if a file cannot be read at all.
    """
    entries = load_entries(content)
    wording = load_wording(content)
    areas = set(load_toml(content / "places.toml").get("areas", {}))
    findings = [*_unknown_ids(entries, wording, areas), *_unsourced(entries), *_overdue(entries, today), *_orphans(content, entries)]
    return sorted(findings, key=lambda f: (f.entry, f.rule, f.message))


def _unknown_ids(entries: Sequence[Entry], wording: Wording, areas: set[str]) -> Iterator[Finding]:
    known = {id for e in entries for id in (e.id, *e.replaces)}
    needs = {need.id for need in wording.needs}
    for entry in entries:
        for field, ids, allowed in (("related", entry.related, known), ("needs", entry.needs, needs), ("areas", entry.areas, areas)):
            yield from (Finding("unknown-id", entry.id, f"{field}: {id!r} is not known") for id in ids if id not in allowed)
        for old in entry.replaces:
            if any(other.id == old for other in entries):
                yield Finding("unknown-id", entry.id, f"replaces: {old!r} is still an entry of its own")


def _unsourced(entries: Iterable[Entry]) -> Iterator[Finding]:
    for entry in entries:
        if entry.certainty == 0:
            yield Finding("missing-source", entry.id, "no source is certain (all are 0): nothing here may be published")
        for phone in entry.phones:
            if entry.sources[phone.source - 1].certainty < SHOWN_FROM_CERTAINTY:
                yield Finding(
                    "missing-source", entry.id, f"phones: {phone.number} rests on a source of certainty below {SHOWN_FROM_CERTAINTY} and is not shown"
                )
        if (entry.email or entry.addresses) and entry.certainty < SHOWN_FROM_CERTAINTY:
            yield Finding(
                "missing-source", entry.id, f"email or addresses rest on sources of certainty below {SHOWN_FROM_CERTAINTY} and are not shown"
            )


def _overdue(entries: Iterable[Entry], today: dt.date) -> Iterator[Finding]:
    for entry in entries:
        if entry.review_due < today:
            yield Finding("overdue-review", entry.id, f"review was due on {entry.review_due.isoformat()}")


def _orphans(content: Path, entries: Iterable[Entry]) -> Iterator[Finding]:
    known = {id for e in entries for id in (e.id, *e.replaces)}
    for path in sorted((content / "asked_as").glob("*.txt")):
        if path.stem not in known:
            yield Finding("unknown-id", f"asked_as/{path.name}", f"no entry has the id {path.stem!r}")
