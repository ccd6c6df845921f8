"""Reads pages of websites in a process of its own, which a page may end without harm to any other, while this process embeds what was read."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

from indexer.config import IndexerSettings, Website
from indexer.embeddings import EmbeddingCache
from indexer.passages import passages_of_document
from indexer.website.pages import document_from, read_page, reader_digest
from indexer.website.processes import PROCESSES
from indexer.website.store import Fetched, Store

BATCH = 16
"""Pages that are read in one go."""
RENEW_AFTER = 2000
"""Pages after which the process that reads is replaced, so that what a library holds on to does not pile up. Python's own way of doing so
(``max_tasks_per_child``) can leave the pool waiting for ever."""
MOST_MEMORY = 3_000_000_000
"""Most bytes that a process may take to read pages, beside what its libraries take: a page made to fill the memory must not end the machine."""
_ENDED = "reading it ended the process that read it"

Result = tuple[str | None, str]
"""A page as a document in JSON, or None and the reason."""


def read_again(website: Website, store: Store) -> None:
    """Read, here and now, the pages of a store that were not read yet, or by an older reader."""
    while pages := store.unread(reader_digest(), BATCH):
        store.write(reader_digest(), [(page, *read_page(website.name, page)) for page in pages])


class Reading:
    """Reads pages in a process of its own while this one embeds those read before."""

    def __init__(self, settings: IndexerSettings, open_cache: Callable[[], EmbeddingCache]) -> None:
        self._settings, self._open_cache = settings, open_cache
        self._cache: EmbeddingCache | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._given = 0
        self._held: tuple[str, Store, list[tuple[Fetched, Future[Result]]]] | None = None

    def __enter__(self) -> Reading:
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
