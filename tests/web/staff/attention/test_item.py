"""The page of one thing that needs attention."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from tests.web.staff.attention.conftest import seen_on
from web.replies import Replies
from web.site import Site
from web.staff.roles import Role

ITEM = "/staff/attention/item/comment/portage"


@pytest.fixture
def reference(console):
    site: Site = console.app.extensions["waymark"]
    return site.feedback.keep("portage", "r", "contact", "The number for Portage is dead")


@pytest.fixture
def replies(console):
    return Replies(console.room.database)


def reply(console, reference, /, **form):
    browser = console.sign_in()
    sent = {"reference": reference, "said": "The number is dead", "reply": "It is right now.", "done": "The number.", "reason": "checked it"}
    return browser.post("/staff/attention/reply", {**sent, **form}, page=ITEM)


def keep(browser, /, seen=None, **form):
    return browser.post(ITEM, {**(seen_on(browser.get(ITEM).text) if seen is None else seen), **form}, page=ITEM)


def test_whoever_may_look_sees_the_words_of_comments_and_who_has_it(console, reference):
    page = console.sign_in(Role.READER).get(ITEM).text
    for words in ("The number for Portage is dead", reference, "Step 2 of 9", "<dt>Owner</dt><dd>nobody</dd>"):
        assert words in page
    assert "Publish both" not in page


def test_the_words_about_answers_that_did_not_help_stand_on_their_page(console):
    site: Site = console.app.extensions["waymark"]
    site.answer_feedback.keep(False, "answered", "portage", "r", "web", why="place", text="It was shut")
    site.answer_feedback.keep(False, "answered", "rumour", "r", "web", why="place", text="Another thing")
    page = console.sign_in(Role.READER).get("/staff/attention/item/unhelpful/portage").text
    assert "It was shut" in page
    assert "Another thing" not in page


def test_a_change_is_shown_in_its_history(console, reference):
    browser = console.sign_in()
    form = {"owner": console.name(Role.READER), "state": "in hand", "due": "2099-01-02", "note": "rang\r\nthem", "reason": "mine to do"}
    answer = keep(browser, **form)
    assert (answer.status_code, answer.headers["Location"]) == (303, ITEM)
    page = console.sign_in(Role.READER).get(ITEM).text
    for words in ("<dd>in hand</dd>", "2 January 2099", "mine to do", "state: open", "note: rang\nthem"):
        assert words in page


def test_a_date_and_an_owner_can_be_taken_away_again(console, reference):
    browser = console.sign_in()
    keep(browser, owner=console.name(Role.EDITOR), state="open", due="2099-01-02", note="", reason="mine")
    keep(browser, owner="", state="open", due="", note="", reason="not mine")
    assert console.room.audit.listed("comment:portage")[0].after == "state: open\nowner: nobody\ndue: none\nnote: none"


def test_an_older_page_takes_nothing_away_and_its_form_is_kept(console, reference):
    mine, other = console.sign_in(), console.sign_in(Role.SAFEGUARDING)
    older = seen_on(mine.get(ITEM).text)
    keep(other, owner=console.name(Role.READER), state="in hand", due="", note="I rang them", reason="mine to do")
    answer = keep(mine, older, owner="", state="open", due="2099-01-02", note="", reason="a date is needed")
    page = BeautifulSoup(answer.text, "lxml")
    assert answer.status_code == 409
    assert f"owner: {console.name(Role.READER)}" in page.select_one("[role=alert]").text
    assert (page.select_one("#due")["value"], page.select_one("#reason")["value"]) == ("2099-01-02", "a date is needed")
    assert "note: I rang them" in console.room.audit.listed("comment:portage")[0].after
    assert keep(mine, seen_on(answer.text), owner="", state="open", due="2099-01-02", note="", reason="a date is needed").status_code == 303


def test_a_comment_that_came_in_meanwhile_is_not_settled_with_the_others(console, reference):
    browser = console.sign_in()
    older = seen_on(browser.get(ITEM).text)
    console.app.extensions["waymark"].feedback.keep("portage", "r", "facts", "Another one")
    assert keep(browser, older, owner="", state="done", due="", note="", reason="answered by letter").status_code == 303
    page = BeautifulSoup(browser.get(ITEM).text, "lxml")
    assert page.select_one("#state option[selected]").text == "open"
    assert page.h1.text == "2 comments to answer: Portage"


def test_the_history_of_another_with_a_longer_name_is_not_shown(console, reference):
    console.room.audit.note(console.who(), "attend to", "comment:portage-plus", reason="another one")
    assert "another one" not in console.sign_in().get(ITEM).text


def test_a_reply_is_published_and_recorded_and_the_comment_is_settled(console, reference, replies):
    console.sign_in().get(ITEM)
    assert reply(console, reference).status_code == 303
    found = replies.find(reference)
    assert (found.said, found.reply, found.done) == ("The number is dead", "It is right now.", "The number.")
    row = console.room.audit.listed()[0]
    assert (row.action, row.subject, row.reason) == ("publish reply", "comment:portage", "checked it")
    assert reference in row.after
    assert "It is right now." in row.after
    page = console.sign_in().get(ITEM).text
    assert "This was not found any more" in page
    assert "publish reply" in page


def test_a_reply_of_someone_else_is_not_replaced_unasked(console, reference, replies):
    assert reply(console, reference).status_code == 303
    answer = reply(console, reference, reply="We are looking into it.", reason="mine to answer")
    page = BeautifulSoup(answer.text, "lxml")
    assert answer.status_code == 409
    assert "It is right now." in page.select_one("[role=alert]").text
    assert page.select_one(f"#reply-{reference}").text.strip() == "We are looking into it."
    assert page.select_one(f"#why-{reference}")["value"] == "mine to answer"
    assert replies.find(reference).reply == "It is right now."
    assert len([row for row in console.room.audit.listed() if row.action == "publish reply"]) == 1
    shown = page.select_one("form[action$='/reply'] [name=seen]")["value"]
    assert reply(console, reference, reply="We are looking into it.", seen=shown).status_code == 303
    assert replies.find(reference).reply == "We are looking into it."


def test_names_and_numbers_are_taken_out_of_what_is_shown(console, reference, replies):
    reply(console, reference, said="My son Jamie Smith rang 07700 900123 at Portage")
    said = replies.find(reference).said
    assert "Portage" in said
    assert "Jamie" not in said
    assert "07700" not in said


@pytest.mark.parametrize(
    ("form", "status"), [({"reply": " . "}, 400), ({"reason": ""}, 400), ({"reference": "F-BBBB-BBBB"}, 404), ({"reference": "x"}, 404)]
)
def test_nothing_is_published_without_a_reply_a_reason_and_a_comment(console, reference, replies, form, status):
    assert reply(console, reference, **form).status_code == status
    assert replies.find(reference).published == 0
    assert not [row for row in console.room.audit.listed() if row.action == "publish reply"]


@pytest.mark.parametrize("path", ["comment/no-such", "no-kind/portage", "error/asked_as/x.txt"])
def test_what_was_never_seen_has_no_page(console, reference, path):
    assert console.sign_in().get(f"/staff/attention/item/{path}").status_code == 404


def test_what_is_not_there_cannot_be_changed(console):
    answer = console.sign_in().post("/staff/attention/item/review/portage", {"state": "done", "reason": "because"})
    assert answer.status_code == 404


def test_entries_are_linked_as_families_see_them_and_as_they_can_be_changed(console):
    console.sign_in().get("/staff/attention")
    console.do_work()
    page = console.sign_in().get("/staff/attention/item/duty/1-b").text
    assert 'href="/services/swimming-club"' in page
    assert 'href="/staff/entries/swimming-club"' in page
