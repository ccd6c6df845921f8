"""The console with someone signed in, in a browser that is only a client of the app."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from indexer.config import IndexerSettings
from web.staff import accounts
from web.staff.accounts import Member
from web.staff.roles import Role
from web.staff.room import Room
from web.staff.work import work

PASSWORD = "a long password"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """A client that is signed in; ``post`` sends the token of the page that holds the form."""

    def __init__(self, app: Flask, name: str = "", password: str = PASSWORD) -> None:
        self.client, self.name = app.test_client(), name
        if name:
            answer = self.post("/staff/sign-in", {"name": name, "password": password}, page="/staff/sign-in")
            assert answer.status_code == 303, answer.text

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, form: dict[str, Any] | None = None, page: str = "/staff/", **how: Any) -> TestResponse:
        found = _TOKEN.search(self.client.get(page).text)
        return self.client.post(path, data={"csrf_token": found[1] if found else "", **(form or {})}, **how)


class Console:
    """An app with one account for each role."""

    def __init__(self, app: Flask) -> None:
        self.app, self.room = app, app.extensions["waymark.staff"]
        assert isinstance(self.room, Room)
        for role in Role:
            self.room.accounts.add(self.name(role), role, PASSWORD)

    @staticmethod
    def name(role: Role) -> str:
        return f"{role.name.lower()}@example.org"

    def who(self, role: Role = Role.EDITOR) -> Member:
        return Member(self.name(role), role.value)

    def sign_in(self, role: Role = Role.EDITOR) -> Browser:
        return Browser(self.app, self.name(role))

    def do_work(self) -> None:
        """Do all background work that waits, in this process."""
        while task := self.room.jobs.claim("test"):
            work(self.room, task.number, task.worker)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed at once, where it is not they that are tested: a tenth of a second for each account would be most of the time."""
    monkeypatch.setattr(accounts, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def make_console(make_app: Any) -> Any:
    """A function that makes a console; it takes what ``make_app`` takes."""
    return lambda **how: Console(make_app(**how))


@pytest.fixture
def console(make_console: Any, config: Path) -> Console:
    """The console over the small engine that stands in for the bot's, with a small content folder of the test's own."""
    return make_console(config=config)


@pytest.fixture
def config(small_settings: IndexerSettings, tmp_path: Path) -> Path:
    """A configuration file that names the test's own small content folder."""
    return write_config(small_settings, tmp_path / "config.toml")


def write_config(indexer: IndexerSettings, path: Path, database: Path | None = None) -> Path:
    names = ("content", "release_dir", "model_dir", "model_lock", "adapter")
    lines = ["[indexer]", *(f"{name} = {json.dumps(str(getattr(indexer, name)))}" for name in names)]
    if database:
        lines += ["[web]", f"database_url = {json.dumps(f'sqlite:///{database}')}", 'secret_key = "a secret key for tests only"']
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
