"""“Did this help?”: kept without the question, the conversation or anything personal, and within a limit."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from bs4 import BeautifulSoup
from flask import render_template_string

from bot.records import Channel
from tests.web.test_feedback import PERSONAL
from web.answer_feedback import AnswerFeedbackStore
from web.comments import LONGEST
from web.database import Database
from web.feedback import TooMany
from web.helped import WHY
from web.views import Exchange

PIECE = {"X-Requested-With": "waymark"}
CONVERSATION = "abcdefghijklmnopqrstuv"


def press(client, helped="yes", headers=None, **form):
    data = {"conversation": CONVERSATION, "outcome": "answered", "entries": "portage", "release": "2026-01-01T00-00-00Z-abc123", **form}
    return client.post("/helped", data={"helped": helped, **data}, headers=headers)


def stored(settings):
    with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM answer_feedback ORDER BY created, rowid")]


def test_a_yes_is_kept_and_thanked_for(client, settings):
    response = press(client, entries="portage,helpline")
    assert response.status_code == 303
    (row,) = stored(settings)
    reference = row.pop("reference")
    assert row.pop("created") > 1_700_000_000
    assert row == {
        "helped": 1, "outcome": "answered", "entries": "portage,helpline", "release": "2026-01-01T00-00-00Z-abc123", "channel": "web",
        "why": "", "text": "",
    }
    assert re.fullmatch(r"A-[A-Z2-9]{4}-[A-Z2-9]{4}", reference)
    assert response.location.partition("?")[0] == f"/helped/{reference}"
    page = BeautifulSoup(client.get(response.location).data, "lxml")
    assert reference in page.main.text
    assert "glad" in page.main.text
    assert page.select_one(f"main a[href='/?conversation={CONVERSATION}']")
    assert BeautifulSoup(client.get(f"/helped/{reference}").data, "lxml").select_one("main a[href*='conversation']") is None


def test_a_no_is_asked_why_and_then_kept(client, settings):
    page = BeautifulSoup(press(client, "no", entries="portage,helpline").data, "lxml")
    assert stored(settings) == []
    form = page.select_one("form.helped")
    assert (form["method"], form["action"]) == ("post", "/helped")
    assert form.fieldset.legend.text == "What was wrong with it?"
    assert [form.select_one(f"label[for={i['id']}]").text for i in form.select("input[type=radio]")] == [str(label) for label in WHY.values()]
    assert form.select_one("label[for=helped-text]")
    fields = {i["name"]: i["value"] for i in form.select("input[type=hidden]")}
    response = client.post(form["action"], data={**fields, "why": "place", "text": "Too far away."})
    assert response.status_code == 303
    (row,) = stored(settings)
    assert {k: row[k] for k in ("helped", "outcome", "entries", "why", "text")} == {
        "helped": 0, "outcome": "answered", "entries": "portage,helpline", "why": "place", "text": "Too far away.",
    }
    assert "We will look at this answer" in client.get(response.location).text


@pytest.mark.parametrize("form", [{"why": "unclear"}, {"text": ""}, {"text": "wrong", "why": ""}])
def test_a_no_may_leave_out_its_reason_or_its_words(client, settings, form):
    assert press(client, "no", **form).status_code == 303
    assert len(stored(settings)) == 1


def test_a_script_gets_pieces_of_the_page(client, settings):
    yes = press(client, headers=PIECE)
    assert yes.status_code == 200
    assert re.fullmatch(r'<p class="helped-thanks" role="status">[^<]+</p>', yes.text.strip())
    no = press(client, "no", headers=PIECE)
    assert no.status_code == 200
    assert "<html" not in no.text
    form = BeautifulSoup(no.data, "lxml").select_one("form[data-helped]")
    assert len(form.select("input[type=radio]")) == len(WHY)
    assert len(stored(settings)) == 1
    fields = {i["name"]: i["value"] for i in form.select("input[type=hidden]")}
    sent = client.post(form["action"], data={**fields, "text": "", "why": "facts"}, headers=PIECE)
    assert re.fullmatch(r'<p class="helped-thanks" role="status">[^<]+</p>', sent.text.strip())
    assert len(stored(settings)) == 2


@pytest.mark.parametrize("headers", [None, PIECE])
@pytest.mark.parametrize("form", [
    {"helped": "maybe"}, {"helped": ""}, {"outcome": ""}, {"outcome": "great"}, {"entries": "no-such"}, {"entries": "portage,no-such"},
    {"entries": "portage;helpline"}, {"entries": "<script>"}, {"why": "because", "helped": "no"}, {"entries": "x" * 5000}, {"entries": "portage\x00"},
])
def test_what_is_not_ours_is_refused(client, settings, form, headers):
    response = press(client, **{"helped": "yes", **form}, headers=headers)
    assert response.status_code == 400
    assert stored(settings) == []
    assert ("<html" in response.text) == (headers is None)
    assert "<script>" not in response.text.replace("<script src", "")


def test_an_answer_without_places_is_taken(client, settings):
    assert press(client, entries="", outcome="not_found").status_code == 303
    assert (stored(settings)[0]["entries"], stored(settings)[0]["outcome"]) == ("", "not_found")


@pytest.mark.parametrize(("text", "secrets"), PERSONAL)
def test_no_table_holds_anything_personal(client, settings, rows, text, secrets):
    headers = {"User-Agent": "Zebedina", "X-Forwarded-For": "192.0.2.7", "Referer": "https://example.org/jane"}
    response = client.post("/helped", data={"helped": "no", "outcome": "answered", "entries": "portage", "text": text}, headers=headers)
    assert response.status_code == 303
    (row,) = stored(settings)
    assert "taken out]" in row["text"]
    assert not [secret for secret in secrets if secret in row["text"]], row
    assert not [line for line in rows() if "192.0.2" in line or "example.org" in line]


def test_names_of_the_places_are_no_names_of_people(client, settings):
    press(client, "no", text="It should not have been Portage but the Helpline in Brinnington.", entries="portage,helpline")
    assert stored(settings)[0]["text"] == "It should not have been Portage but the Helpline in Brinnington."


def test_neither_question_nor_conversation_is_kept(client, settings):
    question = "where can a two year old who does not talk play"
    location = client.post("/", data={"question": question}).location
    conversation = location.partition("conversation=")[2][:22]
    form = BeautifulSoup(client.get(location).data, "lxml").select_one("form[data-helped]")
    fields = {i["name"]: i["value"] for i in form.select("input[type=hidden]")}
    assert fields["conversation"] == conversation
    client.post("/helped", data={**fields, "helped": "yes", "question": question, "text": question})
    client.post("/helped", data={**fields, "helped": "no", "why": "place", "question": question})
    kept = str(stored(settings))
    assert len(stored(settings)) == 2
    assert conversation not in kept
    assert question not in kept


@pytest.mark.parametrize("question", ["one", "danger", "unknown", "offtopic"])
def test_the_macro_makes_a_form_that_is_taken(app, client, engine, settings, question):
    ex = Exchange(question, engine.reply([question], Channel.WEB))
    with app.test_request_context("/"):
        html = render_template_string("{% from 'helped_macros.html' import helped %}{{ helped(ex, c) }}", ex=ex, c=CONVERSATION)
    form = BeautifulSoup(html, "lxml").select_one("form[data-helped][method=post]")
    buttons = form.select("button.button.second.small[name=helped]")
    assert [(b["value"], b.text) for b in buttons] == [("yes", "Yes"), ("no", "No")]
    fields = {i["name"]: i["value"] for i in form.select("input[type=hidden]")}
    assert client.post(form["action"], data={**fields, "helped": "yes"}).status_code == 303
    (row,) = stored(settings)
    assert row["outcome"] == ex.reply.outcome.value
    assert row["entries"] == ",".join(s.id for s in ex.reply.answer.signposts)
    assert row["release"] == engine.release_id


def test_the_same_words_within_a_day_count_once(client, settings):
    first, second = (press(client, "no", text="Too far away.").location for _ in range(2))
    assert first == second
    assert press(client, "no", text="Too far.").location != first
    assert press(client, "no", text="Too far away.", entries="helpline").location != first
    assert len(stored(settings)) == 3


def test_a_double_press_counts_once_and_another_family_counts_too(settings):
    now = [1_000_000.0]
    with closing(Database(settings)) as database:
        store = AnswerFeedbackStore(database, 10, 10, lambda: now[0])
        first = store.keep(True, "answered", "portage", "r", "web")
        assert store.keep(True, "answered", "portage", "r", "web") == first
        now[0] += 60
        assert store.keep(True, "answered", "portage", "r", "web") != first
        assert store.counts(1970) == (2, 0)
        assert store.counts(1971) == (0, 0)
        assert store.years() == {1970}


def test_an_hour_later_there_is_room_again(settings):
    now = [1_000_000.0]
    with closing(Database(settings)) as database:
        store = AnswerFeedbackStore(database, 1, 10, lambda: now[0])
        store.keep(True, "answered", "a", "r", "web")
        with pytest.raises(TooMany):
            store.keep(False, "answered", "a", "r", "web")
        store.keep(False, "answered", "b", "r", "web")
        now[0] += 3601
        store.keep(False, "answered", "a", "r", "web")


@pytest.mark.parametrize("limits", [{"feedback_on_one_entry": 2}, {"feedback_on_all": 2}])
def test_too_many_are_refused_politely(make_app, settings, limits):
    client = make_app(**limits).test_client()
    assert [press(client, "no", text=f"wrong {n}").status_code for n in "abc"] == [303, 303, 429]
    refused = press(client, "no", text="wrong d")
    assert refused.headers["Retry-After"] == "3600"
    assert "wrong d" in BeautifulSoup(refused.data, "lxml").textarea.text
    assert press(client).status_code == 429
    assert "Many people" in press(client, headers=PIECE).text
    assert len(stored(settings)) == 2


def test_many_at_once_keep_to_the_limit(make_app, settings):
    app = make_app(feedback_on_one_entry=5)
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda n: press(app.test_client(), "no", text=f"wrong {chr(97 + n)}").status_code, range(12)))
    assert sorted(statuses) == [303] * 5 + [429] * 7
    assert len(stored(settings)) == 5


@pytest.mark.parametrize("headers", [None, PIECE])
def test_what_is_too_long_comes_back(client, settings, headers):
    response = press(client, "no", text="x" * (LONGEST + 1), why="facts", headers=headers)
    assert response.status_code == 400
    page = BeautifulSoup(response.data, "lxml")
    assert "too long" in page.select_one("#helped-error").text
    assert page.textarea.text == "x" * (LONGEST + 1)
    assert page.select_one("input[checked]")["value"] == "facts"
    assert stored(settings) == []


def test_markup_stays_text(client):
    text = "</textarea><script>alert(1)</script>" + "x" * LONGEST
    for headers in (None, PIECE):
        page = press(client, "no", text=text, headers=headers).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
    assert "<script" not in press(client, "no", conversation="<script>", release="<script>").text


def test_a_release_that_is_none_becomes_the_one_that_is_live(client, settings, engine):
    press(client, release="<script>" * 20)
    assert stored(settings)[0]["release"] == engine.release_id


@pytest.mark.parametrize("reference", ["A-BCDF-GHJK", "F-BCDF-GHJK", "x", "A-AAAA-AAAA", "'--", "A-" + "B" * 5000])
def test_an_unknown_reference_is_not_found(client, reference):
    assert client.get(f"/helped/{reference}").status_code == 404
