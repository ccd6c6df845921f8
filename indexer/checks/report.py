"""The outcome of the checks as people read it, and as JSON."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from indexer.checks import Checked, Duty, Finding, Waiting
from indexer.checks.duties import NEEDED

WIDTH = 150


def as_json(checked: Checked) -> dict[str, Any]:
    """Everything found, ready to be written as JSON."""
    return {
        "entries": checked.entries,
        "counts": counts(checked),
        "findings": [vars(finding) for finding in checked.findings],
        "duties": [{**duty.model_dump(mode="json"), "covered": duty.covered} for duty in checked.duties],
        "worklist": [{**vars(row), "entries": list(row.entries)} for row in checked.waiting],
    }


def as_text(checked: Checked, everything: bool = False) -> str:
    """Errors, the duties of the law and the worklist in full, and notes by number; with ``everything`` every note and question in full."""
    lines = [*_section("To put right", _findings(checked.errors)), *_duties(checked.duties), *_worklist(checked.waiting, everything)]
    if everything:
        lines += _section("Notes", _findings(checked.notes))
    elif checked.notes:
        by_rule = Counter(note.rule for note in checked.notes)
        lines += _section("Notes (--all lists them)", (f"  {rule:<18} {number}" for rule, number in by_rule.most_common()))
    return "\n".join([*lines, _summary(checked)])


def counts(checked: Checked) -> dict[str, int]:
    """The numbers at the end of a report."""
    return {
        "errors": len(checked.errors),
        "notes": len(checked.notes),
        "duties": len(checked.duties),
        "duties_covered": sum(duty.covered for duty in checked.duties),
        "contacts_to_supply": sum(len(row.entries) for row in checked.waiting if row.contact),
        "questions_to_answer": sum(len(row.entries) for row in checked.waiting if not row.contact),
    }


def _summary(checked: Checked) -> str:
    numbers = counts(checked)
    return (
        f"{_many(checked.entries, 'entry', 'entries')}: {_many(numbers['errors'], 'error')}, {_many(numbers['notes'], 'note')}; "
        f"{numbers['duties_covered']} of {numbers['duties']} duties covered in full; "
        f"{numbers['contacts_to_supply']} contacts and forms and {numbers['questions_to_answer']} answers to supply"
    )


def _many(number: int, noun: str, nouns: str = "") -> str:
    return f"{number or 'no'} {noun if number == 1 else nouns or noun + 's'}"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    held = list(lines)
    return [title, "-" * len(title), *held, ""] if held else []


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    for entry, found in groupby(findings, key=lambda finding: finding.entry):
        yield f"  {entry}"
        yield from (f"    {finding.rule}: {finding.message}" for finding in found)


def _duties(duties: tuple[Duty, ...]) -> list[str]:
    lines = []
    for duty in duties:
        lines += _wrapped(f"  {duty.paragraph or '-':<11} ", duty.duty)
        said = ("covered: " if duty.covered else "in part: ") + ", ".join(duty.entries)
        lines += _wrapped(" " * 16, said) if duty.entries else []
        lines += _wrapped(" " * 16, duty.needs) if duty.needs else []
        lines += [] if duty.entries or duty.needs else [" " * 16 + "NOT COVERED"]
    full, part = sum(duty.covered for duty in duties), sum(bool(duty.entries and duty.needs) for duty in duties)
    total = f"  {full} covered, {part} covered in part, {len(duties) - full - part} not covered. " if duties else ""
    total += f"What is not covered in full is marked {NEEDED.removesuffix(': ')!r}." if full < len(duties) else ""
    return _section("What the law wants a Local Offer to say (SEND Regulations 2014, Schedule 2)", [*lines, *([total.rstrip()] if total else [])])


def _worklist(waiting: tuple[Waiting, ...], everything: bool) -> list[str]:
    lines = []
    for group, rows in groupby(waiting, key=lambda row: row.group):
        held = list(rows)
        lines.append(f"  {group}: {sum(len(row.entries) for row in held)}")
        if held[0].contact or everything:
            for row in held:
                lines += _wrapped("    ", f"{row.what}: {', '.join(row.entries)}")
    return _section("What the council still has to supply, and the entries that wait for it", lines)


def _wrapped(indent: str, text: str) -> list[str]:
    after = " " * (len(indent) + 2)
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=after, break_long_words=False, break_on_hyphens=False)
