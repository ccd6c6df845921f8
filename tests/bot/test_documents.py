"""Questions whose answer stands on a page or in a file beside the entries, quoted with its section and page."""

from __future__ import annotations

import dataclasses
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from bot.documents import MOST_SECTIONS, QUOTED, sentences
from bot.engine import Engine, open_engine
from bot.records import Channel, Outcome
from bot.settings import BotSettings
from indexer.build import build, fetch
from indexer.config import IndexerSettings
from indexer.release import CURRENT, live_id
from tests.indexer.website.site import page, serving

PAGES = {
    "dolphins": ("Dolphins swimming club", "<h2>When and where</h2><p>The Dolphins swim at Avondale pool every Sunday from 4pm to 5pm.</p>"),
    "minibus": (
        "Marple accessible minibus",
        "<h2>How to book</h2><p>Book the Marple minibus two working days before you travel.</p><table><tr><th>Day</th><th>First run</th></tr>"
        "<tr><td>Tuesday</td><td>9.40am</td></tr><tr><td>Thursday</td><td>10.15am</td></tr></table>",
    ),
    "sensory-room": (
        "Sensory room at Bredbury library",
        "<h2>Hiring the room</h2><p>A family can hire the sensory room at Bredbury library for 45 minutes at a time.</p>"
        "<details><summary>What is in the room?</summary><p>There is a bubble tube, a weighted blanket and a quiet tent.</p></details>",
    ),
    "haircuts": ("Quiet haircuts", "<p>Quiet haircuts for autistic children are offered at the Edgeley barber on Monday mornings.</p>"),
    "baking": (
        "Bake and be calm",
        "<p>A baking afternoon for autistic young people who find groups hard.</p><h2>Dates</h2>"
        "<p>Baking is on the second Saturday of each month at 2pm.</p><h2>What you pay</h2><p>An afternoon is £3 and aprons are lent.</p>"
        "<h2>Who runs it</h2><p>The afternoons are led by Morwenna Pike.</p>",
    ),
    "board": (
        "Report of the play board",
        "<h2>1. The year</h2><p>The play board met in 2023 and looked at every playground in the borough.</p>"
        "<p>There were 41 playgrounds in 2023. They had 17 wheelchair swings between them.</p>"
        "<h2>2. Next year</h2><p>The play board will go on with its work in 2024.</p>",
    ),
    "crafts": (
        "Saturday crafts club in Romiley",
        "<h2>Who can come</h2><p>The crafts club is for children who like to make things.</p>"
        "<p>We cannot offer a place at the crafts club if:</p><ul><li>your child is over 11</li><li>your child needs nursing care</li></ul>",
    ),
    "trolleys": (
        "Wheelie trolley race",
        "<p>The wheelie trolley race in Woodley is on Whit Monday. The wheelie trolley race in Woodley starts at the mill. "
        "Clogs are not allowed in the wheelie trolley race. The winner of the wheelie trolley race in Woodley keeps a brass bell.</p>",
    ),
    "trampoline": (
        "Rebound therapy sessions",
        "<h2>Who can come</h2><p>Rebound trampoline sessions are for wheelchair users aged 8 to 18.</p><h2>Fees</h2><p>Later sessions cost £6.</p>",
    ),
}
ASKED = [
    ("what time on sunday do the dolphins swim at avondale pool?", "dolphins", "When and where", "4pm to 5pm"),
    ("when does the marple accessible minibus first run on a thursday", "minibus", "How to book", "10.15am"),
    ("how far ahead do i book the marple minibus", "minibus", "How to book", "two working days"),
    ("what is in the sensory room at bredbury library?", "sensory-room", "What is in the room?", "bubble tube"),
    ("how long can a family hire the bredbury library sensory room for", "sensory-room", "Hiring the room", "45 minutes"),
    ("is there a quiet haircut for my autistic son", "haircuts", "Quiet haircuts", "Monday mornings"),
    ("are there any baking afternoons for my autistic teenager and when are they", "baking", "Dates", "second Saturday"),
    ("how much is bake and be calm", "baking", "What you pay", "£3"),
    ("who leads the baking afternoons", "baking", "Who runs it", "Morwenna Pike"),
    ("how many wheelchair swings did the play board count", "board", "1. The year", "17 wheelchair swings"),
    ("what ages is rebound trampoline therapy for", "trampoline", "Who can come", "8 to 18"),
    ("how many lockers does the hydrotherapy pool in Offerton have", "pool.pdf", "page 2", "forty lockers"),
    ("what time does the minibus in marple start on tuesdays", "minibus", "How to book", "9.40am"),
    ("where do quiet haircuts for autistic kids happen", "haircuts", "Quiet haircuts", "Edgeley barber"),
    ("how much do the later rebound therapy sessions cost", "trampoline", "Fees", "£6"),
    ("how many playgrounds did the play board look at in 2023", "board", "1. The year", "41 playgrounds"),
    ("which pool do the dolphins swim at", "dolphins", "When and where", "Avondale pool"),
    ("do they lend aprons at bake and be calm", "baking", "What you pay", "aprons are lent"),
    ("does the hydrotherapy pool in Offerton have a hoist for my daughter", "pool.pdf", "page 2", "with a hoist"),
    ("how warm is the water of the hydrotherapy pool in Offerton", "pool.pdf", "page 1", "35 degrees"),
]


