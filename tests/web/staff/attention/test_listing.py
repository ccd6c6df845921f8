"""The pages of the list."""

from __future__ import annotations

import csv
import io
from email import message_from_bytes

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from tests.web.staff.attention.conftest import seen_on
from web.replies import Replies
from web.site import Site
from web.staff.attention.looks import CONTENT, LINKS
from web.staff.roles import Role

HERE = "/staff/attention"


@pytest.fixture
def said(console):
    """Comments on two entries."""
    site: Site = console.app.extensions["waymark"]
    return [site.feedback.keep(entry, "r", about, f"Words about {entry}") for entry, about in (("portage", "contact"), ("rumour", "facts"))]


@pytest.fixture
def looked(console):
    console.sign_in().get(HERE)
    console.do_work()


def many(console, keys, seen=None, **form):
    browser = console.sign_in()
    sent = {"key": keys, "state": "as it is", "owner": "as it is", "reason": "sharing out", **form}
    return browser.post(f"{HERE}/many", {**(seen_on(browser.get(HERE).text) if seen is None else seen), **sent})


def test_the_content_is_looked_at_by_itself_and_its_age_is_shown(console):
    browser = console.sign_in(Role.READER)
    assert "The content is being looked at" in browser.get(HERE).text
    console.do_work()
    page = browser.get(HERE).text
    assert "The content was last looked at" in page
    assert "Covered in part: Places to swim." in page


def test_after_a_change_of_the_content_the_old_look_is_shown_with_its_age(console, looked, content):
    browser = console.sign_in()
    (content / "services" / "swimming-club.md").write_text("spoilt", encoding="utf-8")
    page = browser.get(HERE).text
    assert "has changed and is being looked at again" in page
    assert "Places to swim." in page
    console.do_work()
    assert "The content could not be looked at" in browser.get(HERE).text


def test_the_worst_stands_first_with_its_reason(console, said):
    page = console.sign_in(Role.READER).get(HERE).text
    assert page.index("1 comment to answer: Portage") < page.index("1 comment to answer: Rumour")
    assert "Step 2 of 9: a number or address may be wrong." in page
    assert "Words about" not in page


def test_it_is_first_in_the_menu(console):
    page = console.sign_in(Role.READER).get("/staff/").text
    menu = page[page.index('aria-label="Staff console"') :]
    assert menu.index(f'href="{HERE}"') < min(menu.index(other) for other in ('href="/staff/ask"', 'href="/staff/consistency"') if other in menu)


def test_whoever_may_not_own_sees_no_form_and_is_refused(console, said):
    reader = console.sign_in(Role.READER)
    assert "Change those that are ticked" not in reader.get(HERE).text
    for path in (f"{HERE}/many", f"{HERE}/item/comment/portage", f"{HERE}/reply"):
        assert reader.post(path, {"reason": "because", "key": "comment:portage"}).status_code == 403


def test_several_are_changed_for_one_reason(console, said):
    editor, reader = console.name(Role.EDITOR), console.name(Role.READER)
    answer = many(console, ["comment:portage", "comment:rumour"], owner=reader, due="2020-01-01", shown_kind="comment")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{HERE}?kind=comment")
    rows = [row for row in console.room.audit.listed() if row.reason == "sharing out"]
    assert {(row.subject, row.who) for row in rows} == {("comment:portage", editor), ("comment:rumour", editor)}
    page = console.sign_in().get(f"{HERE}?overdue=1&owner={reader}").text
    assert page.count("overdue</span>") == 2
    assert many(console, ["comment:portage"], state="in hand").status_code == 303
    assert f"owner: {reader}\ndue: 2020-01-01" in console.room.audit.listed("comment:portage")[0].after


