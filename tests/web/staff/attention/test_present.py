"""The list as it is asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.web.staff.attention.conftest import NOON, TODAY
from web.staff.attention.gather import Board, Row
from web.staff.attention.ground import Ground
from web.staff.attention.items import Item, Step
from web.staff.attention.present import COLUMNS, Asked, as_rows, figures
from web.staff.attention.store import Kept, State


def row(place: int, kind: str = "review", state: State = State.OPEN, owner: str = "", due: int | None = None, new: bool = False) -> Row:
    day = TODAY + dt.timedelta(days=due) if due is not None else None
    kept = Kept(f"{kind}:{place}", kind, "x", state, owner, day, "a note", NOON, 0, 0)
    return Row(place, Item(kind, str(place), f"Thing {place}", (), frozenset(), Step.STALE), kept, kept.overdue(TODAY), new)


ROWS = [
    row(1, "comment", owner="a@example.org", due=-1, new=True),
    row(2, "review", State.IN_HAND, "b@example.org"),
    row(3, "review", State.DONE, "a@example.org", due=-1),
    row(4, "link"),
]
BOARD = Board(Ground(TODAY), ROWS, [])


@pytest.mark.parametrize(
    ("args", "places"),
    [
        ({}, [1, 2, 4]),
        ({"state": "all"}, [1, 2, 3, 4]),
        ({"state": "done"}, [3]),
        ({"state": "in hand", "kind": "review"}, [2]),
        ({"kind": "review"}, [2]),
        ({"owner": "a@example.org"}, [1]),
        ({"owner": "nobody"}, [4]),
        ({"overdue": "1"}, [1]),
        ({"overdue": "1", "state": "all"}, [1]),
        ({"kind": "no such", "state": "no such"}, [1, 2, 4]),
    ],
)
def test_the_list_is_narrowed(args, places):
    asked = Asked.of(args)
    assert [row.place for row in ROWS if asked.takes(row)] == places
    assert Asked.of(asked.as_args) == asked


def test_the_counts_are_of_what_is_not_done():
    found = figures(BOARD)
    assert (found.left, found.new, found.overdue, found.unowned) == (3, 1, 1, 1)
    assert found.states == {"open": 2, "in hand": 1, "waiting for the council": 0, "done": 1}
    assert found.kinds == {"comment": 1, "link": 1, "review": 1}
    assert found.owners == {"a@example.org": (1, 1), "b@example.org": (1, 0), "nobody": (1, 0)}
    assert list(found.owners)[-1] == "nobody"


def test_a_row_of_the_spreadsheet_says_all_of_it():
    first = dict(zip(COLUMNS, as_rows(ROWS)[0], strict=True))
    assert first["what"] == "Thing 1"
    assert (first["state"], first["owner"], first["due"], first["overdue"]) == ("open", "a@example.org", "2026-06-09", "yes")
    assert (first["first seen"], first["weight"], first["note"]) == ("2026-06-10 12:00", 4000, "a note")
