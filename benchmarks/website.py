"""Reading a whole website: ``python -m benchmarks.website [--pages 5000] [--json FILE]``.

A made-up Local Offer is served on 127.0.0.1 in the shapes of the platforms that councils use (an Open Objects directory, LocalGov Drupal, Jadu,
WordPress, Umbraco), one page in fifty a PDF. It is fetched and built from nothing, then again after one page in a hundred has changed, with the
server answering 304 for the rest. Shown are pages and passages a second, texts embedded, peak memory of the build and of the process that fetches,
and how the second build compares to the first. The release holds the project's own content too; its vectors and what
is learned from its messages are taken over from the live release, so that the website is what is measured.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from benchmarks.common import with_content
from indexer import config
from indexer.config import IndexerSettings, load_settings

KINDS = ("openobjects", "drupal", "jadu", "wordpress", "umbraco")
PDF_EVERY, INDEX_EVERY = 50, 40
SUBJECTS = "speech hearing sight autism sleep feeding behaviour anxiety epilepsy reading numbers movement play transport respite housing".split()
PLACES = "Bredbury Marple Reddish Cheadle Bramhall Romiley Hazel_Grove Heaton_Moor Brinnington Offerton Edgeley Gatley".split()
THINGS = "group clinic club course drop-in service visit team session library workshop helpline café".split()
DOES = (
    "The {thing} meets in {place} on {day} from {hour} to {later}.",
    "Families of children with needs in {subject} can come without an appointment.",
    "A worker who knows about {subject} talks with you about your child and writes down what you agree.",
    "You can be referred to the {thing} by your health visitor, your school or your family doctor.",
    "The {thing} in {place} is free for families who live in the borough.",
    "Waiting for the {thing} takes about {weeks} weeks after the form has been received.",
    "If your child already has a plan, bring a copy to the {thing} in {place}.",
    "Nobody needs a diagnosis to come to the {subject} {thing}.",
    "Brothers and sisters are welcome at the {thing}, and there is a room for quiet time.",
    "Staff of the {subject} {thing} also visit nurseries and schools around {place}.",
)
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday".split()


class Website:
    """A made-up website of so many pages. ``changed`` are numbers of pages that now say something else."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.changed: frozenset[int] = frozenset()

    def path(self, number: int) -> str:
        """Where a page is."""
        if number % PDF_EVERY == 7:
            return f"/media/{number}/guide-{number}.pdf"
        return {
            "openobjects": f"/kb5/town/directory/service.page?id=k{number}",
            "drupal": f"/children-and-families/send/page-{number}",
            "jadu": f"/info/{2000 + number}/send_page_{number}",
            "wordpress": f"/local-offer/{number}-help/",
            "umbraco": f"/send-local-offer/topic-{number}/",
        }[KINDS[number % len(KINDS)]]

    def body(self, number: int) -> tuple[bytes, str]:
        """A page and its content type."""
        title, paragraphs = self.words(number)
        if number % PDF_EVERY == 7:
            return _pdf(title, tuple(paragraphs)), "application/pdf"
        links = [self.path(n) for n in (number * 2 + 1, number * 2 + 2, number + 7) if n < self.pages]
        return _shaped(KINDS[number % len(KINDS)], number, title, paragraphs, links).encode(), "text/html; charset=utf-8"

    def words(self, number: int) -> tuple[str, list[str]]:
        """Title and the four paragraphs of a page."""
        chance = random.Random(number * 7919 + (1_000_003 if number in self.changed else 0))
        place = chance.choice(PLACES).replace("_", " ")
        subject, thing = chance.choice(SUBJECTS), chance.choice(THINGS)
        words = {"place": place, "subject": subject, "thing": thing, "day": chance.choice(DAYS), "weeks": chance.randint(2, 40)}
        paragraphs = []
        for _ in range(4):
            hour = chance.randint(9, 15)
            several = chance.sample(DOES, 4)
            paragraphs.append(" ".join(line.format(hour=f"{hour}.00", later=f"{hour + 2}.30", **words) for line in several))
        return f"{subject.capitalize()} {thing} in {place} ({number})", paragraphs


