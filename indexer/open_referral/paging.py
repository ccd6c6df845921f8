"""The rows of a feed, page by page, whatever it says about its pages.

Versions name the parts of a page differently (1.0: ``content``, ``totalElements``, ``totalPages``, ``first``, ``last``; 3.0: ``contents``,
``total_items``, ``total_pages``, ``first_page``, ``last_page``; both ``empty``), and feeds in the wild contradict themselves. So what a page holds
counts for more than what it says: reading stops after a page that brings no new id, and an announced end is believed only where the number of pages
does not speak against it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from indexer.open_referral.client import FeedFaultError
from indexer.open_referral.mapping import row_id

MOST_ROWS = 50_000
"""Most rows that are read of one feed."""
Version = Literal["auto", "1.0", "3.0"]
LIST_KEYS: dict[Version, tuple[str, ...]] = {"auto": ("contents", "content"), "1.0": ("content",), "3.0": ("contents",)}
_FAULTS_IN_A_ROW = 2


@dataclass(frozen=True)
class Page:
    """One page: its rows and what it says of itself, None where it says nothing usable."""

    rows: tuple[Any, ...]
    total: int | None = None
    pages: int | None = None
    first: bool | None = None
    last: bool | None = None


def page_of(answer: Any, version: Version = "auto") -> Page:
    """An answer as a page. A bare list and a lone service count too: that is how samples and exports come.

    Raises:
        FeedFaultError: if it holds no list of services.
    """
    if isinstance(answer, list):
        return Page(tuple(answer))
    if not isinstance(answer, Mapping):
        raise FeedFaultError("no list of services in it", 200)
    key = next((k for k in LIST_KEYS[version] if isinstance(answer.get(k), list)), None)
    if key is None:
        if any(isinstance(answer.get(k), list) for k in LIST_KEYS["auto"]):
            raise FeedFaultError(f"not a feed of version {version}", 200)
        if "id" in answer and "name" in answer:
            return Page((answer,))
        raise FeedFaultError("no list of services in it", 200)
    return Page(
        tuple(answer[key]),
        _number(answer, "total_items", "totalElements"),
        _number(answer, "total_pages", "totalPages"),
        _flag(answer, "first_page", "first"),
        _flag(answer, "last_page", "last"),
    )


@dataclass
class Pages:
    """Rows gathered from the pages of a feed as (place, row), with what was wrong on the way as (place, reason).

    Rows that share an id on a page are all here, for the first of them may be unusable.
    """

    fetch: Callable[[int], Any]
    version: Version = "auto"
    most: int = 500
    rows: list[tuple[str, Any]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _fetched: int = 0

    def read(self) -> Pages:
        """Read on until the feed ends, says nothing new or reaches a bound."""
        number, missed, total = 1, 0, None
        first: Page | None = None
        while True:
            page = self._page(number)
            if page is None:
                missed += 1
                if number == 1 or missed >= _FAULTS_IN_A_ROW:
                    break
            else:
                missed, first = 0, first or page
                total = page.total if page.total is not None else total
                if not self._take(page, number) or _ends(page, number, first):
                    break
            if not self._may_go_on():
                break
            number += 1
        if first is not None and first.first is not True and self._fetched < self.most and len(self.rows) < MOST_ROWS:
            self._page_zero()
        if total is not None and total != sum(self._seen.values()):
            self.faults.append(("pages", f"said {total} services, gave {sum(self._seen.values())}"))
        self.faults += [(f"id {id[:80]}", f"stands in {n} rows, the first usable one counts") for id, n in self._seen.items() if n > 1]
        return self

    def _page(self, number: int) -> Page | None:
        self._fetched += 1
        try:
            return page_of(self.fetch(number), self.version)
        except FeedFaultError as fault:
            self.faults.append((f"page {number}", str(fault)))
            return None

    def _page_zero(self) -> None:
        """Some feeds count from 0: page 1 is then the second, and does not call itself the first."""
        try:
            self._take(page_of(self.fetch(0), self.version), 0)
        except FeedFaultError:
            return  # a feed that counts from 1 may well refuse

    def _take(self, page: Page, number: int) -> bool:
        """Keep the new rows of a page; False where there is none."""
        ids = [(row, _key(row)) for row in page.rows]
        new = {key for _, key in ids} - self._seen.keys()
        if not new:
            return False  # the same page again: its rows are no duplicates within the feed
        for at, (row, key) in enumerate(ids, 1):
            if len(self.rows) < MOST_ROWS:
                self.rows.append((f"page {number} row {at}", row))
            self._seen[key] = self._seen.get(key, 0) + 1
        return True

    def _may_go_on(self) -> bool:
        if self._fetched >= self.most:
            self.faults.append(("pages", f"stopped after {self.most}, the most that the configuration allows"))
            return False
        if len(self.rows) >= MOST_ROWS:
            self.faults.append(("pages", f"stopped after {MOST_ROWS} rows"))
            return False
        return True


def _ends(page: Page, number: int, first: Page) -> bool:
    """Whether this is the last page. Totals alone are not believed, for they are wrong too often; nor is a flag that they contradict."""
    read = number if first.first is not False else number + 1  # where page 1 is not the first, page 0 is
    return page.last is True and (page.pages is None or read >= page.pages)


def _key(row: Any) -> str:
    """The id of a row, or a digest of one that has none."""
    id = row_id(row) if isinstance(row, Mapping) else ""
    try:
        return id or hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
    except RecursionError:
        return "nested too deeply"


def _number(answer: Mapping[str, Any], *names: str) -> int | None:
    return next((v for v in map(answer.get, names) if isinstance(v, int) and not isinstance(v, bool) and v >= 0), None)


def _flag(answer: Mapping[str, Any], *names: str) -> bool | None:
    return next((v for v in map(answer.get, names) if isinstance(v, bool)), None)
