"""From what was fetched to documents: reads each page once, folds pages that say the same, and marks copies of pages that are no longer there."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import re
import signal
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

from indexer.config import Website
from indexer.documents import Document, DocumentSection, Skipped
from indexer.errors import ContentError
from indexer.readers.files import read_data
from indexer.website.addresses import document_id, wanted
from indexer.website.recognise import KINDS
from indexer.website.store import FAILED, GONE, MOVED, OK, OTHER, Fetched, Page, Store

READING_SECONDS = 60
"""Longest time for reading one page."""
ALIKE = 0.9
"""Least Jaccard similarity of two pages' word triples at which they count as one."""
_PERMUTATIONS = 128
_FEWEST_WORDS = 20
"""Pages with fewer words are only folded where they are the same to the letter."""
_JUST_NOW = 3600.0
"""A page that was last changed within so many seconds of being fetched was put together for the fetch: its date says nothing."""


@functools.cache
def reader_digest() -> str:
    """Digest of the code that reads pages: what it reads is read again when it changes."""
    digest = hashlib.sha256()
    here = Path(__file__)
    for path in (*sorted((here.parent.parent / "readers").glob("*.py")), here.parent.parent / "documents.py", here):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read_page(name: str, page: Fetched) -> tuple[str | None, str]:
    """A page as a document in JSON, or None and the reason. Runs in a process of its own: markup can be made to keep a reader busy."""
    previous = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, READING_SECONDS)
    try:
        stem = unquote(urlsplit(page.url).path.rstrip("/").rsplit("/", 1)[-1]).rsplit(".", 1)[0] or name
        document = read_data(page.body, KINDS[page.kind], stem, document_id(name, page.url), page.url)
        if document.dated == "undated":
            document = replace(document, dated=_changed(page) or "undated")
        return json.dumps(asdict(replace(document, source=name)), ensure_ascii=False), ""
    except ContentError as fault:
        return None, str(fault)
    except (TimeoutError, MemoryError, RecursionError) as fault:
        return None, f"takes too long to read ({type(fault).__name__})"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def _changed(page: Fetched) -> str | None:
    """The day of a page's ``Last-Modified`` header, where it can be believed."""
    try:
        when = parsedate_to_datetime(page.modified or "")
    except (ValueError, TypeError, IndexError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return None if page.fetched - when.timestamp() < _JUST_NOW else when.date().isoformat()


@dataclass(frozen=True)
class Read:
    """The documents of a website, by id, and what is to be said about the pages that gave none or only a copy."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]
    kept: int
    folded: int


def documents_of(website: Website, store: Store, now: float | None = None) -> Read:
    """The documents of a website as its store has them."""
    now = time.time() if now is None else now
    store.drop_copies(now - website.grace_days * 86_400)
    pages = {page.url: page for page in store.pages()}
    found: dict[str, Document] = {}
    skipped: list[Skipped] = []
    for url, data, reason in store.documents():
        if not wanted(url, website) or url not in pages or pages[url].digest is None:
            continue
        if data is None:
            skipped.append(Skipped(url, reason))
        else:
            found[url] = _marked(document_from(json.loads(data)), pages[url])
    skipped += [Skipped(page.url, _said(page, page.url in found)) for page in pages.values() if page.outcome not in (OK, MOVED, "") and _told(page)]
    skipped += [Skipped(url, reason) for url, reason in store.sitemap_faults()]
    if store.fact("limit", "") == str(store.run):
        skipped.append(Skipped(website.name, f"stopped at max_pages = {website.max_pages}: there is more"))
    if not store.finished:
        skipped.append(Skipped(website.name, "not read to its end yet" if store.run else "never fetched: run 'python -m indexer build --crawl'"))
    documents = fold(found, {url: page.target for url, page in pages.items() if page.target})
    kept = sum(document.kept_from is not None for document in documents)
    ordered = tuple(sorted(documents, key=lambda document: document.id))
    return Read(ordered, tuple(sorted(skipped, key=lambda s: s.path)), kept, len(found) - len(documents))


def _told(page: Page) -> bool:
    """Whether a page that was not read is worth a line: a link that leads outside is not, unless there was a page of the website before."""
    return page.outcome != OTHER or not page.reason.startswith("redirects")


def _said(page: Page, copy: bool) -> str:
    return f"{page.reason}; the copy of {_day(page.fetched)} is used" if copy and page.outcome in (GONE, FAILED) else page.reason


def _marked(document: Document, page: Page) -> Document:
    return replace(document, kept_from=_day(page.fetched)) if page.outcome in (GONE, FAILED, MOVED) else document


def _day(when: float | None) -> str:
    return dt.datetime.fromtimestamp(when or 0, dt.UTC).date().isoformat()


def document_from(data: dict[str, Any]) -> Document:
    """A document from its JSON."""
    parts = tuple(DocumentSection(tuple(s["heading"]), s["text"], s["page"]) for s in data["sections"])
    return Document(**{**data, "sections": parts, "also": tuple(data["also"])})


def fold(found: Mapping[str, Document], targets: Mapping[str, str]) -> list[Document]:
    """Pages that say the same, to the letter or nearly, as one document: the one that the others name as theirs, else the shortest address.

    Near duplicates are found by MinHash and locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman and Ullman, ch. 3) over word triples.
    """
    from datasketch import MinHash, MinHashLSH

    groups = _Groups(found)
    same: dict[str, str] = {}
    near = MinHashLSH(threshold=ALIKE, num_perm=_PERMUTATIONS)
    seen: dict[str, tuple[str, list[str], MinHash]] = {}
    for url, document in found.items():
        words = _words(document)
        if (first := same.setdefault(hashlib.sha256(" ".join(words).encode()).hexdigest(), url)) != url:
            groups.join(first, url)
            continue
        if len(words) < _FEWEST_WORDS:
            continue
        hashed = MinHash(num_perm=_PERMUTATIONS, seed=1)
        hashed.update_batch(sorted({" ".join(words[i : i + 3]).encode() for i in range(len(words) - 2)}))
        # A page of another title, or with another number in it, is another page (that of another clinic or year), however alike they are.
        told = document.title, sorted(word for word in words if any(map(str.isdigit, word)))
        for other in near.query(hashed):
            *before, its = seen[other]
            if before == [*told] and hashed.jaccard(its) >= ALIKE:
                groups.join(other, url)
        near.insert(url, hashed)
        seen[url] = (*told, hashed)
    return [_folded(found, members, targets) for members in groups.all()]


def _folded(found: Mapping[str, Document], members: Sequence[str], targets: Mapping[str, str]) -> Document:
    named = {targets[url] for url in members if targets.get(url) in members}
    first = min(members, key=lambda url: (found[url].kept_from is not None, url not in named, len(url), url))
    return replace(found[first], also=tuple(sorted(set(members) - {first})))


_TOKEN = re.compile(r"\w+")


def _words(document: Document) -> list[str]:
    return _TOKEN.findall(" ".join([document.title, *(f"{' '.join(s.heading)} {s.text}" for s in document.sections)]).lower())


class _Groups:
    """Addresses joined into groups (union-find)."""

    def __init__(self, urls: Mapping[str, object]) -> None:
        self._above = {url: url for url in urls}

    def _top(self, url: str) -> str:
        while self._above[url] != url:
            self._above[url] = self._above[self._above[url]]
            url = self._above[url]
        return url

    def join(self, a: str, b: str) -> None:
        """Put two addresses into one group."""
        self._above[self._top(b)] = self._top(a)

    def all(self) -> list[list[str]]:
        """The groups, each in the order in which its addresses came."""
        groups: dict[str, list[str]] = defaultdict(list)
        for url in self._above:
            groups[self._top(url)].append(url)
        return list(groups.values())
