"""Signing in through the council's OpenID Connect provider."""

from __future__ import annotations

import time

import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from tests.web.staff.conftest import Browser
from tests.web.staff.provider import CLIENT, SECRET, Provider
from web.settings import WebSettings
from web.staff.roles import Role


@pytest.fixture
def provider():
    with Provider() as found:
        yield found


@pytest.fixture
def council(make_console, config, provider):
    return make_console(config=config, oidc_issuer=provider.url, oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET))


def come_back(council, provider, browser, goal="/staff/audit"):
    sent = browser.get(f"/staff/sign-in/council?next={goal}")
    assert sent.status_code == 302
    return browser.get(provider.authorize(sent.headers["Location"]))


@pytest.mark.parametrize("name", ["editor@example.org", "Editor@Example.ORG"])
def test_someone_with_an_account_is_let_in(council, provider, name):
    provider.claims = {"email": name}
    browser = Browser(council.app)
    answer = come_back(council, provider, browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/audit")
    assert "editor@example.org, editor" in browser.get("/staff/audit").text


STRANGERS = [{"email": "stranger@example.org"}, {}, {"email": ["editor@example.org"]}, {"email": "editor@example.org", "email_verified": False}]


@pytest.mark.parametrize("claims", STRANGERS)
def test_someone_without_one_is_not(council, provider, claims):
    provider.claims = claims
    browser = Browser(council.app)
    assert come_back(council, provider, browser).status_code == 403
    assert browser.get("/staff/").status_code == 302


FALSE = [
    {"aud": "another"}, {"iss": "https://evil.example"}, {"nonce": "another"}, {"exp": int(time.time()) - 7200, "iat": int(time.time()) - 9000},
]


@pytest.mark.parametrize("claims", FALSE, ids=["audience", "issuer", "nonce", "expired"])
def test_a_token_that_is_not_for_us_is_worth_nothing(council, provider, claims):
    provider.claims = {"email": "editor@example.org", **claims}
    browser = Browser(council.app)
    assert come_back(council, provider, browser).status_code == 401
    assert browser.get("/staff/").status_code == 302


def test_a_token_signed_by_another_is_worth_nothing(council, provider):
    provider.claims, provider.key = {"email": "editor@example.org"}, RSAKey.generate_key(2048)
    assert come_back(council, provider, Browser(council.app)).status_code == 401


def test_the_way_back_is_only_for_the_browser_that_went(council, provider):
    provider.claims = {"email": "editor@example.org"}
    there = provider.authorize(Browser(council.app).get("/staff/sign-in/council").headers["Location"])
    assert Browser(council.app).get(there).status_code == 401
    assert Browser(council.app).get("/staff/sign-in/council/back?error=access_denied&state=x").status_code == 401


def test_a_closed_account_stays_closed(council, provider):
    council.room.accounts.change("editor@example.org", active=False)
    provider.claims = {"email": "editor@example.org"}
    assert come_back(council, provider, Browser(council.app)).status_code == 403


def test_a_provider_out_of_reach_is_said(make_console, config):
    console = make_console(config=config, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET))
    answer = Browser(console.app).get("/staff/sign-in/council")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.text


def test_passwords_can_be_turned_off(make_console, config, provider, settings):
    console = make_console(
        config=config, oidc_issuer=provider.url, oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET), staff_passwords=False
    )
    browser = Browser(console.app)
    assert 'type="password"' not in browser.get("/staff/sign-in").text
    token = {"name": console.name(Role.EDITOR), "password": "a long password"}
    assert browser.post("/staff/sign-in", token, page="/staff/sign-in").status_code in (400, 403)
    assert browser.get("/staff/").status_code == 302


def test_without_a_provider_there_is_no_such_page(console):
    assert Browser(console.app).get("/staff/sign-in/council").status_code == 404
    assert Browser(console.app).get("/staff/sign-in/council/back?code=right").status_code == 404


@pytest.mark.parametrize("given", [{"oidc_issuer": "https://a.example"}, {"staff_passwords": False}, {"oidc_issuer": "ftp://a.example"}])
def test_settings_by_which_nobody_could_sign_in_are_refused(given):
    with pytest.raises(ValueError, match="oidc"):
        WebSettings(**given)
