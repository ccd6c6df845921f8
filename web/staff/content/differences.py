"""What differs between the content folder and the release that families see."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer import release
from indexer.diff import Changes
from indexer.open_referral.mapping import PATH
from indexer.pins import FILE as PINS
from web.staff.content.aside import digests
from web.staff.content.checking import entries_of
from web.staff.content.models import PublishedFiles
from web.staff.room import Room

CARRIED = (*release.WORD_FILES, *release.FURTHER_FILES, PINS)
"""Files of which each release carries a copy."""


@dataclass(frozen=True)
class Differences:
    """Entries that appeared, changed and vanished, and other files; ``whole`` where all files of the content are known to be held against it."""

    entries: Changes
    files: tuple[str, ...]
    whole: bool

    def __bool__(self) -> bool:
        return bool(self.files or self.entries.appeared or self.entries.changed or self.entries.vanished)


def differences(room: Room) -> Differences | None:
    """What publishing would change; None where nothing has been published yet."""
    content, home = room.indexer.content, room.indexer.release_dir
    live = release.live_id(home)
    if live is None:
        return None
    before = {entry["id"]: _told(entry) for entry in json.loads((home / live / "entries.json").read_text(encoding="utf-8"))}
    after = {entry.id: _told(entry.model_dump(mode="json")) for entry in entries_of(content)}
    before = {id: entry for id, entry in before.items() if id in after or not _imported(entry)}
    entries = Changes.between(before, after)
    carried = [name for name in CARRIED if _bytes(content / name) != _bytes(home / live / name)]
    with room.database.reads() as session:
        kept = session.get(PublishedFiles, live)
    if kept is None:
        return Differences(entries, tuple(carried), False)
    others = Changes.between(json.loads(kept.files), digests(content))
    named = [path for path in (*others.appeared, *others.changed, *others.vanished) if _matters(path)]
    return Differences(entries, tuple(sorted({*carried, *named})), True)


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without the lines on which its sections stand, which tell a family nothing."""
    return {**entry, "sections": [[section["heading"], section["text"]] for section in entry["sections"]]}


def _imported(entry: dict[str, Any]) -> bool:
    return str(entry.get("path", "")).startswith(PATH)


def _matters(path: str) -> bool:
    """Whether a file shapes answers, and is not told by its entry already."""
    parts = path.split("/")
    return path.endswith((".txt", ".toml")) and parts[0] not in ("services", "topics", "framework")


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
