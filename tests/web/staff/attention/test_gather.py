"""Everything that needs attention, put together."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.web.staff.attention.conftest import DAY, NOON, TODAY
from web.asked import Asked
from web.feedback import Feedback
from web.models import Text
from web.staff.attention.checking import look
from web.staff.attention.gather import Gathering
from web.staff.attention.store import State


@pytest.fixture
def comment(gathering):
    feedback = Feedback(gathering.room.database, 20, 200, gathering.clock)
    return lambda entry, text, about="facts": feedback.keep(entry, "r", about, text)


def test_rows_stand_in_order_with_their_place_and_what_is_kept(gathering, comment, content):
    look(content, gathering.looks)
    comment("bus-pass", "It is wrong")
    board = gathering.board()
    assert [row.place for row in board.rows] == list(range(1, len(board.rows) + 1))
    weights = [row.item.weight for row in board.rows]
    assert weights == sorted(weights, reverse=True)
    assert {"comment:bus-pass", "duty:1-b", "duty:places-to-read"} <= {row.item.key for row in board.rows}
    assert all(row.new for row in board.rows)


def test_before_anybody_has_looked_only_what_the_content_holds_is_missing(gathering, comment):
    comment("bus-pass", "It is wrong")
    assert [row.item.key for row in gathering.board().rows] == ["comment:bus-pass"]


def test_a_new_comment_brings_back_what_was_done(gathering, comment, console):
    comment("bus-pass", "It is wrong")
    row = gathering.board().row("comment:bus-pass")
    gathering.desk.change(row.item, console.who(), "answered by letter", seen=row.seen, state=State.DONE, owner="", due=None, note="")
    assert gathering.board().left == []
    comment("bus-pass", "It is still wrong")
    assert [row.item.title for row in gathering.board().left] == ["2 comments to answer: Bus pass"]


def test_a_comment_with_a_published_reply_has_gone_and_counts_as_settled(gathering, comment):
    reference = comment("bus-pass", "It is wrong")
    gathering.board()
    gathering.replies.publish(reference, "", "Put right.")
    board = gathering.board()
    assert (board.rows, [kept.key for kept in board.settled]) == ([], ["comment:bus-pass"])


def test_what_is_a_week_old_is_not_new_any_more(gathering, comment, clock):
    comment("bus-pass", "It is wrong")
    gathering.board()
    clock.now = NOON + 7 * DAY
    assert [row.new for row in gathering.board().rows] == [False]


def test_answers_that_did_not_help_count_for_ninety_days(gathering, clock):
    gathering.answers.keep(False, "answered", "bus-pass,toy-library", "r", "web", why="place", text="")
    gathering.answers.keep(True, "answered", "toy-library", "r", "web")
    assert [row.item.key for row in gathering.board().rows] == ["unhelpful:bus-pass"]
    clock.now = NOON + 91 * DAY
    assert gathering.board().rows == []


def test_what_answers_named_counts_by_whole_months_that_are_over(gathering):
    for day, number in ((dt.date(2026, 2, 28), 7), (dt.date(2026, 3, 1), 8), (dt.date(2026, 5, 31), 9), (dt.date(2026, 6, 1), 5), (TODAY, 6)):
        gathering.counts.add("place", "bus-pass", number, day)
    assert gathering.ground().places == {"bus-pass": 17}


def test_texts_and_real_counts_are_gathered_too(gathering, clock):
    failed = Text(ref="r", provider="notify", state="failed", created=NOON, outcome="answered", why="no such number")
    whole = Gathering(gathering.room, Asked(gathering.room.database, clock), lambda: [failed], clock)
    assert [row.item.key for row in whole.board().rows] == ["text:notify"]
