"""Entry pages: every field, contacts only where they are certain, addresses that lived once."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup


def page_of(client, path):
    return BeautifulSoup(client.get(path).data, "lxml")


def test_every_known_field_is_shown(client):
    page = page_of(client, "/services/helpline")
    text = " ".join(page.main.text.split())
    for words in (
        "The <Helpline>", "Someone to ring.", "For anyone.", "Ring the number.", "Free.", "5 to 19", "Brinnington", "mental health", "Polish",
        "Closed today.", "1 High Street", "day and night", "Confirmed by the service on 5 March 2026.", "A council page, May 2023",
        "How sure: a current page or the law.", "A rumour, no date given", "How sure: not checked.", "Also known as: Old line.",
        "takes the place of: old helpline.", "To be looked at again by 31 January 2027.",
    ):
        assert words in text, words
    links = [a["href"] for a in page.select(".contacts a")]
    assert links == ["tel:08001111", "mailto:ask@example.org", "https://example.org/line"]
    assert "0161 496 0000" not in text
    assert [a["href"] for a in page.select("main > ul a")] == ["/services/portage"]


def test_markdown_is_rendered_and_nothing_dangerous_with_it(client):
    page = page_of(client, "/services/helpline")
    assert [li.text for li in page.select("#steps ~ ol li")] == ["Ring.", "Talk."]
    body = page.select("section.body")[1]
    assert "<script>alert(1)</script>" in body.text
    assert [a["href"] for a in body.select("a")] == ["https://example.org/that"]
    assert not body.select("script, img")


def test_contacts_that_are_not_certain_are_not_shown(client):
    page = page_of(client, "/topics/rumour")
    assert "We hold no contact details" in page.text
    for hidden in ("0161 496 0001", "hidden@example.org", "https://example.org/hidden", "Hidden House"):
        assert hidden not in str(page)
    assert "16 and over" in page.text
    assert "Not yet confirmed by the service." in page.text


def test_missing_contacts_are_a_visible_hole(client):
    page = page_of(client, "/services/portage")
    assert "The council has not given us: phone number, waiting time." in page.text
    assert "Up to 2" in page.text


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/services/old-helpline", "/services/helpline"),
        ("/topics/old-helpline", "/services/helpline"),
        ("/topics/portage", "/services/portage"),
        ("/services/rumour", "/topics/rumour"),
    ],
)
def test_old_addresses_lead_on(client, path, leads_to):
    response = client.get(path)
    assert (response.status_code, response.location) == (301, leads_to)


@pytest.mark.parametrize("path", ["/services/portag", "/services/<script>", "/topics/" + "x" * 5000, "/services/%00", "/services/..%5c"])
def test_an_unknown_entry_gets_a_page_that_helps(client, path):
    response = client.get(path)
    page = BeautifulSoup(response.data, "lxml")
    assert response.status_code == 404
    assert page.select_one("form.ask textarea")
    assert "<script>" not in response.text.replace('<script src="/static', "")


def test_a_near_miss_is_named(client):
    assert page_of(client, "/services/portag").select_one("main ul a")["href"] == "/services/portage"


def facts_of(page):
    return {row.dt.text: " ".join(row.dd.text.split()) for row in page.select("dl.facts > div")}


def test_dates_and_former_names_are_told(client):
    facts = facts_of(page_of(client, "/services/helpline"))
    assert facts["Main source"] == "Written in May 2023"
    assert facts["Confirmed"] == "Confirmed by the service on 5 March 2026."
    assert facts["Next look"] == "To be looked at again by 31 January 2027."
    assert facts["Other names"] == "Also known as: Old line."
    assert facts["Replaces"] == "This page takes the place of: old helpline."
    unknown = facts_of(page_of(client, "/topics/rumour"))
    assert (unknown["Main source"], unknown["Confirmed"]) == ("No date given", "Not yet confirmed by the service.")
    assert "Replaces" not in unknown


def test_needs_and_places_have_their_names(client):
    facts = facts_of(page_of(client, "/services/helpline"))
    assert (facts["Needs"], facts["Areas"]) == ("mental health and feelings", "Brinnington")


@pytest.mark.parametrize(("flags", "told"), [
    ({}, (None, None)), ({"diagnosis_needed": False, "referral_needed": False}, ("Not needed", "Not needed")),
    ({"diagnosis_needed": True, "referral_needed": True}, ("Needed", "Needed: someone such as school or a GP must send you")),
])
def test_whether_a_diagnosis_or_referral_is_needed_is_told_where_it_is_known(client, engine, flags, told):
    engine.entries = {"portage": engine.entries["portage"].model_copy(update=flags)}
    facts = facts_of(page_of(client, "/services/portage"))
    assert (facts.get("Diagnosis"), facts.get("Referral")) == told


def test_a_page_of_the_framework_is_an_entry_page(client):
    page = page_of(client, "/framework/learning-primary")
    assert page.h1.text == "What to expect: learning, primary school"
    assert [li.text for li in page.select("#questions-to-ask ~ ul li")] == ["What helps my child?"]
    assert page.select_one("main a[href='/framework']")
    assert facts_of(page)["Ages"] == "4 to 11"


def test_the_framework_is_laid_out_by_phase_and_by_area(client):
    page = page_of(client, "/framework")
    assert [h.text for h in page.select("h3")] == ["Primary school", "Learning"]  # what has no page is left out
    assert [(a["href"], a.text) for a in page.select(".card a")] == [
        ("/framework/learning-primary", "Learning, primary school"), ("/framework/learning-primary", "Primary school, learning")]
    assert [a["href"] for a in page.select("main > p a")] == ["/framework/overview", "/browse"]


def test_a_framework_without_pages_says_so(client, engine):
    engine.entries = {"portage": engine.entries["portage"]}
    assert "We hold no pages of this guide yet." in page_of(client, "/framework").text


def test_an_address_of_the_framework_leads_to_where_the_entry_is(client):
    assert client.get("/framework/portage").location == "/services/portage"
    assert client.get("/topics/overview").location == "/framework/overview"
    assert client.get("/framework/none").status_code == 404
