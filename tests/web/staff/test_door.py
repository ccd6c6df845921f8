"""The door: nothing under /staff opens without signing in, nor for a role that may not."""

from __future__ import annotations

import io

import pytest
from bs4 import BeautifulSoup
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, BadRequestKeyError, NotFound

from tests.web.staff.conftest import PASSWORD, Browser
from web.staff.door import takes
from web.staff.roles import May, Role


def test_whoever_is_not_signed_in_is_led_to_the_form_and_back(console):
    browser = Browser(console.app)
    answer = browser.get("/staff/audit?q=x")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/staff/sign-in?next=/staff/audit?q%3Dx")
    form = {"name": console.name(Role.EDITOR), "password": PASSWORD, "next": "/staff/audit?q=x"}
    assert browser.post("/staff/sign-in", form, page="/staff/sign-in").headers["Location"] == "/staff/audit?q=x"


@pytest.mark.parametrize("goal", ["//evil.example", "https://evil.example", "/staffroom", "/staff\\evil", "/", "", "/staff/sign-out", "/staff\n/x"])
def test_signing_in_leads_nowhere_else(console, goal):
    form = {"name": console.name(Role.EDITOR), "password": PASSWORD, "next": goal}
    assert Browser(console.app).post("/staff/sign-in", form, page="/staff/sign-in").headers["Location"] == "/staff/"


def test_a_form_of_another_site_is_not_taken(console):
    browser = console.sign_in(Role.ADMINISTRATOR)
    form = {"name": console.name(Role.READER), "reason": "a visit", "csrf_token": ""}
    assert browser.client.post("/staff/accounts/end", data=form).status_code == 400
    assert browser.post("/staff/accounts/end", {"name": console.name(Role.READER), "reason": "a visit"}).status_code == 303


@pytest.mark.parametrize("reason", [" ", "   "])
def test_a_change_without_a_reason_is_not_made_and_the_page_says_why(console, reason):
    browser = console.sign_in(Role.ADMINISTRATOR)
    answer = browser.post("/staff/accounts/end", {"name": console.name(Role.READER), "reason": reason})
    assert (answer.status_code, BeautifulSoup(answer.text, "lxml").select_one("main [role=alert]").text) == (400, "Say why, in a few words.")
    assert [row.action for row in console.room.audit.listed() if row.action == "end sessions"] == []


@pytest.mark.parametrize(("fault", "says"), [
    (BadRequest("Write what the <b>council</b> says."), "Write what the &lt;b&gt;council&lt;/b&gt; says."),
    (BadRequest(), "The request could not be understood."), (BadRequestKeyError("reason"), "The request could not be understood."),
    (CSRFError("The CSRF tokens do not match."), "The request could not be understood."),
    (NotFound("in a cellar"), "There is nothing at this address."),
])
def test_a_fault_is_told_in_our_words(console, monkeypatch, fault, says):
    @takes(May.LOOK)
    def fails():
        raise fault

    monkeypatch.setitem(console.app.view_functions, "staff_home.page", fails)
    answer = console.sign_in().get("/staff/")
    assert (answer.status_code, says in answer.text) == (fault.code, True)
    assert not any(words in answer.text for words in ("<b>council", "CSRF", "cellar", "browser (or proxy)"))


def test_after_signing_out_the_cookie_is_worth_nothing(console):
    browser = console.sign_in()
    cookie = browser.client.get_cookie("waymark_staff", path="/staff").value
    browser.post("/staff/sign-out")
    assert browser.get("/staff/").status_code == 302
    browser.client.set_cookie("waymark_staff", cookie, path="/staff")
    assert browser.get("/staff/").status_code == 302


def test_public_pages_set_no_cookie(console):
    client = console.app.test_client()
    for path in ("/", "/browse", "/help"):
        assert "Set-Cookie" not in client.get(path).headers


def test_the_cookie_is_only_for_the_console_and_not_for_scripts(make_console, config):
    console = make_console(config=config, public_url="https://waymark.example.org")
    browser = Browser(console.app)
    said = browser.get("/staff/sign-in").headers["Set-Cookie"]
    for part in ("HttpOnly", "Path=/staff", "SameSite=Lax", "Secure"):
        assert part in said


SWITCH = {"thing": "entry:portage", "line": 'Closed "until"\n<b>Monday</b> & after.', "until": "", "reason": "the roof leaks"}


