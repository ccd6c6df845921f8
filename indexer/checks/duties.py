"""What the law wants a Local Offer to say (Schedule 2 to the SEND Regulations 2014), and which entries say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from indexer.checks.finding import Finding, Subject
from indexer.entries import SHOWN_FROM_CERTAINTY, OptionalText, Record, Slugs, Text
from indexer.errors import ContentError

NEEDED = "Stockport's own page needed: "
"""How ``needs`` begins: what only the council can supply."""


class Duty(Record):
    """One duty: its paragraph (empty where the number has not been checked), its words in plain English, the entries that cover it."""

    paragraph: str
    duty: Text
    entries: Slugs = ()
    needs: OptionalText = None

    @property
    def covered(self) -> bool:
        """Whether entries cover the duty, and nothing is wanting."""
        return bool(self.entries) and self.needs is None


def read_duties(data: Mapping[str, Any]) -> tuple[Duty, ...]:
    """The rows of ``duties.toml``.

    Raises:
        ContentError: naming the row and the field that is wrong.
    """
    duties = []
    for position, row in enumerate(data.get("duties", []), 1):
        try:
            duties.append(Duty.model_validate(row))
        except ValidationError as fault:
            first = fault.errors(include_url=False)[0]
            raise ContentError(f"duties.toml: duty {position}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from fault
    return tuple(duties)


def check_duties(subject: Subject, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """Duties that nothing covers, and rows that lead nowhere."""
    entries = {entry.id: entry for entry in subject.entries}
    if not duties:
        yield Finding("duty", "error", "duties.toml", "no duty is listed")
    for duty in duties:
        name = f"paragraph {duty.paragraph}: {duty.duty}" if duty.paragraph else duty.duty
        yield from (Finding("unknown-id", "error", "duties.toml", f"{name}: no entry has the id {id!r}") for id in duty.entries if id not in entries)
        if not duty.entries and not duty.needs:
            yield Finding("duty", "error", "duties.toml", f"{name}: neither an entry nor what is needed")
        if duty.needs and not duty.needs.startswith(NEEDED):
            yield Finding("duty", "error", "duties.toml", f"{name}: needs must begin with {NEEDED!r}")
        held = [entries[id] for id in duty.entries if id in entries]
        if duty.covered and held and all(entry.certainty < SHOWN_FROM_CERTAINTY for entry in held):
            yield Finding("duty", "note", "duties.toml", f"{name}: rests only on entries of certainty below {SHOWN_FROM_CERTAINTY}")
