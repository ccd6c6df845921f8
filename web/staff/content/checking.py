"""What is wrong with a changed entry, before it is saved: the checks of the content with the change in it, and each fault at its field."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path

from indexer.checks.acronyms import check_acronyms
from indexer.checks.contradictions import check_contradictions
from indexer.checks.finding import Finding, Subject
from indexer.checks.ids import check_ids
from indexer.checks.phones import check_phones
from indexer.checks.pins import check_pins
from indexer.checks.plain import check_plain
from indexer.checks.sources import check_sources
from indexer.entries import FOLDERS, Entry, parse_entry
from indexer.errors import ContentError
from indexer.pins import load_pins
from indexer.wording import load_toml
from web.staff.content.files import File
from web.staff.content.files import read as read_file

_ACROSS = (check_ids, check_sources, check_phones, check_contradictions)
"""Checks that hold entries against each other; the others look at each by itself, and take seconds for all of them."""
_ALONE = (check_acronyms, check_plain)
_FILES = ("words.toml", "places.toml", "replies.toml", "urgent.toml", "duties.toml", "not-ours.toml", "groups.toml")
_AT = re.compile(r"(?:[^:\s]+:\d+: )?(?P<field>[a-z_]+)(?P<below>(?:\.\w+)*): ")

_NONE_LEFT = "at least 1 item after validation"
"""What the reader says of a list beside what is wrong with its rows."""
_DEVELOPER = "A developer changes it, with the safeguarding lead."


@dataclass(frozen=True)
class Fault:
    """One thing to put right, or with ``note`` to weigh. ``field`` is empty where it belongs to none."""

    field: str
    message: str
    note: bool = False


parsed = lru_cache(maxsize=2048)(parse_entry)
"""An entry by its text and path: a folder of entries is read again in a moment, since few of them change."""


def entries_of(content: Path, changed: Iterable[File] = ()) -> list[Entry]:
    """All entries of a content folder that can be read, with other texts for some files, by id."""
    found: dict[str, str] = {}
    for place in chain.from_iterable((content / folder).glob("*.md") for folder in FOLDERS.values()):
        found[place.relative_to(content).as_posix()] = place.read_bytes().decode("utf-8", "replace")
    found |= {file.path: file.text for file in changed if file.path.endswith(".md")}
    entries = []
    for path, text in found.items():
        try:
            entries.append(parsed(text, path))
        except ContentError:  # told where it is opened
            continue
    return sorted(entries, key=lambda entry: entry.id)


def check_entry(content: Path, changed: File, offers: Iterable[File] = (), today: dt.date | None = None) -> list[Fault]:
    """What is wrong with a file if it is saved: all faults of the entry, the faults that it brings to others, and notes that are new."""
    try:
        entry = parsed(changed.text, changed.path)
    except ContentError as fault:
        found = [_fault(line, False) for line in str(fault).splitlines()]
        return [f for f in found if _NONE_LEFT not in f.message or [g.field for g in found].count(f.field) == 1]
    day = today or dt.datetime.now(dt.UTC).date()
    held = [file for file in offers if file.path != changed.path]
    try:
        before = _findings(content, entries_of(content, held), entry.id, day)
        after = _findings(content, entries_of(content, [*held, changed]), entry.id, day)
    except ContentError as fault:
        return [Fault("", str(fault))]
    faults = [f for f in after if f.level == "error" and (f.entry == entry.id or f not in before)]
    notes = [f for f in after if f.level == "note" and f not in before]
    return [
        *_danger(content, changed, entry),
        *(_fault(f.message if f.entry == entry.id else f"{f.entry}: {f.message}", False) for f in faults),
        *(_fault(f.message if f.entry == entry.id else f"{f.entry}: {f.message}", True) for f in notes),
    ]


def _findings(content: Path, entries: list[Entry], id: str, today: dt.date) -> list[Finding]:
    files = {name: load_toml(content / name) for name in _FILES if name != "groups.toml" or (content / name).exists()}
    subject = Subject(content, today, entries, files, load_pins(content))
    alone = replace(subject, entries=[entry for entry in entries if entry.id == id])
    found = [*chain.from_iterable(c(subject) for c in _ACROSS), *chain.from_iterable(c(alone) for c in _ALONE)]
    return list(dict.fromkeys([*found, *(check_pins(subject) if subject.pins else ())]))


def _danger(content: Path, changed: File, entry: Entry) -> list[Fault]:
    """Danger is nobody's to change here: what marks an entry as a crisis line, and what replies to danger take from an entry that they name."""
    now = read_file(content, changed.path)
    try:
        was = parsed(now.text, now.path) if now.digest else None
    except ContentError:
        was = None
    kinds = load_toml(content / "urgent.toml").get("kinds", [])
    named = {id for kind in kinds for id in (kind.get("start"), *kind.get("also", []))}
    faults = []
    if entry.crisis != (was.crisis if was else False):
        faults.append(Fault("", "crisis: whether an entry is for danger cannot be changed here. Ask whoever looks after urgent.toml."))
    if entry.id not in named:
        return faults
    if entry.background:
        faults.append(Fault("", "Replies to danger name this entry, so it cannot be kept from being a place to start."))
    if was is None:
        return [*faults, Fault("", f"Replies to danger name this entry, and its file cannot be read as it stands. {_DEVELOPER}")]
    if _numbers(was) != _numbers(entry):
        faults.append(Fault("phones", f"Replies to danger give these numbers, in this order, so they are not changed here. {_DEVELOPER}"))
    if was.application_process != entry.application_process:
        faults.append(Fault("application_process", f"Replies to danger quote this, so it is not changed here. {_DEVELOPER}"))
    return faults


def _numbers(entry: Entry) -> list[dict[str, object]]:
    """The numbers that are shown, in their order, with what is said of them."""
    return [phone.model_dump(exclude={"source"}) for phone in entry.shown_phones()]


def _fault(line: str, note: bool) -> Fault:
    """A fault as the checks or the reader say it, at the field that it names."""
    found = _AT.match(line)
    if not found or (found["field"] not in Entry.model_fields and found["field"] not in ("body", "front")):
        return Fault("", re.sub(r"^[^:\s]+:(\d+): ", r"Line \1: ", line), note)
    row = re.match(r"\.(\d+)(?:\.(\w+))?", found["below"])
    where = f"row {int(row[1]) + 1}{', ' + row[2] if row[2] else ''}: " if row else ""
    return Fault(found["field"] if found["field"] in Entry.model_fields else "", where + line[found.end() :], note)
