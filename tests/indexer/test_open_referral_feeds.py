"""Reading feeds: files and addresses, pages of every odd kind, and feeds that misbehave. Each stops, and none raises."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import threading

import pytest

from indexer.config import Feed, IndexerSettings
from indexer.open_referral import client, export, paging
from indexer.open_referral.client import FeedFaultError, HttpFeed
from indexer.open_referral.export import Publisher
from indexer.open_referral.feeds import Imported, joined, read_feed, read_feeds
from indexer.open_referral.paging import Pages, page_of
from indexer.wording import load_wording
from tests.conftest import write_small_content
from tests.indexer.feed_server import serving

TODAY = dt.date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    """No proxy between a test and its own server, and no pause before a second try."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(client.time, "sleep", lambda _: None)


@pytest.fixture(scope="module")
def wording(tmp_path_factory):
    return load_wording(write_small_content(tmp_path_factory.mktemp("words") / "content"))


@pytest.fixture
def read(wording, tmp_path):
    """Read a feed: ``read(data)`` from a file, ``read(url=...)`` from an address."""

    def reading(data=None, **settings):
        if data is not None:
            settings["path"] = tmp_path / "feed.json"
            settings["path"].write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        settings.setdefault("name", "Feed")
        entries, reports = read_feed(Feed(**settings), wording, TODAY)
        return entries, [(r.path.removeprefix("Feed: "), r.reason) for r in reports]

    return reading


def rows(*ids, **fields):
    return [{"id": str(id), "name": f"Service {id}", "description": "D.", "status": "active", "contacts": [], **fields} for id in ids]


def modern(page, pages, contents, **fields):
    return {"total_pages": pages, "page_number": page, "first_page": page == 1, "last_page": page == pages, "contents": contents, **fields}


def old(page, pages, contents, start=1, **fields):
    return {"totalPages": pages, "number": page, "first": page == start, "last": page == pages + start - 1, "content": contents, **fields}


def names(entries):
    return [e.name for e in entries]


# Files


@pytest.mark.parametrize(
    ("data", "version", "expected"),
    [
        ({"contents": rows(1, 2)}, "auto", 2),
        ({"content": rows(1, 2)}, "auto", 2),
        ({"contents": rows(1, 2)}, "3.0", 2),
        ({"content": rows(1, 2)}, "1.0", 2),
        (rows(1, 2), "auto", 2),
        (rows(1)[0], "auto", 1),
        ({"contents": []}, "auto", 0),
        ({"total_items": 2, "contents": rows(1, 2), "content": "x"}, "auto", 2),
    ],
)
def test_files_of_each_shape_are_read(read, data, version, expected):
    entries, reports = read(data, version=version)
    assert (len(entries), reports) == (expected, [])


@pytest.mark.parametrize(
    ("data", "version", "reason"),
    [
        (b"", "auto", "not JSON"),
        (b"<!doctype html><p>Sign in</p>", "auto", "a web page instead of JSON"),
        (b"\xff\xfe\x00", "auto", "not JSON"),
        (b'{"contents": [', "auto", "not JSON"),
        (b"[" * 100_000, "auto", "not JSON"),
        (b'{"contents": [{"id": ' + b"9" * 5000 + b"}]}", "auto", "not JSON"),
        (b'"text"', "auto", "no list of services in it"),
        (b"7", "auto", "no list of services in it"),
        (b'{"version": "3.0"}', "auto", "no list of services in it"),
        (b'{"contents": {"a": 1}}', "auto", "no list of services in it"),
        (b'{"content": []}', "3.0", "not a feed of version 3.0"),
        (b'{"contents": []}', "1.0", "not a feed of version 1.0"),
    ],
)
def test_files_that_are_no_feed_are_reported(read, data, version, reason):
    assert read(data, version=version) == ([], [("page 1", reason)])


def test_a_file_that_is_not_there_is_reported(read, tmp_path):
    assert read(path=tmp_path / "none.json") == ([], [("page 1", "cannot be read: No such file or directory")])


def test_a_file_that_is_too_large_is_reported(read, monkeypatch):
    monkeypatch.setattr(client, "FILE_BYTES", 10)
    assert read({"contents": rows(1)})[1][0][1].startswith("larger than")


