"""Where the latest consistency run sent families who need the same to different places, as items."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from bot.records import Outcome
from web.staff.attention.ground import Ground
from web.staff.attention.items import Item, Step, slug
from web.staff.consistency.records import Run
from web.staff.consistency.store import Runs

KINDS = ("disagreement",)
Apart = tuple[str, list[tuple[str, str, str, str]]]
"""A need, and of each question its wording, its channel, where it starts, and its outcome."""


def latest(runs: Runs, release: str) -> tuple[Run, list[Apart]] | None:
    """The latest run over a release, else the latest of all, and where it disagrees; None where none has ended."""
    run = runs.latest(release) or runs.latest()
    return (run, runs.disagreements(run.number)) if run else None


def disagreements(ground: Ground, run: Run, found: Iterable[Apart]) -> Iterator[Item]:
    """Needs that do not start at one place. A place that was not among them before makes one that was done come back."""
    for need, told in found:
        starts = Counter(start for _, _, start, _ in told)
        urgent = sum(outcome == Outcome.URGENT for _, _, _, outcome in told)
        apart = len(told) - max(starts.values())
        lines = [f"Run {run.number} over release {run.release} asked for it {len(told)} times."]
        lines += [f"Starts at {ground.name(start).replace('_', ' ')}: {number}" for start, number in starts.most_common()]
        step = Step.DANGER if 0 < urgent < len(told) else Step.DIFFERS
        sums = hashlib.sha256(need.encode()).hexdigest()[:6]  # two needs may begin with the same words
        ids = tuple(start for start in starts if start in ground.entries)
        yield Item("disagreement", f"{slug(need, 60)}-{sums}", f"Different answers: {need}", tuple(lines), frozenset(starts), step, apart, ids)
