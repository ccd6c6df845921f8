"""Nothing that was typed is lost, and nobody's change is reverted unseen: after a fault, a note, a try-out, or where someone else was quicker."""

from __future__ import annotations

import re
from dataclasses import asdict
from html import unescape

import pytest

from tests.web.staff.content.test_desks import FORM, PATH, filled
from web.staff.content import files
from web.staff.content.files import FileError, read
from web.staff.content.store import Draft, StaleError, Store
from web.staff.roles import Role

ENTRY = "/staff/entries/bus-pass"
STEPS = "section: Steps"
NEW = {"kind": "topic", "id": "blue-badge", "as": "file", "seen": "", "reason": "it was missing", "do": "save"}


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def area(page: str, id: str) -> str:
    return unescape(re.search(rf'<textarea[^>]* id="{id}".*?>\n(.*?)</textarea>', page, re.DOTALL)[1])


def args(draft: Draft, whole: bool = False) -> dict:
    """What the work of trying a change out is told."""
    return {"draft": asdict(draft), "wordings": [], "reason": "a better word", "whole": whole}


def put(content, old: str, new: str, path: str = PATH) -> None:
    """What someone else saves meanwhile."""
    (content / path).write_text(read(content, path).text.replace(old, new), encoding="utf-8")


@pytest.fixture
def full(monkeypatch):
    """The disk is full."""

    def replace(_content, path, *_):
        raise FileError(f"{path} could not be written (the disk is full); it is as it was")

    monkeypatch.setattr(files, "replace", replace)


@pytest.fixture
def overtaken(monkeypatch):
    """Someone else is quicker, every time."""

    def change(store, draft, *_):
        raise StaleError(store.read(draft.path))

    monkeypatch.setattr(Store, "change", change)


@pytest.mark.parametrize(
    "changes", [{"related": "nowhere"}, {"phones": "just words"}, {"section: Time limits": "They answer within 6 weeks.\nThey are slow."}]
)
def test_after_a_fault_or_a_note_the_change_of_someone_else_is_not_reverted(desk, content, changes):
    browser, sent = desk.sign_in(), filled(content, **changes)
    put(content, "for free", "for nothing")
    page = browser.post(ENTRY, sent)
    assert (page.status_code, hidden(page.text, "seen")) == (422, sent["seen"])
    mended = {"related": "swimming-club", "phones": "", "overruled": hidden(page.text, "overruled")}
    answer = browser.post(ENTRY, {**sent, "seen": hidden(page.text, "seen"), **mended})
    assert answer.status_code == 409
    assert "for nothing" in read(content, PATH).text


def test_after_a_fault_in_a_whole_file_the_change_of_someone_else_is_not_reverted(desk, content):
    browser, file = desk.sign_in(), read(content, PATH)
    form = {"as": "file", "seen": file.digest, "reason": "shorter", "do": "save"}
    put(content, "for free", "for nothing")
    page = browser.post(ENTRY, {**form, "text": file.text.replace("related: [swimming-club]", "related: [nowhere]")})
    assert (page.status_code, hidden(page.text, "seen")) == (422, file.digest)
    answer = browser.post(ENTRY, {**form, "text": file.text.replace("Bus pass", "Free bus pass"), "seen": hidden(page.text, "seen")})
    assert (answer.status_code, hidden(answer.text, "seen"), hidden(answer.text, "reason")) == (409, read(content, PATH).digest, "shorter")
    assert "for nothing" in read(content, PATH).text


def test_a_change_that_was_tried_out_is_changed_further(desk, content):
    browser, sent = desk.sign_in(), filled(content, **{STEPS: "1. Ring <us>.", "do": "preview"})
    preview = browser.post(ENTRY, sent).headers["Location"]
    page = browser.get(unescape(re.search(r'href="([^"]+)">Change it further', browser.get(preview).text)[1])).text
    assert (area(page, "section-3"), hidden(page, "seen"), hidden(page, "reason")) == ("1. Ring <us>.", sent["seen"], "a better word")
    put(content, "for free", "for nothing")
    again = {**sent, STEPS: "1. Ring <them>.", "seen": hidden(page, "seen"), "do": "save"}
    assert browser.post(ENTRY, again).status_code == 409
    assert browser.post(ENTRY, {**again, "seen": read(content, PATH).digest}).status_code == 303
    assert "1. Ring <them>." in read(content, PATH).text


def test_a_whole_file_and_a_new_entry_that_were_tried_out_are_changed_further_as_they_were_written(desk, content):
    browser, file = desk.sign_in(), read(content, PATH)
    text = file.text.replace("id: bus-pass\n", "# a remark\nid: bus-pass\n")
    number = desk.room.jobs.add("preview", "building", args(Draft(PATH, file.digest, text, "edit entry", PATH), whole=True), desk.who())
    page = browser.get(f"{ENTRY}?preview={number}").text
    assert (area(page, "text"), hidden(page, "seen")) == (text, file.digest)
    fresh = Draft("topics/blue-badge.md", "", text.replace("bus-pass", "blue-badge"), "add entry", "topics/blue-badge.md")
    number = desk.room.jobs.add("preview", "building", args(fresh, whole=True), desk.who())
    page = browser.get(f"/staff/entries/blue-badge?preview={number}").text
    assert (area(page, "text"), 'action="/staff/entries/new"' in page, hidden(page, "id")) == (fresh.text, True, "blue-badge")


