"""The desks at which content is changed, in a browser that is only a client."""

from __future__ import annotations

import re
from html import unescape

import pytest

from web.staff.content import entry_form
from web.staff.content.files import read
from web.staff.roles import Role

PATH = "topics/bus-pass.md"
NEED = "/staff/wordings/need?need=Free+bus"
PAGES = ("/staff/entries", "/staff/entries/bus-pass", "/staff/pins", "/staff/wordings", NEED, "/staff/publish", "/staff/changes")
FORM = {"start": "bus-pass", "wordings": "free bus\nwho has the pass", "review_due": "2099-05-30", "reason": "agreed"}


def filled(content, path=PATH, **changes):
    """The form of an entry as a browser would send it."""
    file = read(content, path)
    sent = {name: value.replace("\n", "\r\n") for name, value in entry_form.shown(file.text, path).items()}
    return {**sent, "seen": file.digest, "reason": "a better word", "do": "save", **changes}


def trail(desk):
    return [(row.action, row.subject, row.state) for row in desk.room.audit.listed() if row.action != "add account"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", list(Role))
def test_everyone_may_look_and_nobody_is_shown_a_form_that_is_not_theirs(desk, role, path):
    page = desk.sign_in(role).get(path)
    assert page.status_code == 200
    may = role in (Role.EDITOR, Role.ADMINISTRATOR)
    assert may or not re.search(r'<form[^>]*method="post"[^>]*action="/staff/(entries|pins|wordings|publish|changes)', page.text)


@pytest.mark.parametrize("path", ["/staff/entries/bus-pass", "/staff/entries/new", "/staff/pins", "/staff/pins/x/undo", "/staff/pins/x/agree",
                                  "/staff/wordings/add", "/staff/wordings/new", "/staff/wordings/remove", "/staff/publish", "/staff/publish/back",
                                  "/staff/changes/1/withdraw"])  # fmt: skip
@pytest.mark.parametrize("role", [Role.READER, Role.SAFEGUARDING])
def test_who_may_not_change_content_does_not(desk, content, role, path):
    before = {p: p.read_bytes() for p in content.rglob("*.*")}
    assert desk.sign_in(role).post(path, {**FORM, "do": "save"}).status_code == 403
    assert {p: p.read_bytes() for p in content.rglob("*.*")} == before


def test_an_entry_is_changed_through_the_form(desk, content):
    before = read(content, PATH).text
    answer = desk.sign_in().post("/staff/entries/bus-pass", filled(content, description="A bus pass lets a disabled child ride free of charge."))
    assert answer.status_code == 303, answer.text
    assert read(content, PATH).text == before.replace(
        "description: A bus pass lets a disabled child ride for free.", "description: A bus pass lets a disabled child ride free of charge."
    )
    assert trail(desk) == [("edit entry", PATH, "done")]
    assert "after it has been published" in desk.sign_in().get(answer.headers["Location"]).text


def test_what_is_not_changed_is_not_saved(desk, content):
    answer = desk.sign_in().post("/staff/entries/bus-pass", filled(content))
    assert (answer.status_code, "Nothing has been changed" in answer.text) == (422, True)
    assert trail(desk) == []


def test_a_fault_stops_the_save_and_nothing_that_was_written_is_lost(desk, content):
    answer = desk.sign_in().post("/staff/entries/bus-pass", filled(content, related="nowhere", **{"section: Steps": "1. Ring <us>."}))
    assert answer.status_code == 422
    assert "&#39;nowhere&#39; is not known" in answer.text
    assert "1. Ring &lt;us&gt;." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert trail(desk) == []


def test_a_note_is_shown_and_can_be_overruled(desk, content):
    browser, changes = desk.sign_in(), {"section: Time limits": "The bus company must answer within 6 weeks.\nThey are slow."}
    shown = browser.post("/staff/entries/bus-pass", filled(content, **changes))
    assert (shown.status_code, "Look at this before you save" in shown.text) == (422, True)
    overruled = re.search(r'name="overruled" value="(\w+)"', shown.text)[1]
    assert browser.post("/staff/entries/bus-pass", filled(content, **changes, overruled=overruled)).status_code == 303


def test_a_file_that_someone_else_has_changed_is_refused_with_both_texts(desk, content):
    sent = filled(content, description="Mine is better than theirs.")
    (content / PATH).write_text(read(content, PATH).text.replace("for free", "for nothing"), encoding="utf-8")
    answer = desk.sign_in().post("/staff/entries/bus-pass", sent)
    assert answer.status_code == 409
    assert "-description: A bus pass lets a disabled child ride for nothing." in answer.text
    assert "+description: Mine is better than theirs." in answer.text
    area = re.search(r'<textarea class="mono" id="text".*?>\n(.*?)</textarea>', answer.text, re.DOTALL)[1]
    seen = re.search(r'name="seen" value="(\w+)"', answer.text)[1]
    again = desk.sign_in().post("/staff/entries/bus-pass", {"as": "file", "text": unescape(area), "seen": seen, "reason": "both read", "do": "save"})
    assert again.status_code == 303
    assert "Mine is better than theirs." in read(content, PATH).text


def test_a_whole_file_is_changed_and_a_broken_one_is_shown_again(desk, content):
    browser, file = desk.sign_in(), read(content, PATH)
    form = {"as": "file", "seen": file.digest, "reason": "shorter", "do": "save"}
    broken = browser.post("/staff/entries/bus-pass", {**form, "text": "no front matter"})
    assert (broken.status_code, "no front matter" in broken.text) == (422, True)
    assert browser.post("/staff/entries/bus-pass", {**form, "text": file.text.replace("for free", "for nothing")}).status_code == 303
    assert read(content, PATH).text == file.text.replace("for free", "for nothing")


def test_a_file_that_cannot_be_read_as_an_entry_is_named_and_can_be_put_right(desk, content):
    (content / PATH).write_text("broken", encoding="utf-8")
    browser = desk.sign_in()
    assert PATH in browser.get("/staff/entries").text
    assert "front matter" in browser.get("/staff/entries/bus-pass").text


def test_a_new_entry_is_written(desk, content):
    browser = desk.sign_in()
    page = browser.post("/staff/entries/new", {"kind": "topic", "id": "blue-badge", "name": "Blue badge"})
    text = unescape(re.search(r'id="text".*?>\n(.*?)</textarea>', page.text, re.DOTALL)[1])
    text = text.replace("url: https://\n", "url: https://example.org/badge\n").replace("needs: []", "needs: [physical]")
    form = {"kind": "topic", "id": "blue-badge", "as": "file", "text": text, "seen": "", "reason": "it was missing", "do": "save"}
    shown = browser.post("/staff/entries/new", form)
    overruled = re.search(r'name="overruled" value="(\w*)"', shown.text)
    answer = browser.post("/staff/entries/new", {**form, "overruled": overruled[1]}) if overruled else shown
    assert answer.status_code == 303, answer.text
    assert read(content, "topics/blue-badge.md").text == text
    assert trail(desk) == [("add entry", "topics/blue-badge.md", "done")]


@pytest.mark.parametrize("id", ["bus-pass", "toy-shelf", "new", "../x", "Blue Badge", ""])
def test_an_id_that_is_taken_or_no_slug_is_refused(desk, id):
    answer = desk.sign_in().post("/staff/entries/new", {"kind": "service", "id": id, "name": "X"})
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


@pytest.mark.parametrize("id", ["nowhere", "..%2f..%2fsecret", "A"])
def test_there_is_no_page_for_what_is_not_there(desk, id):
    assert desk.sign_in().get(f"/staff/entries/{id}").status_code == 404


def test_a_pin_is_set_agreed_to_and_undone(desk, content):
    browser, before = desk.sign_in(), (content / "pins.toml").read_bytes()
    assert browser.post("/staff/pins", FORM).status_code == 303
    assert "not published yet" in browser.get("/staff/pins").text
    text = read(content, PATH).text.replace("for free", "for nothing")
    (content / PATH).write_text(text, encoding="utf-8")
    assert "has changed since the pin was set" in browser.get("/staff/pins").text
    assert browser.post("/staff/pins/bus-pass/agree", {"reason": "still right"}).status_code == 303
    assert "has changed since the pin was set" not in browser.get("/staff/pins").text
    assert browser.post("/staff/pins/bus-pass/undo", {"reason": "not any more"}).status_code == 303
    assert (content / "pins.toml").read_bytes() == before
    assert [action for action, _, _ in trail(desk)] == ["undo pin", "agree to pin", "pin"]
    assert desk.room.audit.listed()[2].after.startswith("start: bus-pass")


def test_a_pin_form_is_filled_in_by_its_address_and_keeps_what_was_written(desk):
    browser = desk.sign_in()
    page = browser.get("/staff/pins?need=Free+bus&wording=one+more").text
    assert "one more\nhow do i get a bus pass\nBus travel for a disabled pupil: who issues the pass?</textarea>" in page
    answer = browser.post("/staff/pins", {**FORM, "start": "nowhere"})
    assert (answer.status_code, "who has the pass</textarea>" in answer.text) == (422, True)


def test_wordings_are_added_and_removed(desk, content):
    browser, before = desk.sign_in(), (content / "wordings.toml").read_bytes()
    form = {"need": "Free bus", "who": "school", "wording": "does a pupil ride for nothing", "reason": "heard at school"}
    assert browser.post("/staff/wordings/add", form).status_code == 303
    assert "there already" in unescape(browser.post("/staff/wordings/add", {**form, "who": "teenager"}).text)
    assert browser.post("/staff/wordings/remove", {"need": "Free bus", "who": "school", "reason": "not so"}).status_code == 303
    assert (content / "wordings.toml").read_bytes() == before
    new = {"need": "Swimming", "who_1": "parent", "wording_1": "swimming lessons", "who_2": "school", "wording_2": "is there a pool", "reason": "x y"}
    assert browser.post("/staff/wordings/new", new).status_code == 303
    assert browser.post("/staff/wordings/new", new).status_code == 422
    assert "swimming lessons" in browser.get("/staff/wordings/need?need=Swimming").text
    assert [action for action, _, _ in trail(desk)] == ["add need", "remove wording", "add wording"]
    assert desk.room.audit.listed()[1].before == "school: does a pupil ride for nothing"


def test_changes_are_downloaded_as_one_patch(desk, content):
    browser = desk.sign_in()
    browser.post("/staff/entries/bus-pass", filled(content, name="Bus pass for free"))
    browser.post("/staff/pins", FORM)
    assert PATH in browser.get("/staff/changes").text
    text = browser.get("/staff/changes/waymark.patch").text
    assert "-name: Bus pass\n+name: Bus pass for free\n" in text
    assert "+[[pins]]\n" in text


def test_where_nothing_is_written_changes_are_offered_and_withdrawn(make_console, config, content):
    desk = make_console(config=config, content_writes=False)
    browser, before = desk.sign_in(), read(content, PATH).text
    answer = browser.post("/staff/entries/bus-pass", filled(content, name="Bus pass for free"))
    assert "as a patch" in browser.get(answer.headers["Location"]).text
    assert read(content, PATH).text == before
    assert "+name: Bus pass for free" in browser.get("/staff/changes/waymark.patch").text
    number = re.search(r"/staff/changes/(\d+)/withdraw", browser.get("/staff/changes").text)[1]
    assert browser.post(f"/staff/changes/{number}/withdraw", {"reason": "second thoughts"}).status_code == 303
    assert browser.get("/staff/changes/waymark.patch").text == ""
    assert browser.post(f"/staff/changes/{number}/withdraw", {"reason": "second thoughts"}).status_code == 404
