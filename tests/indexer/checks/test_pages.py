"""Pages that cannot be reached, against a server of the test's own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from indexer.checks import check, pages
from indexer.checks.pages import reach
from tests.indexer.tidy import TODAY, TOYS, edit

ANSWERS = {"/here": (200, 200), "/gone": (404, 404), "/get-only": (405, 200), "/shy": (403, 403), "/broken": (500, 500), "/moved": (302, 302)}


class _Server(ThreadingHTTPServer):
    asked: list[tuple[str, str]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _answer(self, which: int) -> None:
        self.server.asked.append((self.command, self.path))
        status = ANSWERS.get(self.path, (404, 404))[which]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/here")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self._answer(0)

    def do_GET(self) -> None:
        self._answer(1)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as made:
        made.asked = []
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def base(server: _Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.mark.parametrize(
    ("path", "asked", "expected"),
    [
        ("/here", ["HEAD"], (200, "")),
        ("/gone", ["HEAD"], (404, "the server answers 404")),
        ("/get-only", ["HEAD", "GET"], (200, "")),
        ("/shy", ["HEAD", "GET"], (403, "the server answers 403")),
        ("/broken", ["HEAD", "GET"], (500, "the server answers 500")),
    ],
)
def test_a_page_is_asked_for_lightly(server: _Server, base: str, path: str, asked: list[str], expected: tuple[int, str]) -> None:
    assert reach(base + path) == expected
    assert [method for method, _ in server.asked] == asked


def test_a_page_that_moved_is_followed(server: _Server, base: str) -> None:
    assert reach(f"{base}/moved") == (200, "")
    assert [path for _, path in server.asked] == ["/moved", "/here"]


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        status, fault = reach(f"http://127.0.0.1:{free.getsockname()[1]}/")
    assert status == 0
    assert "refused" in fault


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/hostname", "toys", "http://"])
def test_what_is_no_web_address_is_not_asked_for(url: str) -> None:
    status, fault = reach(url)
    assert status == 0
    assert fault


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
    assert server.asked == [("HEAD", "/here")]


def test_there_is_an_end_to_it(content: Path, server: _Server, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST", 1)
    spoil(content, f"{base}/gone", f"{base}/here")
    found = check(content, TODAY, online=True).findings
    assert [(f.level, f.message) for f in found] == [
        ("error", f"{base}/gone: the server answers 404"), ("note", f"{base}/here was not tried: more than 1 pages"),
    ]
    assert server.asked == [("HEAD", "/gone")]
