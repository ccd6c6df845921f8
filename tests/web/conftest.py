"""A small engine that stands in for the bot's: it gives real replies, so the pages and documents made from them are real too."""

from __future__ import annotations

import copy
import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from pydantic import SecretStr
from werkzeug.test import TestResponse

from bot.off import NOTHING_OFF, Off
from bot.phrases import load_phrases
from bot.records import Answer, Channel, Citation, Contact, Outcome, Part, Reply, Signpost, SmsFacts, Statement
from indexer.entries import Entry, parse_entry
from indexer.groups import Groups
from tests.conftest import ROOT
from web.app import create_app
from web.database import Database
from web.settings import WebSettings

TOKEN = "an-auth-token-for-tests"
NUMBER = "+447700900123"

HEAD = "review_due: 2027-01-31\nsources:\n  - {title: A council page, url: 'https://example.org/page', dated: 2023-05, certainty: 3}\n"
FILES = {
    "services/helpline.md": "---\nid: helpline\nkind: service\nname: The <Helpline>\nalternate_names: [Old line]\ndescription: Someone to ring.\n"
    "eligibility_description: For anyone.\napplication_process: Ring the number.\nurl: https://example.org/line\nemail: ask@example.org\n"
    "phones:\n  - {number: '0800 1111', hours: 'day and night', description: Free, source: 1}\n  - {number: '0161 496 0000', source: 2}\n"
    "addresses: [1 High Street]\nminimum_age: 5\nmaximum_age: 19\nneeds: [mental-health]\nareas: [brinnington]\nreplaces: [old-helpline]\n"
    "related: [portage, no-such]\nalert: Closed today.\nassured_date: 2026-03-05\nlanguages: [Polish]\nfees_description: Free.\n"
    + HEAD + "  - {title: A rumour, dated: undated, certainty: 0}\n---\n\n## Steps\n1. Ring.\n2. Talk.\n\n## Good to know\n"
    "Raw <script>alert(1)</script> stays text.\nSee [this](javascript:alert(1)) and [that](https://example.org/that).\n"
    "![picture](https://example.org/p.png)\n",
    "services/portage.md": "---\nid: portage\nkind: service\nname: Portage\ndescription: Play at home.\nmaximum_age: 2\n"
    "missing: [phone number, waiting time]\n" + HEAD + "---\n",
    "topics/rumour.md": "---\nid: rumour\nkind: topic\nname: A rumour\ndescription: Nobody knows.\nminimum_age: 16\nurl: https://example.org/hidden\n"
    "email: hidden@example.org\naddresses: [Hidden House]\nphones:\n  - {number: '0161 496 0001', source: 1}\nreview_due: 2027-01-31\n"
    "sources:\n  - {title: Hearsay, dated: undated, certainty: 1}\n---\n",
}
FILES["framework/learning-primary.md"] = (
    "---\nid: learning-primary\nkind: framework\nname: 'What to expect: learning, primary school'\ndescription: A guide.\nminimum_age: 4\n"
    "maximum_age: 11\n" + HEAD + "---\n\n## Questions to ask\n- What helps my child?\n"
)
FILES["framework/overview.md"] = "---\nid: overview\nkind: framework\nname: 'What to expect: the guide'\ndescription: A guide.\n" + HEAD + "---\n"
GROUPS = Groups.model_validate({
    "groups": [
        {"id": "talk", "name": "Someone to talk to", "line": "Who to ring.", "entries": ["old-helpline", "rumour"]},
        {"id": "play", "name": "Play", "line": "Play at home.", "entries": ["portage"]},
    ],
    "phases": [{"id": "primary", "name": "Primary school", "line": "Age 4 to 11."}, {"id": "post-16", "name": "College"}],
    "areas": [{"id": "learning", "name": "Learning", "line": "Reading and numbers."}, {"id": "wellbeing", "name": "Wellbeing"}],
})


