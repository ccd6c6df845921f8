"""“This is wrong”: kept with its entry and release, without anything personal, and within a limit."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from bs4 import BeautifulSoup

from web.comments import ABOUT, LONGEST
from web.database import Database
from web.feedback import Feedback, TooMany
from web.redact import redact

KNOWN = {"portage", "health", "visiting", "brinnington", "stockport", "council", "family", "hubs", "hub", "send", "local", "offer", "ehc"}

PERSONAL = [
    ("ring me on 07700 900123 please", ["07700", "900123"]), ("0161 496 0000 is my number", ["0161", "496"]), ("it is 01614960000", ["01614960000"]),
    ("+44 7700 900123", ["7700", "900123"]), ("(0161) 496-0000", ["0161", "496"]), ("0161.496.0000", ["0161", "496"]), ("4960000", ["4960000"]),
    ("call 496 0123", ["496 0123"]), ("٠٧٧٠٠٩٠٠١٢٣", ["٠٧٧٠٠", "07700"]), ("０７７００ ９００１２３", ["07700", "０７７"]),
    ("07700\u200b900123", ["07700", "900123"]),
    ("oh seven seven double oh nine oh oh one two three", ["seven", "nine"]), ("07700/900/123", ["900"]),
    ("NHS number 943 476 5919", ["943", "5919"]), ("NI number QQ 12 34 56 C", ["QQ", "34 56"]), ("qq123456c", ["123456"]),
    ("write to jane.smith@example.org", ["jane", "example.org"]), ("JANE@EXAMPLE.ORG", ["JANE", "EXAMPLE"]),
    ("jane @ example . org", ["jane", "example"]),
    ("jane(at)example.org", ["jane", "example"]),
    ("jane [at] example [dot] org", ["jane", "example"]), ("jane at example dot org", ["jane", "example"]),
    ("find me @janesmith", ["janesmith"]), ("see https://example.org/u/jane", ["jane", "example"]), ("www.example.org/jane", ["jane"]),
    ("I live at SK5 8AB", ["SK5", "8AB"]), ("sk58ab", ["sk58ab"]), ("SK1 1AA.", ["1AA"]), ("m1 1ae", ["1ae"]), ("EC1A 1BB", ["EC1A"]),
    ("12 Nowhere Lane", ["Nowhere", "12"]), ("flat 3, 14 nowhere road, brinnington", ["14", "nowhere"]), ("7a old mill st", ["7a", "mill"]),
    ("born 03/04/2015", ["2015", "03"]), ("born on 3rd April 2015", ["2015", "April"]), ("dob 2015-04-03", ["2015"]), ("April 3, 2015", ["2015"]),
    ("my name is jane smith and the page is wrong", ["jane", "smith"]), ("My name's Jane", ["Jane"]), ("I am Jane Smith", ["Jane", "Smith"]),
    ("my son Oliver is 4", ["Oliver"]), ("My daughter Mia Jones goes there", ["Mia", "Jones"]), ("our health visitor, Mrs Patel, left", ["Patel"]),
    ("ask dr khan", ["khan"]), ("Miss Oduya told us", ["Oduya"]), ("he is called Kai", ["Kai"]), ("Regards, Siân O’Neill", ["Siân", "Neill"]),
    ("I spoke to Jane about it", ["Jane"]), ("Jane said it has closed", ["Jane"]), ("Thanks, Zebedina Quill", ["Zebedina", "Quill"]),
    ("Portage. Zebedina Quill works there", ["Zebedina", "Quill"]),
]


@pytest.mark.parametrize(("text", "secrets"), PERSONAL)
def test_nothing_personal_is_left(text, secrets):
    kept = redact(text, KNOWN)
    assert "taken out]" in kept
    assert not [secret for secret in secrets if secret in kept], kept


@pytest.mark.parametrize("text", [
    "The opening hours are wrong. It shuts at 4pm on Friday.", "This has closed.", "Portage is for under 3s, not under 5s.", "It moved in 2024.",
    "The page says 6 weeks but the letter says 20 weeks.", "Stockport Council does not run this. The Family Hubs do.", "the second number is wrong",
    "Section 19 is not explained.", "Ages 5 to 11, then 11 to 16.", "I am worried that this is out of date.", "I'm not sure it is open on Monday",
    "Unfortunately it is shut", "He is 4 and she is 7", "There was a change in 2019-20", "You can now call it the Local Offer", "THE LINK IS WRONG",
    "My son is 12 and the way in is wrong", "It was called Portage", "What does EHC mean?", "Can't read this\n\nToo long",
])
def test_what_is_wrong_is_kept_word_for_word(text):
    assert redact(text, KNOWN) == text


@pytest.mark.parametrize("text", [
    "", " ", "💬", "\x00\x07", "a" * 5000, "0" * 5000, "A " * 2000, "@" * 500, "1 a " * 900, "one " * 900, "[at] " * 500,
])
def test_any_text_is_taken(text):
    assert len(redact(text, KNOWN)) <= len(text) + 40 * (1 + len(text) // 7)


def send(client, **form):
    return client.post("/feedback", data={"entry": "portage", "release": "2026-01-01T00-00-00Z-abc123", **form})


def stored(settings):
    with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM feedback ORDER BY created")]


def test_a_comment_is_kept_with_its_entry_and_release(client, settings):
    response = send(client, about="gone", text="It has closed.")
    assert response.status_code == 303
    (row,) = stored(settings)
    assert {k: row[k] for k in ("entry", "release", "about", "text")} == {
        "entry": "portage", "release": "2026-01-01T00-00-00Z-abc123", "about": "gone", "text": "It has closed."}
    assert set(row) == {"reference", "entry", "release", "about", "text", "created"}
    assert re.fullmatch(r"F-[A-Z2-9]{4}-[A-Z2-9]{4}", row["reference"])
    page = BeautifulSoup(client.get(response.location).data, "lxml")
    assert row["reference"] in page.text
    assert page.select_one("main a[href='/services/portage']")


@pytest.mark.parametrize(("text", "secrets"), PERSONAL)
def test_no_table_holds_anything_personal(client, settings, rows, text, secrets):
    headers = {"User-Agent": "Zebedina", "X-Forwarded-For": "192.0.2.7", "Referer": "https://example.org/jane"}
    sender = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.post("/feedback", data={"entry": "portage", "text": text}, headers=headers, environ_base=sender).status_code == 303
    (row,) = stored(settings)
    assert "taken out]" in row["text"]
    assert not [secret for secret in secrets if secret in row["text"]], row
    assert {row["entry"], row["release"], row["about"]} == {"portage", "2026-01-01T00-00-00Z-abc123", "other"}
    assert len(rows()) == 1  # no other table holds anything
    assert not [row for row in rows() if "192.0.2" in row or "Zebedina" in row or "example.org" in row]


@pytest.mark.parametrize(("form", "status"), [
    ({}, 400), ({"text": "  "}, 400), ({"text": "?!"}, 400), ({"about": "other"}, 400), ({"about": "nonsense"}, 400), ({"about": "contact"}, 303),
    ({"about": "nonsense", "text": "The link is wrong."}, 303), ({"text": "x" * LONGEST}, 303), ({"text": "x" * (LONGEST + 1)}, 400),
    ({"entry": "no-such", "text": "wrong"}, 404), ({"entry": "", "text": "wrong"}, 404), ({"entry": "old-helpline", "text": "wrong"}, 404),
    ({"text": "<script>alert(1)</script> is wrong"}, 303), ({"text": "'; DROP TABLE feedback; --"}, 303), ({"text": "wr\x00ong \x07"}, 303),
])
def test_what_is_taken_and_what_is_not(client, settings, form, status):
    response = send(client, **form)
    assert response.status_code == status
    assert len(stored(settings)) == (status == 303)
    assert "<script>alert" not in response.text


def test_a_faulty_comment_comes_back_with_what_was_typed(client):
    page = BeautifulSoup(send(client, about="facts", text="x" * 1001).data, "lxml")
    assert "too long" in page.select_one("#feedback-error").text
    assert page.select_one("textarea").text == "x" * 1001
    assert page.select_one("input[checked]")["value"] == "facts"
    assert page.title.text.startswith("Error:")


def test_a_release_that_is_none_becomes_the_one_that_is_live(client, settings, engine):
    send(client, text="wrong", release="<script>" * 20)
    assert stored(settings)[0]["release"] == engine.release_id


def test_the_same_comment_twice_is_one(client, settings):
    assert send(client, text="It has closed.").location == send(client, text="It has closed.").location
    assert send(client, text="It has moved.").location != send(client, text="It has closed.").location
    assert len(stored(settings)) == 2


def test_too_many_on_one_entry_are_refused_politely(make_app, settings):
    client = make_app(feedback_on_one_entry=2).test_client()
    assert [send(client, text=f"wrong {n}").status_code for n in "abc"] == [303, 303, 429]
    refused = send(client, text="wrong d")
    assert refused.headers["Retry-After"] == "3600"
    assert "wrong d" in refused.text
    assert client.post("/feedback", data={"entry": "helpline", "text": "wrong"}).status_code == 303
    assert len(stored(settings)) == 3


def test_too_many_on_all_are_refused(make_app):
    client = make_app(feedback_on_all=2).test_client()
    assert [client.post("/feedback", data={"entry": id, "text": "wrong"}).status_code for id in ("helpline", "portage", "rumour")] == [303, 303, 429]


def test_an_hour_later_there_is_room_again(settings):
    now = [1_000_000.0]
    with closing(Database(settings)) as database:
        feedback = Feedback(database, 1, 10, lambda: now[0])
        first = feedback.keep("a", "r", "other", "one")
        with pytest.raises(TooMany):
            feedback.keep("a", "r", "other", "two")
        assert feedback.keep("a", "r", "other", "one") == first
        now[0] += 3601
        second = feedback.keep("a", "r", "other", "two")
        now[0] += 24 * 3600
        assert feedback.keep("a", "r", "other", "one") not in (first, second)


def test_many_at_once_keep_to_the_limit(make_app, settings):
    app = make_app(feedback_on_one_entry=5)
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda n: send(app.test_client(), text=f"wrong {chr(97 + n)}").status_code, range(12)))
    assert sorted(statuses) == [303] * 5 + [429] * 7
    assert len(stored(settings)) == 5


@pytest.mark.parametrize("reference", ["F-BCDF-GHJK", "x", "F-AAAA-AAAA", "'--", "F-" + "B" * 5000])
def test_an_unknown_reference_is_not_found(client, reference):
    assert client.get(f"/feedback/{reference}").status_code == 404


def test_the_entry_page_has_the_form(client):
    page = BeautifulSoup(client.get("/services/portage").data, "lxml")
    form = page.select_one("details form.wrong-form")
    assert (form["method"], form["action"]) == ("post", "/feedback")
    assert [i["value"] for i in form.select("input[type=hidden]")] == ["portage", "2026-01-01T00-00-00Z-abc123"]
    assert [i["value"] for i in form.select("input[type=radio]")] == list(ABOUT)
    assert form.select_one("label[for=wrong-text]")
    assert form.fieldset.legend.text == "What is wrong?"