def test_bad_rows_are_reported_by_place_and_field_and_the_rest_is_read(read):
    nameless, idless = {"id": "5", "status": "active"}, {"status": "active"}
    data = [*rows(1), "text", None, 7, [], nameless, *rows(6, email=3), idless, *rows(8, status="defunct"), *rows(9)]
    entries, reports = read(data)
    assert names(entries) == ["Service 1", "Service 6", "Service 9"]
    assert reports == [
        ("page 1 row 2", "row: an object expected; passed over"),
        ("page 1 row 3", "row: an object expected; passed over"),
        ("page 1 row 4", "row: an object expected; passed over"),
        ("page 1 row 5", "row: an object expected; passed over"),
        ("page 1 row 6 (id 5)", "name: missing; passed over"),
        ("page 1 row 7 (id 6)", "email: text expected, not a number"),
        ("page 1 row 8 (id none)", "id: missing; passed over"),
        ("page 1 row 9 (id 8)", "status: defunct, so not taken over; passed over"),
    ]


def test_many_rows_of_one_id_are_one_entry(read):
    entries, reports = read({"total_items": 31, "contents": [{**row, "id": "same"} for row in rows(*range(128))]})
    assert names(entries) == ["Service 0"]
    assert reports == [("pages", "said 31 services, gave 128"), ("id same", "stands in 128 rows, the first usable one counts")]


def test_of_rows_with_one_id_the_first_usable_counts(read):
    entries, reports = read([{"id": "1", "status": "active"}, *rows(1, name="Right"), *rows(1, name="Late")])
    assert names(entries) == ["Right"]
    assert [reason for _, reason in reports] == ["stands in 3 rows, the first usable one counts", "name: missing; passed over"]


def test_the_same_name_under_two_ids_is_two_entries(read):
    entries, _ = read(rows(*range(300), name="Stay and play"))
    assert len({e.id for e in entries}) == 300


def test_reports_are_bounded(read):
    _, reports = read([{"id": str(n), "status": "active"} for n in range(5000)])
    assert len(reports) == 201
    assert reports[-1] == ("Feed", "4800 more reports")


# Pages


def gather(pages, **settings):
    """Pages from a function or a table by number; what is not in the table is a fault."""

    def fetch(number):
        asked.append(number)
        if callable(pages):
            return pages(number)
        if number not in pages:
            raise FeedFaultError("HTTP status 404", 404)
        return pages[number]

    asked = []
    found = Pages(fetch, **settings).read()
    return [row["id"] for _, row in found.rows], asked, [reason for _, reason in found.faults]


@pytest.mark.parametrize("shape", [modern, old])
def test_pages_are_read_to_the_last(shape):
    pages = {n: shape(n, 3, rows(n * 10, n * 10 + 1)) for n in (1, 2, 3)}
    assert gather(pages) == (["10", "11", "20", "21", "30", "31"], [1, 2, 3], [])


@pytest.mark.parametrize(
    ("pages", "ids", "asked"),
    [
        # counts from 0: page 1 is the second
        ({n: old(n, 3, rows(n), start=0) for n in (0, 1, 2)}, ["1", "2", "0"], [1, 2, 0]),
        # counts from 0, one page only: page 1 is empty
        ({0: old(0, 1, rows(7), start=0), 1: old(1, 1, [], start=0)}, ["7"], [1, 0]),
        # says nothing of itself
        ({1: rows(1), 2: rows(2), 3: []}, ["1", "2"], [1, 2, 3, 0]),
        # repeats the last page for ever
        (lambda n: modern(n, 99, rows(min(n, 3))), ["1", "2", "3"], [1, 2, 3, 4]),
        # always answers with the first page, whatever is asked
        (lambda n: {"contents": rows(1, 2)}, ["1", "2"], [1, 2, 0]),
        # calls every page the last, but counts more of them
        ({n: modern(n, 3, rows(n), last_page=True) for n in (1, 2, 3)}, ["1", "2", "3"], [1, 2, 3]),
        # counts one page, but says that more follow
        ({1: modern(1, 1, rows(1), last_page=False), 2: modern(2, 1, rows(2), last_page=True)}, ["1", "2"], [1, 2]),
        # counts more pages than there are
        ({1: modern(1, 9, rows(1)), 2: modern(2, 9, rows(2)), 3: modern(3, 9, [])}, ["1", "2"], [1, 2, 3]),
        # an empty feed
        ({1: modern(1, 0, [], last_page=True, empty=True)}, [], [1]),
    ],
)
def test_feeds_that_contradict_themselves_are_read_whole(pages, ids, asked):
    found, pages_asked, faults = gather(pages)
    assert (found, pages_asked, faults) == (ids, asked, [])


