"""The pages about the guide: their shape, what the law wants on them, and that they say what is so and no more."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from pydantic import SecretStr

from tests.readability import grade
from web.languages import CATALOGUES, ENGLISH, NAMES
from web.transparency import TO_COMPLETE

LANGUAGES = [code for code in NAMES if code == ENGLISH or (CATALOGUES / f"{code}.po").exists()]
PATHS = ("/about", "/privacy", "/accessibility", "/transparency", "/help")
ENGLISH_ONLY = ("/accessibility", "/transparency")
STATEMENT = (
    "Accessibility statement", "How accessible this website is", "What to do if you cannot use parts of this website",
    "Reporting accessibility problems with this website", "Enforcement procedure", "Technical information about this website’s accessibility",
    "Compliance status", "Non-accessible content", "Non-compliance with the accessibility regulations", "Disproportionate burden",
    "Content that’s not within the scope of the accessibility regulations", "What we are doing to improve accessibility",
    "Preparation of this accessibility statement",
)
RECORD = (
    "Tier 1: Overview", "Name", "Description", "Website URL", "Contact email", "Tier 2: Details", "1. Owner and responsibility",
    "2. Description and rationale", "3. Decision making process", "4. Tool specification: system architecture", "4. Tool specification: models",
    "4. Tool specification: data", "5. Risks, mitigations and impact assessments",
)
NUMBER = re.compile(r"(?:\+44|\b0)[\d ()-]{7,}\d")
HARDEST = 8.0


def main(client, path: str) -> Tag:
    response = client.get(path)
    assert response.status_code == 200
    found = BeautifulSoup(response.text, "html.parser").main
    assert found
    return found


def said(text: str) -> str:
    return " ".join(text.split())


def prose(page: Tag) -> str:
    """Paragraphs and list items a line each; links alone, headings and contents are not prose."""
    for tag in page.select("nav, h1, h2, h3, dt"):
        tag.decompose()
    return "\n".join(said(tag.text) for tag in page.select("p, li, dd") if not tag.find_parent("li") and said(tag.text)[-1:] in ".?:")


@pytest.fixture
def full(make_app):
    """A client of a site on which everything about the council is set."""
    changes = {"council_phone": "0161 496 0123", "council_email": "send@example.org", "council_url": "https://www.example.org/send"}
    return make_app(**changes, council_name="Anytown Council", conversation_minutes=45, public_url="https://guide.example.org").test_client()


@pytest.fixture
def bare(make_app):
    """A client of a site on which nothing but the council's name is set."""
    return make_app(council_url="", twilio_auth_token=SecretStr("")).test_client()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_has_one_title_and_headings_in_order(client, path, language):
    page = BeautifulSoup(client.get(path, query_string={"lang": language}).text, "html.parser")
    levels = [int(h.name[1]) for h in page.select("h1, h2, h3, h4, h5, h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.title.text.startswith(said(page.h1.text))


@pytest.mark.parametrize("path", PATHS)
def test_links_within_a_page_lead_somewhere_and_no_id_stands_twice(client, path):
    page = BeautifulSoup(client.get(path).text, "html.parser")
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.select("a[href^='#']")} <= set(ids)
    if path != "/about":
        assert len(page.select("nav[aria-labelledby=contents] a")) >= 6


@pytest.mark.parametrize("path", PATHS)
def test_links_to_other_pages_lead_somewhere(client, path):
    for address in {a["href"] for a in main(client, path).select("a[href^='/']")}:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("path", PATHS)
def test_the_only_numbers_addresses_and_links_are_those_of_the_settings(full, path):
    page = main(full, path)
    assert {m.strip() for m in NUMBER.findall(page.text)} <= {"0161 496 0123"}
    assert set(re.findall(r"\S+@\S+\.\w+", page.text)) <= {"send@example.org"}
    assert {a["href"] for a in page.select("a[href^='tel:'], a[href^='mailto:'], a[href^='sms:']")} <= {
        "tel:999", "tel:01614960123", "mailto:send@example.org"}
    assert {a["href"] for a in page.select("a[href^='http']")} <= {"https://www.example.org/send"}
    assert set(re.findall(r"https?://\S+?(?=[\s)])", page.text)) <= {"https://guide.example.org"}
    assert "Stockport Council" not in page.text


@pytest.mark.parametrize("path", PATHS)
def test_what_is_not_set_is_not_shown(bare, path):
    page = main(bare, path)
    assert not NUMBER.search(page.text)
    assert "@" not in page.text
    assert {a["href"] for a in page.select("a[href^='tel:'], a[href^='mailto:'], a[href^='http']")} <= {"tel:999"}
    assert "Stockport Council" in page.text


@pytest.mark.parametrize("path", ["/privacy", "/help"])
def test_minutes_are_those_of_the_settings(full, client, path):
    assert set(re.findall(r"(\d+) minutes", main(full, path).text)) == {"45"}
    assert set(re.findall(r"(\d+) minutes", main(client, path).text)) == {"120"}


def test_texting_is_described_only_where_it_is_on(client, bare):
    assert "Twilio" in main(client, "/privacy").text
    assert "You can text your question" in main(client, "/help").text
    assert "Twilio" not in main(bare, "/privacy").text
    assert "You cannot text this guide yet." in main(bare, "/help").text


def test_rewording_is_owned_up_to_where_it_is_on(client, engine):
    class Settings:
        reword_model = "some:model"

    assert "No program that writes text of its own takes part." in main(client, "/about").text
    assert "No language model writes or rewords answers." in main(client, "/transparency").text
    engine.settings = Settings()
    assert "in easier words" in main(client, "/about").text
    assert "in easier words" in main(client, "/privacy").text
    assert "No program that writes" not in main(client, "/about").text
    assert "A language model has been set up" in main(client, "/transparency").text
    assert "No language model" not in main(client, "/transparency").text


def test_the_statement_has_what_the_regulations_ask_for(client):
    page = main(client, "/accessibility")
    headings = [said(h.text) for h in page.select("h1, h2, h3")]
    assert [h for h in headings if h in STATEMENT] == list(STATEMENT)
    text = said(page.text)
    assert "partially compliant with the Web Content Accessibility Guidelines (WCAG) version 2.2" in text
    assert "30 November 2026" in text
    assert "Equality and Human Rights Commission" in text
    assert "Equality Advisory and Support Service" in text
    assert "(No. 2) Accessibility Regulations 2018" in text


def test_the_privacy_notice_names_who_answers_for_it(full):
    text = said(main(full, "/privacy").text)
    assert "Anytown Council is responsible" in text
    assert "data protection officer" in text
    assert "Information Commissioner’s Office (ICO)" in text


def test_nothing_is_set_in_the_browser(client):
    for path in PATHS:
        assert "Set-Cookie" not in client.get(path).headers
    scripts = "".join(path.read_text() for path in (Path(__file__).parents[2] / "web" / "static").glob("*.js"))
    assert not re.search(r"localStorage|sessionStorage|document\.cookie|indexedDB", scripts)


def test_the_record_is_the_same_on_the_page_and_as_json(full, engine):
    response = full.get("/transparency.json")
    assert response.mimetype == "application/json"
    record = response.get_json()
    page = main(full, "/transparency")
    tiers = record["tiers"]
    headings = [h for t in tiers for h in (t["heading"], *(x for s in t["sections"] for x in (s["heading"], *(f["heading"] for f in s["fields"]))))]
    assert [said(h.text) for h in page.select("h2, h3, h4") if h.get("id") != "contents"] == headings
    assert set(RECORD) <= set(headings)
    fields = [field for tier in tiers for section in tier["sections"] for field in section["fields"]]
    assert all(field["text"] and all(field["text"]) for field in fields)
    assert all((field["text"] == [TO_COMPLETE]) == field["to_complete"] for field in fields)
    assert page.text.count(TO_COMPLETE) == sum(field["to_complete"] for field in fields)
    assert all(text in said(page.text) for field in fields for text in field["text"])
    told = {field["heading"]: field["text"] for field in fields}
    assert told["Contact email"] == ["send@example.org"]
    assert told["1.1 Organisation or department"] == ["Anytown Council"]
    assert any(f"Of the {len(engine.entries)} entries now published, 1 has been confirmed" in text for text in told["3.4 Human decisions and review"])


def test_figures_of_the_record_stand_in_the_experiments(client):
    known = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text(encoding="utf-8").replace("\n", " ")
    (told,) = (
        f["text"] for t in client.get("/transparency.json").get_json()["tiers"] for s in t["sections"] for f in s["fields"]
        if f["heading"] == "4.2.6 Model performance"
    )
    figures = set(re.findall(r"\d+(?:\.\d+)?%|\d+ of \d+", " ".join(told)))
    assert len(figures) > 15
    assert {figure for figure in figures if figure not in known} == set()


def test_what_only_the_council_knows_is_left_to_it(bare):
    text = bare.get("/transparency.json").get_json()
    open_fields = {f["heading"] for t in text["tiers"] for s in t["sections"] for f in s["fields"] if f["to_complete"]}
    assert {"Contact email", "1.2 Team", "1.3 Senior responsible owner", "5.1 Data protection impact assessment"} <= open_fields


@pytest.mark.parametrize("path", ENGLISH_ONLY)
def test_the_long_statements_are_marked_as_english(client, path):
    assert main(client, path).select_one("div[lang=en][dir=ltr] h2")
    assert "This page is in English only." not in main(client, path).text


@pytest.mark.parametrize("path", ["/about", "/help", "/privacy"])
@pytest.mark.parametrize("site", ["client", "full", "bare"])
def test_they_can_be_read_by_many(path, site, request):
    text = prose(main(request.getfixturevalue(site), path))
    assert len(text.split()) > 150
    assert grade(text) <= HARDEST


@pytest.mark.parametrize("path", [*PATHS, "/transparency.json"])
def test_they_may_be_kept_for_five_minutes(client, path):
    assert client.get(path).headers["Cache-Control"] == "public, max-age=300"
