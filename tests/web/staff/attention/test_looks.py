"""Looks at the content: what tells its states apart, and when it is looked at again."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from tests.web.staff.attention.conftest import NOON, TODAY
from web.staff.attention.looks import CONTENT, ITSELF, LANE, Looks, look_again, state_of
from web.staff.jobs import BROKEN, DONE


@pytest.fixture
def jobs(console):
    return console.room.jobs


def test_a_look_takes_the_place_of_the_one_before(console, clock):
    looks = Looks(console.room.database, clock)
    assert looks.last("checks") is None
    looks.keep("checks", "one", {"findings": []})
    clock.now = NOON
    looks.keep("checks", "two", {"findings": [["rule", "error", "a", "…"]]})
    seen = looks.last("checks")
    assert (seen.state, seen.at, seen.found["findings"][0][3]) == ("two", NOON, "…")


def test_the_state_changes_with_every_change_and_with_the_day_only(content):
    first = state_of(content, TODAY)
    assert state_of(content, TODAY) == first
    seen = {first, state_of(content, TODAY + dt.timedelta(days=1))}
    path = content / "services" / "toy-library.md"
    os.utime(path, ns=(1, 1))
    seen.add(state_of(content, TODAY))
    (content / "services" / "new.md").write_text("new", encoding="utf-8")
    seen.add(state_of(content, TODAY))
    path.unlink()
    seen.add(state_of(content, TODAY))
    assert len(seen) == 5


def test_files_that_only_tools_keep_do_not_count(content):
    first = state_of(content, TODAY)
    (content / ".git").mkdir()
    (content / ".git" / "index").write_text("x", encoding="utf-8")
    (content / ".hidden").write_text("x", encoding="utf-8")
    assert state_of(content, TODAY) == first


def test_the_content_is_looked_at_once_however_often_the_page_is_opened(jobs):
    numbers = {look_again(jobs, "state", None).number for _ in range(3)}
    assert len(numbers) == 1
    (task,) = jobs.listed(CONTENT)
    assert (task.who, task.args) == (ITSELF.name, {"state": "state"})


def test_where_nothing_has_changed_nothing_is_done(jobs, console):
    looks = Looks(console.room.database)
    looks.keep(CONTENT, "state", {})
    assert look_again(jobs, "state", looks.last(CONTENT)) is None
    assert jobs.listed(CONTENT) == []
    assert look_again(jobs, "another", looks.last(CONTENT)) is not None


@pytest.mark.parametrize(("state", "again"), [("state", False), ("another", True)])
def test_what_broke_is_tried_again_only_once_something_has_changed(jobs, state, again):
    number = jobs.add(CONTENT, LANE, {"state": "state"}, ITSELF)
    jobs.claim("worker")
    jobs.end(number, "worker", BROKEN, "duties.toml: missing")
    assert (look_again(jobs, state, None).number != number) is again


def test_a_look_that_came_too_late_for_the_state_is_made_again(jobs):
    number = jobs.add(CONTENT, LANE, {"state": "state"}, ITSELF)
    jobs.claim("worker")
    jobs.end(number, "worker", DONE)
    assert look_again(jobs, "state", None).number != number
