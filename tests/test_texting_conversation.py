"""Twenty texts of one number through each provider, by its own client against a local stand-in; after DELETE nothing of the number is left."""

from __future__ import annotations

import io
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from werkzeug.serving import WSGIRequestHandler, make_server

from bot import gsm
from bot.engine import Engine
from tests.web.providers import NotifyStandIn, TwilioStandIn
from web.app import create_app
from web.logs import JsonFormatter
from web.settings import WebSettings

ACCOUNT, TOKEN, BEARER = "AC" + "0" * 32, "an-auth-token-for-tests", "a-bearer-token-for-tests"
KEY = "tests-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"
NUMBER = "+447700900123"
SECRET = b"a secret key for tests only"
NAME = "zebedina"
SILENCE = ""
SCRIPT = [
    (f"my daughter {NAME} is 3 and isnt talking yet", "Start with: Speech and language therapy"),
    ("MORE", "up to age 16"),
    ("mroe pls!!", "0161 204 4154"),
    ("2", "Start with: "),
    ("Souces", "Where this comes from:"),
    ("HLEP", "In danger ring 999."),
    ("LANG urdo", "مفت ترجمان"),
    ("she swallowed a load of tablets and wont wake up", "Ring 999 now."),
    ("help", "Ring 999 now."),
    ("More.", "Phone: 999"),
    ("thank you. who decides about an ehc needs assessment", "EHC needs assessment"),
    ("S T O P", "You will get no more texts from us."),
    ("how do i get a place at nursery", SILENCE),
    ("sotp", SILENCE),
    ("i want to kill myself", "999"),
    ("START", "You can text us again."),
    ("wher is portage n how do i get in", "Portage"),
    ("more", ""),
    ("Detele", "Deleted."),
    ("delete my data please", "Deleted."),
]


class Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Nothing: the site has a log of its own."""


@dataclass
class Live:
    engine: Engine

    def current(self) -> Engine:
        return self.engine


@contextmanager
def served(engine: Engine, settings: WebSettings) -> Iterator[tuple[str, Any]]:
    """The site at an address of its own, and what sees to its texts."""
    app = create_app(settings, Live(engine))
    dispatch = app.extensions["waymark"].dispatch
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}", dispatch
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        dispatch.stop()
        app.extensions["waymark"].database.close()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the site logs, and what every library says that is louder than usual."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    ours = logging.getLogger("waymark.web")
    level = ours.level
    logging.getLogger().addHandler(handler)
    ours.setLevel(logging.INFO)
    yield out
    logging.getLogger().removeHandler(handler)
    ours.setLevel(level)


def rows(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [f"{table} {row}" for table in tables for row in connection.execute(f"SELECT * FROM {table}")]
    finally:
        connection.close()


def settled(dispatch: Any) -> None:
    """Wait until nothing is owed to anybody."""
    for _ in range(400):
        if not dispatch.texts.listed():
            return
        time.sleep(0.025)
    pytest.fail(f"still owed: {[text.state for text in dispatch.texts.listed()]}")


@pytest.mark.parametrize("provider", ["twilio", "notify"])
def test_twenty_texts_of_one_number(provider: str, engine: Engine, tmp_path: Path, log: io.StringIO) -> None:
    with TwilioStandIn(ACCOUNT, TOKEN) as twilio, NotifyStandIn(KEY, BEARER) as notify:
        settings = WebSettings(
            database_url=f"sqlite:///{tmp_path}/waymark.db",
            secret_key=SecretStr(SECRET.decode()),
            twilio_auth_token=SecretStr(TOKEN),
            twilio_account_sid=ACCOUNT,
            twilio_api_url=twilio.url,
            notify_bearer_token=SecretStr(BEARER),
            notify_api_key=SecretStr(KEY),
            notify_api_url=notify.url,
            notify_template_id="33333333-3333-4333-8333-333333333333",
        )
        stand_in: Any = twilio if provider == "twilio" else notify
        with served(engine, settings) as (site, dispatch):
            webhook = site + ("/sms" if provider == "twilio" else "/notify/sms")
            for number, (said, wanted) in enumerate(SCRIPT):
                before = len(stand_in.sent)
                status = stand_in.deliver(webhook, said, sender=NUMBER if provider == "twilio" else NUMBER[1:])
                assert status in (200, 204), said
                settled(dispatch)
                replies = [sent.body for sent in stand_in.sent[before:]]
                silent = wanted == SILENCE and said != "more"
                assert len(replies) == (0 if silent else 1), (said, replies)
                if replies:
                    assert wanted in replies[0], (said, replies[0])
                    assert gsm.segments(replies[0]) <= 3
                    if wanted == "Ring 999 now.":
                        assert gsm.segments(replies[0]) == 1
                if number == 0:
                    assert any(NAME in row for row in rows(tmp_path / "waymark.db"))  # so that its absence below says something
            key = dispatch.desk._vault.key(NUMBER)
            kept = "\n".join(rows(tmp_path / "waymark.db"))
            for file in tmp_path.glob("waymark.db*"):  # the write-ahead log too
                assert NUMBER[3:].encode() not in file.read_bytes(), file.name
    assert not [word for word in (key, NUMBER, NUMBER[1:], "7700900123", NAME, "portage", "tablets") if word in kept]
    assert not [row for row in kept.splitlines() if row.startswith(("texts", "turns", "senders", "conversations"))]
    written = log.getvalue()
    assert written.count('"event": "request"') >= len(SCRIPT)
    assert not [word for word in (key, "7700900123", NAME, "portage", "tablets", TOKEN, BEARER) if word in written.lower()]