def test_a_feed_that_never_ends_is_left_at_the_bound():
    found, asked, faults = gather(lambda n: modern(n, 10**9, rows(n)), most=7)
    assert (len(found), len(asked), faults) == (7, 7, ["stopped after 7, the most that the configuration allows"])


def test_a_feed_of_too_many_rows_is_left_at_the_bound(monkeypatch):
    monkeypatch.setattr(paging, "MOST_ROWS", 25)
    found, asked, faults = gather(lambda n: modern(n, 10**9, rows(*range(n * 10, n * 10 + 10))))
    assert (len(found), len(asked), faults) == (25, 3, ["stopped after 25 rows"])


def test_wrong_totals_are_reported():
    assert gather({1: modern(1, 1, rows(1, 2), total_items=500)})[2] == ["said 500 services, gave 2"]


def test_one_page_that_fails_does_not_end_the_feed():
    found, asked, faults = gather({n: modern(n, 4, rows(n)) for n in (1, 3, 4)})
    assert (found, asked, faults) == (["1", "3", "4"], [1, 2, 3, 4], ["HTTP status 404"])


def test_two_pages_in_a_row_that_fail_do():
    found, asked, faults = gather({n: modern(n, 9, rows(n)) for n in (1, 4, 5)})
    assert (found, asked, faults) == (["1"], [1, 2, 3], ["HTTP status 404"] * 2)


@pytest.mark.parametrize("wrong", ["many", -1, 1.5, None, True, [], {}])
def test_totals_that_are_no_numbers_count_for_nothing(wrong):
    page = page_of({"total_items": wrong, "total_pages": wrong, "first_page": "yes", "last_page": 1, "contents": rows(1)})
    assert (page.total, page.pages, page.first, page.last) == (None, None, None, None)


# Addresses


@pytest.mark.parametrize("tail", ["", "/", "/services", "/services/", "/?key=a", "/services?key=a"])
def test_an_address_with_or_without_services_is_read(read, tail):
    def answer(path, query):
        assert query.get("key") == ("a" if "key" in tail else None)
        return modern(1, 1, rows(1)) if path == "/api/services" else 404

    with serving(answer) as feed:
        entries, reports = read(url=f"{feed.url}/api{tail}")
    assert (names(entries), reports) == (["Service 1"], [])


def test_details_are_asked_for_only_where_the_list_lacks_them(read):
    flat = [{"id": "a/b c", "name": "Flat", "status": "active", "description": "Short."}, {"id": "gone", "name": "Gone", "status": "active"}]

    def answer(path, _query):
        if path == "/services":
            return modern(1, 1, [*rows(1), *flat])
        if path == "/services/a%2Fb%20c":
            return {"id": "a/b c", "name": None, "description": "Long.", "phones": [{"number": "0161 496 0101"}]}
        return 404

    with serving(answer) as feed:
        entries, reports = read(url=feed.url)
    assert [(e.name, e.description) for e in entries] == [("Service 1", "D."), ("Flat", "Long."), ("Gone", "Gone")]
    assert [p.number for p in entries[1].phones] == ["0161 496 0101"]
    assert entries[1].sources[0].url == f"{feed.url}/services/a%2Fb%20c"
    assert [path.split("?")[0] for path in feed.asked] == ["/services", "/services/a%2Fb%20c", "/services/gone"]
    assert reports == [("page 1 row 3 (id gone)", "details: HTTP status 404"),
                       ("page 1 row 3 (id gone)", "description: missing, the name stands in")]


def test_details_of_another_service_are_not_mixed_in(read):
    flat = [{"id": "..", "name": "Flat", "status": "active", "description": "Mine."}]
    with serving(lambda path, _: modern(1, 1, flat) if path == "/services" else {**rows(9)[0], "description": "Theirs."}) as feed:
        entries, reports = read(url=feed.url)
    assert entries[0].description == "Mine."
    assert ("page 1 row 1 (id ..)", "details: not those of this service, left out") in reports or entries[0].name == "Flat"


