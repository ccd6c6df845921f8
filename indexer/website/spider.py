"""Fetches one website with Scrapy: its downloader brings the time and size limits, unpacking and the queue of each host.

What to ask for next, what was tried and how often stands in the store, not in Scrapy's own queues: it outlives a kill, and stays out of
memory. Redirects are followed there too, so that each address is asked for once whatever leads to it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from multiprocessing.process import BaseProcess
from typing import Any
from urllib.parse import urlsplit

import scrapy
from parsel import Selector
from scrapy.http import Response
from twisted.python.failure import Failure

from indexer.config import Website, host_of
from indexer.readers.text import decode
from indexer.website.addresses import DATED_VARIANTS, canonical, links_of, wanted, without_date
from indexer.website.faults import reason_of
from indexer.website.headers import charset, header, seconds
from indexer.website.hosts import LONGEST_PAUSE, MOST_HOPS, PAUSE, Hosts, origin_of
from indexer.website.recognise import LOGIN_PATH, fault_of, kind_of, look_at
from indexer.website.redirects import settle
from indexer.website.robots import Rules
from indexer.website.safety import PrivateAddressError
from indexer.website.sitemaps import SitemapFaultError, read_sitemap
from indexer.website.store import BARRED, FAILED, GONE, MOVED, OK, OTHER, Fetched, Store, Waiting

log = logging.getLogger(__name__)

AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))
"""Answers after which a page is tried again."""


class SiteSpider(scrapy.Spider):
    """Asks for what waits in a store until nothing does."""

    name = "waymark"

    def __init__(self, website: Website, store: Store, parent: BaseProcess | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.website, self.store, self.parent = website, store, parent
        self.hosts = Hosts(website)
        self.busy: dict[str, set[str]] = defaultdict(set)
        self.paused: dict[str, float] = {}
        self.dated: dict[str, set[str]] = defaultdict(set)
        self.left = 0
        self.asked_again = False
        self.broken = False

    # --- what to ask for ------------------------------------------------------------------------------------------------------------
    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Requests, as long as something waits and the store can be written."""
        try:
            async for request in self._requests():
                yield request
        except sqlite3.Error as fault:
            self._give_up(fault)

    async def _requests(self) -> AsyncIterator[scrapy.Request]:
        """What to ask for; a host is asked for a little more than it may answer at once."""
        self.store.begin()
        self.left = self.website.max_pages - self.store.counts()["all"]
        self._queue(self.website.start, 0)
        self._queue(self.website.sitemaps, 0, sitemap=True)
        while not self._orphaned() and not self.broken:
            now, given = time.time(), False
            for host in self.store.hosts_waiting():
                busy = self.busy[host]
                room = self.website.at_once + 2 - len(busy)
                if room <= 0 or self.paused.get(host, 0) > now:
                    continue
                for waiting in self.store.next(host, now, room, tuple(busy)):
                    await self._know(waiting.url)
                    if request := self._request(waiting):
                        given = True
                        yield request
            if not given and not any(self.busy.values()):
                due = self.store.next_due()
                if due is None and (self.asked_again or not self._again()):
                    settle(self.store)
                    self.store.finish()
                    return
                await asyncio.sleep(min(1.0, max(0.01, (due or 0) - time.time())))
            else:
                await asyncio.sleep(0.005)

    def _again(self) -> bool:
        self.asked_again = True
        again = self.store.known_again(max(0, self.left))
        self.left -= again
        return again > 0

    def _orphaned(self) -> bool:
        return self.parent is not None and not self.parent.is_alive()

    async def _know(self, url: str) -> None:
        """See to it that the rules of an address's host are known."""
        if self.hosts.rules(url) is None:
            rules = await self.hosts.ask(url, self.crawler.engine)
            self._queue(rules.sitemaps, 0, sitemap=True)

    def _request(self, waiting: Waiting) -> scrapy.Request | None:
        url = waiting.url
        rules = self.hosts.rules(url) or Rules()
        if not self.hosts.may_reach(url):
            self.store.close_page(url, BARRED, "not on the public internet")
            return None
        if not waiting.sitemap and not rules.allows(url):
            # A host whose rules cannot be read today is failing; one that says no is to be obeyed at once.
            self.store.close_page(url, FAILED if rules.closed else BARRED, rules.closed or "robots.txt asks not to read it")
            return None
        headers = {name: value for name, value in (("If-None-Match", waiting.etag), ("If-Modified-Since", waiting.modified)) if value}
        self.busy[host_of(url)].add(url)
        meta = {"handle_httpstatus_all": True, "waiting": waiting, "download_slot": host_of(url)}
        return scrapy.Request(url, self.page, errback=self.no_page, headers=headers, dont_filter=True, meta=meta)

    # --- what came --------------------------------------------------------------------------------------------------------------------
    def page(self, response: Response) -> None:
        """An answer of whatever status."""
        waiting: Waiting = response.meta["waiting"]
        self._deal_with(waiting, lambda: self._answered(waiting, response))

    def no_page(self, failure: Failure) -> None:
        """No answer, or none that could be taken."""
        waiting: Waiting = failure.request.meta["waiting"]  # type: ignore[attr-defined]
        self._deal_with(waiting, lambda: self._unanswered(waiting, failure))

    def _deal_with(self, waiting: Waiting, deal: Callable[[], None]) -> None:
        """Deal with what came for an address, and close it whatever goes wrong: one that stays in the queue is asked for without end."""
        try:
            try:
                deal()
            except sqlite3.Error:
                raise
            except Exception as fault:
                log.exception("%s", waiting.url)
                self.store.close_page(waiting.url, FAILED, f"cannot be dealt with ({type(fault).__name__})")
        except sqlite3.Error as fault:
            self._give_up(fault)
        finally:
            self.busy[host_of(waiting.url)].discard(waiting.url)

    def _give_up(self, fault: sqlite3.Error) -> None:
        """End the crawl: nothing can be kept any more."""
        if not self.broken:
            print(f"{self.store.path} cannot be written: {fault}", file=sys.stderr, flush=True)
        self.broken = True

    def _answered(self, waiting: Waiting, response: Response) -> None:
        status = response.status
        if status == 304:
            self._follow(waiting, self.store.same(waiting.url))
        elif status in (301, 302, 303, 307, 308):
            self._moved(waiting, header(response, "Location"), status in (301, 308))
        elif status in (404, 410):
            self.store.close_page(waiting.url, GONE, f"HTTP status {status}")
        elif status in (401, 403, 407, 451):
            self.store.close_page(waiting.url, BARRED if status in (401, 407) else FAILED, f"HTTP status {status}: not for everyone")
        elif status in AGAIN:
            self._try_again(waiting, f"HTTP status {status}", seconds(header(response, "Retry-After")), status in (429, 503))
        elif status != 200:
            self.store.close_page(waiting.url, FAILED, f"HTTP status {status}")
        elif waiting.sitemap:
            self._sitemap(waiting, response.body)
        else:
            self._read(waiting, response)

    def _unanswered(self, waiting: Waiting, failure: Failure) -> None:
        reason, again = reason_of(failure, self.website)
        if again:
            self._try_again(waiting, reason)
        else:
            self.store.close_page(waiting.url, BARRED if isinstance(failure.value, PrivateAddressError) else FAILED, reason)

    def _try_again(self, waiting: Waiting, reason: str, wait: float | None = None, whole_host: bool = False) -> None:
        tries = waiting.tries + 1
        if tries >= self.website.tries or (wait or 0) > LONGEST_PAUSE:
            asked = f", and asks to wait {wait:.0f} seconds" if wait else ""
            self.store.close_page(waiting.url, FAILED, f"{reason}{asked}, tried {tries} times" if tries > 1 else f"{reason}{asked}")
            return
        due = time.time() + (wait if wait is not None else min(self._pause() * 2 ** (tries - 1), LONGEST_PAUSE))
        if whole_host:
            host = host_of(waiting.url)
            self.paused[host] = max(self.paused.get(host, 0), due)
        self.store.later(waiting.url, due, reason)

    def _pause(self) -> float:
        return min(PAUSE, max(self.website.delay_seconds, 0.05) * 2)

    def _moved(self, waiting: Waiting, location: str, for_good: bool) -> None:
        target = canonical(location, waiting.url)
        if target is None or waiting.hops >= MOST_HOPS or target == waiting.url:
            reason = "redirects to no address" if target is None else "redirects in a circle" if target == waiting.url else "redirects without end"
            self.store.close_page(waiting.url, FAILED, reason)
        elif LOGIN_PATH.search(urlsplit(target).path):
            self.store.close_page(waiting.url, BARRED, "leads to a log-in page")
        elif not self._ours(target, waiting.sitemap):
            outcome = OTHER if for_good or not waiting.copy else FAILED
            was = "was read before and now " if outcome == OTHER and waiting.copy else ""
            self.store.close_page(waiting.url, outcome, f"{was}redirects to {target}, which is outside")
        else:
            self.store.close_page(waiting.url, MOVED, f"redirects to {target}", target)
            self.store.queue([(target, host_of(target))], waiting.depth, waiting.hops + 1, waiting.sitemap)

    def _ours(self, url: str, anything: bool = False) -> bool:
        return host_of(url) in self.website.allowed_hosts if anything else wanted(url, self.website)

    def _sitemap(self, waiting: Waiting, body: bytes) -> None:
        try:
            pages, sitemaps = read_sitemap(body)
        except SitemapFaultError as fault:
            self.store.close_page(waiting.url, FAILED, f"sitemap: {fault}")
            return
        self.store.close_page(waiting.url, OK, "")
        if waiting.depth < MOST_HOPS:
            self._queue(sitemaps, waiting.depth + 1, sitemap=True)
        self._queue(pages, 1)

    def _read(self, waiting: Waiting, response: Response) -> None:
        if not response.body.strip():
            self.store.close_page(waiting.url, FAILED, "an empty answer")
            return
        kind = kind_of(response.body, header(response, "Content-Type"))
        if kind is None:
            named = header(response, "Content-Type").partition(";")[0] or "of an unknown type"
            self.store.close_page(waiting.url, OTHER, f"no page or document ({named})")
            return
        if "noindex" in header(response, "X-Robots-Tag").lower():
            self.store.close_page(waiting.url, BARRED, "asks not to be indexed")
            return
        body, links, target = response.body, list[str](), None
        if kind == "text":
            body = decode(body, charset(response)).encode()
        if kind == "html":
            text = decode(body, charset(response))
            body = text.encode("utf-8", errors="replace")
            try:
                page = Selector(text=text)
                look = look_at(page)
                fault = fault_of(look)
                missing = not fault and waiting.depth > 0 and self.hosts.seems_missing(waiting.url, page)
                # Where one page stands for many addresses, its links are read from the top, else they would lead ever further down.
                base = origin_of(response.url) if missing else response.url
                links = [] if look.nofollow or fault else links_of(page, base, self.website)
                if missing:
                    fault = GONE, "looks like the website's own page for what is missing"
            except (ValueError, TypeError, RecursionError) as broken:
                self.store.close_page(waiting.url, FAILED, f"markup that cannot be read ({type(broken).__name__})")
                return
            if fault or look.noindex:
                outcome, reason = fault or (BARRED, "asks not to be indexed")
                self.store.close_page(waiting.url, outcome, reason)
                self._follow(waiting, links)
                return
            target = canonical(look.canonical, response.url) if look.canonical else None
            target = target if target and target != waiting.url and wanted(target, self.website) else None
        page_kept = Fetched(waiting.url, kind, hashlib.sha256(body).hexdigest(), header(response, "Last-Modified") or None, time.time(), body)
        self.store.keep(page_kept, links, target, header(response, "ETag") or None)
        self._follow(waiting, [*links, *([target] if target else [])])

    def _follow(self, waiting: Waiting, links: Sequence[str]) -> None:
        if waiting.depth < self.website.max_depth:
            self._queue(links, waiting.depth + 1)

    def _queue(self, links: Sequence[str], depth: int, sitemap: bool = False) -> None:
        """Put addresses in the queue that are wanted, not one date too many of the same page, and not beyond the limit of pages."""
        urls = dict.fromkeys(url for link in links if (url := canonical(link)) and self._ours(url, sitemap or depth == 0))
        fresh = [url for url in self.store.not_yet(list(urls)) if not self._one_date_more(url)]
        if not sitemap and len(fresh) > max(0, self.left):
            self.store.set_fact("limit", str(self.store.run))
            fresh = fresh[: max(0, self.left)]
        if fresh:
            self.store.queue([(url, host_of(url)) for url in fresh], depth, sitemap=sitemap)
            self.left -= 0 if sitemap else len(fresh)

    def _one_date_more(self, url: str) -> bool:
        leaf = without_date(url)
        if leaf is None:
            return False
        seen = self.dated[leaf]
        if url not in seen and len(seen) >= DATED_VARIANTS:
            return True
        seen.add(url)
        return False
