"""Accounts: who gets in, who is kept out, and when a session is over."""

from __future__ import annotations

import io
import sqlite3

import pytest

from tests.web.staff.conftest import PASSWORD, write_config
from web.__main__ import main
from web.staff.accounts import AccountError, Accounts
from web.staff.audit import Audit
from web.staff.roles import ALLOWED, May, Role

NAME = "sam@example.org"


@pytest.fixture
def cheap_passwords():
    """Here they are hashed as they are for staff."""


@pytest.fixture
def audit(database, clock):
    return Audit(database, clock)


@pytest.fixture
def accounts(settings, database, audit, clock):
    found = Accounts(settings, database, audit, clock)
    found.add(NAME, Role.EDITOR, PASSWORD)
    return found


def test_the_right_password_lets_in_and_says_as_what(accounts):
    member = accounts.find(accounts.sign_in("Sam@Example.org ", PASSWORD))
    assert (member.name, member.role) == (NAME, "editor")
    assert member.may(May.PIN)
    assert not member.may(May.SWITCH_DANGER)


@pytest.mark.parametrize("name", [NAME, "nobody@example.org", "", "x" * 5000, "' OR 1=1 --"])
@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), "x" * 100_000])
def test_anything_else_does_not(accounts, name, password):
    assert accounts.sign_in(name, password) is None


@pytest.mark.parametrize("secret", ["", "guess", "x" * 5000])
def test_a_guessed_secret_is_nobody(accounts, secret):
    assert accounts.find(secret) is None


def test_the_database_holds_neither_password_nor_secret(accounts, settings):
    secret = accounts.sign_in(NAME, PASSWORD)
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as connection:
        rows = [str(row) for table in ("staff", "staff_sessions", "audit") for row in connection.execute(f"SELECT * FROM {table}")]
    connection.close()
    assert any("$argon2id$" in row for row in rows)
    assert not any(PASSWORD in row or secret in row for row in rows)


def test_wrong_passwords_in_a_row_lock_the_account_for_a_while(accounts, audit, settings, clock):
    for _ in range(settings.staff_attempts):
        assert accounts.sign_in(NAME, "wrong") is None
    assert accounts.sign_in(NAME, PASSWORD) is None
    assert [row.action for row in audit.listed()] == ["lock account", "add account"]
    clock.now += 60 * settings.staff_lock_minutes + 1
    assert accounts.sign_in(NAME, PASSWORD)


def test_a_right_password_forgives_the_wrong_ones_before_it(accounts, settings):
    for _ in range(3):
        for _ in range(settings.staff_attempts - 1):
            accounts.sign_in(NAME, "wrong")
        assert accounts.sign_in(NAME, PASSWORD)


def test_a_session_ends_when_nobody_uses_it(accounts, settings, clock):
    secret = accounts.sign_in(NAME, PASSWORD)
    for _ in range(4):
        clock.now += 60 * settings.staff_idle_minutes - 1
        assert accounts.find(secret)
    clock.now += 60 * settings.staff_idle_minutes + 1
    assert accounts.find(secret) is None


def test_a_session_ends_after_some_hours_however_busy(accounts, settings, clock):
    secret = accounts.sign_in(NAME, PASSWORD)
    for _ in range(settings.staff_session_hours * 3600 // 600):
        clock.now += 600
        assert accounts.find(secret)
    clock.now += 1
    assert accounts.find(secret) is None


@pytest.mark.parametrize("change", [{"role": Role.READER}, {"password": "another password"}, {"active": False}])
def test_a_change_ends_the_sessions_and_is_recorded(accounts, audit, change):
    secret = accounts.sign_in(NAME, PASSWORD)
    accounts.change(NAME, **change)
    assert accounts.find(secret) is None
    row = audit.listed()[0]
    assert (row.action, row.who, row.before) == ("change account", "command line", "editor, open")
    assert row.after != row.before


def test_a_closed_account_lets_nobody_in(accounts):
    accounts.change(NAME, active=False)
    assert accounts.sign_in(NAME, PASSWORD) is None
    assert accounts.admit(NAME) is None
    accounts.change(NAME, active=True)
    assert accounts.admit(NAME)


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [("sam", PASSWORD, "no e-mail address"), ("", PASSWORD, "no e-mail address"), (NAME, PASSWORD, "already"), ("jo@example.org", "short", "12 to"),
     ("jo@example.org", "", "no password")],
)
def test_a_faulty_account_is_not_made(accounts, name, password, words):
    with pytest.raises(AccountError, match=words):
        accounts.add(name, Role.READER, password)
    assert [account.name for account in accounts.listed()] == [NAME]


def test_without_a_password_only_the_council_lets_in(accounts):
    accounts.add("jo@example.org", Role.READER)
    assert accounts.sign_in("jo@example.org", "") is None
    assert accounts.admit("jo@example.org")


def test_no_password_is_no_new_password(accounts):
    with pytest.raises(AccountError, match="no password was given"):
        accounts.change(NAME, password="")
    assert accounts.sign_in(NAME, PASSWORD)


@pytest.mark.parametrize("command", [["password", NAME], ["add", "jo@example.org", "--role", "reader"]])
def test_only_enter_at_the_command_line_is_no_password(accounts, settings, small_settings, tmp_path, monkeypatch, capsys, command):
    config = write_config(small_settings, tmp_path / "config.toml", tmp_path / "waymark.db")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert main(["--config", str(config), "staff", *command]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "waymark: no password was given\n")
    assert [account.name for account in accounts.listed()] == [NAME]
    assert accounts.sign_in(NAME, PASSWORD)


def test_danger_is_the_safeguarding_leads_alone():
    assert [role for role in Role if May.SWITCH_DANGER in ALLOWED[role]] == [Role.SAFEGUARDING]
    assert set(ALLOWED) == set(Role)
