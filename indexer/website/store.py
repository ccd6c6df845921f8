"""What is known of one website, in an SQLite file: what is waiting to be fetched, what was fetched and when, and what was read from it.

Everything is written as it happens, so that a crawl which was stopped, or killed, goes on where it was. Two processes write: the one that
fetches and the one that reads.
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY, host TEXT NOT NULL, depth INTEGER NOT NULL, hops INTEGER NOT NULL DEFAULT 0, run INTEGER NOT NULL,
    waiting INTEGER NOT NULL DEFAULT 1, tries INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0, sitemap INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', target TEXT, etag TEXT, modified TEXT, kind TEXT, digest TEXT,
    links TEXT NOT NULL DEFAULT '[]', fetched REAL, bad_since REAL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pages_waiting ON pages (waiting, host, depth);
CREATE TABLE IF NOT EXISTS bodies (url TEXT PRIMARY KEY, digest TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS documents (url TEXT PRIMARY KEY, digest TEXT NOT NULL, reader TEXT NOT NULL, document TEXT, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

OK, MOVED, GONE, FAILED, BARRED, OTHER = "ok", "moved", "gone", "failed", "barred", "other"
"""Outcomes of asking for a page: there; elsewhere; no such page; not today; not for us (robots, log-in, noindex); no page or document."""


@dataclass(frozen=True)
class Waiting:
    """An address to ask for.

    ``depth`` is links from the start, ``hops`` redirects followed to it, ``tries`` how often it was asked in this run, ``copy`` whether it was
    read before.
    """

    url: str
    depth: int
    hops: int
    tries: int
    sitemap: bool
    etag: str | None
    modified: str | None
    copy: bool


@dataclass(frozen=True)
class Fetched:
    """A page or document as it came: ``kind`` is ``html``, ``pdf``, ``docx``, ``odt`` or ``text``, ``digest`` the SHA-256 of the body."""

    url: str
    kind: str
    digest: str
    modified: str | None
    fetched: float
    body: bytes


@dataclass(frozen=True)
class Page:
    """What is known of one address."""

    url: str
    outcome: str
    reason: str
    target: str | None
    digest: str | None
    fetched: float | None
    bad_since: float | None


class Store:
    """One website's file. Use it as a context."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._db = sqlite3.connect(path, timeout=60)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    # --- runs and facts -------------------------------------------------------------------------------------------------------------
    @property
    def run(self) -> int:
        """Number of the present or last run, 0 before the first."""
        return int(self.fact("run", "0"))

    @property
    def finished(self) -> bool:
        """Whether the last run came to its end."""
        return self.fact("finished", "") == "yes"

    def fact(self, name: str, default: str) -> str:
        """A fact about the website as a whole."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def set_fact(self, name: str, value: str) -> None:
        """Remember a fact about the website as a whole."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def begin(self) -> bool:
        """Begin a run, or go on with one that was stopped; whether it is a new one. A new one asks again for all that was there or failed."""
        if self.run and not self.finished:
            return False
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO facts VALUES ('run', ?)", (str(self.run + 1),))
            self._db.execute("INSERT OR REPLACE INTO facts VALUES ('finished', 'no')")
            self._db.execute("UPDATE pages SET waiting = 0, tries = 0, due = 0, hops = 0")
        return True

    def finish(self) -> None:
        """The run came to its end."""
        self.set_fact("finished", "yes")

    def known_again(self, most: int) -> int:
        """Put pages of earlier runs that this one has not come across in the queue: they may be gone, or only not linked. How many there were.

        Those beyond ``most`` count as gone, and addresses without a copy are forgotten: else addresses that change in each run would pile up.
        """
        run = self.run
        with self._db:
            self._db.execute("DELETE FROM pages WHERE run < ? AND sitemap = 0 AND digest IS NULL", (run,))
            done = self._db.execute(
                "UPDATE pages SET waiting = 1, run = ?1 WHERE url IN (SELECT url FROM pages WHERE run < ?1 AND sitemap = 0 "
                "AND outcome IN (?2, ?3, ?4) ORDER BY outcome = ?3, depth, url LIMIT ?5)",
                (run, OK, GONE, FAILED, most),
            )
        left = self._db.execute("SELECT url FROM pages WHERE run < ? AND sitemap = 0 AND outcome = ?", (run, OK)).fetchall()
        for (url,) in left:
            self.close_page(url, GONE, "not reached within max_pages")
        if left:
            self.set_fact("limit", str(run))
        return done.rowcount

    # --- the queue ------------------------------------------------------------------------------------------------------------------
    def queue(self, found: Sequence[tuple[str, str]], depth: int, hops: int = 0, sitemap: bool = False) -> None:
        """Add addresses, each with its host, that this run has not come across yet."""
        run = self.run
        with self._db:
            self._db.executemany(
                "INSERT INTO pages (url, host, depth, hops, run, sitemap) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (url) DO UPDATE SET waiting = 1, depth = excluded.depth, hops = excluded.hops, run = excluded.run "
                "WHERE pages.run < excluded.run",
                [(url, host, depth, hops, run, int(sitemap)) for url, host in found],
            )

    def not_yet(self, urls: Sequence[str]) -> list[str]:
        """Those of some addresses that this run has not come across yet, in their order."""
        known = set[str]()
        for start in range(0, len(urls), 500):
            part = urls[start : start + 500]
            marks = ",".join("?" * len(part))
            known |= {u for (u,) in self._db.execute(f"SELECT url FROM pages WHERE run = ? AND url IN ({marks})", (self.run, *part))}  # noqa: S608
        return [url for url in urls if url not in known]

    def hosts_waiting(self) -> list[str]:
        """Hosts with addresses in the queue."""
        return [str(host) for (host,) in self._db.execute("SELECT DISTINCT host FROM pages WHERE waiting = 1")]

    def next(self, host: str, now: float, most: int, busy: Sequence[str]) -> list[Waiting]:
        """The next addresses of a host that are due, nearest to the start first, without those being asked for already."""
        rows = self._db.execute(
            "SELECT url, depth, hops, tries, sitemap, etag, modified, digest IS NOT NULL FROM pages WHERE waiting = 1 AND host = ? AND due <= ? "
            "ORDER BY sitemap DESC, depth, url LIMIT ?",
            (host, now, most + len(busy)),
        ).fetchall()
        taken = set(busy)
        return [Waiting(u, d, h, t, bool(s), e, m, bool(c)) for u, d, h, t, s, e, m, c in rows if u not in taken][:most]

    def next_due(self) -> float | None:
        """When the earliest of the addresses in the queue is due, or None for an empty queue."""
        row = self._db.execute("SELECT MIN(due) FROM pages WHERE waiting = 1").fetchone()
        return None if row[0] is None else float(row[0])

    def later(self, url: str, due: float, reason: str) -> None:
        """Ask again for an address at some time."""
        with self._db:
            self._db.execute("UPDATE pages SET tries = tries + 1, due = ?, reason = ? WHERE url = ?", (due, reason, url))

    def counts(self) -> dict[str, int]:
        """Addresses of this run: ``tried``, ``failed``, ``waiting`` and ``all``."""
        row = self._db.execute(
            "SELECT SUM(waiting = 0), SUM(waiting = 0 AND outcome IN (?, ?)), SUM(waiting), COUNT(*) FROM pages WHERE run = ? AND sitemap = 0",
            (FAILED, GONE, self.run),
        ).fetchone()
        return dict(zip(("tried", "failed", "waiting", "all"), (int(n or 0) for n in row), strict=True))

    # --- what came of it ------------------------------------------------------------------------------------------------------------
    def keep(self, page: Fetched, links: Sequence[str], target: str | None, etag: str | None) -> None:
        """A page or document was fetched."""
        with self._db:
            self._db.execute(
                "UPDATE pages SET waiting = 0, outcome = ?, reason = '', target = ?, etag = ?, modified = ?, kind = ?, digest = ?, links = ?, "
                "fetched = ?, bad_since = NULL WHERE url = ?",
                (OK, target, etag, page.modified, page.kind, page.digest, json.dumps(links), page.fetched, page.url),
            )
            self._db.execute("INSERT OR REPLACE INTO bodies VALUES (?, ?, ?)", (page.url, page.digest, zlib.compress(page.body, 1)))

    def same(self, url: str) -> list[str]:
        """The host says that a page is as it was; its links."""
        with self._db:
            update = "UPDATE pages SET waiting = 0, outcome = ?, reason = '', fetched = ?, bad_since = NULL WHERE url = ?"
            self._db.execute(update, (OK, time.time(), url))
        row = self._db.execute("SELECT links FROM pages WHERE url = ?", (url,)).fetchone()
        return list(json.loads(row[0]))

    def close_page(self, url: str, outcome: str, reason: str, target: str | None = None) -> None:
        """A page did not come. What is gone, fails or is elsewhere keeps the copy that there is; what is not for us loses it.

        ``bad_since`` is when it was first said to be gone. To be sent elsewhere changes nothing about that until it is known what came from there.
        """
        with self._db:
            self._db.execute(
                "UPDATE pages SET waiting = 0, outcome = ?1, reason = ?2, target = ?3, "
                "bad_since = CASE ?1 WHEN ?4 THEN COALESCE(bad_since, ?5) WHEN ?6 THEN bad_since END WHERE url = ?7",
                (outcome, reason, target, GONE, time.time(), MOVED, url),
            )
            if outcome in (BARRED, OTHER):
                self.drop([url])

    def drop_copies(self, before: float) -> None:
        """Drop the copies of pages that have been gone since before some time."""
        rows = self._db.execute("SELECT url FROM pages WHERE outcome = ? AND bad_since < ?", (GONE, before)).fetchall()
        self.drop([url for (url,) in rows])

    def drop(self, urls: Sequence[str]) -> None:
        """Drop the copies of pages."""
        rows = [(url,) for url in urls]
        with self._db:
            for table in ("bodies", "documents"):
                self._db.executemany(f"DELETE FROM {table} WHERE url = ?", rows)  # noqa: S608 - one of two names
            self._db.executemany("UPDATE pages SET digest = NULL, etag = NULL, modified = NULL WHERE url = ?", rows)

    def pages(self) -> Iterator[Page]:
        """All pages that were tried, by address."""
        query = "SELECT url, outcome, reason, target, digest, fetched, bad_since FROM pages WHERE outcome != '' AND sitemap = 0 ORDER BY url"
        return (Page(*row) for row in self._db.execute(query))

    def sitemap_faults(self) -> list[tuple[str, str]]:
        """Sitemaps that could not be read, each with the reason."""
        query = "SELECT url, reason FROM pages WHERE sitemap = 1 AND outcome NOT IN ('', ?) ORDER BY url"
        return [(str(url), str(reason)) for url, reason in self._db.execute(query, (OK,))]

    # --- what was read from it ------------------------------------------------------------------------------------------------------
    def unread(self, reader: str, most: int) -> list[Fetched]:
        """Pages whose body was not yet read, or by another reader."""
        rows = self._db.execute(
            "SELECT b.url, p.kind, b.digest, p.modified, p.fetched, b.body FROM bodies b JOIN pages p ON p.url = b.url "
            "LEFT JOIN documents d ON d.url = b.url WHERE d.url IS NULL OR d.digest != b.digest OR d.reader != ? LIMIT ?",
            (reader, most),
        ).fetchall()
        return [Fetched(url, kind, digest, modified, fetched, zlib.decompress(body)) for url, kind, digest, modified, fetched, body in rows]

    def write(self, reader: str, read: Sequence[tuple[Fetched, str | None, str]]) -> None:
        """Keep what was read, each page with its document as JSON, or None and the reason; not where the page has changed or was closed since."""
        with self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO documents SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM bodies WHERE url = ?1 AND digest = ?2)",
                [(page.url, page.digest, reader, document, reason) for page, document, reason in read],
            )

    def documents(self) -> Iterator[tuple[str, str | None, str]]:
        """What was read, by address: the document as JSON, or None and the reason."""
        return ((str(u), d, str(r)) for u, d, r in self._db.execute("SELECT url, document, reason FROM documents ORDER BY url"))

    def body(self, url: str) -> bytes | None:
        """The body of a page as it was fetched."""
        row = self._db.execute("SELECT body FROM bodies WHERE url = ?", (url,)).fetchone()
        return zlib.decompress(row[0]) if row else None
