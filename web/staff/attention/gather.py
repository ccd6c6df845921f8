"""Everything that needs attention, from wherever it is known, with what is kept of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from indexer.release import live_id
from web.answer_feedback import AnswerFeedbackStore
from web.asked import Measure
from web.models import Text
from web.replies import Replies
from web.staff.attention import from_families, from_runs, in_content
from web.staff.attention.from_families import comments, texts, unanswered, unhelpful
from web.staff.attention.from_runs import disagreements, latest
from web.staff.attention.ground import Ground, months_before
from web.staff.attention.items import Item, ranked
from web.staff.attention.looks import CONTENT, LINKS, Looks
from web.staff.attention.store import Desk, Kept, State, seen_of
from web.staff.consistency.records import Run
from web.staff.consistency.store import Runs
from web.staff.figures.asked import Counts, Figures
from web.staff.room import Room


@dataclass(frozen=True)
class Row:
    """One thing that needs attention, its place in the whole order (from 1), and what is kept of it."""

    place: int
    item: Item
    kept: Kept
    overdue: bool
    new: bool

    @property
    def seen(self) -> str:
        """What a form says of how it was shown."""
        return seen_of(self.item, self.kept)


@dataclass(frozen=True)
class Board:
    """Everything that needs attention, the worst first, and what has gone or was done within the last week."""

    ground: Ground
    rows: Sequence[Row]
    settled: Sequence[Kept]

    def row(self, key: str) -> Row | None:
        """One of them; None where it is not there."""
        return next((row for row in self.rows if row.item.key == key), None)

    @property
    def left(self) -> list[Row]:
        """Those that are not done."""
        return [row for row in self.rows if row.kept.state is not State.DONE]


@dataclass(frozen=True)
class Gathering:
    """Where things that need attention come from. ``clock`` gives seconds since 1970."""

    room: Room
    counts: Counts
    listed_texts: Callable[[], Iterable[Text]]
    clock: Callable[[], float] = time.time

    @property
    def desk(self) -> Desk:
        """What is kept of them."""
        return Desk(self.room.database, self.room.audit, self.clock)

    @property
    def looks(self) -> Looks:
        """What the checks of the content found."""
        return Looks(self.room.database, self.clock)

    @property
    def answers(self) -> AnswerFeedbackStore:
        """What families said of answers."""
        settings = self.room.settings
        return AnswerFeedbackStore(self.room.database, settings.feedback_on_one_entry, settings.feedback_on_all, self.clock)

    @property
    def replies(self) -> Replies:
        """Comments, and what the council says to them."""
        return Replies(self.room.database, self.clock)

    def ground(self) -> Ground:
        """What the items stand on."""
        today, looks = self.looks.today(), self.looks
        places = sum(Figures(self.counts, {}, {}).per_period(Measure.PLACE, months_before(today)), Counter[str]())
        return Ground(today, looks.last(CONTENT), looks.last(LINKS), places)

    def board(self) -> Board:
        """Everything, with what is kept of it; what is new is noted."""
        ground = self.ground()
        items = ranked(self._items(ground))
        kept = self.desk.meet(items, self._kinds(ground))
        week_ago = self.clock() - 7 * 86_400
        rows = [
            Row(place, item, its, its.overdue(ground.today), its.first_seen > week_ago)
            for place, item in enumerate(items, 1)
            if (its := kept[item.key])
        ]
        settled = [its for its in kept.values() if max(its.done_at, its.gone) > week_ago]
        return Board(ground, rows, sorted(settled, key=lambda its: -max(its.done_at, its.gone)))

    def since(self, ground: Ground) -> int:
        """The moment from which answers that did not help count."""
        return _start_of(ground.since)

    def _items(self, ground: Ground) -> list[Item]:
        return [
            *comments(ground, self.replies.comments(unanswered=True)),
            *unhelpful(ground, self.answers.unhelpful(self.since(ground))),
            *unanswered(ground, self.counts),
            *texts(self.listed_texts(), self.clock()),
            *(disagreements(ground, *found) if (found := self._latest()) else ()),
            *in_content.in_content(ground),
        ]

    def _latest(self) -> tuple[Run, list[from_runs.Apart]] | None:
        return latest(Runs(self.room.database, self.clock), live_id(self.room.indexer.release_dir) or "")

    @staticmethod
    def _kinds(ground: Ground) -> set[str]:
        """The kinds that were looked for."""
        looked = (*(in_content.KINDS if ground.content else ()), *(in_content.LINK_KINDS if ground.links else ()))
        return {*from_families.KINDS, *from_runs.KINDS, *looked}


def _start_of(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
