"""What the desk for consistency works with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.consistency import Compared, Wording


@dataclass(frozen=True)
class Need:
    """A need with its wordings. ``learned`` ones are messages that releases learn from, so they agree more than new ones do."""

    name: str
    wordings: tuple[Wording, ...]
    learned: bool = False


@dataclass(frozen=True)
class Run:
    """A run as it is listed. Times are seconds since 1970; ``ended`` and ``alike`` are 0 until it has ended."""

    number: int
    job: int
    who: str
    created: int
    release: str
    channels: tuple[str, ...]
    scope: str
    needs: int
    questions: int
    alike: int
    ended: int

    @property
    def agreement(self) -> float | None:
        """Share of the needs that start alike, 0 to 1; None until the run has ended."""
        return self.alike / self.needs if self.ended and self.needs else None


@dataclass(frozen=True)
class Asked:
    """A wording on one channel with what it was told. ``start`` is an id, or the outcome where there is no place; ``name`` is its name."""

    need: str
    who: str
    turns: tuple[str, ...]
    learned: bool
    channel: str
    start: str
    name: str
    outcome: str
    text: str

    @property
    def question(self) -> str:
        """The messages in one line."""
        return " / ".join(self.turns)

    @property
    def key(self) -> tuple[str, tuple[str, ...], str]:
        """What makes it the same question in another run."""
        return self.need, self.turns, self.channel


@dataclass(frozen=True)
class Moved:
    """A question that two runs answer otherwise: another start, or another outcome."""

    before: Asked
    after: Asked


@dataclass(frozen=True)
class Difference:
    """Two runs laid side by side. ``asked`` is how many questions both hold; ``only`` how many one of them holds alone."""

    moved: tuple[Moved, ...]
    asked: int
    only: int

    def by_need(self) -> dict[str, list[Moved]]:
        """Moved questions by need, those with most of them first."""
        found: dict[str, list[Moved]] = {}
        for moved in self.moved:
            found.setdefault(moved.before.need, []).append(moved)
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))


@dataclass(frozen=True)
class Share:
    """How many of some questions start where most of their need do."""

    name: str
    with_most: int
    asked: int


def shares(compared: Sequence[Compared[Asked]], by: str) -> list[Share]:
    """Which wordings (``by`` is ``who``) or channels (``channel``) stray from where most are sent, in the order met."""
    asked, with_most = Counter[str](), Counter[str]()
    for need in compared:
        for told in need.told:
            asked[getattr(told, by)] += 1
            with_most[getattr(told, by)] += told.start == need.usual
    return [Share(name, with_most[name], count) for name, count in asked.items()]


def difference(before: Sequence[Compared[Asked]], after: Sequence[Compared[Asked]]) -> Difference:
    """Lay two runs side by side. A question is the same in both where need, messages and channel are."""
    old = {told.key: told for need in before for told in need.told}
    new = {told.key: told for need in after for told in need.told}
    both = [key for key in old if key in new]
    moved = (Moved(old[key], new[key]) for key in both if (old[key].start, old[key].outcome) != (new[key].start, new[key].outcome))
    return Difference(tuple(moved), len(both), len(old.keys() ^ new.keys()))
