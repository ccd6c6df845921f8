"""Waymark inside the page of another site: one script tag, a frame that grows with its answer, and no way from one page into the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from tests.browser import chromium
from tests.browser.conftest import open_in
from tests.web.conftest import StandIn
from web.app import create_app
from web.settings import WebSettings


@dataclass
class Council:
    """A site of another origin: its address, Waymark's, and further attributes of the script's tag."""

    address: str = ""
    waymark: str = ""
    attributes: str = ""


@pytest.fixture
def council(tmp_path) -> Iterator[Council]:
    host, council = Flask("council"), Council()

    @host.get("/")
    def page() -> str:
        return (
            "<!DOCTYPE html><html lang=en><title>Council</title><body><h1>Schools</h1>"
            f'<a href="{council.waymark}/">Where do I go?</a><script src="{council.waymark}/embed.js" {council.attributes} async></script>'
        )

    with chromium.served(host) as council.address:
        settings = WebSettings(
            database_url=f"sqlite:///{tmp_path}/waymark.db", secret_key=SecretStr("a secret key for tests only"), embed_hosts=(council.address,)
        )
        app = create_app(settings, StandIn())
        with chromium.served(app) as council.waymark:
            yield council
        app.extensions["waymark"].database.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page, _watch = open_in(browser, width=768)
    yield page
    page.context.close()


def test_a_question_is_asked_and_answered_in_the_frame_which_grows_with_it(page: Page, council: Council) -> None:
    page.goto(council.address)
    frame = page.frame_locator("iframe")
    frame.locator("#question").fill("where do i go")
    before = page.locator("iframe").bounding_box()
    frame.locator("form.ask button").click()
    expect(frame.locator("#latest .card")).to_be_visible()
    page.wait_for_function("(before) => document.querySelector('iframe').offsetHeight > before", arg=(before or {})["height"])
    inside = page.frames[1].evaluate("() => document.body.getBoundingClientRect().height")
    page.wait_for_function("(inside) => Math.abs(document.querySelector('iframe').offsetHeight - inside) < 2", arg=inside)
    expect(page.locator("iframe")).to_have_attribute("title", "Where do I go? Ask about special needs and disabilities")


def test_neither_page_reaches_into_the_other(page: Page, council: Council) -> None:
    page.goto(council.address)
    expect(page.frame_locator("iframe").locator("#question")).to_be_visible()
    into_the_frame = "() => { try { return document.querySelector('iframe').contentWindow.document.title } catch (fault) { return fault.name } }"
    assert page.evaluate(into_the_frame) == "SecurityError"
    assert page.frames[1].evaluate("() => { try { return parent.document.title } catch (fault) { return fault.name } }") == "SecurityError"


def test_a_message_from_elsewhere_does_not_change_the_frame(page: Page, council: Council) -> None:
    page.goto(council.address)
    expect(page.frame_locator("iframe").locator("#question")).to_be_visible()
    page.wait_for_timeout(300)
    before = page.locator("iframe").bounding_box()
    page.evaluate("() => window.postMessage({ waymark: 'height', height: 9999 }, '*')")
    page.wait_for_timeout(300)
    assert page.locator("iframe").bounding_box() == before


def test_the_search_box_leads_the_whole_window_to_the_answer(page: Page, council: Council) -> None:
    council.attributes = 'data-mode="search"'
    page.goto(council.address)
    page.frame_locator("iframe").locator("#question").fill("where do i go")
    page.frame_locator("iframe").locator("#question").press("Enter")
    page.wait_for_url(f"{council.waymark}/?conversation=*")
    expect(page.locator("#latest .card")).to_be_visible()


def test_without_scripts_the_link_is_there(browser: Browser, council: Council) -> None:
    page, _watch = open_in(browser, javascript=False)
    page.goto(council.address)
    assert page.locator("iframe").count() == 0
    page.locator("a").click()
    expect(page.locator("h1")).to_have_text("Where do I go?")
    page.context.close()


def test_a_site_that_is_not_named_is_refused(page: Page, council: Council) -> None:
    host = Flask("stranger")

    @host.get("/")
    def stranger() -> str:
        return f"<!DOCTYPE html><html lang=en><title>Stranger</title><body><script src='{council.waymark}/embed.js' async></script>"

    with chromium.served(host) as address:
        page.goto(address)
        page.locator("iframe").wait_for()
        page.wait_for_timeout(500)
        assert page.frame_locator("iframe").locator("#question").count() == 0
