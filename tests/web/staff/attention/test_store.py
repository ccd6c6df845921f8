"""What is kept of things that need attention."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.web.staff.attention.conftest import DAY, NOON, TODAY
from web.staff.attention.items import Item, Step
from web.staff.attention.store import ACTION, CAME_BACK, ChangedError, State, seen_of
from web.staff.roles import Role

KINDS = {"review", "comment"}


def item(*facts: str, subject: str = "portage", title: str = "Portage", kind: str = "review") -> Item:
    return Item(kind, subject, title, (), frozenset(facts), Step.STALE)


@pytest.fixture
def desk(gathering):
    return gathering.desk


@pytest.fixture
def settle(desk, console):
    def change(item, state=State.DONE, owner="", due=None, note="", why="put right", seen=None):
        seen = seen_of(seen or item, desk.find(item.key))
        return desk.change(item, console.who(), why, seen=seen, state=state, owner=owner, due=due, note=note)

    return change


def test_what_is_new_is_open_and_keeps_the_moment_when_it_was_first_seen(desk, clock):
    assert desk.meet([item("a")], KINDS)["review:portage"].first_seen == NOON
    clock.now += DAY
    kept = desk.meet([item("a", "b")], KINDS)["review:portage"]
    assert (kept.state, kept.owner, kept.due, kept.first_seen, kept.gone) == (State.OPEN, "", None, NOON, 0)


def test_what_was_done_stays_done_while_its_facts_are_the_same_or_fewer(desk, settle):
    desk.meet([item("a", "b")], KINDS)
    settle(item("a", "b"))
    for facts in (("a", "b"), ("a",), ()):
        assert desk.meet([item(*facts)], KINDS)["review:portage"].state is State.DONE


def test_what_was_done_comes_back_with_a_new_fact_and_the_trail_says_so(desk, settle, console, clock):
    desk.meet([item("a")], KINDS)
    settle(item("a"), owner=console.name(Role.READER), note="rang them")
    clock.now += DAY
    kept = desk.meet([item("b")], KINDS)["review:portage"]
    assert (kept.state, kept.owner, kept.note, kept.first_seen, kept.done_at) == (State.OPEN, console.name(Role.READER), "rang them", NOON + DAY, 0)
    newest = console.room.audit.listed()[0]
    assert (newest.action, newest.subject, newest.who) == (CAME_BACK, "review:portage", "Waymark")
    assert "state: done" in newest.before
    assert "state: open" in newest.after


def test_only_what_was_shown_is_settled(desk, settle):
    desk.meet([item("a")], KINDS)
    desk.meet([item("a", "b")], KINDS)
    settle(item("a", "b"), seen=item("a"))
    assert desk.find("review:portage").state is State.DONE
    assert desk.meet([item("a", "b")], KINDS)["review:portage"].state is State.OPEN


@pytest.mark.parametrize("seen", ["", "x", "of-before"])
def test_what_someone_else_has_changed_is_left_as_it_is(desk, settle, console, seen):
    before = desk.meet([item("a")], KINDS)["review:portage"]
    settle(item("a"), State.IN_HAND, owner=console.name(Role.READER), note="rang them")
    now = desk.find("review:portage")
    shown = seen_of(item("a"), before) if seen == "of-before" else seen
    with pytest.raises(ChangedError) as fault:
        desk.change(item("a"), console.who(), "mine", seen=shown, state=State.OPEN, owner="", due=TODAY, note="")
    assert fault.value.now == desk.find("review:portage") == now


def test_what_is_only_in_hand_does_not_start_again_with_a_new_fact(desk, settle):
    desk.meet([item("a")], KINDS)
    settle(item("a"), State.IN_HAND)
    assert desk.meet([item("b")], KINDS)["review:portage"].state is State.IN_HAND


def test_what_is_not_there_any_more_is_gone_and_new_when_it_is_back(desk, clock):
    desk.meet([item("a")], KINDS)
    clock.now += DAY
    assert desk.meet([], KINDS)["review:portage"].gone == NOON + DAY
    clock.now += DAY
    kept = desk.meet([item("a")], KINDS)["review:portage"]
    assert (kept.gone, kept.first_seen) == (0, NOON + 2 * DAY)


def test_of_kinds_that_were_not_looked_for_nothing_is_gone(desk):
    desk.meet([item("a")], KINDS)
    assert desk.meet([], {"comment"})["review:portage"].gone == 0


def test_a_title_follows_what_is_found(desk):
    desk.meet([item("a")], KINDS)
    desk.meet([item("a", title="Portage, again")], KINDS)
    assert desk.find("review:portage").title == "Portage, again"


def test_a_change_is_kept_with_before_after_and_reason(desk, settle, console):
    desk.meet([item("a")], KINDS)
    assert settle(item("a"), State.WAITING, console.name(Role.EDITOR), dt.date(2026, 7, 1), "asked them", "needs their answer")
    row = console.room.audit.listed()[0]
    assert (row.action, row.subject, row.who, row.reason) == (ACTION, "review:portage", console.name(Role.EDITOR), "needs their answer")
    assert row.before == "state: open\nowner: nobody\ndue: none\nnote: none"
    assert row.after == f"state: waiting for the council\nowner: {console.name(Role.EDITOR)}\ndue: 2026-07-01\nnote: asked them"


def test_where_nothing_changes_nothing_is_recorded(desk, settle, console):
    desk.meet([item("a")], KINDS)
    before = len(console.room.audit.listed())
    assert not settle(item("a"), State.OPEN)
    assert len(console.room.audit.listed()) == before


@pytest.mark.parametrize(
    ("due", "state", "over"),
    [(-1, State.OPEN, True), (0, State.OPEN, False), (1, State.OPEN, False), (-1, State.WAITING, True), (-1, State.DONE, False)],
)
def test_what_should_have_been_done_is_overdue(desk, settle, due, state, over):
    desk.meet([item("a")], KINDS)
    settle(item("a"), state, due=TODAY + dt.timedelta(days=due))
    assert desk.find("review:portage").overdue(TODAY) is over


def test_two_processes_that_meet_it_at_once_keep_one(gathering, desk):
    for one in (desk, gathering.desk):
        one.meet([item("a")], KINDS)
    assert list(desk.meet([item("a")], KINDS)) == ["review:portage"]
