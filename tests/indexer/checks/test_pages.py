"""Pages that cannot be reached, against a server of the test's own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from indexer.checks import check, pages
from indexer.checks.pages import look_at
from tests.indexer.tidy import TODAY, TOYS, edit

ANSWERS = {"/here": 200, "/gone": 404, "/shy": 403, "/broken": 500, "/moved": 302}


class _Server(ThreadingHTTPServer):
    asked: list[tuple[str, str]]
    pages: dict[str, str]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path))
        status = ANSWERS.get(self.path, 200 if self.path in self.server.pages else 404)
        body = self.server.pages.get(self.path, "").encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/here")
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as made:
        made.asked, made.pages = [], {}
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def base(server: _Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/here", (200, "")),
        ("/gone", (404, "the server answers 404")),
        ("/shy", (403, "the server answers 403")),
        ("/broken", (500, "the server answers 500")),
    ],
)
def test_what_came_of_a_page(base: str, path: str, expected: tuple[int, str]) -> None:
    answer = look_at(base + path)
    assert (answer.status, answer.fault) == expected


def test_a_page_that_moved_is_followed(server: _Server, base: str) -> None:
    assert look_at(f"{base}/moved").status == 200
    assert [path for _, path in server.asked] == ["/moved", "/here"]


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        answer = look_at(f"http://127.0.0.1:{free.getsockname()[1]}/")
    assert answer.status == 0
    assert "refused" in answer.fault


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/hostname", "toys", "http://"])
def test_what_is_no_web_address_is_not_asked_for(url: str) -> None:
    answer = look_at(url)
    assert answer.status == 0
    assert answer.fault


def spoil(content: Path, url: str, source_url: str) -> None:
    edit(content, TOYS, "url: https://toys.example.org\n", f"url: {url}\n")
    edit(content, TOYS, "url: https://toys.example.org/about", f"url: {source_url}")


def test_only_online_are_pages_tried(content: Path, server: _Server, base: str) -> None:
    spoil(content, f"{base}/gone", f"{base}/shy")
    assert check(content, TODAY).findings == ()
    assert server.asked == []
    found = check(content, TODAY, online=True).findings
    assert [(f.rule, f.level, f.entry, f.message) for f in found] == [
        ("unreachable-page", "error", "toy-library", f"{base}/gone: the server answers 404"),
        ("unreachable-page", "note", "toy-library", f"{base}/shy: the server answers 403"),
    ]


def test_pages_that_are_there_are_no_finding_and_asked_for_once(content: Path, server: _Server, base: str) -> None:
    spoil(content, f"{base}/here", f"{base}/here")
    assert check(content, TODAY, online=True).findings == ()
    assert server.asked == [("GET", "/here")]


def test_there_is_an_end_to_it(content: Path, server: _Server, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST", 1)
    spoil(content, f"{base}/gone", f"{base}/here")
    found = check(content, TODAY, online=True).findings
    assert [(f.level, f.message) for f in found] == [
        ("error", f"{base}/gone: the server answers 404"), ("note", f"{base}/here was not tried: more than 1 pages"),
    ]
    assert server.asked == [("GET", "/gone")]


def page(*lines: str, changed: str = "") -> str:
    meta = f'<meta name="dcterms.modified" content="{changed}">' if changed else ""
    return f"<html><head>{meta}</head><body><main><h1>Toys</h1>{''.join(f'<p>{line}</p>' for line in lines)}</main></body></html>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (page("Ring 0161 496 0101 today.", "Write to toys@example.org."), []),
        (page("Ring +44 161 496 0101.", "Write to TOYS@example.org."), []),
        (page("Ring 01614960101.", "toys@example.org", changed="2026-03-01"), []),
        (
            page("Ring 0161 496 0101.", "toys@example.org", changed="2026-06-09"),
            [("changed-page", "note", "{0} was changed on 2026-06-09, after 2026-03-31: read it again")],
        ),
        (
            page("Ring 0161 496 0177 now.", "toys@example.org"),
            [("source-says-otherwise", "error", "0161 496 0101 is not on {0}; there stands 01614960177")],
        ),
        (page("Come and see us.", "toys@example.org"), [("source-says-otherwise", "note", "0161 496 0101 is not on {0}")]),
        (
            page("Ring 0161 496 0101."),
            [("source-says-otherwise", "note", "toys@example.org is on none of the pages that the entry names as its sources")],
        ),
        ("", []),
    ],
)
def test_what_a_source_says_now(content: Path, server: _Server, base: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    server.pages["/about"] = text
    spoil(content, f"{base}/here", f"{base}/about")
    found = check(content, TODAY, online=True).findings
    assert [(f.rule, f.level, f.message) for f in found] == [(rule, level, said.format(f"{base}/about")) for rule, level, said in expected]
