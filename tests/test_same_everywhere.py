"""The development questions get the same outcome and the same first signpost in a batch, over HTTP and by text message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from bot.batch import answer_lines
from bot.engine import Engine
from bot.records import Channel
from web.app import create_app
from web.settings import WebSettings

QUESTIONS = [json.loads(line) for line in (Path(__file__).parent / "data" / "dev-questions.jsonl").read_text(encoding="utf-8").splitlines()]
TOKEN = "token-of-the-tests"


class Held:
    """A live engine that never changes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self) -> Engine:
        return self._engine


@pytest.fixture(scope="module")
def client(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("site")
    settings = WebSettings(database_url=f"sqlite:///{folder / 'waymark.db'}", secret_key=SecretStr("k" * 32), twilio_auth_token=SecretStr(TOKEN))
    with create_app(settings, Held(engine)).test_client() as client:
        yield client


def outline(reply: dict[str, Any]) -> tuple[str, str | None]:
    return reply["outcome"], reply["signposts"][0]["id"] if reply["signposts"] else None


@pytest.fixture(scope="module")
def batch(engine: Engine) -> dict[str, tuple[str, str | None]]:
    lines = [json.dumps({"id": q["id"], "turns": q["turns"], "channel": q["channel"]}) for q in QUESTIONS]
    return {reply["id"]: outline(reply) for reply in map(json.loads, answer_lines(engine, lines))}


def test_the_api_answers_as_the_batch_does(client: FlaskClient, batch: dict[str, tuple[str, str | None]]) -> None:
    found = {}
    for question in QUESTIONS:
        conversation: str | None = None
        for turn in question["turns"]:
            body = {"question": turn, "channel": question["channel"], **({"conversation": conversation} if conversation else {})}
            response = client.post("/api/chat", json=body)
            assert response.status_code == 200, response.text
            conversation = response.json["conversation"]  # type: ignore[index]
        found[question["id"]] = outline(response.json)  # type: ignore[arg-type]
    assert found == batch


def test_text_messages_are_answered_as_the_batch_is(client: FlaskClient, engine: Engine, batch: dict[str, tuple[str, str | None]]) -> None:
    for number, question in enumerate(QUESTIONS):
        for turn, words in enumerate(question["turns"]):
            form = {"MessageSid": f"SM{number:06d}{turn}", "From": f"+4477009{number:05d}", "To": "+441610000000", "Body": words}
            signature = RequestValidator(TOKEN).compute_signature("http://localhost/sms", form)
            response = client.post("/sms", data=form, headers={"X-Twilio-Signature": signature}, buffered=True)
            assert response.status_code == 200
        reply = engine.reply(question["turns"], Channel.SMS)
        assert ET.fromstring(response.data).findtext("Message") == reply.text
        assert outline(reply.as_dict("")) == batch[question["id"]], question["id"]
