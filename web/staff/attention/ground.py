"""What the gathering of items stands on: the looks at the content, how often answers name each entry, and the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from web.present import plain
from web.staff.attention.items import DAYS, MONTHS, Step, counted, in_words
from web.staff.attention.looks import Seen
from web.staff.figures.periods import Grain, Period, whole


def months_before(today: date) -> tuple[Period, ...]:
    """The months that count: the last ones that are over."""
    return tuple(whole(Grain.MONTH, today - timedelta(days=31 * (MONTHS + 1)), today))[-MONTHS:]


@dataclass(frozen=True)
class Ground:
    """The day, the last look at the content and at its links (None: never), and how often answers of the last months named each entry."""

    today: date
    content: Seen | None = None
    links: Seen | None = None
    places: Counter[str] = field(default_factory=Counter)

    @property
    def since(self) -> date:
        """The first day from which unhelpful answers stand in the list."""
        return self.today - timedelta(days=DAYS)

    @property
    def when(self) -> str:
        """The months that count, in words."""
        months = months_before(self.today)
        return f"From {months[0].name} to {months[-1].name}"

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
        return f"{self.when} {in_words(named, 'answer')} named {'it' if len(ids) == 1 else 'them'}."