def _shaped(kind: str, number: int, title: str, paragraphs: Sequence[str], links: Sequence[str]) -> str:
    nav = "".join(f'<li><a href="/section/{i}">Section {i}</a></li>' for i in range(12))
    more = "".join(f'<li><a href="{link}">Read more about {link[-12:]}</a></li>' for link in links)
    a, b, c, d = paragraphs
    contact = f'<p>Telephone: <a href="tel:0161496{number:04}">0161 496 {number % 10_000:04}</a></p><p>Email: team{number}@example.org</p>'
    cookie = '<div class="cookie-banner"><p>We use cookies to make this site work. Accept or reject them.</p><button>Accept</button></div>'
    head = f"<title>{title} | Town Council</title>"
    if kind == "openobjects":
        session = f";jsessionid={hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()}" if number % 3 else ""
        near = "".join(f'<a href="{link}{session}">Next</a> ' for link in links)
        return (
            f'<html><head>{head}</head><body><div id="header"><ul>{nav}</ul></div>{cookie}'
            f'<div class="breadcrumb"><a href="/">Home</a> &gt; Directory</div>'
            f'<div id="content"><h1>{title}</h1><div class="field_section"><h2>Description</h2><p>{a}</p><p>{b}</p></div>'
            f'<div class="field_section"><h2>Contact</h2><dl><dt>Telephone</dt><dd>0161 496 {number % 10_000:04}</dd><dt>E-mail</dt>'
            f"<dd>team{number}@example.org</dd></dl></div><table><tr><th>Day</th><th>Open</th></tr><tr><td>Monday</td><td>9 to 5</td></tr></table>"
            f"<h2>Other details</h2><p>{c}</p><p>{d}</p>{near}</div><div id='footer'>Town Council</div></body></html>"
        )
    if kind == "drupal":
        return (
            f'<!doctype html><html lang="en"><head>{head}<meta name="dcterms.modified" content="2026-0{number % 9 + 1}-11"></head><body>{cookie}'
            f'<header role="banner"><nav><ul>{nav}</ul></nav></header><main id="main-content"><article class="node"><h1>{title}</h1><p>{a}</p>'
            f"<h2>Who can come</h2><p>{b}</p><details><summary>What happens then</summary><p>{c}</p></details><h2>How to get in touch</h2>{contact}"
            f"<p>{d}</p></article><h2>Related</h2><ul>{more}</ul></main><footer><p>Town Council</p></footer></body></html>"
        )
    if kind == "jadu":
        return (
            f'<!doctype html><html lang="en"><head>{head}</head><body><div class="supernav"><ul>{nav}</ul></div>{cookie}<main><h1>{title}</h1>'
            f'<div class="editor"><p>{a}</p><h2>Before you come</h2><p>{b}</p><ul><li>{c}</li><li>{d}</li></ul></div><aside><ul>{more}</ul></aside>'
            f'<div class="contact"><h2>Contact</h2>{contact}</div><p>Last updated: {number % 28 + 1} March 2026</p></main></body></html>'
        )
    if kind == "wordpress":
        return (
            f'<!doctype html><html lang="en-GB"><head>{head}<meta property="og:type" content="article"></head><body><nav>{nav}</nav>{cookie}'
            f'<div id="primary"><article class="post"><header class="entry-header"><h1>{title}</h1></header><div class="entry-content"><p>{a}</p>'
            f"<h2>About it</h2><p>{b}</p><p>{c}</p><h3>Contact</h3>{contact}<p>{d}</p></div></article>"
            f"<div class='comments'><p>No comments yet.</p></div></div><div id='secondary'><ul>{more}</ul></div></body></html>"
        )
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body><form id="search"><input></form><nav>{nav}</nav>{cookie}'
        f'<div role="main"><h1>{title}</h1>'
        f"<p>{a}</p><h2>Dates</h2><p>{b}</p><h2>Cost</h2><p>{c}</p><div class='panel'>{contact}</div><p>{d}</p><ul>{more}</ul></div></body></html>"
    )


@lru_cache(maxsize=4096)
def _pdf(title: str, paragraphs: tuple[str, ...]) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

    styles, data = getSampleStyleSheet(), io.BytesIO()
    story: list[Any] = [Paragraph(title, styles["Title"])]
    for number, text in enumerate(paragraphs, 1):
        story += [Paragraph(f"{number}. Part {number}", styles["Heading2"]), Paragraph(text, styles["Normal"])]
        story += [PageBreak()] if number == 2 else []
    SimpleDocTemplate(data, pagesize=A4, title=title, invariant=1).build(story)
    return data.getvalue()


