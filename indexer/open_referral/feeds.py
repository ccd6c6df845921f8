"""Reads the configured feeds into entries. Nothing that a feed does makes a build fail: what cannot be used is reported."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from indexer.config import Feed, IndexerSettings
from indexer.documents import Skipped
from indexer.entries import Entry
from indexer.open_referral.client import FeedFaultError, HttpFeed, read_file
from indexer.open_referral.fields import BadRowError, Row
from indexer.open_referral.mapping import PATH, Origin, entry_of, row_id
from indexer.open_referral.paging import Pages
from indexer.open_referral.restore import is_own, restored
from indexer.readers.files import slug
from indexer.wording import Wording, load_wording

log = logging.getLogger(__name__)
NESTED = (
    "contacts", "phones", "attributes", "service_taxonomys", "service_at_locations", "eligibilitys", "schedules", "regular_schedules", "cost_options",
    "languages", "service_areas",
)  # fmt: skip
"""Lists of a service; a row with none of them is flat, and its details are to be had by its id (3.0: lists hold one-to-one fields only)."""
MOST_REPORTS = 200
"""Most reports on one feed that are kept."""
_DETAILS_GIVEN_UP = 5
"""After so many failures in a row no more details are asked for."""


@dataclass(frozen=True)
class Imported:
    """Entries of all feeds, sorted by id, and what was passed over or left out."""

    entries: tuple[Entry, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def read_feeds(settings: IndexerSettings, today: dt.date | None = None) -> Imported:
    """Every configured feed as entries.

    Raises:
        ContentError: if the content's own words cannot be read; never on account of a feed.
    """
    if not settings.feeds:
        return Imported()
    wording, on = load_wording(settings.content), today or dt.datetime.now(dt.UTC).date()
    found: dict[str, Entry] = {}
    skipped: list[Skipped] = []
    for feed in settings.feeds:
        entries, reports = read_feed(feed, wording, on)
        for entry in entries:
            if entry.id in found:
                reports.append(Skipped(f"{feed.name}: {entry.id}", "an earlier feed has this id"))
            found.setdefault(entry.id, entry)
        for report in reports:
            log.warning("feed %s: %s", report.path, report.reason)
        skipped += reports
    return Imported(tuple(sorted(found.values(), key=lambda e: e.id)), tuple(skipped))


def joined(curated: Sequence[Entry], imported: Imported) -> tuple[list[Entry], tuple[Skipped, ...]]:
    """Curated and imported entries together. A curated entry wins over an imported one with its id, or with an id that it replaces."""
    own = {id: entry.id for entry in curated for id in (entry.id, *entry.replaces)}
    kept = [entry for entry in imported.entries if entry.id not in own]
    lost = [Skipped(entry.path, f"the entry {own[entry.id]} of the content folder has its place") for entry in imported.entries if entry.id in own]
    return sorted([*curated, *kept], key=lambda e: e.id), (*imported.skipped, *lost)


def read_feed(feed: Feed, wording: Wording, today: dt.date) -> tuple[list[Entry], list[Skipped]]:
    """The entries of one feed, and the reports on it: row or page, field, reason."""
    if feed.path is not None:
        path = feed.path
        pages = Pages(lambda _: read_file(path), feed.version, 1).read()
        pages.faults[:] = [fault for fault in pages.faults if not fault[1].startswith("stopped")]  # one file is one page
        rows, services = pages.rows, None
    else:
        with HttpFeed(feed) as http:
            pages = Pages(http.page, feed.version, feed.max_pages).read()
            rows, services = _detailed(pages.rows, http, pages.faults), http.services
    origin = Origin(feed.name, slug(feed.name), services, wording, today)
    entries: dict[str, Entry] = {}
    done: set[str] = set()
    faults = list(pages.faults)
    for place, data in rows:
        id = row_id(data) if isinstance(data, Mapping) else ""
        if id not in done and _read_row(place, data, feed.ours, origin, entries, faults):
            done.add(id)
    reports = [Skipped(f"{feed.name}: {place}", reason) for place, reason in faults[:MOST_REPORTS]]
    if len(faults) > MOST_REPORTS:
        reports.append(Skipped(feed.name, f"{len(faults) - MOST_REPORTS} more reports"))
    return list(entries.values()), reports


def _read_row(place: str, data: Any, ours: bool, origin: Origin, entries: dict[str, Entry], faults: list[tuple[str, str]]) -> bool:
    if not isinstance(data, Mapping):
        faults.append((place, "row: an object expected; passed over"))
        return False
    where = f"{place} (id {row_id(data)[:80] or 'none'})"
    row = Row(data, origin.today)
    try:
        entry = restored(data, f"{PATH}{origin.slug}/{row_id(data)}") if ours and is_own(data) else entry_of(row, origin)
    except BadRowError as fault:
        faults.append((where, f"{fault}; passed over"))
        return False
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        faults.append((where, f"{'.'.join(map(str, first['loc'])) or 'row'}: {first['msg']}; passed over"))
        return False
    faults += [(where, note) for note in row.notes]
    if entry.id in entries and not (ours and is_own(data)):
        digits = slug(row_id(data))[-12:] or "again"
        entry = entry.model_copy(update={"id": f"{entry.id}-{digits}".strip("-")})
    if entry.id in entries:
        faults.append((where, f"id: {entry.id} is already there; passed over"))
    entries.setdefault(entry.id, entry)
    return True


def _detailed(rows: Sequence[tuple[str, Any]], http: HttpFeed, faults: list[tuple[str, str]]) -> list[tuple[str, Any]]:
    """The rows, those that are flat with their details. What the details lack or leave empty stays as the list has it."""
    found, asked, failures = list[tuple[str, Any]](), set[str](), 0
    for place, row in rows:
        id = row_id(row) if isinstance(row, Mapping) else ""
        if not id or id in asked or failures >= _DETAILS_GIVEN_UP or any(name in row for name in NESTED):
            found.append((place, row))
            continue
        asked.add(id)
        try:
            details = http.details(id)
            usable = isinstance(details, Mapping) and row_id(details) == id
            failures = 0
            if not usable:
                faults.append((f"{place} (id {id[:80]})", "details: not those of this service, left out"))
            found.append((place, {**row, **{k: v for k, v in details.items() if v is not None}} if usable else row))
        except FeedFaultError as fault:
            failures += 1
            faults.append((f"{place} (id {id[:80]})", f"details: {fault}"))
            if failures == _DETAILS_GIVEN_UP:
                faults.append(("details", f"given up after {failures} failures in a row"))
            found.append((place, row))
    return found