def test_details_are_given_up_after_some_failures(read):
    flat = [{"id": str(n), "name": f"S{n}", "status": "active", "description": "D."} for n in range(50)]
    with serving(lambda path, _: modern(1, 1, flat) if path == "/services" else 404) as feed:
        entries, reports = read(url=feed.url)
    assert (len(entries), len(feed.asked)) == (50, 6)
    assert reports[-1] == ("details", "given up after 5 failures in a row")


@pytest.mark.parametrize("status", [400, 422])
def test_a_feed_that_refuses_per_page_is_asked_without(read, status):
    with serving(lambda _, query: status if "per_page" in query else modern(int(query["page"]), 2, rows(query["page"]))) as feed:
        entries, reports = read(url=feed.url)
    assert (len(entries), len(feed.asked), reports) == (2, 3, [])


@pytest.mark.parametrize(
    ("answer", "reason", "asked"),
    [
        (500, "HTTP status 500", 2),
        (503, "HTTP status 503", 2),
        (404, "HTTP status 404", 1),
        (401, "HTTP status 401", 1),
        (204, "HTTP status 204", 1),
        (b"<html><body>Sign in</body></html>", "a web page instead of JSON", 2),
        (b"{", "not JSON", 2),
        (b"", "not JSON", 2),
        ({"error": "none"}, "no list of services in it", 1),
        ((302, {"Location": "/services"}, b""), "cannot be reached (TooManyRedirects)", 12),
        ((302, {"Location": "ftp://127.0.0.1/x"}, b""), "cannot be reached (InvalidSchema)", 2),
        ((200, {"Content-Length": "500"}, b"{}"), "cannot be reached", 2),
        ((200, {"Content-Encoding": "gzip"}, b"not gzip"), "cannot be reached", 2),
    ],
)
def test_answers_that_are_no_use_are_reported(read, answer, reason, asked):
    with serving(lambda *_: answer) as feed:
        entries, reports = read(url=feed.url, timeout_seconds=1)
    assert entries == []
    assert len(reports) == 1
    assert reports[0][0] == "page 1"
    assert reports[0][1].startswith(reason) or "within 1 seconds" in reports[0][1]
    assert len(feed.asked) <= asked


def test_a_second_try_is_made_after_the_pause_that_is_asked_for(read):
    answers = itertools.chain([(429, {"Retry-After": "7"}, b""), (503, {"Retry-After": "3600"}, b"")], itertools.repeat(modern(1, 1, rows(1))))
    waits = []
    with serving(lambda *_: next(answers)) as feed, HttpFeed(Feed(name="F", url=feed.url), waits.append) as http:
        with pytest.raises(FeedFaultError, match="503"):
            http.page(1)
        assert http.page(1)["contents"] == rows(1)
    assert waits == [7.0]


def test_a_pause_is_bounded():
    answers = iter([(503, {"Retry-After": "3600"}, b""), rows(1)])
    waits = []
    with serving(lambda *_: next(answers)) as feed, HttpFeed(Feed(name="F", url=feed.url), waits.append) as http:
        http.page(1)
    assert waits == [30.0]


def test_a_host_that_is_not_there_is_reported(read):
    with serving(lambda *_: 404) as feed:
        gone = feed.url
    entries, reports = read(url=gone)
    assert (entries, reports) == ([], [("page 1", "cannot be reached (ConnectionError)")])


def test_a_feed_that_says_nothing_is_left(read):
    done = threading.Event()

    def answer(*_):
        done.wait(20)
        return 404

    with serving(answer) as feed:
        entries, reports = read(url=feed.url, timeout_seconds=1)
        done.set()
    assert (entries, reports, len(feed.asked)) == ([], [("page 1", "no answer within 1 seconds")], 1)


def test_a_feed_that_sends_a_byte_now_and_then_is_left(read):
    done = threading.Event()

    def drip():
        while not done.wait(0.05):
            yield b" "

    with serving(lambda *_: drip()) as feed:
        entries, reports = read(url=feed.url, timeout_seconds=1)
        done.set()
    assert (entries, reports) == ([], [("page 1", "no whole answer within 1 seconds")])


def test_an_answer_without_end_is_left(read, monkeypatch):
    monkeypatch.setattr(client, "PAGE_BYTES", 1_000_000)
    with serving(lambda *_: itertools.repeat(b" " * 65_536)) as feed:
        entries, reports = read(url=feed.url)
    assert (entries, reports, len(feed.asked)) == ([], [("page 1", "an answer larger than 1 MB")], 1)


