"""Pins as they stand in ``pins.toml``: read, judged, added and taken out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from pydantic import ValidationError

from indexer.entries import Entry
from indexer.errors import ContentError
from indexer.pins import FILE, Pin, astray, digest_of, same_words
from web.staff.content.checking import Fault
from web.staff.content.toml_file import opened, rows, with_row, without_row

LONGEST, MOST, FURTHER = 500, 100, 2
"""Characters of a wording, wordings of a pin, and places that it names after the start."""


@dataclass(frozen=True)
class PinState:
    """A pin and what there is to say about it: ``faults`` keep it from being published, ``notes`` are to be looked at."""

    pin: Pin
    name: str
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def pins_of(text: str) -> list[Pin]:
    """The pins of the file, in the order written.

    Raises:
        ContentError: if the file or one of them is malformed.
    """
    try:
        return [Pin.model_validate(table.unwrap()) for table in rows(opened(text, FILE), "pins")]
    except ValidationError as fault:
        raise ContentError("\n".join(f"{FILE}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors(include_url=False))) from fault


def state_of(pin: Pin, entries: Mapping[str, Entry], today: dt.date) -> PinState:
    """What there is to say about a pin."""
    start, notes = entries.get(pin.start), []
    if start and digest_of(start) != pin.rests_on:
        notes.append("what the entry says has changed since the pin was set")
    if pin.review_due < today:
        notes.append("its review is overdue")
    return PinState(pin, start.name if start else pin.start, tuple(astray(pin, entries)), tuple(notes))


def new_pin(
    form: Mapping[str, str], reason: str, pins: Sequence[Pin], entries: Mapping[str, Entry], today: dt.date
) -> tuple[Pin | None, list[Fault]]:
    """The pin that a form asks for, and what is wrong with it."""
    wordings = list(dict.fromkeys(" ".join(line.split()) for line in form.get("wordings", "").splitlines() if line.strip()))
    also = [word for word in form.get("also", "").replace(",", " ").split() if word]
    start = form.get("start", "").strip()
    faults = [Fault("wordings", f"longer than {LONGEST} characters: {text[:60]} …") for text in wordings if len(text) > LONGEST]
    faults += [Fault("wordings", f"{len(wordings)} are too many for one pin: {MOST} at most")] if len(wordings) > MOST else []
    faults += [Fault("also", "two further places at most")] if len(also) > FURTHER else []
    taken = {same_words(text.lower()): pin for pin in pins for text in pin.wordings}
    for text in wordings:
        if other := taken.get(same_words(text.lower())):
            faults.append(Fault("wordings", f"pinned already, to {other.start} (pin {other.id}): {text}"))
    try:
        due = dt.date.fromisoformat(form.get("review_due", "").strip())
        faults += [Fault("review_due", "must be a day to come")] if due <= today else []
    except ValueError:
        due, faults = today, [*faults, Fault("review_due", "must be a day, such as 2027-05-31")]
    facts = {"id": free_id(start, pins), "start": start, "also": also, "wordings": wordings, "reason": reason}
    rests_on = digest_of(entries[start]) if start in entries else "-"
    try:
        pin = Pin.model_validate({**facts, "agreed": today, "review_due": due, "rests_on": rests_on})
    except ValidationError as fault:
        named = [Fault(str(e["loc"][0]) if e["loc"] else "", _plain(str(e["loc"][0]), e["msg"])) for e in fault.errors(include_url=False)]
        return None, list(dict.fromkeys([*faults, *(f for f in named if f.field != "id")]))
    faults += [Fault(field, message) for field, _, message in (line.partition(": ") for line in astray(pin, entries))]
    return pin, faults


def as_form(pin: Pin) -> dict[str, str]:
    """What the form for a pin holds, all but the reason."""
    return {"start": pin.start, "also": ", ".join(pin.also), "wordings": "\n".join(pin.wordings), "review_due": pin.review_due.isoformat()}


def with_pin(text: str, pin: Pin) -> str:
    """The file with one more pin."""
    values: dict[str, Any] = {"id": pin.id, "start": pin.start, **({"also": list(pin.also)} if pin.also else {}), "wordings": list(pin.wordings)}
    values |= {"reason": pin.reason, "agreed": pin.agreed, "review_due": pin.review_due, "rests_on": pin.rests_on}
    return with_row(text, FILE, "pins", values)


def without_pin(text: str, id: str) -> str:
    """The file without a pin."""
    return without_row(text, FILE, "pins", "id", id)


def with_facts(text: str, id: str, facts: Mapping[str, object]) -> str:
    """The file with other values of some fields of a pin."""
    document = opened(text, FILE)
    for table in rows(document, "pins"):
        if table.get("id") == id:
            table.update(dict(facts))
    return tomlkit.dumps(document)


def free_id(start: str, pins: Sequence[Pin]) -> str:
    """An id for a pin that no other has: the place to start, numbered where it has several."""
    taken = {pin.id for pin in pins}
    return next(id for id in (start, *(f"{start}-{n}" for n in range(2, len(taken) + 3))) if id not in taken)


def in_words(pin: Pin) -> str:
    """A pin as the audit trail shows it."""
    also = f"\nalso: {', '.join(pin.also)}" if pin.also else ""
    return f"start: {pin.start}{also}\nreview due: {pin.review_due}\n" + "\n".join(pin.wordings)


def _plain(field: str, message: str) -> str:
    if field == "wordings" and "at least 1" in message:
        return "give at least one wording"
    if field in ("start", "also") and "pattern" in message:
        return "give the id of an entry"
    return message
