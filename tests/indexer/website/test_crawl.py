"""A crawl that meets a fault: a page that ends the process which reads it, a website that cannot be fetched."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from indexer.cli import main
from indexer.config import IndexerSettings, Website
from indexer.embeddings import EmbeddingCache
from indexer.website import crawl as crawling
from indexer.website import reading
from indexer.website.crawl import crawl, store_path
from indexer.website.pages import read_page
from indexer.website.processes import FETCHING
from indexer.website.store import Fetched, Store
from tests.conftest import ROOT
from tests.indexer.test_cli import configured
from tests.indexer.website.site import Site, serving

ENDED = "reading it ended the process that read it"


class Cache:
    """Stands in for the cache of vectors: embeds nothing."""

    def __init__(self, embed: Callable[[], object] = lambda: None) -> None:
        self._embed = embed

    def vectors(self, _texts: Sequence[str], _kind: str) -> None:
        self._embed()

    def close(self) -> None:
        pass


def crawled(settings: IndexerSettings, cache: Cache) -> dict[str, dict[str, str]]:
    """Crawl; for each website the reason why a page could not be read, by path, empty where it could."""
    crawl(settings, lambda: cast(EmbeddingCache, cache))
    return {website.name: reasons(settings, website) for website in settings.websites}


def reasons(settings: IndexerSettings, website: Website) -> dict[str, str]:
    with Store(store_path(settings, website)) as store:
        return {url.removeprefix(website.start[0]): reason for url, _, reason in store.documents()}


def read_or_end(name: str, page: Fetched) -> tuple[str | None, str]:
    """Reads a page, but ends the process at once where the page says so."""
    if b"ends the reader" in page.body:
        os._exit(9)
    return read_page(name, page)


def read_in_bounds(name: str, page: Fetched) -> tuple[str | None, str]:
    """Reads a page, but asks for more memory than there may be where the page says so."""
    if b"fills the memory" in page.body:
        try:
            bytearray(reading.MOST_MEMORY)
        except MemoryError:
            return None, "no memory"
    return read_page(name, page)


def fetch_or_end(website: Website, path: Path, log: Path) -> None:
    """Fetches a website, but ends where it is called broken."""
    if website.name == "Broken":
        log.write_text(log.read_text(encoding="utf-8") + "no memory left", encoding="utf-8")
        os._exit(1)
    crawling._fetch(website, path, log)


def end_at_once(*_: object) -> None:
    os._exit(7)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        served.page("/", "Home", *(f"/{n}" for n in range(12)))
        for n in range(12):
            served.page(f"/{n}", f"Page {n}", text=f"This page is about number {n} and about nothing else at all.")
        yield served


@pytest.fixture
def settings(site: Site, tmp_path: Path) -> IndexerSettings:
    return IndexerSettings(release_dir=tmp_path / "releases", websites=(site.website(),))


def test_only_the_page_that_ends_the_reading_process_is_to_blame(site: Site, settings: IndexerSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_page", read_or_end)
    monkeypatch.setattr(reading, "BATCH", 4)
    for n in (3, 7):
        site.page(f"/{n}", f"Page {n}", text="This page ends the reader.")
    found = crawled(settings, Cache())["Town"]
    assert len(found) == 13
    assert {path: reason for path, reason in found.items() if reason} == {"3": ENDED, "7": ENDED}


def test_a_reading_process_that_ends_between_two_pages_is_replaced(settings: IndexerSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 2)

    def end_the_reader() -> None:
        for child in multiprocessing.active_children():
            if child.name != FETCHING:
                child.kill()
                child.join()
        time.sleep(0.2)

    found = crawled(settings, Cache(end_the_reader))["Town"]
    assert len(found) == 13
    assert not any(found.values())


def test_a_page_that_fills_the_memory_is_refused_it(site: Site, settings: IndexerSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_page", read_in_bounds)
    site.page("/3", "Page 3", text="This page fills the memory.")
    found = crawled(settings, Cache())["Town"]
    assert {path: reason for path, reason in found.items() if reason} == {"3": "no memory"}


@pytest.mark.parametrize("every", [(), ("--every", "1m")])
def test_a_website_that_cannot_be_fetched_does_not_hold_the_others_up(
    site: Site,
    small_settings: IndexerSettings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    every: tuple[str, ...],
) -> None:
    monkeypatch.setattr(crawling, "_fetch", fetch_or_end)
    monkeypatch.setattr(crawling, "AT_ONCE", 1)
    monkeypatch.setattr("indexer.cli.repeat", lambda work, *_: work())  # once will do
    more = f"start = ['{site.url}/']\nprivate_addresses = true\ndelay_seconds = 0\n"
    file = configured(small_settings, tmp_path, "".join(f"[[indexer.websites]]\nname = '{name}'\n{more}" for name in ("Broken", "Town")))
    assert main(["build", "--crawl", *every, "--config", file]) == (0 if every else 2)
    out, err = capsys.readouterr()
    assert "3 entries, 13 documents" in out
    assert "Broken: fetching stopped with status 1: no memory left" in err.splitlines()
    assert "Traceback" not in err


def test_nothing_is_left_of_a_crawl_that_is_killed(site: Site, small_settings: IndexerSettings, tmp_path: Path) -> None:
    more = f"[[indexer.websites]]\nname = 'Town'\nstart = ['{site.url}/']\nprivate_addresses = true\ndelay_seconds = 0.5\n"
    file = configured(small_settings, tmp_path, more)
    process = subprocess.Popen([sys.executable, "-m", "indexer", "build", "--crawl", "--config", file], cwd=ROOT, start_new_session=True)
    try:
        waited(lambda: len(of_session(process.pid)) >= 5)  # itself, one that keeps count, one that forks, one that fetches, one that reads
        process.kill()
        process.wait()
        waited(lambda: not of_session(process.pid))
    finally:
        for left in of_session(process.pid):
            os.kill(left, signal.SIGKILL)


def test_what_an_earlier_crawl_said_is_not_taken_for_the_reason(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "_fetch", end_at_once)
    (tmp_path / "s.log").write_text("an earlier fault")
    with pytest.raises(crawling.CrawlError, match=r"stopped with status 7$"):
        crawling.fetch_one(site.website(), tmp_path / "s.sqlite")


def waited(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def of_session(leader: int) -> list[int]:
    """The processes of a session that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
            found += [int(stat.parent.name)] if int(session) == leader and state != "Z" else []
    return found
