"""From pages to documents: dates, folding, copies of what is gone, and builds from a website that changes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import build as building
from indexer.build import build, fetch
from indexer.cli import main
from indexer.config import IndexerSettings
from indexer.documents import Document, DocumentSection
from indexer.release import load_passages, verify
from indexer.sources import ShrunkError
from indexer.website import reading
from indexer.website.crawl import CrawlError, locked, store_path
from indexer.website.pages import fold, read_page
from indexer.website.store import Fetched, Store
from tests.indexer.website.site import Site, page, serving

WORDS = " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60))


def document(text: str, title: str = "Page") -> Document:
    return Document("id", title, "u", "undated", (DocumentSection((), text),))


def folded(found: dict[str, Document], targets: dict[str, str] | None = None) -> dict[str, tuple[str, ...]]:
    renamed = {url: replace(d, url=url) for url, d in found.items()}
    return {d.url: d.also for d in fold(renamed, targets or {})}


def test_the_same_page_under_two_addresses_is_one() -> None:
    assert folded({"a?print=1": document(WORDS), "a": document(WORDS), "b": document("Something else.")}) == {"a": ("a?print=1",), "b": ()}


def test_nearly_the_same_page_is_one() -> None:
    assert folded({"long/a": document(WORDS), "a": document(f"{WORDS} more")}) == {"a": ("long/a",)}


@pytest.mark.parametrize("other", [document(f"{WORDS} 2"), document(WORDS.replace("worda", "oak")), document(f"{WORDS} more", "Another page")])
def test_pages_that_differ_in_what_matters_are_two(other: Document) -> None:
    assert folded({"a": document(f"{WORDS} 1"), "b": other}) == {"a": (), "b": ()}


def test_short_pages_are_folded_to_the_letter_only() -> None:
    assert folded({"a": document("Open on Monday"), "b": document("Open on Monday"), "c": document("Open on Tuesday")}) == {"a": ("b",), "c": ()}


def test_the_address_that_a_page_calls_its_own_is_cited() -> None:
    assert folded({"a": document(WORDS), "the/real/one": document(WORDS)}, {"a": "the/real/one"}) == {"the/real/one": ("a",)}


def fetched(body: str, kind: str = "html", modified: str | None = None) -> Fetched:
    return Fetched("https://town.example.org/a/My-page.html", kind, "d", modified, time.time(), body.encode())


def test_a_page_is_dated_by_what_it_says_or_by_its_server() -> None:
    stated = page("A", head='<meta name="dcterms.modified" content="2025-02-03">')
    old, now = "Tue, 05 Mar 2024 10:00:00 GMT", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
    cases = [(stated, old, "2025-02-03"), (page("A"), old, "2024-03-05"), (page("A"), now, "undated"), (page("A"), "rubbish", "undated")]
    for body, header, dated in cases:
        data, reason = read_page("Town", fetched(body, modified=header))
        assert data, reason
        assert json.loads(data)["dated"] == dated


def test_what_cannot_be_read_has_a_reason() -> None:
    assert read_page("Town", fetched("%PDF-1.4 broken", "pdf"))[0] is None
    assert read_page("Town", fetched("PK\3\4 broken", "docx"))[1].startswith("damaged DOCX")
    assert read_page("Town", fetched("<html><body></body></html>"))[1] == "no text found in the file"


@pytest.fixture
def town(small_settings: IndexerSettings) -> Iterator[tuple[Site, IndexerSettings]]:
    with serving() as site:
        site.page("/", "Home", "/swim", "/play", "/more", "/again")
        site.page("/swim", "Dolphins", text="The Dolphins meet at the pool each Sunday at four and any disabled child can join them.")
        site.page("/play", "Play bus", text="The play bus stops in Reddish on Mondays and lends toys to every family that asks.")
        site.page("/more", "More", text="There is more help for families at the library in Marple on the first Friday.")
        site.page("/again", "Again", text="The youth café opens on Tuesdays for young people with additional needs.")
        yield site, small_settings.model_copy(update={"websites": (site.website(grace_days=1, shrink=0.5),)})


def kept(settings: IndexerSettings) -> dict[str, str | None]:
    return {p.title: p.kept_from for p in load_passages(settings.release_dir) if p.entry is None}


def test_a_website_is_indexed_and_kept_fresh(town: tuple[Site, IndexerSettings]) -> None:
    site, settings = town
    lines: list[str] = []
    assert fetch(settings, lines.append) > 0
    first = build(settings)
    assert first.documents == 5
    assert set(kept(settings)) == {"Home", "Dolphins", "Play bus", "More", "Again"}
    assert "5 pages tried" in lines[-1]

    fetch(settings)
    assert not build(settings).changed

    site.page("/swim", "Dolphins", text="The Dolphins now meet each Saturday at five and any disabled child can still join.")
    site.answers["/play"] = lambda r: r.send("", 500)
    site.answers["/more"] = lambda r: r.send("", 404)
    assert fetch(settings) == 1
    second = build(settings)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert kept(settings) == {"Home": None, "Dolphins": None, "Play bus": today, "More": today, "Again": None}
    assert {s.path.removeprefix(site.url): s.reason.partition(",")[0] for s in second.skipped} == {
        "/more": f"HTTP status 404; the copy of {today} is used",
        "/play": "HTTP status 500",
    }
    section = next(p.section for p in load_passages(settings.release_dir) if p.title == "More")
    assert section.endswith(f"as it was on {today}, the page cannot be read now")

    with Store(store_path(settings, settings.websites[0])) as store:
        store.drop_copies(time.time() + 1)  # as after the days of grace
    assert set(kept_after(settings)) == {"Home", "Dolphins", "Play bus", "Again"}


def kept_after(settings: IndexerSettings) -> dict[str, str | None]:
    build(settings)
    return kept(settings)


def test_a_website_with_a_sitemap(town: tuple[Site, IndexerSettings]) -> None:
    site, settings = town
    site.answers["/robots.txt"] = lambda r: r.send(f"Sitemap: {site.url}/map.xml", Content_Type="text/plain")
    site.answers["/map.xml"] = lambda r: r.send(f"<urlset><url><loc>{site.url}/alone</loc></url></urlset>", Content_Type="application/xml")
    site.page("/alone", "Alone", text="Nothing links to the parents' evening that is held in the town hall.")
    fetch(settings)
    assert build(settings).documents == 6
    assert fetch(settings) == 0
    site.answers["/map.xml"] = lambda r: r.send("<html>sorry</html>")
    fetch(settings)
    assert [s.reason for s in build(settings).skipped] == ["sitemap: no sitemap, but <html>"]


def test_the_process_that_reads_is_replaced_now_and_then(town: tuple[Site, IndexerSettings], monkeypatch: pytest.MonkeyPatch) -> None:
    site, settings = town
    monkeypatch.setattr(reading, "RENEW_AFTER", 3)
    monkeypatch.setattr(reading, "BATCH", 2)
    for i in range(12):
        site.page(f"/{i}", f"Page {i}", text=f"This page is about number {i} and about nothing else at all.")
    site.page("/", "Home", *(f"/{i}" for i in range(12)))
    fetch(settings)
    assert build(settings).documents == 13


def test_a_website_that_shrinks_is_not_published_until_somebody_agrees(town: tuple[Site, IndexerSettings]) -> None:
    site, settings = town
    fetch(settings)
    live = build(settings)
    site.answers["/robots.txt"] = lambda r: r.send("User-agent: *\nDisallow: /swim\nDisallow: /play\nDisallow: /more\nDisallow: /again")
    fetch(settings)
    with pytest.raises(ShrunkError, match=r"Town had 5 documents in the live release and has 1 now: nothing is published.*--agree \"Town\""):
        build(settings)
    assert verify(settings.release_dir / live.id)
    assert build(settings, agreed=("Town",)).documents == 1


def test_what_is_unchanged_is_not_learned_again(town: tuple[Site, IndexerSettings], monkeypatch: pytest.MonkeyPatch) -> None:
    _, settings = town
    build(settings)
    monkeypatch.setattr(building, "train_heads", lambda *_: pytest.fail("nothing new to learn from"))
    fetch(settings)
    assert build(settings).documents == 5


def test_two_crawls_never_run_at_once(town: tuple[Site, IndexerSettings]) -> None:
    _, settings = town
    with locked(settings), pytest.raises(CrawlError, match="another crawl is at work"):
        fetch(settings)


def test_one_page_from_the_command_line(town: tuple[Site, IndexerSettings], capsys: pytest.CaptureFixture[str]) -> None:
    site, _ = town
    assert main(["extract", f"{site.url}/swim", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["title"], said["url"]) == ("Dolphins", f"{site.url}/swim")
    assert main(["extract", f"{site.url}/none"]) == 2
    assert "HTTP status 404" in capsys.readouterr().err
    assert main(["extract", "http://[broken"]) == 2
    assert "not a web address" in capsys.readouterr().err


def test_a_store_outlives_a_crawl_that_was_stopped(town: tuple[Site, IndexerSettings]) -> None:
    site, settings = town
    path: Path = store_path(settings, settings.websites[0])
    with Store(path) as store:
        store.begin()
        store.queue([(f"{site.url}/", site.url.removeprefix("http://")), (f"{site.url}/swim", site.url.removeprefix("http://"))], 0)
        store.keep(fetched("<p>kept from before</p>"), [], None, None)
        assert not store.finished
    site.asked.clear()
    fetch(settings)
    with Store(path) as store:
        assert (store.run, store.finished) == (1, True)
    assert site.asked.count("/") == 1
