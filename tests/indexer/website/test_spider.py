"""Fetching a website that behaves badly on purpose: every fault has its outcome and its reason, and none ends the crawl."""

from __future__ import annotations

import asyncio
import gzip
import io
import time
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise
from pathlib import Path

import brotli
import pytest
import scrapy
from scrapy.http import HtmlResponse

from indexer.config import host_of
from indexer.website.crawl import CrawlError, fetch_one
from indexer.website.fetching import fetch
from indexer.website.hosts import PROBE
from indexer.website.processes import PROCESSES
from indexer.website.spider import SiteSpider
from indexer.website.store import Page, Store, Waiting
from tests.indexer.website.site import Request, Site, crawled, page, serving

GOOD = ("/good", "/after")


def _slow(request: Request) -> None:
    time.sleep(15)
    request.send(page("slow"))


def _drips(request: Request) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.1)
            yield b"<p>drip</p>"

    request.raw(200, {"Content-Type": "text/html"}, pieces())


def _endless(request: Request) -> None:
    def pieces() -> Iterator[bytes]:
        while True:
            yield b"<p>more and more</p>" * 5000

    request.raw(200, {"Content-Type": "text/html"}, pieces())


def _packed(pack: Callable[[bytes], bytes], name: str) -> Callable[[Request], None]:
    bomb = pack(b"<p>boom</p>" * 3_000_000)
    return lambda request: request.send(bomb, Content_Encoding=name)


def _many_links(request: Request) -> None:
    request.send("<main><h1>Links</h1>" + "".join(f'<a href="/many/{i}">{i}</a>' for i in range(100_000)) + "</main>")


