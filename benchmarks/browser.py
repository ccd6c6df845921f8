"""What measuring in a browser needs: the site as it is served, over the published release, and Chromium before it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120


@contextmanager
def site(prepare: Callable[[Mapping[str, str]], object] = lambda _environment: None) -> Iterator[str]:
    """Serve the published release with the project's own server, on a free port and over a database of its own; gives the address.

    Args:
        prepare: called before it is served, with the environment in which commands reach the same database.

    Raises:
        SystemExit: where the server does not come up.
    """
    with socket.socket() as probe:
        probe.bind((chromium.HOST, 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+", encoding="utf-8") as log:
        given = {"HOST": chromium.HOST, "PORT": str(port), "WAYMARK_WEB__DATABASE_URL": f"sqlite:///{folder}/waymark.db"}
        environment = {**os.environ, **given}
        prepare(environment)
        server = subprocess.Popen([sys.executable, "-m", "web", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            if not _ready(f"http://{chromium.HOST}:{port}/readyz", server):
                log.seek(0)
                sys.exit(f"the site did not start:\n{log.read()[-2000:]}")
            yield f"http://{chromium.HOST}:{port}"
        finally:
            server.terminate()
            server.wait()


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window.

    Raises:
        SystemExit: where there is none.
    """
    path = chromium.find() or sys.exit(chromium.NONE_FOUND)
    with sync_playwright() as playwright:
        started = chromium.launch(playwright, path)
        yield started
        started.close()


def _ready(address: str, server: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            with urlopen(address, timeout=2) as response:
                if response.status == 200:
                    return True
        except (URLError, OSError):
            pass
        time.sleep(0.2)
    return False