def serve(pages: int, changed: Any, ready: Any) -> None:
    """Serve a website until the process is ended; ``changed`` is a shared flag, ``ready`` receives the port."""
    site = Website(pages)
    later = frozenset(range(0, pages, 100))
    numbers = {site.path(n): n for n in range(pages)}
    sitemap = "".join(f"<url><loc>{{0}}{site.path(n).replace('&', '&amp;')}</loc></url>" for n in range(0, pages, INDEX_EVERY))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.changed = later if changed.value else frozenset()
            origin = f"http://{self.headers['Host']}"
            path = self.path.partition(";")[0] if "?" not in self.path else self.path
            if path == "/robots.txt":
                self._send(f"User-agent: *\nDisallow: /section/\nSitemap: {origin}/sitemap.xml\n".encode(), "text/plain")
            elif path == "/sitemap.xml":
                self._send(f"<urlset>{sitemap.format(origin)}</urlset>".encode(), "application/xml")
            elif path == "/":
                self._send(f'<main><h1>Home</h1><a href="{site.path(0)}">First</a></main>'.encode(), "text/html")
            elif path in numbers:
                number = numbers[path]
                tag = f'"{number}-{int(number in site.changed)}"'
                if self.headers.get("If-None-Match") == tag:
                    self.send_response(304)
                    self.end_headers()
                else:
                    self._send(*site.body(number), tag=tag)
            else:
                self._send(b"<h1>Not found</h1>", "text/html", status=404)

        def _send(self, body: bytes, kind: str, status: int = 200, tag: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if tag:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    ready.put(server.server_port)
    server.serve_forever()


def _build(folder: str, url: str, pages: int, told: Any) -> None:
    """One crawl and build, in a process of its own so that its memory is its own."""
    from indexer.build import build, fetch

    settings = load_settings(IndexerSettings, "indexer")
    website = config.Website(name="Town", start=(url,), delay_seconds=0, at_once=8, max_pages=pages * 2, private_addresses=True)
    settings = settings.model_copy(update={"websites": (website,), "release_dir": Path(folder)})
    begun = time.perf_counter()
    embedded = fetch(settings, lambda line: print(line, file=sys.stderr, flush=True))
    fetched = time.perf_counter() - begun
    built = build(settings)
    # the parent of those that fetch and read, which counts among the children only when it has ended
    forkserver._forkserver._stop()  # noqa: SLF001
    own, children = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    told.put(
        {
            "seconds": time.perf_counter() - begun, "fetching": fetched, "embedded": embedded + built.embedded, "crawled": embedded,
            "documents": built.documents, "passages": built.passages, "skipped": len(built.skipped), "build MB": own, "other processes MB": children,
        }
    )  # fmt: skip


def measure(pages: int, folder: Path) -> dict[str, dict[str, float]]:
    """A first build and one after changes."""
    with_content(folder)
    context = multiprocessing.get_context("spawn")
    changed, ready, told = context.Value("i", 0), context.Queue(), context.Queue()
    server = context.Process(target=serve, args=(pages, changed, ready), daemon=True)
    server.start()
    try:
        url = f"http://127.0.0.1:{ready.get(timeout=60)}/"
        figures = {}
        for name in ("first", "second"):
            worker = context.Process(target=_build, args=(str(folder), url, pages, told))
            worker.start()
            worker.join()
            if worker.exitcode:
                raise SystemExit(f"the {name} build failed")
            figures[name] = told.get(timeout=10)
            changed.value = 1
    finally:
        server.terminate()
        server.join()
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.website", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--pages", type=int, default=5000, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="waymark-website-") as name:
        figures = measure(max(1, options.pages), Path(name))
    first, second = figures["first"], figures["second"]
    for row in first:
        print(f"{row:22}{first[row]:12.1f}{second[row]:12.1f}   ratio {second[row] / first[row] if first[row] else 0:.3f}")
    for row, unit in (("documents", "pages"), ("passages", "passages")):
        print(f"{unit + ' a second':22}{first[row] / first['seconds']:12.1f}{second[row] / second['seconds']:12.1f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
