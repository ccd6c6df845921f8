"""Ids that lead nowhere, and ids that are used twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain

from indexer.checks.finding import Finding, Subject


def check_ids(subject: Subject) -> Iterator[Finding]:
    """Unknown and duplicate ids in entries, phrasings and word files."""
    yield from _in_entries(subject)
    yield from _twice(subject)
    yield from _absorbed(subject)
    yield from _in_word_files(subject)
    yield from _phrasings(subject)


def _in_entries(subject: Subject) -> Iterator[Finding]:
    needs = set(subject.files["words.toml"].get("needs", {}))
    areas = set(subject.files["places.toml"].get("areas", {}))
    for entry in subject.entries:
        for field, ids, allowed in (("related", entry.related, subject.known), ("needs", entry.needs, needs), ("areas", entry.areas, areas)):
            yield from (Finding("unknown-id", "error", entry.id, f"{field}: {id!r} is not known") for id in ids if id not in allowed)


def _twice(subject: Subject) -> Iterator[Finding]:
    for entry in subject.entries:
        for field in ("related", "needs", "areas", "replaces"):
            counts = Counter(getattr(entry, field))
            yield from (Finding("duplicate-id", "error", entry.id, f"{field}: {id!r} is named twice") for id, n in counts.items() if n > 1)
        if entry.id in entry.related:
            yield Finding("duplicate-id", "error", entry.id, "related: the entry names itself")


def _absorbed(subject: Subject) -> Iterator[Finding]:
    ids = {entry.id for entry in subject.entries}
    takers = defaultdict(set)
    for entry in subject.entries:
        for old in entry.replaces:
            takers[old].add(entry.id)
            if old in ids:
                yield Finding("duplicate-id", "error", entry.id, f"replaces: {old!r} is still an entry of its own")
    for old, by in takers.items():
        if len(by) > 1:
            first, *others = sorted(by)
            yield Finding("duplicate-id", "error", first, f"replaces: {old!r} is also replaced by {', '.join(others)}")


def _in_word_files(subject: Subject) -> Iterator[Finding]:
    kinds = subject.files["urgent.toml"].get("kinds", [])
    routes = subject.files["replies.toml"].get("routes", {})
    named = {
        "urgent.toml": chain.from_iterable((kind.get("start"), *kind.get("also", [])) for kind in kinds),
        "groups.toml": chain.from_iterable(group.get("entries", []) for group in subject.files.get("groups.toml", {}).get("groups", [])),
        "replies.toml": (*routes.get("best_human", []), routes.get("independent"), routes.get("interpreter")),
    }
    for file, ids in named.items():
        unknown = [id for id in dict.fromkeys(ids) if id and id not in subject.known]
        yield from (Finding("unknown-id", "error", file, f"no entry has the id {id!r}") for id in unknown)


def _phrasings(subject: Subject) -> Iterator[Finding]:
    for path in sorted((subject.content / "asked_as").glob("*.txt")):
        if path.stem not in subject.known:
            yield Finding("unknown-id", "error", f"asked_as/{path.name}", f"no entry has the id {path.stem!r}")
