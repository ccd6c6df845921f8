"""Fetches websites and reads them at the same time: one process fetches each, one reads, and this one embeds what was read.

Pages go from the one to the other through the website's store, a few at a time, so that memory does not grow with the website.
"""

from __future__ import annotations

import contextlib
import json
import logging
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

from indexer.config import IndexerSettings, Website
from indexer.embeddings import EmbeddingCache
from indexer.errors import WaymarkError
from indexer.locks import held
from indexer.passages import passages_of_document
from indexer.readers.files import slug
from indexer.website.pages import document_from, read_page, reader_digest
from indexer.website.store import Fetched, Store

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Websites that are fetched at the same time."""
BATCH = 16
"""Pages that are read in one go."""
RENEW_AFTER = 2000
"""Pages after which the process that reads is replaced, so that what a library holds on to does not pile up. Python's own way of doing so
(``max_tasks_per_child``) can leave the pool waiting for ever."""
MOST_MEMORY = 3_000_000_000
"""Most bytes that a process may take to read pages, beside what its libraries take: a page made to fill the memory must not end the machine."""
REPORT_EVERY = 5.0
"""Seconds between two lines on how far a crawl is."""
_IDLE = 0.05
_ENDED = "reading it ended the process that read it"

PROCESSES = multiprocessing.get_context("forkserver")
"""Processes that fetch and read are forked off one that has loaded what they need, which takes a second or two for each otherwise."""
PROCESSES.set_forkserver_preload(["indexer.website.fetching", "indexer.website.crawl"])

Say = Callable[[str], object]
Result = tuple[str | None, str]
"""A page as a document in JSON, or None and the reason."""


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
    with locked(settings), _Reading(settings, open_cache) as reading:
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


def read_again(website: Website, store: Store) -> None:
    """Read, here and now, the pages of a store that were not read yet, or by an older reader."""
    while pages := store.unread(reader_digest(), BATCH):
        store.write(reader_digest(), [(page, *read_page(website.name, page)) for page in pages])


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
        self._process = PROCESSES.Process(target=_fetch, args=(self.website, self.path, self._log))
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
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if self._log.exists() else []
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
    from indexer.website.fetching import fetch  # Scrapy is not loaded here

    fetch(website, path, log)


class _Reading:
    """Reads pages in a process of its own while this one embeds those read before."""

    def __init__(self, settings: IndexerSettings, open_cache: Callable[[], EmbeddingCache]) -> None:
        self._settings, self._open_cache = settings, open_cache
        self._cache: EmbeddingCache | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._given = 0
        self._held: tuple[str, Store, list[tuple[Fetched, Future[Result]]]] | None = None

    def __enter__(self) -> _Reading:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
        if self._cache:
            self._cache.close()

    def some(self, website: Website, store: Store) -> bool:
        """Give the next pages of a store out to be read, and embed those given out before; whether there were any."""
        if self._given >= RENEW_AFTER and self._pool:
            self.finish()
            self._pool.shutdown()
            self._pool, self._given = None, 0
        held = {page.url for page, _ in self._held[2]} if self._held and self._held[1] is store else set()
        pages = [page for page in store.unread(reader_digest(), BATCH + len(held)) if page.url not in held][:BATCH]
        given = [(page, self._submit(website.name, page)) for page in pages]
        self.finish()
        self._held = (website.name, store, given) if given else None
        return bool(given)

    def finish(self) -> None:
        """Take what was given out, and embed it."""
        if self._held is None:
            return
        (name, store, given), self._held = self._held, None
        read, left = list[tuple[Fetched, str | None, str]](), list[Fetched]()
        for page, future in given:
            try:
                read.append((page, *future.result()))
            except BrokenProcessPool:
                left.append(page)
        read += [(page, *result) for page, result in zip(left, _one_by_one(name, left), strict=True)]
        store.write(reader_digest(), read)
        documents = [document_from(json.loads(data)) for _, data, _ in read if data]
        texts = [p.embedded for document in documents for p in passages_of_document(document, self._settings.passage_words)]
        if texts:
            self._cache = self._cache or self._open_cache()
            self._cache.vectors(texts, "passage")

    def _submit(self, name: str, page: Fetched) -> Future[Result]:
        self._pool = self._pool or _new_pool()
        self._given += 1
        work = partial(read_page, name, page)
        try:
            return self._pool.submit(work)
        except BrokenProcessPool:
            self._pool = _new_pool()
            return self._pool.submit(work)


def _new_pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, PROCESSES, _begin_to_read)


def _begin_to_read() -> None:
    """Bound the memory of this process, and see to it that it ends with the one that it reads for, even where that is killed."""
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with contextlib.suppress(ValueError, OSError):  # not every system counts the memory of a process, or bounds it
        taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _one_by_one(name: str, pages: Sequence[Fetched]) -> Iterator[Result]:
    """Read pages whose process ended, each with no other beside it: only one that ends the process by itself is to blame."""
    pool: ProcessPoolExecutor | None = None
    try:
        for page in pages:
            pool = pool or _new_pool()
            try:
                yield pool.submit(partial(read_page, name, page)).result()
            except BrokenProcessPool:
                pool.shutdown()
                pool = None
                yield None, _ENDED
    finally:
        if pool:
            pool.shutdown()


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
