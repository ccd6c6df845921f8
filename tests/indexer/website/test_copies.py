"""What becomes of the copy of a page that was read before, when something else comes for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.website.hosts import PROBE
from indexer.website.pages import documents_of, read_page
from indexer.website.store import BARRED, FAILED, GONE, MOVED, OK, Fetched, Page, Store
from tests.indexer.website.site import Answer, Site, crawled, page, serving

HOST = "town.example.org"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        served.page("/", "Home", "/swim", "/play")
        served.page("/swim", "Dolphins")
        served.page("/play", "Play bus")
        yield served


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "s.sqlite") as opened:
        opened.begin()
        yield opened


def keep(store: Store, path: str, body: str = "") -> Fetched:
    """A page that came; its body is that of another page where one is given."""
    url = f"http://{HOST}{path}"
    store.queue([(url, HOST)], 1)
    page_kept = Fetched(url, "html", f"digest of {path}{body}", None, time.time(), page(path, text=body).encode())
    store.keep(page_kept, [], None, None)
    return page_kept


def again(site: Site, tmp_path: Path, answers: dict[str, Answer]) -> dict[str, Page]:
    """A second crawl, in which the website answers otherwise."""
    crawled(site, tmp_path / "s.sqlite")
    site.answers |= answers
    return crawled(site, tmp_path / "s.sqlite")


def sent(target: str, status: int = 302) -> Answer:
    return lambda request: request.send("", status, Location=target)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_copies_stay_where_every_page_is_sent_to_a_maintenance_page(site: Site, tmp_path: Path, status: int) -> None:
    closed = page("Down for maintenance", text="Back at 6pm.", head="<script>" + "var word; " * 200 + "</script>")
    found = again(site, tmp_path, {"/": sent("/closed", status), "/swim": sent("/closed", status), "/closed": lambda r: r.send(closed)})
    assert {path: (p.outcome, bool(p.digest)) for path, p in found.items() if path != "/closed"} == {
        "/": (FAILED, True),
        "/swim": (FAILED, True),
        "/play": (OK, True),
    }
    assert found["/swim"].reason.endswith("/closed: a maintenance page")


def test_a_copy_goes_when_the_page_has_come_from_where_it_is_now(site: Site, tmp_path: Path) -> None:
    answers = {"/swim": sent("/swim/new"), "/swim/new": sent("/dolphins", 301), "/dolphins": lambda r: r.send(page("Dolphins"))}
    found = again(site, tmp_path, answers)
    assert {path: (p.outcome, bool(p.digest)) for path, p in found.items() if path not in ("/", "/play")} == {
        "/swim": (MOVED, False),
        "/swim/new": (MOVED, False),
        "/dolphins": (OK, True),
    }


def test_a_page_that_is_sent_to_one_that_is_gone_is_gone(site: Site, tmp_path: Path) -> None:
    again(site, tmp_path, {"/swim": sent("/nothing")})
    with Store(tmp_path / "s.sqlite") as store:
        since = {p.url: p.bad_since for p in store.pages()}[f"{site.url}/swim"]
    swim = crawled(site, tmp_path / "s.sqlite")["/swim"]
    assert (swim.outcome, bool(swim.digest), swim.bad_since) == (GONE, True, since)


def test_a_circle_over_two_addresses_is_reported_and_copies_stay(site: Site, tmp_path: Path) -> None:
    found = again(site, tmp_path, {"/swim": sent("/cookie-check"), "/cookie-check": sent("/swim")})
    for path in ("/swim", "/cookie-check"):
        assert (found[path].outcome, found[path].reason) == (FAILED, "redirects in a circle")
    assert found["/swim"].digest


def test_a_page_that_now_leads_outside_is_reported(site: Site, tmp_path: Path) -> None:
    site.page("/", "Home", "/swim", "/play", "/never-ours")
    answers = {path: sent("http://elsewhere.example.org/", 301) for path in ("/swim", "/never-ours")} | {"/play": sent("http://queue.example.org/")}
    found = again(site, tmp_path, answers)
    assert {path: bool(p.digest) for path, p in found.items()} == {"/": True, "/swim": False, "/play": True, "/never-ours": False}
    with Store(tmp_path / "s.sqlite") as store:
        told = {s.path.removeprefix(site.url): s.reason for s in documents_of(site.website(), store).skipped}
    assert sorted(told) == ["/play", "/swim"]
    assert "which is outside" in told["/swim"]


def test_an_empty_answer_is_empty_whatever_it_is_called(site: Site, tmp_path: Path) -> None:
    swim = again(site, tmp_path, {"/swim": lambda r: r.send(b"", Content_Type="application/pdf")})["/swim"]
    assert (swim.outcome, swim.reason, bool(swim.digest)) == (FAILED, "an empty answer", True)


def test_days_of_grace_begin_when_a_page_is_first_said_to_be_gone(store: Store) -> None:
    url = keep(store, "/a").url
    store.close_page(url, FAILED, "HTTP status 503")
    assert next(store.pages()).bad_since is None
    store.close_page(url, GONE, "HTTP status 404")
    first = next(store.pages()).bad_since
    store.close_page(url, GONE, "HTTP status 404")
    assert first
    assert next(store.pages()).bad_since == first
    store.drop_copies(first)
    assert store.body(url)
    store.drop_copies(first + 1)
    assert (store.body(url), next(store.pages()).digest) == (None, None)


def test_a_document_does_not_come_back_after_its_page_is_closed(store: Store, tmp_path: Path) -> None:
    read = keep(store, "/a")
    with Store(tmp_path / "s.sqlite") as fetching:
        fetching.close_page(read.url, BARRED, "robots.txt asks not to read it")
    store.write("reader", [(read, *read_page("Town", read))])
    assert list(store.documents()) == []

    read = keep(store, "/a", "What it says now.")
    older = Fetched(read.url, "html", "digest of what it said before", None, read.fetched, b"")
    store.write("reader", [(older, "{}", "")])
    assert list(store.documents()) == []


def test_only_pages_with_a_copy_have_documents(site: Site, store: Store) -> None:
    read = keep(store, "/a")
    store.write("reader", [(read, *read_page("Town", read))])
    website = site.website(hosts=(HOST,))
    assert [d.url for d in documents_of(website, store).documents] == [read.url]
    store._db.execute("UPDATE pages SET outcome = ?, digest = NULL", (BARRED,))
    assert documents_of(website, store).documents == ()


def test_no_more_of_what_is_no_longer_linked_is_asked_for_than_there_is_room(site: Site, tmp_path: Path) -> None:
    for number in range(3):
        fresh = [f"/{number}-{i}" for i in range(4)]
        site.page("/", "Home", *fresh)
        for path in fresh:
            site.page(path, path)
        site.asked.clear()
        found = crawled(site, tmp_path / "s.sqlite", max_pages=6)
        assert len([path for path in site.asked if path != PROBE and path != "/robots.txt"]) <= 6
    left = [p for path, p in found.items() if p.outcome == GONE]
    assert len(found) == 13
    assert len(left) == 7
    assert all(p.bad_since and p.digest for p in left)


def test_addresses_without_a_copy_that_nothing_links_to_are_forgotten(site: Site, tmp_path: Path) -> None:
    site.page("/", "Home", "/swim", "/nothing", "/broken")
    site.answers["/broken"] = lambda r: r.send("", 400)
    assert set(crawled(site, tmp_path / "s.sqlite")) == {"/", "/swim", "/nothing", "/broken"}
    site.page("/", "Home")
    site.asked.clear()
    assert set(crawled(site, tmp_path / "s.sqlite")) == {"/", "/swim"}
    assert "/nothing" not in site.asked
    site.answers["/swim"] = lambda r: r.send("", 404)
    assert crawled(site, tmp_path / "s.sqlite")["/swim"].outcome == GONE
    with Store(tmp_path / "s.sqlite") as store:
        store.drop_copies(time.time() + 1)  # as after the days of grace
    site.asked.clear()
    assert set(crawled(site, tmp_path / "s.sqlite")) == {"/"}
    assert "/swim" not in site.asked
