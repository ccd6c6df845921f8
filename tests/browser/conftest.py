"""A real browser before the real site. Every page that a test opens is watched: see :class:`Watch`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, Response, sync_playwright
from pydantic import SecretStr

from bot.engine import Engine
from tests.browser import chromium
from tests.web.conftest import StandIn
from web.app import create_app
from web.settings import WebSettings

HERE = Path(__file__).parent
CHROMIUM = chromium.find()
SKIPPED = f"browser tests skipped: {chromium.NONE_FOUND}"
BLOCKED = "Blocked by the policy: "
TELL_OF_BLOCKED = f"""document.addEventListener("securitypolicyviolation", (event) =>
  console.error("{BLOCKED}" + event.violatedDirective + " " + event.blockedURI + " " + event.sample));"""
"""Runs in every page before the page's own scripts."""
OpenPage = Callable[..., Page]


MISSED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser, what needs one is skipped, and one line says so."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"))  # Flask-Compress leaves static files to be collected
            if CHROMIUM is None and "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason=chromium.NONE_FOUND))
                config.stash[MISSED] = True


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say so where tests run in one process."""
    if config.stash.get(MISSED, False):
        terminalreporter.write_line(SKIPPED)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say so where tests run in several: the process that prints the summary has not read this file, so the first of the others speaks."""
    if config.stash.get(MISSED, False) and getattr(config, "workerinput", {}).get("workerid") == "gw0":
        print(f"\n{SKIPPED}", file=sys.__stderr__, flush=True)


class Watch:
    """What should never happen on a page: faults of scripts, anything the security policy blocks, dialogs, failed loads, other hosts."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        context.add_init_script(TELL_OF_BLOCKED)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.faults.append(f"fault of a script: {error.error}"))
        context.on("dialog", self._asked)
        context.on("request", self._requested)
        context.on("response", self._responded)

    def check(self) -> None:
        """Fail where anything has happened since the last time."""
        faults, self.faults = self.faults, []
        assert not faults, "\n".join(faults)

    def _said(self, message: ConsoleMessage) -> None:
        # that a page has the status of an error is part of some tests; what a page loads is looked at in _responded
        if message.type == "error" and not message.text.startswith("Failed to load resource: the server responded with a status of"):
            self.faults.append(f"console: {message.text}")

    def _asked(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        if urlsplit(request.url).hostname != chromium.HOST:
            self.faults.append(f"request to elsewhere: {request.url[:200]}")

    def _responded(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type not in ("document", "fetch"):
            self.faults.append(f"{response.status} for {response.url}")


def make_site(live: Any, folder: Path) -> Flask:
    return create_app(
        WebSettings(
            database_url=f"sqlite:///{folder}/waymark.db",
            secret_key=SecretStr("a secret key for tests only"),
            database_wait_seconds=60,
            feedback_on_one_entry=1000,
            feedback_on_all=10_000,
            development=True,
        ),
        live,
    )


def site_over(live: Any, folder: Path) -> Iterator[str]:
    app = make_site(live, folder)
    with chromium.served(app) as address:
        yield address
    app.extensions["waymark"].dispatch.stop()
    app.extensions["waymark"].database.close()


@pytest.fixture(scope="session")
def site_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the site over the small engine that stands in for the bot's: which word of a question leads where is known."""
    yield from site_over(StandIn(), tmp_path_factory.mktemp("site"))


class Always:
    """An engine that is always the live one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def current(self) -> Engine:
        return self.engine


@pytest.fixture(scope="session")
def real_url(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the site over the engine and a release of the project's own content."""
    yield from site_over(Always(engine), tmp_path_factory.mktemp("real-site"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser; ended with the last test of this folder, since others need the event loop that drives it."""
    assert CHROMIUM is not None
    with sync_playwright() as playwright:
        started = chromium.launch(playwright, CHROMIUM)
        yield started
        started.close()


def open_in(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 800,
    javascript: bool = True,
    color_scheme: Any = "light",
    forced_colors: Any = "none",
    reduced_motion: Any = "reduce",
    scale: float = 1,
) -> tuple[Page, Watch]:
    """A page in a context of its own, with nothing kept from before, and what watches it."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=javascript,
        color_scheme=color_scheme,
        forced_colors=forced_colors,
        reduced_motion=reduced_motion,
        device_scale_factor=scale,
        locale="en-GB",
    )
    watch = Watch(context)
    return context.new_page(), watch


@pytest.fixture(scope="package")
def kept_pages(browser: Browser) -> dict[str, list[tuple[Page, Watch]]]:
    """Pages of tests that have ended, by how they were opened: a new context for each test would take longer than most tests."""
    return {}


@pytest.fixture
def open_page(browser: Browser, kept_pages: dict[str, list[tuple[Page, Watch]]]) -> Iterator[OpenPage]:
    """A function that opens a page; its keywords are those of :func:`open_in`. What watches the pages is asked after the test."""
    opened: list[tuple[str, Page, Watch]] = []

    def open(**how: Any) -> Page:
        kept = kept_pages.setdefault(repr(sorted(how.items())), [])
        page, watch = kept.pop() if kept else open_in(browser, **how)
        opened.append((repr(sorted(how.items())), page, watch))
        return page

    yield open
    for how, page, watch in opened:
        if urlsplit(page.url).scheme == "http":
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.context.clear_cookies()
        kept_pages[how].append((page, watch))
    for _, _, watch in opened:
        watch.check()
