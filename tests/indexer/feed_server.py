"""A feed on 127.0.0.1 that behaves as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = Callable[[str, dict[str, str]], Any]
"""Given a path and the query: JSON data, bytes, a status, (status, headers, data), or an iterator of pieces that is sent as it comes."""


class Served:
    """Where the feed is, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[str] = []


@contextmanager
def serving(answer: Answer) -> Iterator[Served]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            served.asked.append(self.path)
            said = answer(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})
            status, headers, data = said if isinstance(said, tuple) else (said, {}, b"") if isinstance(said, int) else (200, {}, said)
            try:
                self.send_response(status)
                if isinstance(data, Iterator):
                    self.send_header("Connection", "close")
                    self.end_headers()
                    for piece in data:
                        self.wfile.write(piece)
                        self.wfile.flush()
                    self.close_connection = True
                    return
                body = data if isinstance(data, bytes) else json.dumps(data).encode()
                for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # the reader has had enough

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Served(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
