"""The list as it is asked for: filters, counts, and rows for a spreadsheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.present import moment
from web.staff.attention.gather import Board, Row
from web.staff.attention.items import KINDS
from web.staff.attention.store import State

NOBODY = "nobody"
"""Stands for no owner."""
LEFT, ALL = "left", "all"
"""States to ask for beside those of :class:`State`: whatever is not done, and everything."""
COLUMNS = ("place", "what", "kind", "key", "why here", "weight", "state", "owner", "due", "overdue", "first seen", "note")


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to; empty: anything. ``state`` is one of :class:`State`, ``LEFT`` or ``ALL``."""

    kind: str = ""
    owner: str = ""
    state: str = LEFT
    overdue: bool = False

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Asked:
        """As a form says; what is not known narrows nothing."""
        kind, state = args.get("kind", ""), args.get("state", LEFT)
        states = (LEFT, ALL, *State)
        return cls(kind if kind in KINDS else "", args.get("owner", "")[:200], state if state in states else LEFT, bool(args.get("overdue")))

    def takes(self, row: Row) -> bool:
        """Whether a row is asked for."""
        kept = row.kept
        state = self.state == ALL or (kept.state is not State.DONE if self.state == LEFT else kept.state == self.state)
        owner = not self.owner or (kept.owner or NOBODY) == self.owner
        return state and owner and (not self.kind or row.item.kind == self.kind) and (row.overdue or not self.overdue)

    @property
    def as_args(self) -> dict[str, str]:
        """For an address that asks for the same."""
        state, overdue = "" if self.state == LEFT else self.state, "1" if self.overdue else ""
        return {name: value for name, value in (("kind", self.kind), ("owner", self.owner), ("state", state), ("overdue", overdue)) if value}


@dataclass(frozen=True)
class Figures:
    """The counts at the top of the list."""

    left: int
    new: int
    overdue: int
    unowned: int
    states: Mapping[str, int]
    kinds: Mapping[str, int]
    owners: Mapping[str, tuple[int, int]]


def figures(board: Board) -> Figures:
    """Counts of what is not done; of ``owners``, how many each has and how many of these are overdue."""
    left = board.left
    had, late = Counter(row.kept.owner or NOBODY for row in left), Counter(row.kept.owner or NOBODY for row in left if row.overdue)
    states, kinds = Counter(row.kept.state.value for row in board.rows), Counter(row.item.kind for row in left)
    return Figures(
        left=len(left),
        new=sum(row.new for row in left),
        overdue=late.total(),
        unowned=had[NOBODY],
        states={state.value: states[state.value] for state in State},
        kinds={kind: kinds[kind] for kind in KINDS if kinds[kind]},
        owners={owner: (number, late[owner]) for owner, number in sorted(had.items(), key=lambda pair: (pair[0] == NOBODY, pair[0]))},
    )


def as_rows(rows: Sequence[Row]) -> list[list[object]]:
    """The list under ``COLUMNS``."""
    return [
        [
            row.place,
            row.item.title,
            KINDS[row.item.kind],
            row.item.key,
            row.item.why,
            row.item.weight,
            row.kept.state.value,
            row.kept.owner or NOBODY,
            row.kept.due.isoformat() if row.kept.due else "",
            "yes" if row.overdue else "no",
            moment(row.kept.first_seen),
            row.kept.note,
        ]
        for row in rows
    ]
