"""Pins that lead nowhere, contradict each other, rest on words that have changed, or are due to be looked at again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from indexer.checks.finding import Finding, Level, Subject
from indexer.pins import FILE, Pin, astray, digest_of, same_words
from indexer.wording import Wording


def check_pins(subject: Subject) -> Iterator[Finding]:
    """Pins without an entry that may be named, and wordings of two pins (errors); entries that changed since, and reviews that are due (notes)."""
    entries = {entry.id: entry for entry in subject.entries}
    for pin in subject.pins:
        yield from (_found("pin", "error", pin, fault) for fault in astray(pin, entries))
        if pin.start in entries and (now := digest_of(entries[pin.start])) != pin.rests_on:
            yield _found("pin-changed", "note", pin, f"{pin.start} has changed since it was pinned: read it again, then set rests_on to {now}")
        if pin.review_due <= subject.today:
            yield _found("pin-review", "note", pin, f"review was due on {pin.review_due.isoformat()}")
    yield from _shared(subject)


def _shared(subject: Subject) -> Iterator[Finding]:
    """Wordings that stand in two pins, or twice in one, capitals, stops and known misspellings aside."""
    wording = Wording(subject.files["words.toml"])
    owners: dict[str, list[tuple[Pin, str]]] = defaultdict(list)
    for pin in subject.pins:
        for text in pin.wordings:
            owners[same_words(wording.repair(text))].append((pin, text))
    for (first, _), *others in (held for held in owners.values() if len(held) > 1):
        for pin, text in others:
            whose = "the same pin" if pin is first else f"pin {first.id!r}"
            yield _found("pin", "error", pin, f"wordings: {text!r} is also a wording of {whose}")


def _found(rule: str, level: Level, pin: Pin, message: str) -> Finding:
    return Finding(rule, level, FILE, f"{pin.id}: {message}")