FAULTS: dict[str, tuple[Callable[[Request], None], str, str]] = {
    "/slow": (_slow, "failed", "no whole answer within 2 seconds"),
    "/drips": (_drips, "failed", "no whole answer within 2 seconds"),
    "/endless": (_endless, "failed", "larger than 5 MB"),
    "/large": (lambda r: r.send(b"x", Content_Length="99000000"), "failed", "larger than 5 MB"),
    "/cut": (lambda r: r.raw(200, {"Content-Type": "text/html", "Content-Length": "5000"}, [b"<h1>cut"]), "failed", "broke off"),
    "/cut-chunk": (lambda r: r.raw(200, {"Content-Type": "text/html", "Transfer-Encoding": "chunked"}, [b"ff\r\nshort"]), "failed", "broke off"),
    "/hangs-up": (lambda r: r.hang_up(), "failed", "broke off"),
    "/gzip-bomb": (_packed(gzip.compress, "gzip"), "failed", "unpacks to more than 5 MB"),
    "/brotli-bomb": (_packed(brotli.compress, "br"), "failed", "unpacks to more than 5 MB"),
    "/deflate-bomb": (_packed(zlib.compress, "deflate"), "failed", "unpacks to more than 5 MB"),
    "/bad-gzip": (lambda r: r.send(b"not gzip at all", Content_Encoding="gzip"), "failed", ""),
    "/400": (lambda r: r.send("no", 400), "failed", "HTTP status 400"),
    "/401": (lambda r: r.send("who", 401), "barred", "HTTP status 401"),
    "/403": (lambda r: r.send("no", 403), "failed", "HTTP status 403"),
    "/404": (lambda r: r.send("no", 404), "gone", "HTTP status 404"),
    "/410": (lambda r: r.send("no", 410), "gone", "HTTP status 410"),
    "/429": (lambda r: r.send("no", 429, Retry_After="0"), "failed", "HTTP status 429, tried 2 times"),
    "/429-for-long": (lambda r: r.send("no", 429, Retry_After="86400"), "failed", "asks to wait 86400 seconds"),
    "/500": (lambda r: r.send("no", 500), "failed", "HTTP status 500, tried 2 times"),
    "/503": (lambda r: r.send("no", 503), "failed", "HTTP status 503, tried 2 times"),
    "/circle": (lambda r: r.send("", 302, Location="/circle"), "failed", "redirects in a circle"),
    "/nowhere": (lambda r: r.send("", 302), "failed", "redirects in a circle"),
    "/to-script": (lambda r: r.send("", 302, Location="javascript:alert(1)"), "failed", "redirects to no address"),
    "/outside": (lambda r: r.send("", 302, Location="http://elsewhere.example.org/x"), "other", "which is outside"),
    "/to-login": (lambda r: r.send("", 302, Location="/user/login?next=/"), "barred", "leads to a log-in page"),
    "/login-wall": (
        lambda r: r.send('<h1>Sign in</h1><form><input type="email"><input type="password"></form>'),
        "barred",
        "a log-in page",
    ),
    "/robot-check": (lambda r: r.send("<title>Just a moment...</title><h1>Checking your browser</h1>"), "barred", "a check whether"),
    "/soft-404": (lambda r: r.send(page("Page not found", text="Sorry.")), "gone", "says that there is no such page"),
    "/maintenance": (lambda r: r.send(page("Down for maintenance", text="Back at 6pm.")), "failed", "a maintenance page"),
    "/noindex": (lambda r: r.send(page("secret", head='<meta name="robots" content="noindex">')), "barred", "asks not to be indexed"),
    "/noindex-header": (lambda r: r.send(page("secret"), X_Robots_Tag="noindex"), "barred", "asks not to be indexed"),
    "/picture": (lambda r: r.send(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 50, Content_Type="text/html"), "other", "no page or document"),
    "/video": (lambda r: r.send(b"abc\0def" * 50, Content_Type="video/mp4"), "other", "no page or document (video/mp4)"),
    "/empty": (lambda r: r.send(""), "failed", "an empty answer"),
}
FINE: dict[str, Callable[[Request], None]] = {
    "/too-short-length": lambda r: r.raw(200, {"Content-Type": "text/html", "Content-Length": "200"}, [page("cut short").encode()]),
    "/wrong-charset": lambda r: r.send(page("Crèche").encode(), Content_Type="text/html; charset=iso-8859-1"),
    "/latin": lambda r: r.send(page("Crèche à côté").encode("latin-1"), Content_Type="text/html; charset=iso-8859-1"),
    "/unknown-charset": lambda r: r.send(page("Odd"), Content_Type="text/html; charset=klingon"),
    "/no-type": lambda r: r.raw(200, {"Content-Length": str(len(page("bare")))}, [page("bare").encode()]),
    "/wrong-type": lambda r: r.send(page("html all the same"), Content_Type="application/octet-stream"),
    "/gzipped": lambda r: r.send(gzip.compress(page("packed").encode()), Content_Encoding="gzip"),
    "/brotli": lambda r: r.send(brotli.compress(page("packed tightly").encode()), Content_Encoding="br"),
    "/nested": lambda r: r.send("<main><h1>Deep</h1>" + "<div>" * 5000 + "<p>Something deep down in it.</p>" + "</div>" * 5000 + "</main>"),
    "/tables": lambda r: r.send("<main><h1>T</h1>" + "<table><tr><td>" * 200 + "inner cell" + "</td></tr></table>" * 200 + "</main>"),
    "/many-links": _many_links,
    "/text": lambda r: r.send("Opening hours\n\nMonday to Friday.", Content_Type="text/plain"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    with serving() as site:
        site.page("/", "Home", *GOOD[:1], *FAULTS, *FINE, "/first", "javascript:void(0)", "mailto:a@example.org", "http://[broken", "/after")
        for path in GOOD:
            site.page(path, f"Good {path}")
        for path, (answer, _, _) in FAULTS.items():
            site.answers[path] = answer
        site.answers |= FINE
        for i in range(8):
            site.answers[f"/hop{i}"] = lambda r, i=i: r.send("", 302, Location=f"/hop{i + 1}")
        site.answers["/first"] = lambda r: r.send("", 301, Location="/hop0")
        return crawled(site, tmp_path_factory.mktemp("crawl") / "site.sqlite", max_megabytes=5, max_links=300, max_pages=400)


@pytest.mark.parametrize("path", FAULTS)
def test_a_fault_has_its_outcome_and_reason(outcomes: dict[str, Page], path: str) -> None:
    _, outcome, reason = FAULTS[path]
    assert outcomes[path].outcome == outcome, outcomes[path]
    assert reason in outcomes[path].reason
    assert outcomes[path].digest is None


@pytest.mark.parametrize("path", [*FINE, *GOOD, "/"])
def test_what_can_be_read_is_kept(outcomes: dict[str, Page], path: str) -> None:
    assert outcomes[path].outcome == "ok", outcomes[path]


def test_redirects_without_end_are_given_up(outcomes: dict[str, Page]) -> None:
    assert outcomes["/first"].outcome == "moved"
    assert [outcomes[f"/hop{i}"].outcome for i in range(4)] == ["moved"] * 4
    assert outcomes["/hop4"].reason == "redirects without end"
    assert "/hop5" not in outcomes


def test_no_more_links_of_one_page_are_followed_than_may_be(outcomes: dict[str, Page]) -> None:
    assert 1 <= sum(path.startswith("/many/") for path in outcomes) <= 300


def test_the_same_bytes_in_either_encoding_are_read_as_meant(tmp_path: Path) -> None:
    with serving() as site:
        site.page("/", "Home", "/latin", "/wrong-charset")
        site.answers |= {path: FINE[path] for path in ("/latin", "/wrong-charset")}
        crawled(site, tmp_path / "s.sqlite")
        with Store(tmp_path / "s.sqlite") as store:
            assert "Crèche à côté".encode() in (store.body(site.url + "/latin") or b"")
            assert "Crèche".encode() in (store.body(site.url + "/wrong-charset") or b"")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        yield served


def test_a_page_that_fails_once_is_tried_again(site: Site, tmp_path: Path) -> None:
    answers = iter([503, 200])
    site.answers["/"] = lambda r: r.send(page("Home"), next(answers))
    assert crawled(site, tmp_path / "s.sqlite")["/"].outcome == "ok"


def test_a_host_that_asks_for_a_pause_gets_it(site: Site, tmp_path: Path) -> None:
    answers, times = iter([429]), list[float]()

    def answer(request: Request) -> None:
        times.append(time.monotonic())
        status = next(answers, 200)
        request.send(page("Home"), status, **({"Retry_After": "1"} if status == 429 else {}))

    site.answers["/"] = answer
    assert crawled(site, tmp_path / "s.sqlite")["/"].outcome == "ok"
    assert times[1] - times[0] >= 1.0


def test_robots_are_obeyed_and_their_sitemap_read(site: Site, tmp_path: Path) -> None:
    rules = "User-agent: *\nDisallow: /private\nSitemap: {0}/map.xml.gz\n\nUser-agent: Waymark\nDisallow: /staff\nAllow: /staff/open\n"
    site.answers["/robots.txt"] = lambda r: r.send(rules.format(site.url), Content_Type="text/plain")
    inner = f"<urlset><url><loc>{site.url}/unlinked</loc></url><url><loc>http://elsewhere.example.org/</loc></url></urlset>"
    outer = f"<sitemapindex><sitemap><loc>{site.url}/inner.xml</loc></sitemap><sitemap><loc>{site.url}/map.xml.gz</loc></sitemap></sitemapindex>"
    site.answers["/map.xml.gz"] = lambda r: r.send(gzip.compress(outer.encode()), Content_Type="application/gzip")
    site.answers["/inner.xml"] = lambda r: r.send(inner, Content_Type="application/xml")
    site.page("/", "Home", "/private", "/staff/closed", "/staff/open")
    for path in ("/private", "/staff/closed", "/staff/open", "/unlinked"):
        site.page(path, path)
    found = crawled(site, tmp_path / "s.sqlite")
    assert found["/staff/closed"].reason == "robots.txt asks not to read it"
    assert {path: p.outcome for path, p in found.items() if p.outcome == "ok"}.keys() == {"/", "/private", "/staff/open", "/unlinked"}
    assert "/staff/closed" not in site.asked
    assert site.asked[0] == "/robots.txt"
    assert site.asked.count("/map.xml.gz") == 1


def test_a_robots_file_that_cannot_be_read_closes_the_host(site: Site, tmp_path: Path) -> None:
    site.answers["/robots.txt"] = lambda r: r.send("", 500)
    site.page("/", "Home")
    found = crawled(site, tmp_path / "s.sqlite")
    assert (found["/"].outcome, "/" in site.asked) == ("failed", False)
    assert "robots.txt cannot be read (HTTP status 500)" in found["/"].reason


def test_a_pause_that_robots_ask_for_is_kept(site: Site, tmp_path: Path) -> None:
    times = []

    def answer(request: Request) -> None:
        times.append(time.monotonic())
        request.send(page(request.path, "/a", "/b"))

    site.answers["/robots.txt"] = lambda r: r.send("User-agent: *\nCrawl-delay: 0.5", Content_Type="text/plain")
    site.answers |= dict.fromkeys(("/", "/a", "/b"), answer)
    crawled(site, tmp_path / "s.sqlite")
    assert len(times) == 3
    assert min(b - a for a, b in pairwise(times)) >= 0.45


def test_a_page_that_sends_its_reader_on_is_read_as_itself(tmp_path: Path, site: Site) -> None:
    def sends(target: str) -> str:
        return page("Moving", head=f'<meta http-equiv="refresh" content="0;url={target}">')

    with serving() as other:
        other.page("/x", "Elsewhere")
        site.page("/", "Home", "/outside", "/gone", "/inside")
        site.answers["/outside"] = lambda r: r.send(sends(other.url + "/x"))
        site.answers["/gone"] = lambda r: r.send(sends("/"), 404)
        site.answers["/inside"] = lambda r: r.send(sends("/next"))
        site.page("/next", "Next")
        found = crawled(site, tmp_path / "s.sqlite")
        assert other.asked == []
    assert {path: p.outcome for path, p in found.items()} == {"/": "ok", "/outside": "ok", "/gone": "gone", "/inside": "ok", "/next": "ok"}
    with Store(tmp_path / "s.sqlite") as store:
        assert b"<h1>Moving</h1>" in (store.body(site.url + "/outside") or b"")


def test_what_every_missing_page_looks_like_is_not_indexed(site: Site, tmp_path: Path) -> None:
    same = page("Hello there", text="We have looked everywhere for it and there is nothing to be seen under this address, so try the search.")
    site.answers["*"] = lambda r: r.send("User-agent: *", Content_Type="text/plain") if r.path == "/robots.txt" else r.send(same)
    site.page("/", "Home", "/lost", "/real")
    site.page("/real", "A real page")
    found = crawled(site, tmp_path / "s.sqlite")
    assert found["/lost"].outcome == "gone"
    assert "what is missing" in found["/lost"].reason
    assert found["/real"].outcome == "ok"


def _answers_everything(site: Site, body: str) -> None:
    site.answers["/robots.txt"] = lambda r: r.send("User-agent: *", Content_Type="text/plain")
    site.answers["*"] = lambda r: r.send(body)


def test_a_website_that_answers_everything_with_its_home_page_is_read(site: Site, tmp_path: Path) -> None:
    site.page("/real", "A real page", "/", "/lost")
    site.page("/start", "Start", "/real")
    _answers_everything(site, page("Home", "/real", "news/today"))
    rest = {"/real": "ok", "/lost": "gone", "/news/today": "gone"}
    found = crawled(site, tmp_path / "a.sqlite")
    assert {path: p.outcome for path, p in found.items()} == {"/": "ok", **rest}
    found = crawled(site, tmp_path / "b.sqlite", start=(site.url + "/start",))
    assert {path: p.outcome for path, p in found.items()} == {"/": "ok", "/start": "ok", **rest}
    found = crawled(site, tmp_path / "c.sqlite", start=(site.url + "/offer",))
    assert (found["/offer"].outcome, found["/real"].outcome) == ("ok", "ok")


def test_a_short_page_under_a_large_menu_is_not_missing(site: Site, tmp_path: Path) -> None:
    menu = " ".join(f"service{i}" for i in range(700))
    own = " ".join(f"contact{i}" for i in range(40))
    _answers_everything(site, page("Sorry", text=f"{menu} We have looked everywhere for it."))
    site.page("/", "Home", "/contact", "/lost")
    site.page("/contact", "Contact", text=f"{menu} {own}")
    found = crawled(site, tmp_path / "s.sqlite")
    assert {path: p.outcome for path, p in found.items()} == {"/": "ok", "/contact": "ok", "/lost": "gone"}


def test_a_missing_page_that_cannot_be_parsed_does_no_harm(site: Site, tmp_path: Path) -> None:
    _answers_everything(site, "{}")
    site.page("/", "Home", "/real")
    site.page("/real", "A real page")
    assert {path: p.outcome for path, p in crawled(site, tmp_path / "s.sqlite").items()} == {"/": "ok", "/real": "ok"}


def test_a_page_that_nobody_thought_of_is_closed(site: Site, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    broken = packed.getvalue().replace(zlib.compress(b"application/vnd.oasis.opendocument.text")[2:-4][:10], b"\xff" * 10)
    site.page("/", "Home", "/broken.odt", "/real")
    site.page("/real", "A real page")
    site.answers["/broken.odt"] = lambda r: r.send(broken, Content_Type="application/octet-stream")
    found = crawled(site, tmp_path / "s.sqlite")
    assert {path: p.outcome for path, p in found.items()} == {"/": "ok", "/broken.odt": "other", "/real": "ok"}


def _spider(site: Site, store: Store) -> tuple[SiteSpider, Waiting, HtmlResponse]:
    """A spider, an address that waits, and an answer for it."""
    url = site.url + "/"
    store.begin()
    store.queue([(url, host_of(url))], 0)
    spider = SiteSpider(site.website(), store)
    (waiting,) = store.next(host_of(url), 0, 1, ())
    answer = HtmlResponse(url, body=page("Home").encode(), request=scrapy.Request(url, meta={"waiting": waiting}))
    spider.busy[host_of(url)].add(url)
    return spider, waiting, answer


def test_a_fault_of_our_own_closes_the_page(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise EOFError

    monkeypatch.setattr("indexer.website.spider.kind_of", fails)
    with Store(tmp_path / "s.sqlite") as store:
        spider, _, answer = _spider(site, store)
        spider.page(answer)
        assert store.next_due() is None
        assert [(p.outcome, p.reason) for p in store.pages()] == [("failed", "cannot be dealt with (EOFError)")]
        assert not any(spider.busy.values())


def test_a_store_that_cannot_be_written_ends_the_crawl(site: Site, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        spider, _, answer = _spider(site, store)
        store._db.execute("PRAGMA query_only = 1")
        spider.page(answer)
        assert "cannot be written: attempt to write a readonly database" in capfd.readouterr().err
        assert asyncio.run(_all(spider.start())) == []


async def _all(requests: AsyncIterator[scrapy.Request]) -> list[scrapy.Request]:
    return [request async for request in requests]


def test_a_crawl_whose_store_fails_says_so(site: Site, tmp_path: Path) -> None:
    site.page("/", "Home", "/a")
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        store._db.execute("CREATE TRIGGER full BEFORE INSERT ON bodies BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END")
        with pytest.raises(CrawlError, match=r"fetching stopped.*s\.sqlite cannot be written: database or disk is full"):
            fetch_one(site.website(), path)
        assert not store.finished
    assert site.asked.count("/") == 1


def test_addresses_of_one_page_are_asked_for_once(site: Site, tmp_path: Path) -> None:
    ways = ("/club?id=7", "/club?id=7&utm_source=mail", "/club;jsessionid=AB12?id=7", "/club?id=7#times", "/club?id=7&sid=X", "/x/../club?id=7")
    site.page("/", "Home", *ways)
    site.page("/club", "Club")
    crawled(site, tmp_path / "s.sqlite")
    assert [path for path in site.asked if "club" in path] == ["/club?id=7"]


def test_a_calendar_without_end_is_left(site: Site, tmp_path: Path) -> None:
    def month(request: Request) -> None:
        _, _, value = request.path.partition("=")
        year, number = map(int, value.split("-"))
        after = f"{year + number // 12}-{number % 12 + 1:02}"
        request.send(page(f"Events in {value}", f"/events?month={after}"))

    site.page("/", "Home", "/events?month=2026-01")
    site.answers["/events"] = month
    found = crawled(site, tmp_path / "s.sqlite", max_depth=60)
    assert sum(path.startswith("/events") for path in found) == 24


def test_limits_of_pages_and_depth(site: Site, tmp_path: Path) -> None:
    for i in range(30):
        site.page("/" if not i else f"/{i}", f"Page {i}", f"/{i + 1}")
    assert len(crawled(site, tmp_path / "a.sqlite", max_depth=5)) == 6
    assert len(crawled(site, tmp_path / "b.sqlite", max_pages=4)) == 4
    with Store(tmp_path / "b.sqlite") as store:
        assert store.fact("limit", "") == "1"


def test_other_hosts_and_paths_are_left(site: Site, tmp_path: Path) -> None:
    site.page("/", "Home", "http://elsewhere.example.org/", f"{site.url.replace('127.0.0.1', 'localhost')}/x", "/in/a", "/in/secret/b", "/out")
    for path in ("/in/a", "/in/secret/b", "/out"):
        site.page(path, path)
    found = crawled(site, tmp_path / "s.sqlite", include=("/in/*",), exclude=("*/secret/*",))
    assert set(found) == {"/", "/in/a"}


def test_private_addresses_are_not_reached(site: Site, tmp_path: Path) -> None:
    site.page("/", "Home")
    found = crawled(site, tmp_path / "s.sqlite", private_addresses=False)
    assert found["/"].outcome in ("barred", "failed")
    assert site.asked == []


def test_a_name_that_leads_into_a_private_network_is_not_reached(site: Site, tmp_path: Path) -> None:
    site.page("/", "Home")
    url = site.url.replace("127.0.0.1", "localhost")
    crawled(site, tmp_path / "s.sqlite", private_addresses=False, start=(url + "/",))
    assert site.asked == []


def test_a_second_run_asks_whether_pages_changed(site: Site, tmp_path: Path) -> None:
    def answer(request: Request) -> None:
        if request.headers.get("If-None-Match") == '"v1"':
            request.send(b"", 304)
        else:
            request.send(page("Home", "/other"), ETag='"v1"')

    site.answers["/"] = answer
    site.page("/other", "Other")
    crawled(site, tmp_path / "s.sqlite")
    site.answers["/other"] = lambda r: r.send("", 410)
    found = crawled(site, tmp_path / "s.sqlite")
    assert found["/"].outcome == "ok"
    assert found["/"].digest
    assert (found["/other"].outcome, bool(found["/other"].digest)) == ("gone", True)
    with Store(tmp_path / "s.sqlite") as store:
        assert store.run == 2
        assert b"Home" in (store.body(site.url + "/") or b"")


def test_pages_no_longer_linked_are_asked_for_again(site: Site, tmp_path: Path) -> None:
    site.page("/", "Home", "/orphan")
    site.page("/orphan", "Orphan")
    crawled(site, tmp_path / "s.sqlite")
    site.page("/", "Home")
    site.asked.clear()
    assert crawled(site, tmp_path / "s.sqlite")["/orphan"].outcome == "ok"
    assert "/orphan" in site.asked


def test_who_asks_is_said(site: Site, tmp_path: Path) -> None:
    agents = set()

    def answer(request: Request) -> None:
        agents.add(request.headers["User-Agent"])
        request.send(page("Home"))

    site.answers["/"] = answer
    crawled(site, tmp_path / "s.sqlite", contact="https://example.org/bot")
    assert agents == {"Waymark/1.0 (+https://example.org/bot)"}


def test_a_crawl_that_is_killed_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    for i in range(60):
        site.page("/" if not i else f"/{i}", f"Page {i}", *(f"/{n}" for n in range(1, 60)))
    website = site.website(delay_seconds=0.03, at_once=2)
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        for _ in range(3):
            process = PROCESSES.Process(target=fetch, args=(website, path))
            process.start()
            asked, until = len(site.asked), time.monotonic() + 30
            while len(site.asked) < asked + 15 and time.monotonic() < until:
                time.sleep(0.01)
            process.kill()
            process.join()
        assert (store.run, store.finished) == (1, False)
        found = crawled(site, path, delay_seconds=0.0)
        assert (store.run, store.finished) == (1, True)
    assert len(found) == 60
    assert all(p.outcome == "ok" for p in found.values())
    pages = [path for path in site.asked if path not in ("/robots.txt", PROBE)]
    assert len(pages) <= 60 + 4 * 4  # what was in flight, at each of the kills, is asked for again