def pdf() -> bytes:
    data, styles = io.BytesIO(), getSampleStyleSheet()
    SimpleDocTemplate(data, title="The hydrotherapy pool in Offerton").build(
        [
            Paragraph("1. The water", styles["Heading1"]),
            Paragraph("The water of the hydrotherapy pool in Offerton is kept at 35 degrees all year.", styles["Normal"]),
            PageBreak(),
            Paragraph("2. Changing", styles["Heading1"]),
            Paragraph("The hydrotherapy pool in Offerton has forty lockers and two rooms with a hoist.", styles["Normal"]),
        ]
    )
    return data.getvalue()


@pytest.fixture(scope="module")
def told(indexer_settings: IndexerSettings, release_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The project's own release with a website beside it; vectors and what was learned are taken over, so that only the website is new."""
    folder = tmp_path_factory.mktemp("releases")
    live = str(live_id(release_dir))
    (folder / live).symlink_to(release_dir / live)
    (folder / "embeddings.sqlite").write_bytes((release_dir / "embeddings.sqlite").read_bytes())
    (folder / CURRENT).symlink_to(live)
    with serving() as site:
        site.page("/", "Home", *PAGES, "pool.pdf")
        for path, (title, body) in PAGES.items():
            html = page(title, text="?").replace("<p>?</p>", body)
            site.answers[f"/{path}"] = lambda request, html=html: request.send(html)
        site.answers["/pool.pdf"] = lambda request: request.send(pdf(), Content_Type="application/pdf")
        settings = indexer_settings.model_copy(update={"release_dir": folder, "websites": (site.website(),)})
        fetch(settings)
        build(settings)
    return open_engine(BotSettings(), settings)


@pytest.mark.parametrize(("question", "path", "section", "words"), ASKED)
def test_it_is_quoted_with_its_section_and_page(told: Engine, question: str, path: str, section: str, words: str) -> None:
    reply = told.reply([question], Channel.WEB).as_dict("")
    cited = [(c["url"].rsplit("/", 1)[-1], c["section"], c["quote"]) for c in reply["citations"]]
    assert any(url == path and section in where and words in quote for url, where, quote in cited), json.dumps(cited, indent=1)
    assert words in reply["text"]


def test_each_sentence_is_cited_by_itself_and_no_more_sections_are_quoted_than_may_be(told: Engine) -> None:
    for question, *_ in ASKED:
        evidence = told.gatherer.gather(told.reader.read([question]))
        quoted = sentences(told.release, evidence.documents, evidence.sought, told.phrases.hints)
        assert 1 <= len({passage.id for passage, _ in quoted}) <= len(QUOTED), question
        assert len({(p.document, p.heading, p.page) for p, _ in quoted}) <= MOST_SECTIONS, question
        reply = told.reply([question], Channel.WEB).as_dict("")
        cited = [citation["quote"] for citation in reply["citations"]]
        assert all(any(passage.quote(i) in quote for quote in cited) for passage, i in quoted), question


def test_what_a_page_says_stands_first_where_the_question_is_answered_for_its_sake(told: Engine) -> None:
    reply = told.reply(["what shoes for the wheelie trolley race in Woodley, may I wear clogs"], Channel.WEB)
    assert reply.outcome is Outcome.ANSWERED
    assert [part.id for part in reply.answer.parts][:2] == ["documents", "where"]
    assert any("Clogs are not allowed" in statement.text for statement in reply.answer.parts[0].statements)
    usual = told.reply(["are there any baking afternoons for my autistic teenager and when are they"], Channel.WEB)
    order = [part.id for part in usual.answer.parts]
    assert order.index("where") < order.index("documents")


def test_no_more_sentences_are_chosen_than_each_passage_may_have(told: Engine) -> None:
    evidence = told.gatherer.gather(told.reader.read(["what is told of the wheelie trolley race in Woodley"]))
    quoted = Counter(passage.id for passage, _ in sentences(told.release, evidence.documents, evidence.sought, told.phrases.hints))
    assert quoted.most_common(1)[0][1] == QUOTED[0][0]


def test_a_sentence_that_speaks_of_the_one_before_it_comes_with_it(told: Engine) -> None:
    evidence = told.gatherer.gather(told.reader.read(["how many wheelchair swings did the play board count"]))
    quoted = [passage.quote(i) for passage, i in sentences(told.release, evidence.documents, evidence.sought, told.phrases.hints)]
    after = quoted.index("They had 17 wheelchair swings between them.")
    assert quoted[after - 1] == "There were 41 playgrounds in 2023."


def test_an_item_of_a_list_comes_with_the_line_that_the_list_began_with(told: Engine) -> None:
    evidence = told.gatherer.gather(told.reader.read(["can my child who is over 11 have a place at the crafts club in romiley"]))
    quoted = [passage.quote(i) for passage, i in sentences(told.release, evidence.documents, evidence.sought, told.phrases.hints)]
    assert quoted[quoted.index("your child is over 11") - 1] == "We cannot offer a place at the crafts club if:"


@pytest.mark.parametrize(
    "question",
    [
        "my son is 9 and school says he is not behind enough for an EHC plan, can I ask for one myself?",
        "where do I get help with my daughter's talking, she is 3",
        "who decides whether he can have a bus to school",
        "my daughter hates the swimming bath and the noise of the hand dryers, who could look at what her senses need",
    ],
)
def test_no_document_is_quoted_beside_the_point(told: Engine, question: str) -> None:
    assert told.gatherer.gather(told.reader.read([question])).near_document() is False


def test_no_document_is_quoted_where_its_words_and_the_questions_cannot_be_compared(told: Engine) -> None:
    reading = told.reader.read(["ile kosztuje biblioteka zabawek i basen"])
    assert reading.language == "pl"
    assert told.gatherer.gather(reading).near_document() is False


def test_documents_of_what_is_switched_off_are_left_out(told: Engine) -> None:
    evidence = told.gatherer.gather(told.reader.read(["how much is bake and be calm"]))
    imported = dataclasses.replace(
        evidence, documents=tuple(dataclasses.replace(n, passage=dataclasses.replace(n.passage, entry="imported")) for n in evidence.documents)
    )
    assert imported.near_document() is True
    assert imported.without({"imported"}).near_document() is False
    assert imported.without({"another"}).documents == imported.documents