def off(console):
    return [(switched.id, switched.line, switched.reason) for switched in console.app.extensions["waymark.switches"].listed()]


def kept(answer):
    """The form of the page that comes where something was not taken: its address and its fields, as a browser would send them."""
    form = BeautifulSoup(answer.text, "lxml").select_one("main form")
    return (form["action"], MultiDict((field["name"], field["value"]) for field in form.select("input"))) if form else None


def test_what_was_written_until_the_session_ended_is_sent_again_after_signing_in(console):
    browser = console.sign_in()
    page = browser.get("/staff/switches").text
    console.room.accounts.end_sessions(browser.name, console.who(), "half an hour without a click")
    token = BeautifulSoup(page, "lxml").select_one("#off ~ form input[name=csrf_token]")["value"]
    for _ in range(2):  # the button does nothing more as long as nobody is signed in
        answer = browser.client.post("/staff/switches/off", data={**SWITCH, "csrf_token": token})
        action, fields = kept(answer)
        assert (answer.status_code, action) == (401, "/staff/switches/off")
        assert {**fields, "csrf_token": ""} == {**SWITCH, "csrf_token": ""}
        said = BeautifulSoup(answer.text, "lxml").main
        assert "Nothing has been saved" in said.h1.text
        assert said.select_one("a[target=_blank]")["href"] == "/staff/sign-in"
        assert all(value in said.text for value in (*SWITCH.values(), action))
        token = fields["csrf_token"]

    browser.post("/staff/sign-in", {"name": browser.name, "password": PASSWORD}, page="/staff/sign-in")
    answer = browser.client.post(action, data=fields)
    action, fields = kept(answer)
    assert (answer.status_code, browser.name in answer.text) == (400, True)
    assert off(console) == []
    assert browser.client.post(action, data=fields).status_code == 303
    assert off(console) == [("portage", 'Closed "until" <b>Monday</b> & after.', SWITCH["reason"])]


def test_a_form_from_before_signing_in_is_sent_again_to_its_whole_address_and_with_all_values_of_a_field(console):
    browser = console.sign_in()
    answer = browser.client.post("/staff/attention/many?page=2&kind=x", data={"item": ["a", "b"], "do": "take", "csrf_token": "old"})
    action, fields = kept(answer)
    assert (answer.status_code, action) == (400, "/staff/attention/many?page=2&kind=x")
    assert (fields.getlist("item"), fields["do"]) == (["a", "b"], "take")


def test_no_password_old_token_or_file_is_carried_over(console):
    form = {"channel": "web", "password": "secret words", "New-Password": "secret words", "x-csrf_token": "old"}
    answer = console.sign_in().client.post("/staff/questions", data={**form, "file": (io.BytesIO(b"one\n"), "f.csv")})
    assert list(kept(answer)[1]) == ["csrf_token", "channel"]
    assert "secret words" not in answer.text
    assert "A file is not kept" in answer.text


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, {"Origin": "https://evil.example"},
])
def test_nothing_is_carried_over_from_another_site(console, headers, signed_in):
    browser = console.sign_in()
    if not signed_in:
        console.room.accounts.end_sessions(browser.name, console.who(), "lost laptop")
    answer = browser.client.post("/staff/switches/off", data=SWITCH, headers=headers)
    assert (answer.status_code, kept(answer)) == (400 if signed_in else 401, None)
    assert SWITCH["reason"] not in answer.text


@pytest.mark.parametrize(("headers", "carried"), [
    ({}, False), ({"Origin": "null"}, False), ({"Origin": "http://localhost"}, True), ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
])
def test_without_a_cookie_only_what_the_browser_says_shows_where_a_form_is_from(console, headers, carried):
    answer = console.app.test_client().post("/staff/switches/off", data=SWITCH, headers=headers)
    assert (answer.status_code, bool(kept(answer))) == (401, carried)


@pytest.mark.parametrize("path", ["/staff/audit?before={}", "/staff/consistency/compare?a={}&b=1", "/staff/work/{}", "/staff/consistency/{}"])
def test_a_number_that_no_database_holds_breaks_nothing(console, path):
    assert console.sign_in(Role.ADMINISTRATOR).get(path.format("9" * 40)).status_code in (200, 404)
