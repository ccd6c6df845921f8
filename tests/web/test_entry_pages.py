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
