"""Switching off and on in the console, and what families then see on every page and channel."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from web.staff.roles import Role

LINE = "The play service is closed until Monday."
REASON = "the roof leaks"
PAGE = "/staff/switches"


def switch_off(browser, thing, line=LINE, **more):
    return browser.post(f"{PAGE}/off", {"thing": thing, "line": line, "reason": REASON, **more}, page=PAGE)


def switch_on(browser, thing):
    return browser.post(f"{PAGE}/on", {"thing": thing, "reason": "repaired"}, page=PAGE)


def main_of(response):
    return " ".join(BeautifulSoup(response.text, "lxml").main.text.split())


def named_where_there_is_danger(engine):
    """Put into the topic *talk* the entry that replies to danger name."""
    talk, *others = engine.groups.groups
    engine.groups = engine.groups.model_copy(update={"groups": (talk.model_copy(update={"entries": ("rumour", "helpline")}), *others)})


@pytest.fixture
def families(console):
    return console.app.test_client()


@pytest.mark.parametrize(("role", "thing", "status"), [
    (Role.READER, "entry:portage", 403), (Role.EDITOR, "entry:portage", 303), (Role.EDITOR, "topic:play", 303), (Role.EDITOR, "entry:helpline", 403),
    (Role.EDITOR, "channel:sms", 403), (Role.EDITOR, "service:all", 403), (Role.ADMINISTRATOR, "channel:web", 303),
    (Role.ADMINISTRATOR, "service:all", 303), (Role.ADMINISTRATOR, "entry:helpline", 403), (Role.SAFEGUARDING, "entry:helpline", 303),
    (Role.SAFEGUARDING, "service:all", 303), (Role.SAFEGUARDING, "channel:staff", 404), (Role.SAFEGUARDING, "entry:nothing", 404),
    (Role.SAFEGUARDING, "", 404), (Role.EDITOR, "topic:talk", 403), (Role.ADMINISTRATOR, "topic:talk", 403), (Role.SAFEGUARDING, "topic:talk", 303),
])
def test_each_role_switches_what_it_may_and_the_form_offers_no_more(console, engine, role, thing, status):
    named_where_there_is_danger(engine)
    browser = console.sign_in(role)
    offered = [option["value"] for option in BeautifulSoup(browser.get(PAGE).text, "lxml").select("#thing option")]
    assert (thing in offered) == (status == 303 or thing == "" != role)
    assert switch_off(browser, thing).status_code == status
    assert bool(console.app.extensions["waymark.switches"].listed()) == (status == 303)


@pytest.mark.parametrize("thing", ["entry:helpline", "topic:talk"])
def test_nobody_switches_on_what_they_could_not_switch_off(console, engine, thing):
    named_where_there_is_danger(engine)
    switch_off(console.sign_in(Role.SAFEGUARDING), thing)
    editor = console.sign_in(Role.EDITOR)
    assert not BeautifulSoup(editor.get(PAGE).text, "lxml").select("#on-thing")
    assert switch_on(editor, thing).status_code == 403
    assert switch_on(console.sign_in(Role.SAFEGUARDING), thing).status_code == 303


def test_the_page_says_since_when_by_whom_why_and_until_when(console):
    browser = console.sign_in(Role.EDITOR)
    switch_off(browser, "entry:portage", until="2099-01-31")
    said = main_of(browser.get(PAGE))
    for part in ("Portage", LINE, "editor@example.org", REASON, "31 January 2099"):
        assert part in said
    assert switch_on(browser, "entry:portage").status_code == 303
    assert "Everything is on" in main_of(browser.get(PAGE))
    assert [(row.action, row.reason) for row in console.room.audit.listed("switch")] == [("switch on", "repaired"), ("switch off", REASON)]


@pytest.mark.parametrize(("changed", "says"), [
    ({"line": "Closed."}, "at least 10"), ({"line": "Ring 0161 496 0999 instead."}, "0161 496 0999"), ({"until": "soon"}, "as a date"),
    ({"until": "2020-01-01"}, "past"),
])
def test_what_is_wrong_is_said_and_what_was_typed_stays(console, changed, says):
    answer = switch_off(console.sign_in(), "entry:portage", **{"line": LINE, "until": "", **changed})
    page = BeautifulSoup(answer.text, "lxml")
    assert answer.status_code == 400
    assert says in page.select_one("[role=alert]").text
    assert page.select_one("#line").text == changed.get("line", LINE)
    assert page.select_one("#thing option[selected]")["value"] == "entry:portage"
    assert page.select_one("#off-reason")["value"] == REASON
    assert console.app.extensions["waymark.switches"].listed() == []


def test_without_a_reason_nothing_is_switched(console):
    browser = console.sign_in()
    assert switch_off(browser, "entry:portage", reason="").status_code == 400
    assert console.app.extensions["waymark.switches"].listed() == []


def test_the_page_of_an_entry_that_is_off_shows_its_name_and_the_line_alone(console, families):
    switch_off(console.sign_in(), "entry:portage")
    answer = families.get("/services/portage")
    page = BeautifulSoup(answer.text, "lxml")
    assert answer.status_code == 200
    assert page.select_one("meta[name=robots]")["content"] == "noindex"
    assert main_of(answer) == f"Portage Please note: {LINE}"
    switch_on(console.sign_in(), "entry:portage")
    assert "Play at home." in main_of(families.get("/services/portage"))


def test_lists_and_the_feed_leave_out_an_entry_that_is_off(console, families):
    assert "Portage" in main_of(families.get("/browse"))
    assert families.get("/open-referral/services").json["total_items"] == 2
    switch_off(console.sign_in(), "entry:portage")
    assert "Portage" not in main_of(families.get("/browse"))
    assert families.get("/open-referral/services").json["total_items"] == 1
    assert "Portage" not in families.get("/services/helpline").text
    switch_on(console.sign_in(), "entry:portage")
    assert "Portage" in main_of(families.get("/browse"))


def test_answers_on_every_channel_say_the_line_instead(console, families, text_us):
    switch_off(console.sign_in(), "entry:portage")
    assert LINE in families.post("/chat", data={"question": "one"}).text
    assert families.post("/api/chat", json={"question": "one"}).json["signposts"] == []
    assert LINE in text_us(families, "one").text


def test_a_topic_that_is_off_is_not_offered_and_its_list_shows_the_line(console, families):
    assert "group=play" in families.get("/browse").text
    switch_off(console.sign_in(), "topic:play")
    assert "group=play" not in families.get("/browse").text
    assert main_of(families.get("/browse?group=play")) == f"Play Please note: {LINE}"


@pytest.mark.parametrize("thing", ["channel:web", "service:all"])
def test_a_closed_page_shows_the_line_and_keeps_its_form_for_danger(console, families, thing):
    switch_off(console.sign_in(Role.SAFEGUARDING), thing)
    for path in ("/", "/panel/"):
        page = BeautifulSoup(families.get(path).text, "lxml")
        assert LINE in page.select_one("[role=status].alert").text
        assert page.select_one("form textarea[name=question]")
        answer = families.post(path, data={"question": "one"})
        assert answer.status_code == 503
        assert LINE in answer.text
    piece = families.post("/chat", data={"question": "one"})
    assert (piece.status_code, LINE in piece.text) == (503, True)
    assert "Ring 999 now." in families.post("/chat", data={"question": "danger"}).text
    assert families.post("/", data={"question": "danger"}).status_code == 303


def test_a_closed_channel_closes_no_other(console, families, text_us):
    switch_off(console.sign_in(Role.SAFEGUARDING), "channel:api")
    closed = families.post("/api/chat", json={"question": "one"})
    assert (closed.status_code, closed.json["type"], closed.json["detail"]) == (503, "urn:waymark:problem:switched-off", LINE)
    assert families.post("/api/chat", json={"question": "danger"}).json["outcome"] == "urgent"
    assert families.post("/api/chat", json={"question": "one", "channel": "web"}).status_code == 200
    assert LINE not in families.get("/").text
    assert "Portage" in text_us(families, "one").text


def test_texts_are_answered_with_the_line_while_they_are_off(console, families, text_us):
    switch_off(console.sign_in(Role.SAFEGUARDING), "channel:sms")
    assert LINE in text_us(families, "one").text
    assert "Ring 999 now." in text_us(families, "danger", sid="SM2").text


def test_a_reply_to_danger_still_names_what_is_off_and_can_be_told_of(console, families):
    switch_off(console.sign_in(Role.SAFEGUARDING), "entry:helpline")
    assert "0800 1111" in families.post("/chat", data={"question": "danger"}).text
    form = {"helped": "yes", "outcome": "urgent", "entries": "helpline", "release": "2026-01-01T00-00-00Z-abc123"}
    assert families.post("/helped", data=form).status_code == 303


def test_another_server_process_sees_it_too(console, make_app, config, monkeypatch):
    other = make_app(config=config)
    client = other.test_client()
    assert "Play at home." in client.get("/services/portage").text
    switch_off(console.sign_in(), "entry:portage")
    monkeypatch.setattr(other.extensions["waymark"].live, "_look_at", 0.0)
    assert LINE in client.get("/services/portage").text
