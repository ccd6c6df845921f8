"""The page to take along: all its sections, as HTML and as a PDF, and nothing that a user wrote is ever more than text."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from babel.support import NullTranslations
from bs4 import BeautifulSoup
from pypdf import PdfReader

from bot.engine import Engine, open_engine
from bot.records import Answer, Channel, Citation, Contact, Outcome, Part, Reply, Statement
from bot.settings import BotSettings
from indexer.entries import parse_entry
from tests.web.conftest import GROUPS, HEAD, StandIn
from web import languages
from web.pdf import OTHER_SCRIPT, SURE, Cover, as_pdf
from web.school_questions import page_for
from web.take_along import take_along
from web.views import Exchange

COVER = Cover("Waymark", "Stockport Council", "1 March 2026", "https://waymark.example.org")


def framework(id, low, high, needs):
    questions = "".join(f"- Question {n} of {id}?\n" for n in range(1, 9))
    head = f"---\nid: {id}\nkind: framework\nname: Guide {id}\ndescription: A guide.\nminimum_age: {low}\nmaximum_age: {high}\nneeds: [{needs}]\n"
    return parse_entry(f"{head}{HEAD}---\n\n## Questions to ask\n{questions}", f"framework/{id}.md")


PAGES = (framework("learning-primary", 4, 11, "learning"), framework("wellbeing-primary", 4, 11, "adhd, mental-health"),
         framework("learning-post-16", 11, 25, "learning"), framework("overview", 0, 25, ""))  # fmt: skip


class WithSteps(StandIn):
    """Answers with steps and with needs that pages of the guide are for."""

    understood: dict[str, object] = {"age": 7, "needs": ["learning"]}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.entries = {**self.entries, **{page.id: page for page in PAGES}}

    def answer(self, turns):
        answer = super().answer(turns)
        cited = Citation(2, "Portage", "Steps", "/services/portage", "Ring first. Then wait.", "2024", None)
        steps = Part("expect", "What to expect", (Statement("Ring first.", 2), Statement("Then wait.", 2)))
        return replace(answer, parts=(*answer.parts, steps), citations=(*answer.citations, cited), understood=self.understood)


@pytest.fixture
def engine():
    return WithSteps()


def asked(client, *questions):
    conversation = ""
    for question in questions:
        location = client.post("/", data={"question": question, "conversation": conversation}).location
        conversation = re.search(r"conversation=([\w-]{22})", location)[1]
    return conversation


def html(client, conversation, more=""):
    response = client.get(f"/my-page?conversation={conversation}{more}")
    assert response.status_code == 200
    return BeautifulSoup(response.data, "lxml")


def pdf(client, conversation):
    response = client.get(f"/my-page.pdf?conversation={conversation}")
    assert response.status_code == 200
    assert response.content_type == "application/pdf"
    assert response.headers["Content-Disposition"] == 'inline; filename="my-page.pdf"'
    assert response.headers["Cache-Control"] == "no-store"
    return PdfReader(io.BytesIO(response.data))


def words(reader):
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def links(reader):
    return {a.get_object()["/A"]["/URI"] for page in reader.pages for a in page.get("/Annots", []) if "/URI" in a.get_object().get("/A", {})}


def test_the_page_has_every_section(client):
    page = html(client, asked(client, "where do i go", "danger"))
    assert [h.text for h in page.select(".my-page h2")] == [
        "Numbers to ring", "What I asked", "Where to go", "What comes next", "Questions to ask school", "Notes", "Where this comes from",
    ]
    assert page.select_one(".my-page .danger p").text.startswith("Ring 999 now.")
    assert [a["href"] for a in page.select(".numbers a")] == ["tel:08001111"]
    assert [li.text for li in page.select(".asked-list li")] == ["where do i go", "danger"]
    assert [h.text for h in page.select(".place h3")] == ["The <Helpline>", "Portage"]
    assert "Not yet confirmed by the service." in page.select_one(".place .proof").text
    assert [label.text for label in page.select(".steps:not(.questions) label")] == ["Ring first.", "Then wait."]
    assert len(page.select(".done .blank")) == 2
    assert [label.text for label in page.select(".questions label")] == [f"Question {n} of learning-primary?" for n in range(1, 7)]
    marks = page.select("a.cite")
    assert marks
    assert all(page.select_one(mark["href"]) for mark in marks)
    assert [li["value"] for li in page.select(".origin li")] == [str(n) for n in range(1, len(page.select(".origin li")) + 1)]


def test_without_script_the_page_needs_no_button(client):
    page = html(client, asked(client, "where"))
    assert page.select_one("[data-print]").parent.has_attr("hidden")
    assert page.select_one("a[href^='/my-page.pdf?conversation=']").text == "Save as PDF"
    assert not page.select("style, [style], script:not([src])")
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_in_another_language_the_facts_are_still_marked_as_english(client, monkeypatch):
    monkeypatch.setattr(languages, "catalogue", lambda _code: (NullTranslations(), True))
    page = html(client, asked(client, "where", "danger"), "&lang=ar")
    assert page.html["lang"] == "ar"
    facts = page.select(".danger, .place, .steps label, .origin ol, .numbers ul")
    assert facts
    assert all(tag.find_parent(attrs={"lang": "en"}) or tag.get("lang") == "en" for tag in facts)


def test_the_pdf_says_the_same_and_screen_readers_can_read_it(client):
    conversation = asked(client, "where do i go")
    reader = pdf(client, conversation)
    text = words(reader)
    said = ("where do i go", "Portage", "Ring first.", "Date done:", "Question 6 of learning-primary?", "Where this comes from", "Page 1 of 1")
    assert [s for s in said if s not in text] == []
    assert len(reader.pages) == 1
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"].lower().startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title.startswith("My page")
    assert "http://localhost/services/portage" in links(reader)


def test_danger_leads_the_pdf_with_its_number(client):
    reader = pdf(client, asked(client, "where", "danger"))
    text = words(reader)
    assert text.index("Ring 999 now.") < text.index("0800 1111") < text.index("What I asked")
    assert "tel:08001111" in links(reader)


HOSTILE = [
    '<script>alert("x")</script><img src=x onerror=alert(1)>',
    '#panic("x") #read("/etc/passwd") $x$ *_$ ] } ) \\ " // /* <label> @cite',
    "*_$",
    "x" * 900,
    "zero\u200bwidth\u200d \u202eoverridden\u202c \ufeffmark \u00ad",
    "ابني لا يتكلم، أين أذهب؟",
    "我的儿子不说话",
    "my son 😀👩‍👧 1️⃣ needs help",
    "a\u0300\u0301\u0302 z̸̡̛ \ue123 \U0010ffff \u0378",
    "मेरा बेटा",
    "a\tb\r\nc \x07",
]


@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_user_wrote_is_only_text(client, question):
    conversation = asked(client, "where " + question)
    page = html(client, conversation)
    assert not page.select("main script, main img")
    assert "where " in page.select_one(".asked-list").text
    text = words(pdf(client, conversation))
    assert "Portage" in text
    assert "panic" not in question or '#panic("x") #read("/etc/passwd") $x$ *_$' in text


def test_ten_hostile_questions_still_make_a_pdf(client):
    conversation = asked(client, *("where " + q for q in HOSTILE[:10]))
    assert len(html(client, conversation).select(".asked-list li")) == 10
    assert "<script>" in words(pdf(client, conversation))


def test_a_question_in_letters_that_no_font_has_is_told_of_and_pictures_are_left_out(client):
    text = words(pdf(client, asked(client, "我的儿子", "my son 😀 needs help", "plain words")))
    assert OTHER_SCRIPT in text
    assert re.search(r"my son +needs help", text)
    assert "plain words" in text


def test_danger_in_a_very_long_question_makes_a_pdf(client):
    assert "Ring 999 now." in words(pdf(client, asked(client, "y" * 20_000 + " danger")))


def test_a_fact_in_letters_that_no_font_has_does_not_stop_the_pdf():
    reply = Reply("", Channel.WEB, "r", Answer(Outcome.NOT_FOUND, (Part("note", "Note", (Statement("Fact 中 stands."),)),)))
    page = take_along([Exchange("?", reply)], {}, GROUPS)
    assert "Fact ? stands." in words(PdfReader(io.BytesIO(as_pdf(page, COVER))))


def test_the_fonts_show_every_letter_that_we_are_sure_of():
    sure = re.compile(f"[{SURE}]")
    letters = "".join(c for c in map(chr, range(0x20, 0x3000)) if sure.match(c))
    reply = Reply("", Channel.WEB, "r", Answer(Outcome.NOT_FOUND, (Part("note", "Note", (Statement("中" + letters),)),)))
    assert as_pdf(take_along([Exchange("?", reply)], {}, GROUPS), COVER).startswith(b"%PDF")


@pytest.mark.parametrize("question", ["unknown", "offtopic", "clarify"])
def test_where_no_place_is_named_the_page_says_what_the_guide_said(client, question):
    conversation = asked(client, question)
    headings = [h.text for h in html(client, conversation).select(".my-page h2")]
    assert "What the guide said" in headings
    assert "Where to go" not in headings
    assert "What the guide said" in words(pdf(client, conversation))


@pytest.mark.parametrize("conversation", ["", "A" * 22, "<script>", "x" * 3000, "sms:1"])
@pytest.mark.parametrize("path", ["/my-page", "/my-page.pdf"])
def test_what_is_no_longer_kept_is_a_plain_page(client, path, conversation):
    response = client.get(path, query_string={"conversation": conversation})
    page = BeautifulSoup(response.data, "lxml")
    assert response.status_code == 404
    assert response.content_type.startswith("text/html")
    assert "no longer kept" in page.main.text
    assert page.main.a["href"] == "/"


def test_a_forgotten_conversation_has_no_page(client):
    conversation = asked(client, "where")
    client.post("/forget", data={"conversation": conversation})
    assert client.get(f"/my-page?conversation={conversation}").status_code == 404


def test_nothing_is_stored_and_nothing_that_was_asked_is_logged(client, rows, caplog):
    conversation = asked(client, "where is my secret 中")
    before = rows()
    with caplog.at_level(0):
        html(client, conversation)
        pdf(client, conversation)
    assert rows() == before
    assert "secret" not in caplog.text
    assert conversation not in "".join(str(vars(record)) for record in caplog.records if record.name.startswith("waymark"))


def test_at_most_six_places_and_the_first_of_each_answer_first(engine):
    exchanges = []
    for n in range(4):
        reply = engine.reply([f"where {n}"], Channel.WEB)
        first = reply.answer.signposts[0]
        signposts = tuple(replace(first, id=f"{n}-{i}", name=f"Place {n}.{i}", contacts=(Contact("phone", f"0161 496 000{n}"),)) for i in range(3))
        exchanges.append(Exchange(f"where {n}", replace(reply, answer=replace(reply.answer, signposts=signposts))))
    page = take_along(exchanges, engine.entries, engine.groups)
    assert [p.name for p in page.places] == ["Place 0.0", "Place 1.0", "Place 2.0", "Place 3.0", "Place 0.1", "Place 1.1"]
    assert [c.value for _, c in page.numbers] == [f"0161 496 000{n}" for n in range(4)]
    assert [s.text for s in page.steps] == ["Ring first.", "Then wait."]


@pytest.mark.parametrize(
    ("question", "understood", "id"),
    [
        ("help", {"age": 7, "needs": ["learning"]}, "learning-primary"),
        ("help", {"age": 7, "needs": ["adhd", "mental-health", "learning"]}, "wellbeing-primary"),
        ("help", {"age": 11, "needs": ["learning"]}, "learning-primary"),
        ("he is at college", {"age": 11, "needs": ["learning"]}, "learning-post-16"),
        ("help", {"age": 2, "needs": ["learning"]}, "overview"),
        ("help", {"needs": ["learning"]}, "overview"),
        ("help", {"age": 30, "needs": ["learning"]}, None),
        ("help", {"age": 7, "needs": ["money"]}, None),
        ("help", {"age": 7}, None),
        ("help", {}, None),
    ],
)
def test_the_page_of_the_guide_fits_age_and_needs_or_there_is_none(engine, question, understood, id):
    engine.understood = understood
    page = page_for([Exchange(question, engine.reply([question], Channel.WEB))], engine.entries, engine.groups)
    assert (page and page.id) == id


@pytest.fixture(scope="module")
def real(indexer_settings, release_dir) -> Engine:
    assert release_dir == indexer_settings.release_dir
    return open_engine(BotSettings(), indexer_settings.model_copy(update={"encoder_threads": 1}))


@pytest.mark.parametrize(
    "question",
    ["My son is 7 and autistic. Who do I ring about speech therapy?", "how do i get 10 yr old assessed 4 adhd", "my daughter took an overdose"],
)
def test_over_the_real_engine_every_number_is_a_contact_of_the_reply(real, question):
    exchange = Exchange(question, real.reply([question], Channel.WEB))
    page = take_along([exchange], real.entries, real.groups)
    text = words(PdfReader(io.BytesIO(as_pdf(page, COVER))))
    contacts = {re.sub(r"\D", "", c.value) for s in exchange.reply.answer.signposts for c in s.contacts}
    numbers = {re.sub(r"\D", "", n) for n in re.findall(r"\b0\d[\d ]{7,}\d\b", text)}
    assert numbers <= contacts
    assert page.numbers
    assert all(place.name in text for place in page.places)
    assert all(s.text in text for s in page.steps)
    assert page.danger if exchange.urgent else page.school
    if page.school:
        assert all(q.text in real.entries[page.school.address.rsplit("/", 1)[1]].section("Questions to ask") for q in page.school.questions)
