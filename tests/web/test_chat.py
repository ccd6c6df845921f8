"""The chat page as plain forms, and the pieces of it that chat.js asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import web
from bot.records import Answer, Citation, Outcome, Part, Statement

STATIC = Path(web.__file__).parent / "static"
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def soup(response):
    return BeautifulSoup(response.data, "lxml")


def ask(client, question, conversation="", path="/"):
    return client.post(path, data={"question": question, "conversation": conversation})


def test_the_first_page_asks(client):
    page = soup(client.get("/"))
    form = page.select_one("form.ask")
    assert form["method"] == "post"
    assert form["action"] == "/"
    assert page.select_one("label[for=question]")
    assert page.h1
    assert page.html["lang"] == "en-GB"
    assert page.select_one("#after").has_attr("hidden")
    assert "999" in page.select_one(".banner").text


def test_a_question_leads_to_its_own_page_and_a_reload_asks_nothing(client, engine, rows):
    response = ask(client, "where do i go")
    assert response.status_code == 303
    assert re.fullmatch(r"/\?conversation=[A-Za-z0-9_-]{22}#latest", response.location)
    page = soup(client.get(response.location))
    client.get(response.location)
    assert sum(row.startswith("turns") for row in rows()) == 1
    latest = page.select_one("#latest")
    assert latest["tabindex"] == "-1"
    assert latest.h2["tabindex"] == "-1"
    assert "where do i go" in latest.select_one(".asked").text
    assert latest.select_one(".card h4 a")["href"] == "/services/portage"
    assert latest.select_one("details.sources blockquote").text.strip() == "Play at home."
    assert latest.select_one(".understood").text == "What we understood: age 2, Brinnington, speech language communication."
    assert "Not yet confirmed by the service." in latest.select_one(".proof").text
    assert [h.name for h in latest.select("h2, h3, h4")][:3] == ["h2", "h3", "h4"]
    assert not page.select_one("#after").has_attr("hidden")


def test_the_newest_answer_stands_first(client):
    address = ask(client, "one").location
    conversation = address.split("=")[1].split("#")[0]
    ask(client, "two", conversation)
    page = soup(client.get(address))
    assert [p.text.split()[-1] for p in page.select(".asked")] == ["two", "one"]
    assert "two" in page.select_one("#latest").text
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_every_source_mark_leads_to_its_source(client):
    page = soup(client.get(ask(client, "where").location))
    marks = page.select("a.cite")
    assert marks
    assert all(page.select_one(mark["href"]) for mark in marks)


@pytest.mark.parametrize(("address", "led"), [("https://example.org/a", "https://example.org/a"), ("javascript:alert(1)", None)])
def test_what_a_page_says_stands_under_its_title(client, engine, address, led):
    source = Citation(1, "Pony <club>", "Fees", address, "A ride is £4.", "2024", None)
    told = Part("documents", "What the documents say", (Statement("A ride is £4.", 1),))
    engine.answer = lambda turns: Answer(Outcome.ANSWERED, (told,), citations=(source,))
    page = soup(client.get(ask(client, "where").location))
    title = page.select_one(".part-documents .said-by")
    assert title.text == "Pony <club>"
    assert title.find_next_sibling("p").text.startswith("A ride is £4.")
    assert (title.a and title.a["href"]) == led


def test_danger_comes_first_with_numbers_to_press(client):
    page = soup(client.get(ask(client, "danger").location))
    box = page.select_one(".exchange .danger")
    assert box.select_one("p").text == "Ring 999 now."
    assert [a["href"] for a in box.select("a.button")] == ["tel:08001111"]
    assert box.find_previous("h2").text == "Get help now"
    assert box.find_next("a", href="/services/helpline").parent.name == "h3"
    assert not page.select_one(".exchange .card").find_next("div", class_="danger")


def test_choices_are_buttons_that_ask_within_the_conversation(client, engine):
    page = soup(client.get(ask(client, "clarify").location))
    form = page.select_one("form.choices")
    assert [b["value"] for b in form.select("button[name=question]")] == ["Under 5", "5 to 10"]
    ask(client, "Under 5", form.select_one("input[name=conversation]")["value"])
    assert engine.asked[-1][0] == ("clarify", "Under 5")


@pytest.mark.parametrize(("question", "status"), [("", 400), ("  ", 400), ("\x00\x01", 400), ("😀", 400), ("x" * 5000, 413)])
def test_a_question_that_cannot_be_read_keeps_what_was_typed(client, rows, question, status):
    response = ask(client, question)
    page = soup(response)
    assert response.status_code == status
    assert page.select_one("#question-error").text.strip().startswith("Error: Your message")
    assert page.title.text.startswith("Error: ")
    assert page.textarea["aria-invalid"] == "true"
    assert "question-error" in page.textarea["aria-describedby"]
    assert page.textarea.text.strip() == question.strip(" \x00\x01")
    assert rows() == []


def test_danger_in_a_too_long_question_is_answered(client):
    page = soup(client.get(ask(client, "x" * 5000 + " danger").location))
    assert page.select_one(".danger")


@pytest.mark.parametrize("path", ["/", "/chat"])
def test_what_a_user_wrote_is_only_text(client, path):
    response = ask(client, HOSTILE, path=path)
    if response.location:
        response = client.get(response.location)
    page = soup(response)
    assert not page.select(".exchange script, .exchange img")
    assert HOSTILE in page.select_one(".asked").text
    assert "For <families>." in page.select_one(".card").text


def test_too_long_hostile_text_stays_text_in_the_box(client):
    page = soup(ask(client, HOSTILE * 100))
    assert page.textarea.text.strip() == HOSTILE * 100
    assert not page.select("main script, main img")


def test_nothing_is_inline_and_nothing_from_elsewhere(client):
    pages = [client.get("/"), client.get(ask(client, "danger").location), client.get("/services/helpline"), client.get("/about"), client.get("/no")]
    for page in map(soup, pages):
        assert not page.select("style, [style], script:not([src])")
        assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
        loaded = [tag.get("src") or tag.get("href") for tag in page.select("script, link, img, iframe")]
        assert all(address.startswith(("/static/", "/theme.css?v=")) for address in loaded)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", "".join(p.read_text() for p in STATIC.iterdir() if p.name != "embed.js"))


def test_a_piece_for_the_script_is_the_same_answer(client, engine):
    piece = soup(ask(client, "one", path="/chat"))
    conversation = piece.article["data-conversation"]
    assert piece.select_one(".card h4 a")["href"] == "/services/portage"
    assert not piece.title
    ask(client, "two", conversation, "/chat")
    assert engine.asked[-1][0] == ("one", "two")


@pytest.mark.parametrize(("question", "status"), [("", 400), ("x" * 5000, 413), ("explode", 500), ("x" * 200_000, 413)])
def test_a_piece_can_be_an_error(client, question, status):
    response = ask(client, question, path="/chat")
    assert response.status_code == status
    assert soup(response).select_one("p.error")
    assert not soup(response).select_one("article, header")


def test_forgetting_deletes_at_once(client, rows):
    address = ask(client, "one").location
    conversation = address.split("=")[1].split("#")[0]
    response = client.post("/forget", data={"conversation": conversation})
    assert (response.status_code, rows()) == (303, [])
    assert "has been deleted" in soup(client.get(response.location)).select_one(".notice").text
    page = soup(client.get(address))
    assert "no longer kept" in page.select_one(".notice").text
    assert not page.select(".exchange")


@pytest.mark.parametrize("conversation", ["", "none", "<b>", "A" * 22])
def test_forgetting_what_is_not_there_is_no_fault(client, conversation):
    assert client.post("/forget", data={"conversation": conversation}).status_code == 303


@pytest.mark.parametrize("address", ["/?conversation=" + "A" * 22, "/?conversation=<script>", "/?conversation=%00", "/?conversation=" + "x" * 3000])
def test_an_unknown_conversation_starts_afresh(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert "no longer kept" in response.text
    assert "<script>" not in response.text


def test_no_cookie_is_ever_set(client, text_us):
    responses = [client.get("/"), ask(client, "one"), ask(client, "one", path="/chat"), client.get("/services/portage"), text_us(client)]
    assert not any("Set-Cookie" in r.headers for r in responses)


def test_without_the_database_the_answer_is_shown_directly(client, app, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def broken(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(app.extensions["waymark"].conversations, "append", broken)
    response = ask(client, "danger")
    assert response.status_code == 200
    assert soup(response).select_one(".danger")


def test_the_page_tells_of_a_refusal(client):
    for question, title in (("unknown", "We do not have a sure answer"), ("offtopic", "This guide cannot help with that")):
        assert soup(client.get(ask(client, question).location)).select_one("#latest h2").text == title


def test_the_script_and_the_page_agree(client):
    """Every id that chat.js looks up is on the page."""
    page = soup(client.get("/"))
    script = (STATIC / "chat.js").read_text()
    wanted = set(re.findall(r'get\("([a-z-]+)"\)', script))
    assert wanted
    assert all(page.select_one(f"#{name}") for name in wanted - {"summary", "question-error"})
    assert len(page.select("[aria-live]")) == 1
