"""Fetches websites and reads them at the same time: one process fetches each, one reads, and this one embeds what was read.

Pages go from the one to the other through the website's store, a few at a time, so that memory does not grow with the website.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from indexer.config import IndexerSettings, Website
from indexer.embeddings import EmbeddingCache
from indexer.errors import WaymarkError
from indexer.locks import held
from indexer.readers.files import slug
from indexer.website.processes import FETCHING, PROCESSES
from indexer.website.reading import Reading
from indexer.website.store import Store

AT_ONCE = 4
"""Websites that are fetched at the same time."""
REPORT_EVERY = 5.0
"""Seconds between two lines on how far a crawl is."""
_IDLE = 0.05

Say = Callable[[str], object]


class CrawlError(WaymarkError):
    """A crawl cannot be carried out; the message says why."""


class UnfinishedCrawlError(CrawlError):
    """Some websites could not be fetched to their end; all others were. The message has a line for each."""


def store_path(settings: IndexerSettings, website: Website) -> Path:
    """Where what is known of a website is kept."""
    return settings.release_dir / "websites" / f"{slug(website.name)}.sqlite"


@contextlib.contextmanager
def locked(settings: IndexerSettings) -> Iterator[None]:
    """Hold the lock on crawling.

    Raises:
        CrawlError: if another crawl is at work.
    """
    folder = settings.release_dir / "websites"
    with held(folder / ".lock", CrawlError(f"another crawl is at work in {folder}; try again when it has ended")):
        yield


def crawl(settings: IndexerSettings, open_cache: Callable[[], EmbeddingCache], say: Say = lambda _: None) -> None:
    """Fetch every configured website, read what came, and embed it.

    Args:
        settings: the ``[indexer]`` table.
        open_cache: opens the cache of vectors, once, when the first page has been read.
        say: told in a line how far it is.

    Raises:
        CrawlError: if another crawl is at work.
        UnfinishedCrawlError: when all is done, if a process that fetches could not run or did not come to its end.
    """
    faults: list[str] = []
    with locked(settings), Reading(settings, open_cache) as reading:
        waiting = list(settings.websites)
        running: list[_Fetching] = []
        try:
            while waiting or running:
                while waiting and len(running) < AT_ONCE:
                    website = waiting.pop(0)
                    running.append(_Fetching(website, store_path(settings, website)))
                worked = False
                for fetching in list(running):
                    over = fetching.over  # looked at before the pages are: what came last is still read
                    worked |= reading.some(fetching.website, fetching.store)
                    fetching.report(say)
                    if over and not reading.some(fetching.website, fetching.store):
                        reading.finish()
                        running.remove(fetching)
                        try:
                            fetching.close(say)
                        except CrawlError as fault:
                            faults.append(str(fault))
                if not worked:
                    reading.finish()
                    time.sleep(_IDLE)
        finally:
            for fetching in running:
                fetching.stop()
    if faults:
        raise UnfinishedCrawlError("\n".join(faults))


def fetch_one(website: Website, path: Path) -> None:
    """Fetch a website into a store, without reading it.

    Raises:
        CrawlError: if the process that fetches cannot run.
    """
    fetching = _Fetching(website, path)
    try:
        while not fetching.over:
            time.sleep(_IDLE)
    except BaseException:
        fetching.stop()
        raise
    fetching.close(lambda _: None)


@dataclass
class _Fetching:
    """The process that fetches one website."""

    website: Website
    path: Path
    store: Store = field(init=False)
    began: float = field(default_factory=time.monotonic)
    said: float = field(default_factory=time.monotonic)
    counted: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = Store(self.path)
        self._log = self.path.with_suffix(".log")
        self._log.write_bytes(b"")
        self._process = PROCESSES.Process(target=_fetch, args=(self.website, self.path, self._log), name=FETCHING)
        self._process.start()

    @property
    def over(self) -> bool:
        return not self._process.is_alive()

    def report(self, say: Say, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self.said < REPORT_EVERY:
            return
        self.said = now
        counts = self.store.counts()
        if not last and counts == self.counted:
            return
        self.counted = counts
        spent = now - self.began
        left = spent / counts["tried"] * counts["waiting"] if counts["tried"] else 0
        rest = f", {counts['waiting']} waiting, about {_time(left)} left" if counts["waiting"] else f", in {_time(spent)}"
        say(f"{self.website.name}: {counts['tried']} pages tried, {counts['failed']} failed or gone{rest}")

    def close(self, say: Say) -> None:
        """Look how the process ended."""
        self.report(say, last=True)
        self._process.join()
        code, done = self._process.exitcode, self.store.finished
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        self.store.close()
        if code or not done:
            raise CrawlError(f"{self.website.name}: fetching stopped with status {code}" + (f": {lines[-1]}" if lines else ""))

    def stop(self) -> None:
        """Ask the process to end, and see to it that it does. What it has fetched is kept, and the next crawl goes on from there."""
        self._process.terminate()
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _fetch(website: Website, path: Path, log: Path) -> None:
    """Fetch, in a process of its own; all that it says goes into ``log``."""
    with log.open("ab") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    from indexer.website.fetching import fetch  # the process that embeds does not load Scrapy

    fetch(website, path)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
