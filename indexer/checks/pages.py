"""Pages that cannot be reached, have changed, or say something else than an entry. Only this module goes online, and only when asked to."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import requests
from urllib3.exceptions import HTTPError

from indexer.checks.finding import Finding, Level, Subject
from indexer.checks.sources import last_day
from indexer.errors import ContentError
from indexer.suggest import contact_key, contacts_in

if TYPE_CHECKING:
    from indexer.entries import Entry

TIMEOUT = 10.0
"""Seconds to wait for one page."""
AT_ONCE = 4
"""Pages asked for at the same time."""
MOST = 1000
"""Pages asked for in one run."""
MOST_BYTES = 10_000_000
"""As much of a page as is read."""
AGENT = "Waymark/1.0 (content check)"

GONE = frozenset({404, 410})
"""Answers that mean there is no such page; others may only mean that a machine is not welcome."""


@dataclass(frozen=True)
class Answer:
    """What came of asking for a page: the status (0 where no answer came), the fault (empty if the page is there), and the page.

    ``text`` is what can be read on it, empty where nothing can; ``dated`` the day on which it says it was changed.
    """

    status: int
    fault: str
    text: str = ""
    dated: dt.date | None = None


def check_pages(subject: Subject) -> Iterator[Finding]:
    """Addresses of entries and of their sources that do not answer, pages changed since the entry was checked, contacts that are not on them."""
    users = defaultdict(set)
    for entry in subject.entries:
        for url in (entry.url, *(source.url for source in entry.sources)):
            if url:
                users[url].add(entry.id)
    urls = sorted(users)
    for url in urls[MOST:]:
        yield Finding("unreachable-page", "note", min(users[url]), f"{url} was not tried: more than {MOST} pages")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip(urls[:MOST], pool.map(look_at, urls[:MOST]), strict=True))
    for url, answer in answers.items():
        if answer.fault:
            level: Level = "error" if answer.status in GONE else "note"
            yield from (Finding("unreachable-page", level, id, f"{url}: {answer.fault}") for id in sorted(users[url]))
    for entry in subject.entries:
        yield from _changed(entry, answers)
        yield from _says_otherwise(entry, answers)


def _changed(entry: Entry, answers: dict[str, Answer]) -> Iterator[Finding]:
    """Sources that say they were changed after the entry was confirmed, or after the day that the entry has for them."""
    for source in entry.sources:
        answer = answers.get(source.url or "")
        seen = max(filter(None, (last_day(source), entry.assured_date)), default=None)
        if answer and answer.dated and seen and answer.dated > seen:
            changed = f"{source.url} was changed on {answer.dated.isoformat()}, after {seen.isoformat()}: read it again"
            yield Finding("changed-page", "note", entry.id, changed)


def _says_otherwise(entry: Entry, answers: dict[str, Answer]) -> Iterator[Finding]:
    """Contacts that do not stand on the page from which they are said to come. Where it gives others instead, that is an error."""
    for phone in entry.phones:
        answer = answers.get(entry.sources[phone.source - 1].url or "")
        if answer and answer.text and contact_key(phone.number) not in (there := contacts_in(answer.text)) | _numbers(answer.text):
            others = sorted(value for value in there if "@" not in value)
            level: Level = "error" if others else "note"
            said = f"; there stands {', '.join(others[:3])}" if others else ""
            yield Finding("source-says-otherwise", level, entry.id, f"{phone.number} is not on {entry.sources[phone.source - 1].url}{said}")
    pages = [answer for source in entry.sources if (answer := answers.get(source.url or "")) and answer.text]
    if entry.email and pages and not any(entry.email.casefold() in answer.text.casefold() for answer in pages):
        yield Finding("source-says-otherwise", "note", entry.id, f"{entry.email} is on none of the pages that the entry names as its sources")


def _numbers(text: str) -> set[str]:
    """The digits of a text line by line, so that a short code or a number written in an odd way is still found."""
    return {"".join(filter(str.isdigit, part)) for line in text.splitlines() for part in (line, *line.split("  "), *line.split(" "))}


def look_at(url: str) -> Answer:
    """Ask for a page and read it; never raises."""
    if not url.startswith(("http://", "https://")):
        return Answer(0, "not a web address")
    try:
        with requests.get(url, timeout=TIMEOUT, headers={"User-Agent": AGENT, "Accept": "text/html,*/*;q=0.5"}, stream=True) as answer:
            if answer.status_code >= 400:
                return Answer(answer.status_code, f"the server answers {answer.status_code}")
            body = answer.raw.read(MOST_BYTES, decode_content=True)
            text, dated = _read(url, body, answer.headers.get("Content-Type", ""))
            return Answer(answer.status_code, "", text, dated or _header_day(answer.headers.get("Last-Modified", "")))
    except (requests.RequestException, HTTPError, OSError, ValueError) as fault:
        reason = fault.args[0] if fault.args else fault
        return Answer(0, str(getattr(reason, "reason", reason)) or type(fault).__name__)


def _read(url: str, body: bytes, kind: str) -> tuple[str, dt.date | None]:
    """The text of a page, and its day where it has a whole one."""
    from indexer.readers.files import read_data

    try:
        document = read_data(body, ".pdf" if body.startswith(b"%PDF") else ".html", "page", "page", url)
    except ContentError:
        return "", None
    text = "\n".join(line for section in document.sections for line in (*section.heading, section.text))
    day = document.dated if len(document.dated) == 10 else ""
    return text if "html" in kind or body.startswith(b"%PDF") or "<" in kind or not kind else "", dt.date.fromisoformat(day) if day else None


def _header_day(value: str) -> dt.date | None:
    """The day of a ``Last-Modified`` header, unless it is today's: such a page was put together for us."""
    try:
        day = parsedate_to_datetime(value).date()
    except (ValueError, TypeError, IndexError):
        return None
    return day if day < dt.datetime.now(dt.UTC).date() else None
