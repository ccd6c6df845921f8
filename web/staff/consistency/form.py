"""The form that begins a run: what can be chosen, what has been chosen, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from bot.records import Channel
from indexer.config import IndexerSettings
from indexer.entries import Entry
from indexer.errors import ContentError
from indexer.release import live_id, release_ids
from web.staff.consistency.records import Need
from web.staff.consistency.scope import MESSAGES, in_words, learned_needs, own_needs

USUAL = (Channel.WEB, Channel.SMS, Channel.STAFF)
ALL, FIRST, THESE, NONE = "all", "first", "these", "none"


@dataclass(frozen=True)
class Form:
    """What can be chosen (``known``, ``own``, ``learned``), and what has been. ``fault`` says why needs cannot be read."""

    known: tuple[str, ...]
    live: str
    own: tuple[Need, ...]
    learned: tuple[Need, ...]
    fault: str = ""
    releases: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = USUAL
    which: str = ALL
    first: int = 40
    names: frozenset[str] = frozenset()
    with_learned: bool = False
    error: str = ""

    @classmethod
    def empty(cls, indexer: IndexerSettings, entries: Mapping[str, Entry]) -> Form:
        """The form as it stands at first: all needs, the usual channels, the live release."""
        own, learned, fault = list[Need](), list[Need](), ""
        try:
            learned = learned_needs(indexer.content, entries)
            own = own_needs(indexer.content)
        except ContentError as error:
            fault = str(error)
        live = live_id(indexer.release_dir) or ""
        known = tuple(sorted(release_ids(indexer.release_dir), reverse=True))
        return cls(known, live, tuple(own), tuple(learned), fault, (live,) if live else ())

    def filled(self, given: MultiDict[str, str]) -> Form:
        """The same with what someone has chosen."""
        releases = tuple(dict.fromkeys(release for name in ("release", "second") if (release := given.get(name, ""))))
        channels = tuple(channel for channel in Channel if channel.value in given.getlist("channel"))
        first = given.get("first", type=int)
        names = frozenset(given.getlist("need"))
        chosen = replace(
            self,
            releases=releases,
            channels=channels,
            which=given.get("which", ALL),
            first=first if first is not None and first > 0 else 0,
            names=names,
            with_learned="learned" in given,
        )
        return replace(chosen, error=chosen.wrong())

    def wrong(self) -> str:
        """What keeps a run from being begun; empty where nothing does."""
        if not self.releases or not set(self.releases) <= set(self.known):
            return "Choose a release that is there."
        if not self.channels:
            return "Choose a channel or more."
        if self.which == FIRST and not self.first:
            return "Say how many needs, as a number from 1."
        if not self.chosen:
            return self.fault if self.fault and self.which != NONE else "Choose a need or more."
        return ""

    @property
    def chosen(self) -> tuple[Need, ...]:
        """What is to be asked."""
        own = {ALL: self.own, FIRST: self.own[: self.first], NONE: ()}.get(self.which)
        if own is None:
            own = tuple(need for need in self.own if need.name in self.names)
        return (*own, *(self.learned if self.with_learned else ()))

    @property
    def scope(self) -> str:
        """The same in words."""
        return in_words(self.chosen, len(self.own))

    @property
    def most(self) -> int:
        """How many of an entry's messages are asked."""
        return MESSAGES
