"""What staff have switched off at once: entries, topics, channels or the whole service, each with a public line that explains it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot import gsm
from bot.records import Channel
from indexer.groups import Groups
from indexer.wording import clean

LONGEST = 300
"""Longest public line, in septets, so that a text message of three segments has room for a place beside it."""


@dataclass(frozen=True)
class Switched:
    """One thing that is off: what sort of thing, its id (empty for the service) and the public line as it is said."""

    what: Literal["entry", "topic", "channel", "service"]
    id: str
    line: str


@dataclass(frozen=True)
class Off:
    """Everything that is off; false where nothing is.

    ``entries`` maps ids of entries, ``topics`` ids of ``groups.toml`` and ``channels`` values of :class:`Channel` to their public lines;
    ``service`` is the line for the whole service, empty where it is on.
    """

    entries: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    service: str = ""

    def __bool__(self) -> bool:
        return bool(self.entries or self.topics or self.channels or self.service)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that differ where anything that is off, or its line, differs: what a cache may be kept by."""
        parts = [sorted(self.entries.items()), sorted(self.topics.items()), sorted(self.channels.items()), self.service]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    def closed(self, channel: Channel) -> Switched | None:
        """What keeps a channel from answering: the service or the channel itself; None where it answers."""
        if self.service:
            return Switched("service", "", public_line(self.service))
        line = self.channels.get(channel.value)
        return None if line is None else Switched("channel", channel.value, public_line(line))

    def gone(self) -> dict[str, Switched]:
        """The entries that are off, by id."""
        return {id: Switched("entry", id, public_line(line)) for id, line in self.entries.items()}

    def shut(self, groups: Groups) -> dict[str, Switched]:
        """The entries that stand in a topic that is off, by id; where they stand in several, by the first of ``groups``."""
        found: dict[str, Switched] = {}
        for group in groups.groups:
            if group.id in self.topics:
                topic = Switched("topic", group.id, public_line(self.topics[group.id]))
                found = {**dict.fromkeys(group.entries, topic), **found}
        return found


NOTHING_OFF = Off()


def public_line(text: str) -> str:
    """A public line as every channel can say it: one line in the GSM-7 alphabet, of at most :data:`LONGEST` septets, cut between words."""
    plain = "".join(c for c in gsm.fold(clean(text)) if gsm.encoding(c) == "GSM-7" and c not in "\n\r\f")
    words = plain.split()
    while words and gsm.septets(" ".join(words)) > LONGEST:
        words.pop()
    return " ".join(words) or plain[: LONGEST // 2]
