"""No role can do what it may not: every address of the console, tried as every role and as nobody.

What each address takes is written out here once more, so that no slip in a view goes unseen. An address that is not in the table fails.
The first piece of work is one of publishing, which not everybody may stop.
"""

from __future__ import annotations

import re

import pytest

from tests.web.staff.conftest import Browser
from web.staff.jobs import BUILDING, WAITING
from web.staff.roles import Role
from web.staff.work import KINDS

READER, EDITOR, SAFEGUARDING, ADMINISTRATOR = Role
ALL = set(Role)
EDITS = {EDITOR, ADMINISTRATOR}
OWNS = SWITCHES = AUDITS = {EDITOR, SAFEGUARDING, ADMINISTRATOR}

ALLOWED = {
    "GET /staff/": ALL,
    "GET /staff/audit": AUDITS,
    "GET /staff/audit.csv": AUDITS,
    "GET /staff/accounts": {ADMINISTRATOR},
    "POST /staff/accounts/end": {ADMINISTRATOR},
    "GET /staff/work/1": ALL,
    "GET /staff/work/1.json": ALL,
    "POST /staff/work/1/stop": EDITS,
    "GET /staff/ask": ALL,
    "GET /staff/consistency": ALL,
    "POST /staff/consistency": ALL,
    "GET /staff/consistency/1": ALL,
    "GET /staff/consistency/1.csv": ALL,
    "GET /staff/consistency/1.xlsx": ALL,
    "GET /staff/consistency/compare": ALL,
    "GET /staff/consistency/compare.csv": ALL,
    "GET /staff/questions": ALL,
    "POST /staff/questions": ALL,
    "GET /staff/questions/1": ALL,
    "GET /staff/questions/1.csv": ALL,
    "GET /staff/questions/1.xlsx": ALL,
    "POST /staff/questions/1/delete": ALL,
    "GET /staff/entries": ALL,
    "GET /staff/entries/x": ALL,
    "POST /staff/entries/x": EDITS,
    "GET /staff/entries/new": EDITS,
    "POST /staff/entries/new": EDITS,
    "GET /staff/pins": ALL,
    "POST /staff/pins": EDITS,
    "POST /staff/pins/x/undo": EDITS,
    "POST /staff/pins/x/agree": EDITS,
    "GET /staff/wordings": ALL,
    "GET /staff/wordings/need": ALL,
    "POST /staff/wordings/add": EDITS,
    "POST /staff/wordings/new": EDITS,
    "POST /staff/wordings/remove": EDITS,
    "GET /staff/changes": ALL,
    "GET /staff/changes/waymark.patch": ALL,
    "POST /staff/changes/1/withdraw": EDITS,
    "GET /staff/previews/1": ALL,
    "POST /staff/previews/1": EDITS,
    "GET /staff/publish": ALL,
    "POST /staff/publish": EDITS,
    "GET /staff/publish/1": ALL,
    "POST /staff/publish/back": EDITS,
    "GET /staff/switches": ALL,
    "POST /staff/switches/off": SWITCHES,
    "POST /staff/switches/on": SWITCHES,
    "GET /staff/attention": ALL,
    "POST /staff/attention/many": OWNS,
    "POST /staff/attention/look": ALL,
    "GET /staff/attention/list.csv": ALL,
    "GET /staff/attention/list.xlsx": ALL,
    "GET /staff/attention/digest.txt": ALL,
    "GET /staff/attention/digest.eml": ALL,
    "GET /staff/attention/item/x/x": ALL,
    "POST /staff/attention/item/x/x": OWNS,
    "POST /staff/attention/reply": OWNS,
    "GET /staff/figures": ALL,
    "GET /staff/figures/x.xlsx": ALL,
    "GET /staff/figures/x.csv": ALL,
    "GET /staff/report/1": ALL,
    "GET /staff/report/1.md": ALL,
    "GET /staff/report/1.docx": ALL,
}
OPEN = {"/staff/sign-in", "/staff/sign-out", "/staff/sign-in/council", "/staff/sign-in/council/back"}


def addresses(app) -> set[str]:
    """Every address below /staff with its methods; what varies in it is ``1`` or ``x``."""
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/staff") and rule.rule not in OPEN:
            path = re.sub(r"<int:\w+>", "1", rule.rule)
            path = re.sub(r"<(?:\w+:)?\w+>", "x", path)
            found |= {f"{method} {path}" for method in rule.methods - {"HEAD", "OPTIONS"}}
    return found


def test_every_address_is_in_the_table(console):
    assert addresses(console.app) == set(ALLOWED)


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_what_it_may_and_nothing_else(console, role):
    console.room.jobs.add("publish", BUILDING, {"reason": "new number"}, console.who())
    browser = console.sign_in(role)
    wrong = {}
    for address, roles in ALLOWED.items():
        method, path = address.split()
        answer = browser.get(path) if method == "GET" else browser.post(path, {})
        refused = answer.status_code == 403
        if refused != (role not in roles) or answer.status_code >= 500:
            wrong[address] = answer.status_code
    assert wrong == {}


STOPS = {"consistency": ALL, "questions": ALL, "checks": ALL, "links": ALL, "preview": EDITS, "publish": EDITS}
DRAFT = {"path": "pins.toml", "seen": "", "text": "", "action": "pin", "subject": "x"}
PAGES = {"preview": "/staff/previews/1", "publish": "/staff/publish/1"}


def test_every_kind_of_work_is_in_the_table_of_who_may_stop_it():
    assert set(STOPS) == set(KINDS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", STOPS)
def test_work_is_stopped_by_whoever_may_begin_it_and_the_button_is_shown_to_nobody_else(console, kind, role):
    number = console.room.jobs.add(kind, BUILDING, {"reason": "new number", "draft": DRAFT}, console.who())
    browser, may = console.sign_in(role), role in STOPS[kind]
    for page in (f"/staff/work/{number}", PAGES.get(kind, f"/staff/work/{number}")):
        answer = browser.get(page)
        assert (answer.status_code, f'action="/staff/work/{number}/stop"' in answer.text) == (200, may), page
    assert browser.post(f"/staff/work/{number}/stop").status_code == (303 if may else 403)
    assert (console.room.jobs.find(number).state == WAITING) != may
    assert [(row.who, row.before, row.after) for row in console.room.audit.listed("stop work")] == (
        [(console.name(role), "waiting", "stopped")] if may else []
    )


def test_nobody_reaches_anything(console):
    browser = Browser(console.app)
    token = re.search(r'csrf_token" value="([^"]+)"', browser.get("/staff/sign-in").text)[1]
    for address in ALLOWED:
        method, path = address.split()
        if method == "GET":
            answer = browser.get(path)
            assert answer.status_code == 302, address
            assert answer.headers["Location"].startswith("/staff/sign-in?"), address
        else:
            assert browser.client.post(path, data={"csrf_token": token}).status_code == 401, address


def test_no_form_is_taken_without_its_token(console):
    browser = console.sign_in(Role.ADMINISTRATOR)
    for address in ALLOWED:
        method, path = address.split()
        if method == "POST":
            assert browser.client.post(path, data={"reason": "none"}).status_code == 400, address


def test_no_address_takes_a_method_that_it_does_not_name(console):
    browser = console.sign_in(Role.ADMINISTRATOR)
    for path in {address.split()[1] for address in ALLOWED}:
        assert browser.client.put(path).status_code == 405, path
        assert browser.client.delete(path).status_code == 405, path