def test_what_has_gone_or_was_changed_meanwhile_is_named_and_the_others_are_changed(console, said):
    site: Site = console.app.extensions["waymark"]
    site.feedback.keep("helpline", "r", "facts", "Words about the helpline")
    older = seen_on(console.sign_in().get(HERE).text)
    many(console, ["comment:rumour"], owner=console.name(Role.READER))
    Replies(site.database).publish(said[0], "", "Put right.")
    console.sign_in().get(HERE)
    keys = ["comment:helpline", "comment:portage", "comment:rumour"]
    answer = many(console, keys, older, state="in hand", reason="all of these")
    page = BeautifulSoup(answer.text, "lxml")
    assert answer.status_code == 409
    assert [row.subject for row in console.room.audit.listed("all of these")] == ["comment:helpline"]
    words = page.select_one("[role=alert]").text
    assert "1 of those that were ticked was changed" in words
    assert "1 comment to answer: Portage: it is not there any more" in words
    assert "1 comment to answer: Rumour: someone else has changed it" in words
    assert [box["value"] for box in page.select("[name=key][checked]")] == ["comment:rumour"]
    assert (page.select_one("#to-state option[selected]").text, page.select_one("#reason")["value"]) == ("in hand", "all of these")
    assert many(console, ["comment:rumour"], seen_on(answer.text), state="in hand").status_code == 303


def test_several_are_settled_only_as_far_as_they_were_shown(console, said):
    older = seen_on(console.sign_in().get(HERE).text)
    console.app.extensions["waymark"].feedback.keep("portage", "r", "facts", "Another one")
    many(console, ["comment:portage", "comment:rumour"], older, state="done")
    page = console.sign_in().get(HERE).text
    assert "2 comments to answer: Portage" in page
    assert "to answer: Rumour" not in page


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"state": "burnt"}, 400),
        ({"owner": "stranger@example.org"}, 400),
        ({"due": "tomorrow"}, 400),
        ({"reason": " "}, 400),
        ({"key": ["comment:no-such"]}, 404),
        ({"key": ["comment:portage", "comment:no-such"]}, 404),
    ],
)
def test_what_makes_no_sense_changes_nothing(console, said, form, status):
    before = len(console.room.audit.listed())
    assert many(console, form.pop("key", ["comment:portage"]), **form).status_code == status
    assert len(console.room.audit.listed()) == before


def test_the_list_is_taken_along_as_it_is_narrowed(console, said, looked):
    browser = console.sign_in(Role.READER)
    rows = list(csv.DictReader(io.StringIO(browser.get(f"{HERE}/list.csv?kind=comment").text.lstrip("\ufeff"))))
    assert [row["key"] for row in rows] == ["comment:portage", "comment:rumour"]
    assert "Words about" not in browser.get(f"{HERE}/list.csv").text
    sheet = load_workbook(io.BytesIO(browser.get(f"{HERE}/list.xlsx?kind=comment").data)).active
    assert [row[3].value for row in sheet.rows] == ["key", "comment:portage", "comment:rumour"]


def test_the_digest_is_taken_along_as_text_and_as_e_mail(console, said):
    browser = console.sign_in(Role.READER)
    text = browser.get(f"{HERE}/digest.txt").text
    assert "2 to do, 2 of them new" in text
    assert "http://localhost/staff/attention" in text
    assert message_from_bytes(browser.get(f"{HERE}/digest.eml").data)["To"] == console.name(Role.READER)


def test_pages_are_asked_for_in_the_background_once_at_a_time(console, monkeypatch):
    monkeypatch.setattr("indexer.checks.pages.look_at", lambda _: pytest.fail("asked for within the request"))
    browser = console.sign_in(Role.READER)
    places = {browser.post(f"{HERE}/look", {"name": LINKS}).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert "They are being asked for now" in browser.get(HERE).text
    assert browser.post(f"{HERE}/look", {"name": "publish"}).status_code == 400
    assert [task.kind for task in console.room.jobs.listed(CONTENT, LINKS, "publish")].count(LINKS) == 1


def test_a_long_list_comes_in_pages(console):
    site: Site = console.app.extensions["waymark"]
    for n in range(60):
        site.answer_feedback.keep(False, "answered", f"entry-{n}", "r", "web", why="place")
    browser = console.sign_in()
    first, second = browser.get(f"{HERE}?kind=unhelpful"), browser.get(f"{HERE}?kind=unhelpful&page=2")
    assert (first.text.count('name="key"'), second.text.count('name="key"')) == (50, 10)
    assert "page=2&amp;kind=unhelpful" in first.text
