"""What the chat page weighs and how soon an answer stands there: ``python -m benchmarks.page_weight [--url ADDRESS] [--rounds N]``.

Without ``--url`` the published release is served here. Bytes are those that came over the wire, headers included, into a browser with an empty
cache. The time to an answer runs from the press of the button until the answer is visible. The slower lines also have a processor
four times as slow. Prints medians; asserts nothing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Page

from benchmarks import browser
from tests.browser import chromium

QUESTION = "My son is 20 months old. Could someone come to the house and play with him?"
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Line:
    """A connection, and the processor of the device at its end."""

    name: str
    kilobits: float = 0
    latency_ms: float = 0
    slower: int = 1


LINES = (Line("as it is"), Line("fast 3G", 1600, 150, 4), Line("slow 3G", 400, 400, 4))


@dataclass(frozen=True)
class Round:
    """One visit: bytes and requests of the first view, seconds until it had loaded, then of the first answer."""

    bytes: float
    requests: float
    view_seconds: float
    answer_bytes: float
    answer_seconds: float


class Meter:
    """Counts what the network brings."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes, self.requests = 0.0, 0
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, float]) -> None:
        self.bytes += event["encodedDataLength"]
        self.requests += 1


def visit(opened: Browser, url: str, line: Line) -> Round:
    """Open the page with an empty cache, ask, and wait for the answer."""
    context = opened.new_context(viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        meter = Meter(session)
        session.send("Network.enable")
        if line.kilobits:
            rate = line.kilobits * 1000 / 8
            conditions = {"offline": False, "latency": line.latency_ms, "downloadThroughput": rate, "uploadThroughput": rate}
            session.send("Network.emulateNetworkConditions", conditions)
        session.send("Emulation.setCPUThrottlingRate", {"rate": line.slower})
        started = perf_counter()
        page.goto(url, wait_until="load", timeout=PATIENCE_SECONDS * 1000)
        view_seconds = perf_counter() - started
        page.wait_for_timeout(500)  # what is loaded after the page, such as its icon
        first = meter.bytes, meter.requests
        answer_seconds = ask(page)
        page.wait_for_timeout(200)
        return Round(*first, view_seconds, meter.bytes - first[0], answer_seconds)
    finally:
        context.close()


def ask(page: Page) -> float:
    """Seconds from the press of the button until the answer is visible."""
    page.locator("#question").fill(QUESTION)
    button = page.locator("form.ask button")
    started = perf_counter()
    button.click()
    page.locator("#latest .exchange h2").wait_for(state="visible", timeout=PATIENCE_SECONDS * 1000)
    return perf_counter() - started


def median(rounds: Sequence[Round], name: str) -> float:
    return statistics.median(getattr(one, name) for one in rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description="What the chat page weighs and how soon an answer stands there.")
    parser.add_argument("--url", help="address of a site on this machine that is being served already")
    parser.add_argument("--rounds", type=int, default=5, help="visits for each connection (5)")
    options = parser.parse_args()
    if options.url and urlsplit(options.url).hostname != chromium.HOST:
        sys.exit(f"--url has to be on {chromium.HOST}: the browser is kept from all other hosts")
    with nullcontext(options.url) if options.url else browser.site() as url, browser.browser() as opened:
        visit(opened, url, LINES[0])  # the first answer of a server that has just started is not what is measured
        measured = {line: [visit(opened, url, line) for _ in range(options.rounds)] for line in LINES}
    first = measured[LINES[0]]
    print(f"first view: {median(first, 'bytes') / 1000:.1f} kB in {median(first, 'requests'):.0f} requests; "
          f"an answer: {median(first, 'answer_bytes') / 1000:.1f} kB")
    print(f"\n{'connection':<12}{'kbit/s':>8}{'latency ms':>12}{'CPU':>6}{'page loaded s':>15}{'first answer s':>16}")
    for line, rounds in measured.items():
        rate, latency = (f"{line.kilobits:.0f}", f"{line.latency_ms:.0f}") if line.kilobits else ("-", "-")
        view, answer = median(rounds, "view_seconds"), median(rounds, "answer_seconds")
        print(f"{line.name:<12}{rate:>8}{latency:>12}{f'1/{line.slower}':>6}{view:>15.2f}{answer:>16.2f}")


if __name__ == "__main__":
    main()
