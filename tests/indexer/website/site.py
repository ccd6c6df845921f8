"""A website on 127.0.0.1 that behaves as a test says, as badly as it likes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from indexer.config import Website
from indexer.website.crawl import fetch_one
from indexer.website.store import Page, Store

Answer = Callable[["Request"], None]


class Request:
    """One request, and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self.path = handler.path
        self.headers = handler.headers

    def send(self, body: str | bytes = b"", status: int = 200, **headers: str) -> None:
        """A whole answer; header names are given with ``_`` for ``-``."""
        data = body.encode() if isinstance(body, str) else body
        given = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(data))}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.raw(status, given, [data])

    def raw(self, status: int, headers: Mapping[str, str], pieces: Any) -> None:
        """An answer piece by piece, after which the connection is closed."""
        self._handler.close_connection = True
        try:
            self._handler.send_response(status)
            for name, value in headers.items():
                self._handler.send_header(name, value)
            self._handler.send_header("Connection", "close")
            self._handler.end_headers()
            for piece in pieces:
                self._handler.wfile.write(piece)
                self._handler.wfile.flush()
        except OSError:
            pass  # the reader has had enough

    def hang_up(self) -> None:
        """No answer at all."""
        self._handler.close_connection = True
        self._handler.connection.shutdown(socket.SHUT_RDWR)


def page(title: str, *links: str, text: str = "", head: str = "") -> str:
    """A small page with enough words of its own."""
    words = text or f"This page of the Local Offer is about {title}. It says who can come, on which days, and whom to ring about {title} first."
    listed = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (
        f'<!doctype html><html lang="en"><head><title>{title} - Town Council</title>{head}</head><body><nav><a href="/">Home</a></nav>'
        f"<main><h1>{title}</h1><p>{words}</p><ul>{listed}</ul></main><footer>Town Council</footer></body></html>"
    )


@dataclass
class Site:
    """Where the website is, what it answers by path, and what it was asked."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    times: list[tuple[float, str]] = field(default_factory=list)

    def page(self, path: str, title: str, *links: str, **more: Any) -> None:
        """Put a page at a path."""
        self.answers[path] = lambda request: request.send(page(title, *links, **more))

    def website(self, **settings: Any) -> Website:
        """This website as configured, quick and allowed on this machine unless ``settings`` say otherwise."""
        given = {"name": "Town", "start": (self.url + "/",), "delay_seconds": 0, "at_once": 4, "timeout_seconds": 2, "tries": 2}
        return Website(**{**given, "private_addresses": True, **settings})


@contextmanager
def serving() -> Iterator[Site]:
    """Serve until the block ends; what is not told is 404."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            answer = site.answers.get(self.path) or site.answers.get(self.path.partition("?")[0]) or site.answers.get("*")
            request = Request(self)
            if answer:
                answer(request)
            else:
                request.send("<h1>Not found</h1>", 404)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def crawled(site: Site, path: Any, **settings: Any) -> dict[str, Page]:
    """Crawl the website into a store; what became of each path."""
    website = site.website(**settings)
    fetch_one(website, path)
    with Store(path) as store:
        return {page.url.removeprefix(site.url): page for page in store.pages()}
