"""The door: nothing under /staff opens without signing in, nor for a role that may not."""

from __future__ import annotations

import pytest

from tests.web.staff.conftest import PASSWORD, Browser
from web.staff.roles import Role


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


def test_a_change_without_a_reason_is_not_made(console):
    browser = console.sign_in(Role.ADMINISTRATOR)
    assert browser.post("/staff/accounts/end", {"name": console.name(Role.READER), "reason": " "}).status_code == 400
    assert [row.action for row in console.room.audit.listed() if row.action == "end sessions"] == []


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


@pytest.mark.parametrize("path", ["/staff/audit?before={}", "/staff/consistency/compare?a={}&b=1", "/staff/work/{}", "/staff/consistency/{}"])
def test_a_number_that_no_database_holds_breaks_nothing(console, path):
    assert console.sign_in(Role.ADMINISTRATOR).get(path.format("9" * 40)).status_code in (200, 404)
