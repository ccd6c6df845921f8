"""What has to be known of a host before its pages are asked for: its robots.txt, and what its missing pages look like."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit

import scrapy
from parsel import Selector
from scrapy.http import Response

from indexer.config import Website, host_of
from indexer.readers.text import decode
from indexer.website.addresses import canonical
from indexer.website.headers import charset, header
from indexer.website.recognise import kind_of, words_of
from indexer.website.robots import Rules, rules_of
from indexer.website.safety import is_literal, is_public

log = logging.getLogger(__name__)

MOST_HOPS = 5
"""Most redirects followed in a row."""
PAUSE, LONGEST_PAUSE = 2.0, 120.0
"""Seconds before the second try, doubled for each further one, and the longest that is waited on a host's word."""
PROBE = "/waymark-asks-what-a-missing-page-looks-like"
"""A path that no website has: where it answers with a page, that is what its missing pages look like."""
ALIKE = 0.9
"""Least share of words in common at which a page is one more of those."""
MOST_DIFFERENT = 6
"""Most words in which it may differ all the same: the address asked for, a time. Under a large menu, a short page has more of its own than that."""


def origin_of(url: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Hosts:
    """The hosts of one website, each asked once in a crawl. ``engine`` is that of Scrapy."""

    def __init__(self, website: Website) -> None:
        self._website = website
        self._rules: dict[str, Rules] = {}
        self._missing: dict[str, frozenset[str]] = {}

    def rules(self, url: str) -> Rules | None:
        """The rules of an address's host, None where it was not asked yet."""
        return self._rules.get(origin_of(url))

    async def ask(self, url: str, engine: Any) -> Rules:
        """Ask the host of an address for its rules and, where they let us, for a page that it does not have."""
        origin = origin_of(url)
        self._rules[origin] = rules = await self._robots(origin, engine)
        if rules.delay > self._website.delay_seconds:
            self._slow_down(host_of(origin), min(rules.delay, LONGEST_PAUSE), engine)
        if rules.allows(origin + PROBE):
            self._missing[origin] = await self._looks_missing(origin, engine)
        return rules

    def _slow_down(self, host: str, delay: float, engine: Any) -> None:
        """Keep a pause between two requests to a host, in its queue as it is and whenever it is made anew."""
        engine.downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1}
        if slot := engine.downloader.slots.get(host):
            slot.delay, slot.concurrency = delay, 1

    def may_reach(self, url: str) -> bool:
        """Whether the address's host is not given as a private IP address; where a name leads, the resolver looks."""
        host = urlsplit(url).hostname or ""
        return self._website.private_addresses or not is_literal(host) or is_public(host)

    def seems_missing(self, url: str, page: Selector) -> bool:
        """Whether a page is what the host answers for pages that it does not have; its home page, which may be just that, is not."""
        missing = self._missing.get(origin_of(url), frozenset())
        if not missing or urlsplit(url).path == "/":
            return False
        words = _words(page)
        return len(words ^ missing) <= MOST_DIFFERENT and len(words & missing) >= ALIKE * len(words | missing)

    async def _robots(self, origin: str, engine: Any) -> Rules:
        url = f"{origin}/robots.txt"
        for _ in range(MOST_HOPS):
            answer = await self._fetch(url, engine)
            if answer is None:
                return rules_of(0, b"")
            if answer.status not in (301, 302, 303, 307, 308):
                return rules_of(answer.status, answer.body)
            target = canonical(header(answer, "Location"), url)
            if target is None or host_of(target) not in self._website.allowed_hosts:
                break
            url = target
        return rules_of(404, b"")  # RFC 9309, 2.3.1.2: after too many redirects a crawler may take it that there is none

    async def _looks_missing(self, origin: str, engine: Any) -> frozenset[str]:
        answer = await self._fetch(origin + PROBE, engine)
        if answer is None or answer.status != 200 or kind_of(answer.body, header(answer, "Content-Type")) != "html":
            return frozenset()
        try:
            return _words(Selector(text=decode(answer.body, charset(answer)), type="html"))
        except (ValueError, TypeError, RecursionError) as fault:
            log.info("%s: %r", answer.url, fault)
            return frozenset()

    async def _fetch(self, url: str, engine: Any) -> Response | None:
        if not self.may_reach(url):
            return None
        for left in reversed(range(min(2, self._website.tries))):
            try:
                answer: Response = await engine.download_async(scrapy.Request(url, dont_filter=True, meta={"download_slot": host_of(url)}))
            except Exception as fault:  # whatever went wrong, there is no answer
                log.info("%s: %r", url, fault)
            else:
                if answer.status < 500 or not left:
                    return answer
            if left:
                await asyncio.sleep(min(PAUSE, self._website.timeout_seconds))
        return None


def _words(page: Selector) -> frozenset[str]:
    return frozenset(word.lower() for word in words_of(page))
