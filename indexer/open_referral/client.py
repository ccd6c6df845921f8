"""Fetches what a feed answers, over HTTP or from a file, within bounds of time and size."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import requests
from urllib3.exceptions import HTTPError

from indexer.config import Feed

PAGE_BYTES, FILE_BYTES = 20_000_000, 200_000_000
"""Largest answer, and largest file, that is read."""
PER_PAGE = 100
TRIES = 2
LONGEST_PAUSE = 30.0
AGENT = "Waymark directory reader (Open Referral UK)"


class FeedFaultError(Exception):
    """An answer that is not usable. ``status`` is that of HTTP where there was one, ``pause`` how long to wait, in seconds, before a second try."""

    def __init__(self, reason: str, status: int = 0, pause: float = 1.0) -> None:
        super().__init__(reason)
        self.status, self.pause = status, pause


class SlowFeedError(FeedFaultError):
    """No answer in time: not worth a second try."""


def parsed(data: bytes) -> Any:
    """JSON, whatever its size and depth; numbers that JSON does not have are None.

    Raises:
        FeedFaultError: if it is none.
    """
    if data.lstrip()[:1] == b"<":
        raise FeedFaultError("a web page instead of JSON")
    try:
        return json.loads(data, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as fault:
        raise FeedFaultError("not JSON") from fault


def read_file(path: Path) -> Any:
    """What a file holds.

    Raises:
        FeedFaultError: if it cannot be read, is too large or is not JSON.
    """
    try:
        if path.stat().st_size > FILE_BYTES:
            raise FeedFaultError(f"larger than {FILE_BYTES // 1_000_000} MB")
        return parsed(path.read_bytes())
    except OSError as fault:
        raise FeedFaultError(f"cannot be read: {fault.strerror}") from fault


class HttpFeed:
    """The addresses of one feed. Use it as a context: it keeps connections open."""

    def __init__(self, feed: Feed, wait: Callable[[float], None] | None = None) -> None:
        parts = urlsplit(feed.url or "")
        path = parts.path.rstrip("/")
        self.services = urlunsplit((parts.scheme, parts.netloc, path if path.endswith("/services") else f"{path}/services", "", ""))
        self._query, self._timeout, self._wait = parse_qsl(parts.query), feed.timeout_seconds, wait or time.sleep
        self._session = requests.Session()
        self._session.max_redirects = 5
        self._per_page = True

    def __enter__(self) -> HttpFeed:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._session.close()

    def page(self, number: int) -> Any:
        """One page of the list. A feed that refuses ``per_page`` is asked without it from then on.

        Raises:
            FeedFaultError: if there is no usable answer.
        """
        size = {"per_page": str(PER_PAGE)} if self._per_page else {}
        try:
            return self._get(self.services, {"page": str(number), **size})
        except FeedFaultError as fault:
            if not size or fault.status not in (400, 422):
                raise
            self._per_page = False
            return self._get(self.services, {"page": str(number)})

    def details(self, id: str) -> Any:
        """One service with all that belongs to it.

        Raises:
            FeedFaultError: if there is no usable answer.
        """
        return self._get(f"{self.services}/{quote(id, safe='')}", {})

    def _get(self, address: str, parameters: Mapping[str, str]) -> Any:
        query = urlencode([*self._query, *parameters.items()])
        for left in reversed(range(TRIES)):
            try:
                return parsed(self._bytes(f"{address}?{query}" if query else address))
            except FeedFaultError as fault:
                if not left or fault.status not in (0, 429, 500, 502, 503, 504) or isinstance(fault, SlowFeedError):
                    raise
                self._wait(fault.pause)
        raise AssertionError("unreachable")

    def _bytes(self, address: str) -> bytes:
        """The body of an answer. The time limit is for the whole of it, so that a feed cannot hold a build by sending a byte now and then."""
        until, body = time.monotonic() + self._timeout, bytearray()
        headers = {"Accept": "application/json", "User-Agent": AGENT}
        try:
            with self._session.get(address, headers=headers, timeout=self._timeout, stream=True) as response:
                if response.status_code != 200:
                    _refuse(response)
                while part := response.raw.read1(65_536, decode_content=True):
                    body += part
                    if len(body) > PAGE_BYTES:
                        raise FeedFaultError(f"an answer larger than {PAGE_BYTES // 1_000_000} MB", 200)
                    if time.monotonic() > until:
                        raise SlowFeedError(f"no whole answer within {self._timeout} seconds")
        except (requests.Timeout, TimeoutError) as fault:
            raise SlowFeedError(f"no answer within {self._timeout} seconds") from fault
        except (requests.RequestException, HTTPError, OSError, UnicodeError) as fault:
            slow = "timed out" in str(fault)
            raise (SlowFeedError if slow else FeedFaultError)(f"cannot be reached ({type(fault).__name__})") from fault
        return bytes(body)


def _refuse(response: requests.Response) -> NoReturn:
    after = response.headers.get("Retry-After", "")
    pause = min(float(after), LONGEST_PAUSE) if after.isascii() and after.isdigit() else 1.0
    raise FeedFaultError(f"HTTP status {response.status_code}", response.status_code, pause)
