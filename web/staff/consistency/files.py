"""Runs as rows of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.consistency import Compared
from web.staff.consistency.records import Asked, Difference, Run

RUN = ("need", "learned from", "wording", "question", "channel", "start", "name", "outcome", "as most", "reply", "release")
MOVED = (
    *("need", "wording", "question", "channel", "start before", "name before", "outcome before"),
    *("start after", "name after", "outcome after", "release before", "release after"),
)


def run_rows(run: Run, compared: Sequence[Compared[Asked]]) -> Iterator[tuple[object, ...]]:
    """What a run found, a line for each question."""
    for need in compared:
        for told in need.told:
            facts = (told.start, told.name, told.outcome, "yes" if told.start == need.usual else "no", told.text, run.release)
            yield (need.need, "yes" if told.learned else "no", told.who, told.question, told.channel, *facts)


def moved_rows(pair: tuple[Run, Run], difference: Difference) -> Iterator[tuple[object, ...]]:
    """Questions that moved from one run to another, a line for each."""
    for moved in difference.moved:
        old, new = moved.before, moved.after
        starts = (old.start, old.name, old.outcome, new.start, new.name, new.outcome)
        yield (old.need, old.who, old.question, old.channel, *starts, pair[0].release, pair[1].release)
