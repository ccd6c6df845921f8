"""The work of looking at the content and at the pages that it links to."""

from __future__ import annotations

import pytest

from indexer.checks import pages
from indexer.checks.pages import Answer
from web.staff.attention.checking import UnreachableError, look
from web.staff.attention.looks import CONTENT, LANE, LINKS, Looks, state_of
from web.staff.jobs import BROKEN, BUILDING, DONE
from web.staff.roles import Role


@pytest.fixture
def looks(console):
    return Looks(console.room.database)


@pytest.fixture
def work(console):
    def do(kind):
        number = console.room.jobs.add(kind, LANE, {}, console.who())
        console.do_work()
        return console.room.jobs.find(number)

    return do


def answer_with(monkeypatch, answers):
    asked = []

    def look_at(url):
        asked.append(url)
        return answers(url)

    monkeypatch.setattr(pages, "look_at", look_at)
    return asked


def test_the_job_keeps_what_it_finds_with_the_state_that_it_looked_at(work, looks, content):
    assert work(CONTENT).state == DONE
    seen = looks.last(CONTENT)
    assert seen.state == state_of(content, looks.today())
    assert seen.found["entries"]["toy-library"]["name"] == "Toy library"
    assert seen.found["danger"] == ["swimming-club", "toy-library"]
    assert [duty["duty"] for duty in seen.found["duties"]] == ["Places to swim.", "Places to read."]
    assert all(level == "error" for _, level, _, _ in seen.found["findings"])


def test_nothing_is_asked_for_online_without_being_told_to(work, monkeypatch):
    asked = answer_with(monkeypatch, lambda _: Answer(404, "gone"))
    work(CONTENT)
    assert asked == []


def test_what_has_been_looked_at_already_is_not_looked_at_again(work, looks, monkeypatch):
    work(CONTENT)
    monkeypatch.setattr("indexer.checks.check", lambda *_args, **_how: pytest.fail("looked at again"))
    assert work(CONTENT).state == DONE


def test_the_links_job_keeps_dead_links_beside_the_rest(work, looks, monkeypatch):
    answer_with(monkeypatch, lambda url: Answer(404, "the server answers 404") if "about" in url else Answer(200, "", "toys"))
    assert work(LINKS).state == DONE
    rows = looks.last(LINKS).found["findings"]
    assert ["unreachable-page", "error", "toy-library", "https://toys.example.org/about: the server answers 404"] in rows
    assert {rule for rule, *_ in rows} <= {"unreachable-page", "changed-page", "source-says-otherwise"}
    assert not [row for row in looks.last(CONTENT).found["findings"] if row[0] == "unreachable-page"]


def test_a_server_that_is_cut_off_says_so_and_blames_no_page(work, looks, console, monkeypatch):
    answer_with(monkeypatch, lambda _: Answer(0, "no route to host"))
    task = work(LINKS)
    assert (task.state, looks.last(LINKS)) == (BROKEN, None)
    assert "can this server go online?" in task.note
    with pytest.raises(UnreachableError):
        look(console.room.indexer.content, looks, online=True)


def test_content_that_cannot_be_read_is_told_where_the_list_stands(work, content, console):
    (content / "duties.toml").unlink()
    assert work(CONTENT).state == BROKEN
    browser = console.sign_in(Role.READER)
    console.do_work()
    page = browser.get("/staff/attention").text
    console.do_work()
    assert "duties.toml" in (page + browser.get("/staff/attention").text)


def test_looking_keeps_no_publishing_waiting():
    assert LANE != BUILDING
