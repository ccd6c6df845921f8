"""Pages that cannot be reached. Only this module goes online, and only when asked to."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

from indexer.checks.finding import Finding, Subject

TIMEOUT = 10.0
"""Seconds to wait for one page."""
AT_ONCE = 4
"""Pages asked for at the same time."""
MOST = 1000
"""Pages asked for in one run."""

GONE = frozenset({404, 410})
"""Answers that mean there is no such page; others may only mean that a machine is not welcome."""
_ASK_AGAIN = frozenset({400, 403, 405, 406, 429, 500, 501, 503})


def check_pages(subject: Subject) -> Iterator[Finding]:
    """Addresses of entries and of their sources that do not answer."""
    users = defaultdict(set)
    for entry in subject.entries:
        for url in (entry.url, *(source.url for source in entry.sources)):
            if url:
                users[url].add(entry.id)
    urls = sorted(users)
    for url in urls[MOST:]:
        yield Finding("unreachable-page", "note", min(users[url]), f"{url} was not tried: more than {MOST} pages")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for url, (status, fault) in zip(urls[:MOST], pool.map(reach, urls[:MOST]), strict=True):
            if fault:
                level = "error" if status in GONE else "note"
                yield from (Finding("unreachable-page", "error" if level == "error" else "note", id, f"{url}: {fault}") for id in sorted(users[url]))


def reach(url: str) -> tuple[int, str]:
    """Status and fault of a page: asked for by HEAD, then by GET where HEAD is refused. The fault is empty if the page is there.

    The status is 0 where no answer came at all.
    """
    if not url.startswith(("http://", "https://")):
        return 0, "not a web address"
    status, fault = _ask(url, "HEAD")
    return _ask(url, "GET") if status in _ASK_AGAIN else (status, fault)


def _ask(url: str, method: str) -> tuple[int, str]:
    request = urllib.request.Request(url, method=method, headers={"User-Agent": "waymark-check"})  # noqa: S310 - http and https only, see reach
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return answer.status, ""
    except urllib.error.HTTPError as fault:
        fault.close()
        return fault.code, f"the server answers {fault.code}"
    except (OSError, HTTPException, ValueError) as fault:
        return 0, str(getattr(fault, "reason", "") or fault or type(fault).__name__)