class KeptTemplates(BytecodeCache):
    """Templates compiled once for all the apps of a test run."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key + bucket.checksum in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key + bucket.checksum])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


TEMPLATES = KeptTemplates()


CRAWLED = "crawled "
"""A message that begins so is answered as by a page whose every word is the rest of the message."""


PHRASES = load_phrases(ROOT / "content")


class StandIn:
    """Answers by the words ``danger``, ``clarify``, ``unknown``, ``offtopic``, ``crawled`` and ``explode``; else names Portage."""

    release_id = "2026-01-01T00-00-00Z-abc123"
    questions_limit = 1000

    def __init__(self) -> None:
        self.entries: Mapping[str, Entry] = {e.id: e for e in (parse_entry(text, path) for path, text in FILES.items())}
        self.groups = GROUPS
        self.need_names = {"mental-health": "mental health and feelings", "autism": "autism"}
        self.area_names = {"brinnington": "Brinnington", "reddish": "Reddish"}
        self.commands, self.texting = PHRASES.commands, PHRASES.texting
        self.asked: list[tuple[tuple[str, ...], Channel]] = []
        self.failing = False
        self.off, self.whole, self.danger_places = NOTHING_OFF, self, frozenset({"helpline"})

    @property
    def every_entry(self) -> Mapping[str, Entry]:
        return self.whole.entries

    def without(self, off: Off) -> StandIn:
        """The same with something switched off, which changes no reply to danger."""
        view = copy.copy(self.whole)
        view.off, view.entries = off, {id: entry for id, entry in self.whole.entries.items() if id not in off.entries}
        view.whole = self.whole
        return view

    def repair(self, text: str) -> str:
        return text.lower().replace("helplien", "helpline")

    def current(self) -> StandIn:
        return self

    def reply(self, turns: Sequence[str], channel: Channel, site: str = "") -> Reply:
        self.asked.append((tuple(turns), channel))
        if self.failing or "explode" in turns[-1]:
            raise RuntimeError(f"could not answer {turns[-1]}")
        answer = self.left(self.answer(turns), channel) if self.off else self.answer(turns)
        sms = channel is Channel.SMS
        text = "\n".join(s.text if sms else f"{part.title}: {s.text}" for part in answer.parts for s in part.statements)
        return Reply(text, channel, self.release_id, answer, SmsFacts("GSM-7", 1) if sms else None)

    def answer(self, turns: Sequence[str]) -> Answer:
        last = turns[-1]
        if not any(c.isalnum() for c in last):
            return refusal(Outcome.ERROR, "Your message was empty.")
        if "danger" in last:
            return self.named("helpline", Outcome.URGENT, "now", "Ring 999 now.")
        if len(last) > self.questions_limit:
            return refusal(Outcome.ERROR, "Your message is too long.")
        if "clarify" in last:
            return refusal(Outcome.CLARIFY, "How old is the child?", ("Under 5", "5 to 10"))
        if "unknown" in last:
            return refusal(Outcome.NOT_FOUND, "We do not know.")
        if "offtopic" in last:
            return refusal(Outcome.OUT_OF_SCOPE, "We can only help with SEND.")
        if last.startswith(CRAWLED):
            return quoted(last.removeprefix(CRAWLED))
        return self.named("portage", Outcome.ANSWERED, "where", f"Message {len(turns)} leads to Portage.")

    def left(self, answer: Answer, channel: Channel) -> Answer:
        """An answer where something is off."""
        if answer.outcome is Outcome.URGENT:
            return answer
        if closed := self.off.closed(channel):
            return refusal(Outcome.ERROR, closed.line)
        lines = [self.off.entries[signpost.id] for signpost in answer.signposts if signpost.id in self.off.entries]
        return refusal(Outcome.NOT_FOUND, lines[0]) if lines else answer

    def named(self, id: str, outcome: Outcome, part: str, line: str) -> Answer:
        entry = self.every_entry[id]
        contacts = tuple(Contact("phone", p.number, p.description, p.hours) for p in entry.shown_phones())
        signpost = Signpost(id, entry.kind, entry.name, entry.description, "For <families>.", "Ask first.", contacts, entry.dated, None, 1)
        citation = Citation(1, entry.name, "What it is", entry.address, entry.description, entry.dated, None)
        parts = (Part(part, "Where to go", (Statement(line), Statement(entry.description, 1))), Part("else", "If that fails", (Statement("Ask."),)))
        understood = {"age": 2, "area": "brinnington", "needs": ["speech-language-communication"]}
        return Answer(outcome, parts, (signpost,), (citation,), understood=understood)


def quoted(words: str) -> Answer:
    """An answer from a page of some website, all of whose words, its address too, are whatever stands there."""
    citation = Citation(1, words, words, words, words, words, None)
    return Answer(Outcome.ANSWERED, (Part("documents", words, (Statement(words, 1),)),), citations=(citation,))


def refusal(outcome: Outcome, line: str, choices: tuple[str, ...] = ()) -> Answer:
    return Answer(outcome, (Part("note", "Please note", (Statement(line),)),), choices=choices)


@pytest.fixture
def engine() -> StandIn:
    return StandIn()


@pytest.fixture
def settings(tmp_path: Path) -> WebSettings:
    return WebSettings(
        database_url=f"sqlite:///{tmp_path}/waymark.db",
        secret_key=SecretStr("a secret key for tests only"),
        twilio_auth_token=SecretStr(TOKEN),
        database_wait_seconds=60,
    )


@pytest.fixture
def database(settings: WebSettings) -> Iterator[Database]:
    """The test's database, closed afterwards."""
    found = Database(settings)
    yield found
    found.close()


