"""What the gathering of items stands on: the looks at the content, how often answers name each entry, and the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from web.present import plain
from web.staff.attention.items import DAYS, Step, counted, in_words
from web.staff.attention.looks import Seen


class Counts(Protocol):
    """What is needed of the counts of questions (``web/asked.py``). Days are those from the first to before the second."""

    def totals(self, measure: str, since: date, until: date) -> Counter[str]:
        """How often each value of a measure was counted."""

    def by_day(self, measure: str, since: date, until: date) -> dict[date, Counter[str]]:
        """The same for each day."""


@dataclass(frozen=True)
class Ground:
    """The day, the last look at the content and at its links (None: never), and how often answers of the last days named each entry."""

    today: date
    content: Seen | None = None
    links: Seen | None = None
    places: Counter[str] = field(default_factory=Counter)

    @property
    def since(self) -> date:
        """The first day that counts."""
        return self.today - timedelta(days=DAYS)

    @property
    def until(self) -> date:
        """The first day that does not count any more."""
        return self.today + timedelta(days=1)

    @property
    def entries(self) -> Mapping[str, Any]:
        """Facts of the entries as last looked at, by id."""
        return self.content.found["entries"] if self.content else {}

    @property
    def pins(self) -> Mapping[str, str]:
        """Where each pin starts, by its id."""
        return self.content.found["pins"] if self.content else {}

    def name(self, id: str) -> str:
        """The name of an entry; its id as words where there is none, and the name of a file as it is."""
        return str(self.entries[id]["name"]) if id in self.entries else id if "." in id else plain(id).capitalize()

    def need(self, id: str) -> str:
        """The name of a need."""
        return str(self.content.found["needs"].get(id, plain(id))) if self.content else plain(id)

    def danger(self, *ids: str) -> bool:
        """Whether any of these is an entry that replies to danger name, or holds the wording of those replies."""
        named = {"urgent.toml", *(self.content.found["danger"] if self.content else ())}
        return not named.isdisjoint(ids)

    def step(self, otherwise: Step, *ids: str) -> Step:
        """The step of something that is wrong with these entries."""
        return Step.DANGER if self.danger(*ids) else otherwise

    def amount(self, ids: Iterable[str]) -> int:
        """How much rests on entries, as it is weighed."""
        return sum(counted(self.places[id]) for id in ids)

    def rests(self, *ids: str) -> str:
        """How much rests on entries, in words."""
        named = sum(self.places[id] for id in ids)
        return f"In the last {DAYS} days {in_words(named, 'answer')} named {'it' if len(ids) == 1 else 'them'}."
