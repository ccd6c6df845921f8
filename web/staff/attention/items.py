"""Things that need attention, and the order in which they stand.

The order is one of steps, written down in :class:`Step`: what can harm a child stands before what misleads a family, that before what a
family cannot find out, and that before what is only old or not there yet. Within a step, what more answers rest on stands first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from web.small_numbers import SMALLEST

DAYS = 90
"""Unhelpful answers stand in the list for so many days."""
MONTHS = 3
"""Questions and answers count for so many months, whole ones that are over: counts of today, looked at twice, would give a family away."""
_ROUNDED = (1, SMALLEST, 10, 20, 50, 100, 200, 500, 1000)
"""Numbers of answers are rounded down to one of these."""
SOON = 30
"""Days before a review is due from which it is shown."""


class Step(IntEnum):
    """Where something stands; 1 is worst."""

    DANGER = 1
    NUMBER = 2
    SAID = 3
    DIFFERS = 4
    UNANSWERED = 5
    STALE = 6
    MISSING = 7
    LAW = 8
    SOON = 9


STEP_WORDS: Mapping[Step, str] = {
    Step.DANGER: "someone in danger may be let down",
    Step.NUMBER: "a number or address may be wrong",
    Step.SAID: "families were not helped, or heard nothing",
    Step.DIFFERS: "what families are told differs, or may no longer be what was agreed",
    Step.UNANSWERED: "families got no answer",
    Step.STALE: "the content is out of date or faulty",
    Step.MISSING: "the council has to supply it",
    Step.LAW: "the law wants it said",
    Step.SOON: "it falls due soon",
}
"""Why something stands at its step."""

KINDS: Mapping[str, str] = {
    "comment": "comments that something is wrong",
    "unhelpful": "answers that did not help",
    "number": "numbers and addresses in doubt",
    "text": "replies to texts that were not sent",
    "disagreement": "different answers to the same question",
    "pin": "agreed places to start to look at again",
    "unanswered": "questions without an answer",
    "error": "faults in the content",
    "link": "links that lead nowhere",
    "changed": "source pages that have changed",
    "review": "reviews that are due",
    "contact": "contacts to supply",
    "duty": "duties under Schedule 2 not covered",
}
"""Every kind, by its name in keys, in words."""


@dataclass(frozen=True)
class Item:
    """One thing that needs attention.

    Args:
        kind: one of ``KINDS``.
        subject: what it is about; with the kind it makes the key, so it must stay the same from day to day.
        title: what it is, in a line.
        lines: what is known of it; nothing personal, and no words of comments.
        facts: what it rests on. When something is done and a fact is added later, it comes back.
        step: where it stands.
        amount: how much rests on it, by which it stands within its step.
        entries: the entries that it touches.
    """

    kind: str
    subject: str
    title: str
    lines: tuple[str, ...]
    facts: frozenset[str]
    step: Step
    amount: int = 0
    entries: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is known by."""
        return f"{self.kind}:{self.subject}"

    @property
    def weight(self) -> int:
        """What it is ranked by: a thousand for each step above none, and how much rests on it."""
        return 1000 * (len(Step) + 1 - self.step) + min(999, self.amount)

    @property
    def why(self) -> str:
        """Why it stands where it stands."""
        return f"Step {self.step.value} of {len(Step)}: {STEP_WORDS[self.step]}."


def ranked(items: Iterable[Item]) -> list[Item]:
    """The worst first."""
    return sorted(items, key=lambda item: (-item.weight, item.title.lower(), item.key))


def marks(facts: Iterable[str]) -> frozenset[str]:
    """Facts in a short form that can be kept and compared, and not read."""
    return frozenset(hashlib.sha256(fact.encode()).hexdigest()[:12] for fact in facts)


def counted(number: int) -> int:
    """A number of answers as it may be weighed: rounded down, and small ones all the same, so that none can be read from a weight."""
    return max((end for end in _ROUNDED if end <= number), default=0)


def in_words(number: int, noun: str) -> str:
    """A number of answers, told roughly."""
    return f"no {noun}s" if not number else f"{counted(number)} or more {noun}s" if number >= SMALLEST else f"fewer than {SMALLEST} {noun}s"


def slug(text: str, longest: int = 80) -> str:
    """A text as part of a key."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:longest].rstrip("-")