@pytest.fixture
def make_app(engine: StandIn, settings: WebSettings) -> Iterator[Any]:
    """A function that makes an app, with some settings changed; what it makes is closed afterwards."""
    made: list[Flask] = []

    def make(live: Any = None, config: Path | None = None, **changes: Any) -> Flask:
        app = create_app(settings.model_copy(update=changes), live or engine, config)
        app.jinja_env.bytecode_cache = TEMPLATES
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["waymark"].dispatch.stop()
        app.extensions["waymark"].database.close()


@pytest.fixture
def app(make_app: Any) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def rows(settings: WebSettings) -> Any:
    """A function that gives every row of every table, as text."""
    import sqlite3

    def read() -> list[str]:
        connection = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))
        try:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite%'")]
            return [f"{table} {row}" for table in tables for row in connection.execute(f"SELECT * FROM {table}")]
        finally:
            connection.close()

    return read


def sign(url: str, form: Mapping[str, str], token: str = TOKEN) -> str:
    """Twilio's signature, written out here from its documentation."""
    text = url + "".join(key + form[key] for key in sorted(form))
    return b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


@pytest.fixture
def text_us() -> Any:
    """A function that delivers a text message to a client, signed for the address it is sent to."""

    def deliver(client: FlaskClient, body: str = "where do i go", sid: str = "SM1", sender: str = NUMBER, **how: Any) -> TestResponse:
        form = {"MessageSid": sid, "From": sender, "To": "+447700900999", "Body": body}
        headers = dict(how.get("headers", {}))
        headers.setdefault("X-Twilio-Signature", sign(how.get("url", "http://localhost/sms"), form, how.get("token", TOKEN)))
        return client.post("/sms", data=form, headers=headers, buffered=True)  # read whole and closed, as a carrier does

    return deliver


@pytest.fixture
def clock() -> Any:
    """A clock that goes on only when it is told to."""
    from tests.web.bench import Clock

    return Clock()


@pytest.fixture
def make_bench(engine: StandIn, settings: WebSettings, clock: Any) -> Iterator[Any]:
    """A function that puts texting together over the one database of the test, with some settings changed; closed afterwards."""
    from tests.web.bench import Bench

    made: list[Bench] = []

    def make(providers: Any = None, **changes: Any) -> Bench:
        made.append(Bench(settings.model_copy(update={"threads": 1, "text_answer_seconds": 0.5, **changes}), engine, clock, providers))
        return made[-1]

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(make_bench: Any) -> Any:
    """Texting with a carrier that answers webhooks only."""
    return make_bench()


@pytest.fixture
def twilio() -> Iterator[Any]:
    """Twilio's stand-in."""
    from tests.web.bench import ACCOUNT
    from tests.web.providers import TwilioStandIn

    with TwilioStandIn(ACCOUNT, TOKEN, slow_seconds=0.5) as stand_in:
        yield stand_in


@pytest.fixture
def notify() -> Iterator[Any]:
    """GOV.UK Notify's stand-in."""
    from tests.web.bench import BEARER, NOTIFY_KEY
    from tests.web.providers import NotifyStandIn

    with NotifyStandIn(NOTIFY_KEY, BEARER, slow_seconds=0.5) as stand_in:
        yield stand_in


@pytest.fixture
def carriers(twilio: Any, notify: Any) -> dict[str, Any]:
    """Settings by which replies are sent through both stand-ins."""
    from tests.web.bench import ACCOUNT, BEARER, NOTIFY_KEY, TEMPLATE

    secret = {"notify_bearer_token": SecretStr(BEARER), "notify_api_key": SecretStr(NOTIFY_KEY)}
    return {"twilio_account_sid": ACCOUNT, "twilio_api_url": twilio.url, "notify_api_url": notify.url, "notify_template_id": TEMPLATE, **secret}
