"""Ask as anyone: three replies side by side with everything behind them, of which nothing stays."""

from __future__ import annotations

import io
import logging
import re

import pytest

from bot.danger import LEARNED
from bot.engine import Engine
from bot.trace import trace
from indexer.messages import lines
from tests.conftest import ROOT
from tests.web.conftest import StandIn
from tests.web.staff.conftest import Console
from web.logs import JsonFormatter
from web.staff.roles import Role


@pytest.fixture
def real(make_console, config, engine: Engine) -> Console:
    """A console that answers as families are answered."""
    return make_console(config=config, live=Live(engine))


@pytest.fixture
def engine(request: pytest.FixtureRequest, indexer_settings, release_dir) -> Engine:
    """The real engine, in place of the one that stands in for it elsewhere in this folder."""
    from bot.engine import open_engine
    from bot.settings import BotSettings

    return open_engine(BotSettings(), indexer_settings.model_copy(update={"encoder_threads": 1}))


class Live:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def current(self) -> Engine:
        return self.engine


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_all_of_a_question_is_shown(real) -> None:
    page = real.sign_in(Role.READER).get("/staff/ask?q=my+son+is+5+and+not+talking+in+reddish").text
    text = plain(page)
    engine: Engine = real.app.extensions["waymark"].live.current()
    seen = trace(engine, ["my son is 5 and not talking in reddish"])
    for title in ("A parent on the web", "By text message", "A professional"):
        assert title in text
    assert "Message 1: GSM-7, " in text
    assert "Message 2, after MORE: GSM-7" in text
    assert "Age 5" in text
    assert "Area reddish" in text
    assert "1: where to start" in text
    for place in seen.places:
        assert place.verdict in text
    assert f"{seen.places[0].candidate.probability:.3f}" in text
    assert "All three start at the same place." in text
    assert engine.release_id in text
    for found in seen.considered.evidence.passages[:6]:
        assert f"{found.similarity:.3f}" in text
    assert 'style="' not in page


def test_danger_says_by_which_rule_it_was_found(real) -> None:
    browser = real.sign_in()
    text = plain(browser.get("/staff/ask?q=she+is+not+breathing").text)
    assert "life-in-danger, found by not-breathing: " in text
    assert "urgent start:" in text
    assert "by text" in text.lower()


def test_danger_that_no_rule_found_says_how_far_over_the_floor_it_is(engine) -> None:
    told = (trace(engine, [line]) for path in sorted((ROOT / "content" / "danger").glob("[a-m]*.txt")) for line in lines(path)[:40])
    seen = next(seen for seen in told if seen.decision.danger and seen.decision.danger.rule == LEARNED)
    floor = engine.reader.danger.floor(True)
    assert f"{seen.considered.evidence.danger - floor:.2f} over the floor of {floor:.2f}" in seen.danger
    assert next(f for f in seen.floors if f.name.startswith("danger")).reached


def test_one_example_of_each_kind_of_danger_can_be_tried(real, config) -> None:
    content = real.room.indexer.content
    (content / "danger").mkdir()
    (content / "danger" / "life-in-danger.txt").write_text("he stopped breathing\nanother\n", encoding="utf-8")
    (content / "danger" / "not-danger.txt").write_text("dying to know\n", encoding="utf-8")
    page = real.sign_in().get("/staff/ask").text
    assert re.findall(r'href="/staff/ask\?q=([^"]+)"', page) == ["he+stopped+breathing"]


def test_earlier_messages_count(real) -> None:
    text = plain(real.sign_in().get("/staff/ask?q=who+do+i+ring%3F&earlier=my+son+is+5+and+not+talking%0Awe+live+in+reddish").text)
    assert "After my son is 5 and not talking we live in reddish" in text
    assert "Age 5" in text


def test_an_age_that_a_place_excludes_is_named_as_the_reason(engine) -> None:
    seen = trace(engine, ["my son is 17 and not talking"], most=200)
    assert any(place.verdict.startswith("held back: only for ages") for place in seen.places)


def test_nothing_that_is_asked_stays(real, rows) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        browser = real.sign_in()
        browser.get("/staff/ask?q=zebedee+cannot+sleep&earlier=zebedee+is+six")
        browser.client.delete_cookie("waymark_staff", path="/staff")
        assert browser.get("/staff/ask?q=zebedee+cannot+sleep").status_code == 302  # to the form to sign in
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert '"route": "/staff/ask"' in out.getvalue()
    assert "zebedee" not in out.getvalue().lower()
    assert not any("zebedee" in row.lower() for row in rows())


def test_what_is_tried_out_is_not_counted_as_asked(real, rows) -> None:
    before = [row for row in rows() if row.startswith("asked")]
    real.sign_in().get("/staff/ask?q=my+son+is+5+and+not+talking")
    assert [row for row in rows() if row.startswith("asked")] == before


def test_an_empty_question_only_shows_the_form(real) -> None:
    text = plain(real.sign_in().get("/staff/ask?q=+").text)
    assert "What they are told" not in text


def test_an_engine_that_gives_only_replies_is_shown_by_them(make_console, config) -> None:
    from tests.web.conftest import StandIn

    text = plain(make_console(config=config, live=StandIn()).sign_in().get("/staff/ask?q=where").text)
    assert "Message 1 leads to Portage." in text
    assert "How it was read" not in text


@pytest.mark.parametrize("question", ["unknown", "clarify", "x" * 1200])
def test_a_reply_that_names_no_place_is_shown(make_console, config, question):
    page = make_console(live=StandIn(), config=config).sign_in().get(f"/staff/ask?q={question}")
    assert page.status_code == 200
    assert "no place is named" in page.text