def test_huge_rows_are_cut(read):
    with serving(lambda *_: modern(1, 1, rows(1, description="Long words. " * 300_000, languages=[{"name": "x" * 9000}] * 1000))) as feed:
        entries, reports = read(url=feed.url)
    assert len(entries[0].model_dump_json()) < 20_000
    assert {reason.split(":")[0] for _, reason in reports} == {"description", "languages"}


def test_chunked_and_compressed_answers_are_read(read):
    import gzip

    whole = json.dumps(modern(1, 1, rows(1))).encode()
    with serving(lambda *_: (200, {"Content-Encoding": "gzip"}, gzip.compress(whole))) as feed:
        assert names(read(url=feed.url)[0]) == ["Service 1"]
    with serving(lambda *_: iter([whole[:20], whole[20:]])) as feed:
        assert names(read(url=feed.url)[0]) == ["Service 1"]
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(whole), whole)
    with serving(lambda *_: (200, {"Transfer-Encoding": "chunked"}, chunked)) as feed:
        assert names(read(url=feed.url)[0]) == ["Service 1"]


# Our own feeds, and the content folder


def own_services(small_content):
    from indexer.entries import load_entries

    entries = [e for e in load_entries(small_content) if e.kind == "service"]
    return entries, [export.service(e, Publisher("Hill Council")) for e in entries]


def test_another_waymarks_feed_comes_back_whole(read, small_content):
    entries, services = own_services(small_content)
    flat = [{k: v for k, v in s.items() if not isinstance(v, list | dict) or k == "organization"} for s in services]
    by_id = {s["id"]: s for s in services}
    with serving(lambda path, _: modern(1, 1, flat) if path == "/services" else by_id[path.rpartition("/")[2]]) as feed:
        found, reports = read(url=feed.url, ours=True)
    assert reports == []
    same = [f.model_copy(update={"path": e.path}) for e, f in zip(entries, found, strict=True)]
    shown = [e.model_copy(update={"phones": e.shown_phones()}) for e in entries]
    assert same == shown
    assert all(f.path.startswith("open-referral/feed/") for f in found)


def test_a_feed_is_believed_to_be_ours_only_where_the_settings_say_so(read, small_content):
    services = own_services(small_content)[1]
    ids = [e.id for e in read(services)[0]]
    assert all(id.startswith("feed-") for id in ids)
    assert [e.id for e in read(services, ours=True)[0]] == ["swimming-club", "toy-library"]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("sources", [], "sources: "),
        ("kind", "shop", "kind: "),
        ("colour", "blue", "colour: "),
        ("review_due", "soon", "review_due: "),
        ("id", "Not A Slug", "id: "),
    ],
)
def test_a_broken_row_of_our_own_is_passed_over(read, small_content, field, value, reason):
    services = own_services(small_content)[1]
    services[0]["x_waymark"][field] = value
    entries, reports = read(services, ours=True)
    assert [e.id for e in entries] == ["toy-library"]
    assert reports[0][1].startswith(reason)


def test_the_content_folders_entry_wins(small_content):
    entries, services = own_services(small_content)
    (small_content.parent / "own.json").write_text(json.dumps(services), encoding="utf-8")
    settings = IndexerSettings(content=small_content, feeds=(Feed(name="Own", path=small_content.parent / "own.json", ours=True),))
    imported = read_feeds(settings, TODAY)
    kept, skipped = joined(entries, imported)
    assert kept == entries
    assert [s.reason for s in skipped] == [f"the entry {e.id} of the content folder has its place" for e in entries]
    absorbed = [entries[0].model_copy(update={"id": "other", "replaces": ("swimming-club",)})]
    assert [e.id for e in joined(absorbed, imported)[0]] == ["other", "toy-library"]


def test_of_two_feeds_the_earlier_wins(small_content):
    path = small_content.parent / "feed.json"
    path.write_text(json.dumps(rows(1, 2)), encoding="utf-8")
    feed = Feed(name="Same", path=path)
    imported = read_feeds(IndexerSettings(content=small_content, feeds=(feed, feed)), TODAY)
    assert len(imported.entries) == 2
    assert [s.reason for s in imported.skipped] == ["an earlier feed has this id"] * 2


def test_without_feeds_nothing_is_read(small_content):
    assert read_feeds(IndexerSettings(content=small_content / "none"), TODAY) == Imported()
