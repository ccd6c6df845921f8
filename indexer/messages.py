"""The messages that a release learns from, as staff write them: one to a line, in files named for what they show.

``asked_as/<id>.txt`` holds ways to ask for an entry, ``asked_as/not-ours/`` messages outside the subject, ``danger/<kind>.txt`` messages that
show danger and ``danger/not-danger.txt`` ones that only sound so, ``asks/<id>.txt`` messages that ask for something nobody can tell and
``asks/none.txt`` ones that do not. The same line in several files counts for each. In a folder ``other-languages`` of any of these,
messages are in other languages than English; ``asked_as/other-languages/<language>.txt`` has ``id, id | message`` on each line, and
``asked_as/conversations/*.txt`` has ``id, id | first message | next message``, where the places are those to name after the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.entries import Entry
from indexer.errors import ContentError

OUTSIDE, OTHER, CONVERSATIONS = "not-ours", "other-languages", "conversations"
NOT_OURS = "!"
"""First character of the ids that stand for messages outside the subject."""
OUT_OF_SCOPE, SMALL_TALK = f"{NOT_OURS}out-of-scope", f"{NOT_OURS}small-talk"
NO_DANGER, NO_ASK = "not-danger", "none"


@dataclass
class Message:
    """One message: whether it is English, and what it shows, best first. None where it was not filed under that question at all.

    ``places`` are ids of entries (or classes of messages that are not ours), ``dangers`` kinds of danger, ``asks`` things asked for.
    """

    text: str
    english: bool = True
    places: list[str] | None = None
    dangers: list[str] | None = None
    asks: list[str] | None = None


@dataclass
class Messages:
    """All messages by their text, in the order read."""

    by_text: dict[str, Message] = field(default_factory=dict)

    def add(self, text: str, about: str, label: str | None, english: bool = True) -> None:
        """File a message under a label of ``places``, ``dangers`` or ``asks``; under none of them where the label is None."""
        message = self.by_text.setdefault(text, Message(text, english))
        labels: list[str] = getattr(message, about) or []
        setattr(message, about, [*labels, label] if label and label not in labels else labels)


def load_messages(content: Path, entries: Sequence[Entry]) -> list[Message]:
    """All messages of a content folder. Pages of the framework explain but are never a place to start, so they have none.

    A message of an ordinary entry shows no danger; one of an entry for a crisis may, and is not taken to show either.

    Raises:
        ContentError: naming the file or line that belongs to no entry.
    """
    found = Messages()
    for id, texts in asked_as(content, entries).items():
        for text in texts:
            found.add(text, "places", id)
    _with_ids(found, content, OTHER, _owners(entries), english=False)
    _with_ids(found, content, CONVERSATIONS, _owners(entries), english=True)
    for about, folder, none in (("dangers", "danger", NO_DANGER), ("asks", "asks", NO_ASK)):
        for path, english in [*((p, True) for p in _files(content / folder)), *((p, False) for p in _files(content / folder / OTHER))]:
            for text in lines(path):
                found.add(text, about, None if path.stem == none else path.stem, english)
    grave = {entry.id for entry in entries if entry.crisis}
    for message in found.by_text.values():
        if message.dangers is None and message.places and not grave & set(message.places):
            message.dangers = []
        if message.asks is None and message.places and message.dangers == [] and message.places[0].startswith(NOT_OURS):
            message.asks = []
    return list(found.by_text.values())


def asked_as(content: Path, entries: Sequence[Entry]) -> dict[str, list[str]]:
    """The ways people ask for each entry in English: its ``asked_as`` field, its names and ``asked_as/<id>.txt``.

    An id in ``not-ours/`` stands for messages outside the subject and is kept under its own name with a leading ``!``.

    Raises:
        ContentError: if a file belongs to no entry.
    """
    owner = _owners(entries)
    found: dict[str, list[str]] = {e.id: [*e.asked_as, e.name, *e.alternate_names] for e in entries if not e.background and e.kind != "framework"}
    for path in _files(content / "asked_as"):
        if path.stem not in owner:
            raise ContentError(f"asked_as/{path.name}: no entry has the id {path.stem!r}")
        found.setdefault(owner[path.stem], []).extend(lines(path))
    for path in _files(content / "asked_as" / OUTSIDE):
        found[f"{NOT_OURS}{path.stem}"] = lines(path)
    return found


def _with_ids(found: Messages, content: Path, folder: str, owner: Mapping[str, str], english: bool) -> None:
    classes = {f"{NOT_OURS}{path.stem}" for path in _files(content / "asked_as" / OUTSIDE)}
    for path in _files(content / "asked_as" / folder):
        for number, line in enumerate(lines(path), 1):
            ids, *said = (part.strip() for part in line.split("|"))
            for id in (part.strip() for part in ids.split(",")):
                if not all(said or [""]) or (id not in owner and id not in classes):
                    raise ContentError(f"asked_as/{folder}/{path.name}: line {number} is not 'id, id | message' with the ids of entries ({id!r})")
                found.add(" ".join(said), "places", owner.get(id, id), english)


def _owners(entries: Sequence[Entry]) -> dict[str, str]:
    return {old: e.id for e in entries for old in (e.id, *e.replaces)}


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob("*.txt")))


def lines(path: Path) -> list[str]:
    """The lines of a file of messages that hold one.

    Raises:
        ContentError: if the file is not UTF-8 text.
    """
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError as fault:
        raise ContentError(f"{path.name}: not UTF-8 text ({fault.reason} at byte {fault.start})") from fault


def require_known(messages: Sequence[Message], urgent: Mapping[str, Any], replies: Mapping[str, Any]) -> None:
    """Hold the names of the files of ``danger/`` and ``asks/`` against what ``urgent.toml`` and ``replies.toml`` define.

    Raises:
        ContentError: naming the files that are named for nothing.
    """
    kinds = {kind["id"] for kind in urgent.get("kinds", ())}
    asks = {*replies.get("asks", {}), *(limit["id"] for limit in replies.get("limits", ()))}
    strange = {f"danger/{kind}.txt" for m in messages for kind in m.dangers or () if kind not in kinds}
    strange |= {f"asks/{ask}.txt" for m in messages for ask in m.asks or () if ask not in asks}
    if strange:
        raise ContentError(f"{', '.join(sorted(strange))}: named for no kind of urgent.toml, and nothing of [asks] or [[limits]] in replies.toml")
