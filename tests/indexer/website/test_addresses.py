"""Addresses in one form, and which are asked for."""

from __future__ import annotations

import pytest

from indexer.config import Website
from indexer.website.addresses import canonical, document_id, wanted, without_date

TOWN = Website(name="Town", start=("https://town.example.org/",), hosts=("town.example.org", "www.town.example.org"))


@pytest.mark.parametrize(
    ("url", "one"),
    [
        ("https://Town.Example.org", "https://town.example.org/"),
        ("https://town.example.org:443/a", "https://town.example.org/a"),
        ("http://town.example.org:8080/a", "http://town.example.org:8080/a"),
        ("https://town.example.org/kb5/x/service.page?id=Ab1;jsessionid=77FF", "https://town.example.org/kb5/x/service.page?id=Ab1"),
        ("https://town.example.org/kb5/x/service.page;jsessionid=77FF?id=Ab1", "https://town.example.org/kb5/x/service.page?id=Ab1"),
        ("https://town.example.org/a?b=2&a=1#part", "https://town.example.org/a?a=1&b=2"),
        ("https://town.example.org/a?utm_source=x&fbclid=1&PHPSESSID=2", "https://town.example.org/a"),
        ("https://town.example.org/a?q=", "https://town.example.org/a?q="),
        ("https://town.example.org/a b", "https://town.example.org/a%20b"),
        ("https://town.example.org/x/index.html", "https://town.example.org/x/"),
        ("mailto:a@example.org", None),
        ("javascript:void(0)", None),
        ("tel:01614960000", None),
        ("http://[broken", None),
        ("http://", None),
        ("https://town.example.org/" + "a" * 2000, None),
        ("", None),
    ],
)
def test_one_form(url: str, one: str | None) -> None:
    found = canonical(url)
    assert found == one
    assert found is None or canonical(found) == found


def test_a_link_is_read_from_where_it_stands() -> None:
    assert canonical("../b?x=1", "https://town.example.org/a/c/") == "https://town.example.org/a/b?x=1"
    assert canonical("//www.town.example.org/x", "https://town.example.org/") == "https://www.town.example.org/x"


@pytest.mark.parametrize(
    ("path", "is_wanted"),
    [
        ("/send/speech", True),
        ("/send/guide.pdf", True),
        ("/send/guide.docx", True),
        ("/photo.jpg", False),
        ("/styles/site.css", False),
        ("/data.xlsx", False),
        ("/user/login", False),
        ("/login/", False),
        ("/a/b/a/b/a/b", False),
        ("/a/b/a/b", True),
        ("/about.page?id=3", True),
    ],
)
def test_what_is_asked_for(path: str, is_wanted: bool) -> None:
    assert wanted("https://town.example.org" + path, TOWN) is is_wanted
    assert not wanted("https://other.example.org" + path, TOWN)


def test_patterns() -> None:
    website = TOWN.model_copy(update={"include": ("/send/*", "/kb5/*id=*"), "exclude": ("*/archive/*",)})
    assert wanted("https://town.example.org/send/a", website)
    assert wanted("https://town.example.org/kb5/service.page?id=1", website)
    assert not wanted("https://town.example.org/kb5/results.page", website)
    assert not wanted("https://town.example.org/send/archive/a", website)
    assert not wanted("https://town.example.org/bins", website)


@pytest.mark.parametrize(
    ("path", "bare"),
    [
        ("/events?month=2026-01", "/events?month="),
        ("/events?year=2026&month=1", "/events?year=&month="),
        ("/calendar/2026/01/15", "/calendar/"),
        ("/calendar/2026-01-15", "/calendar/"),
        ("/news/2026-01-15-new-school", None),
        ("/documents/2024/strategy.pdf", None),
        ("/service.page?id=20260115abc", None),
        ("/events?from=2026-01-15&to=31/01/2026", "/events?from=&to="),
        ("/events?end=1768435200&start=2026-01-15T00:00:00Z", "/events?end=&start="),
        ("/services?start=10", None),
        ("/services?from=20&to=30", None),
        ("/services?end=1200&start=1190", None),
        ("/plain", None),
    ],
)
def test_dates_are_told_from_names(path: str, bare: str | None) -> None:
    found = without_date("https://town.example.org" + path)
    assert found == (None if bare is None else "https://town.example.org" + bare)


def test_ids_are_readable_and_differ() -> None:
    ids = {document_id("Town", f"https://town.example.org/{path}") for path in ("", "send/a", "send/a?id=1", "send/a?id=2", "SEND/a", "é" * 200)}
    assert len(ids) == 6
    assert any(id.startswith("town/send/a-") for id in ids)
    assert all(len(id) < 110 for id in ids)