def test_a_pin_that_was_tried_out_is_changed_further(desk):
    browser = desk.sign_in()
    preview = browser.post("/staff/pins", {**FORM, "also": "toy-library, swimming-club", "do": "preview"}).headers["Location"]
    page = browser.get(unescape(re.search(r'href="([^"]+)">Change it further', browser.get(preview).text)[1])).text
    assert area(page, "wordings") == FORM["wordings"]
    assert [hidden(page, name) for name in ("start", "also")] == ["bus-pass", "toy-library, swimming-club"]
    assert 'type="date" value="2099-05-30"' in page
    assert 'name="reason" value="agreed"' in page


def test_only_who_may_change_a_file_changes_further_what_was_tried_out_and_only_at_its_own_page(desk, store, draft):
    number = desk.room.jobs.add("preview", "building", args(draft()), desk.who())
    for role in (Role.READER, Role.SAFEGUARDING):
        assert "Change it further" not in desk.sign_in(role).get(f"/staff/previews/{number}").text
        assert desk.sign_in(role).get(f"{ENTRY}?preview={number}").status_code == 403
    for path in (f"/staff/entries/toy-library?preview={number}", f"/staff/pins?preview={number}", f"{ENTRY}?preview={number + 1}"):
        assert desk.sign_in().get(path).status_code == 404, path


@pytest.mark.parametrize("state", ["waiting", "broken", "stopped", "done"])
def test_only_what_has_been_tried_out_to_the_end_is_saved_from_there(desk, draft, state):
    number = desk.room.jobs.add("preview", "building", args(draft()), desk.who())
    if state == "stopped":
        desk.room.jobs.stop(number)
    elif state != "waiting":
        task = desk.room.jobs.claim("test")
        desk.room.jobs.end(number, task.worker, state, result={"before": "then", "asked": 0, "moved": [], "own": [], "learned": False})
    assert desk.room.jobs.find(number).state == state
    page = desk.sign_in().get(f"/staff/previews/{number}").text
    assert ("Save the change" in page, "Change it further" in page) == (state == "done", True)


def test_a_change_that_was_tried_out_stays_where_the_disk_is_full(desk, draft, full):
    number = desk.room.jobs.add("preview", "building", args(draft()), desk.who())
    answer = desk.sign_in().post(f"/staff/previews/{number}", {"reason": "all agree"})
    assert (answer.status_code, "the disk is full" in answer.text, "Change it further" in answer.text) == (507, True, True)


def test_a_new_entry_is_kept_where_its_id_is_taken_meanwhile(desk, content):
    browser = desk.sign_in()
    first = browser.post("/staff/entries/new", {"kind": "topic", "id": "blue-badge", "name": "Blue badge"})
    text = area(first.text, "text").replace("url: https://\n", "url: https://example.org/badge\n").replace("needs: []", "needs: [physical]")
    (content / "topics/blue-badge.md").write_text(read(content, PATH).text.replace("bus-pass", "blue-badge"), encoding="utf-8")
    answer = browser.post("/staff/entries/new", {**NEW, "text": text})
    assert (answer.status_code, "is taken already" in answer.text, "New entry: blue-badge" in answer.text) == (422, True, True)
    assert (area(answer.text, "text"), hidden(answer.text, "id"), hidden(answer.text, "reason")) == (text, "blue-badge", "it was missing")
    form = {**NEW, "id": "blue-badge-scheme", "text": text.replace("id: blue-badge\n", "id: blue-badge-scheme\n")}
    shown = browser.post("/staff/entries/new", form)
    saved = shown if shown.status_code == 303 else browser.post("/staff/entries/new", {**form, "overruled": hidden(shown.text, "overruled")})
    assert saved.status_code == 303, saved.text
    assert read(content, "topics/blue-badge-scheme.md").text == form["text"]


@pytest.mark.parametrize(("fault", "status"), [("overtaken", 409), ("full", 507)])
def test_a_pin_that_cannot_be_saved_is_kept_in_its_form(desk, request, fault, status):
    request.getfixturevalue(fault)
    answer = desk.sign_in().post("/staff/pins", {**FORM, "also": "toy-library"})
    assert (answer.status_code, "both texts" in answer.text, 'role="alert"' in answer.text) == (status, False, True)
    assert area(answer.text, "wordings") == FORM["wordings"]
    assert [hidden(answer.text, name) for name in ("start", "also")] == ["bus-pass", "toy-library"]
    assert 'name="reason" value="agreed"' in answer.text


@pytest.mark.parametrize(("fault", "status"), [("overtaken", 409), ("full", 507)])
def test_a_wording_and_a_need_that_cannot_be_saved_are_kept_in_their_forms(desk, request, fault, status):
    request.getfixturevalue(fault)
    browser = desk.sign_in()
    answer = browser.post("/staff/wordings/add", {"need": "Free bus", "who": "school", "wording": "a pupil on a bus", "reason": "heard at school"})
    assert (answer.status_code, "both texts" in answer.text, hidden(answer.text, "who")) == (status, False, "school")
    assert area(answer.text, "wording") == "a pupil on a bus"
    form = {"who_1": "parent", "wording_1": "swimming lessons", "who_2": "school", "wording_2": "is there a pool"}
    answer = browser.post("/staff/wordings/new", {"need": "Swimming", **form, "reason": "x y"})
    assert (answer.status_code, hidden(answer.text, "need")) == (status, "Swimming")
    assert [area(answer.text, name) for name in ("wording_1", "wording_2")] == ["swimming lessons", "is there a pool"]
