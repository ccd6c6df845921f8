"""Checks of the content that an editor can act on. ``check`` is the one way in; each family of rules has a module of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from indexer.checks.acronyms import check_acronyms
from indexer.checks.contradictions import check_contradictions
from indexer.checks.duties import Duty, check_duties, read_duties
from indexer.checks.finding import Finding, Level, read_subject
from indexer.checks.ids import check_ids
from indexer.checks.pages import check_pages
from indexer.checks.phones import check_phones
from indexer.checks.pins import check_pins
from indexer.checks.plain import check_plain
from indexer.checks.sources import check_sources
from indexer.checks.worklist import Waiting, worklist

__all__ = ["Checked", "Duty", "Finding", "Level", "Waiting", "check"]


@dataclass(frozen=True)
class Checked:
    """What the checks found in a content folder: findings by entry, the duties of the law, and what the council still has to supply."""

    entries: int
    findings: tuple[Finding, ...]
    duties: tuple[Duty, ...]
    waiting: tuple[Waiting, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that fail the check."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    @property
    def notes(self) -> tuple[Finding, ...]:
        """The findings for an editor to weigh."""
        return tuple(finding for finding in self.findings if finding.level == "note")


def check(content: Path, today: dt.date, *, online: bool = False) -> Checked:
    """Check a content folder as on a day; pages are tried only ``online``.

    Raises:
        ContentError: if a file is missing or cannot be read at all.
    """
    subject = read_subject(content, today)
    duties = read_duties(subject.files["duties.toml"])
    offline = (check_ids, check_sources, check_phones, check_contradictions, check_acronyms, check_plain, check_pins)
    families = (*offline, *((check_pages,) if online else ()))
    found = chain(check_duties(subject, duties), chain.from_iterable(family(subject) for family in families))
    findings = sorted(dict.fromkeys(found), key=lambda f: (f.level, f.entry, f.rule, f.message))
    return Checked(len(subject.entries), tuple(findings), duties, worklist(subject.entries))
