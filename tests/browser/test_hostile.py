"""Markup and scripts that someone types, sends in an address or hides in content are shown as text and never run.

The security policy would stop most of them. It must have nothing to stop: a policy that blocks something fails these tests too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.routing.converters import NumberConverter

from tests.browser.conftest import Watch, make_site, open_in
from tests.browser.states import comment
from tests.web.conftest import CRAWLED, StandIn

PAYLOADS = {
    "script": "<script>window.ran=1</script>",
    "image": "<img src=x onerror=window.ran=1>",
    "svg": "<svg onload=window.ran=1><animate onbegin=window.ran=1 attributeName=x dur=1s>",
    "address of a script": "javascript:window.ran=1",
    "markdown link to a script": "[press](javascript:window.ran=1) ![x](x\" onerror=\"window.ran=1)",
    "end of the box": "</textarea></p></form><script>window.ran=1</script>",
    "end of an attribute": "\"><img src=x onerror=window.ran=1><a href=\"",
    "single quote and focus": "' autofocus onfocus='window.ran=1' x='",
    "template of a page": "{{ 7*7 }} ${window.ran=1} {% include 'base.html' %} #{7*7} <%= 7*7 %>",
    "address of data": "<iframe src=\"data:text/html,<script>parent.ran=1</script>\"></iframe><object data=\"data:text/html,x\"></object>",
    "frame with a document": "<iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe><base href=\"https://example.org/\">",
    "many at once": "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=window.ran=1 )//</stYle/</titLe/</teXtarEa/</scRipt/--!>"
    "\\x3csVg/<sVg/oNloAd=window.ran=1//>\\x3e",
    "broken by a parser": "<noscript><p title=\"</noscript><img src=x onerror=window.ran=1>\"></p>"
    "<math><mtext><mglyph><style><!--</style><img src=x onerror=window.ran=1>",
    "entities": "&lt;script&gt;window.ran=1&lt;/script&gt; &#60;img src=x onerror=window.ran=1&#62; %3Cscript%3Ewindow.ran=1%3C/script%3E",
    "style and refresh": "<style>body{display:none}</style>"
    "<meta http-equiv=refresh content=\"0;url=javascript:window.ran=1\"><link rel=stylesheet href=//example.org>",
    "turned around": "\u202etpircs\u202c \u2066<script>window.ran=1</script>\u2069",
}
POLICY = {
    "default-src": ["'none'"], "script-src": ["'self'"], "style-src": ["'self'"], "img-src": ["'self'"], "connect-src": ["'self'"],
    "form-action": ["'self'"], "base-uri": ["'none'"], "frame-ancestors": ["'self'"],
}
"""The least strict that the policy may be."""
FILLED = {"entry_id": "helpline", "id": "helpline", "filename": "chat.js"}
"""What stands for the parts of addresses that vary; ``none`` for others."""


@pytest.fixture(scope="module")
def watched(browser: Browser) -> Iterator[tuple[Page, Watch]]:
    page, watch = open_in(browser, width=768)
    yield page, watch
    page.context.close()


@pytest.fixture
def page(watched: tuple[Page, Watch]) -> Iterator[Page]:
    """A page on which nothing may have run, opened or been blocked in the end."""
    page, watch = watched
    watch.faults.clear()
    yield page
    assert page.evaluate("() => window.ran === undefined"), "what was typed ran as a script"
    made = page.locator("main").locator("script, iframe, object, style, base, meta, [onerror], [onload], [onfocus]")
    assert made.count() == 0
    assert page.locator("a[href^='javascript:' i], a[href^='data:' i], form[action^='javascript:' i]").count() == 0
    watch.check()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_what_a_crawled_page_says_is_only_text(page: Page, site_url: str, payload: str) -> None:
    """Its words, title, heading, date and address, as they stand in an answer, in Easy Read and on the page to take along."""
    page.goto(site_url)
    page.locator("#question").focus()
    page.keyboard.insert_text(CRAWLED + payload)
    page.locator("form.ask button").click()
    expect(page.locator("#latest .part p").first).to_contain_text(payload.split()[0], use_inner_text=False)
    page.locator("#latest .sources summary").click()
    expect(page.locator("#latest blockquote")).to_have_text(payload, use_inner_text=False)
    taken = page.locator("#latest .tools a[href*='/my-page']").get_attribute("href")
    page.locator("#latest [data-view]").click()
    expect(page.locator(".easy")).to_be_visible()
    page.goto(site_url + str(taken))
    expect(page.locator("h1")).to_have_text("My page")


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_question_is_only_text(page: Page, site_url: str, payload: str) -> None:
    page.goto(site_url)
    page.locator("#question").focus()
    page.keyboard.insert_text(payload)
    page.locator("form.ask button").click()
    words = page.locator("#latest .asked-words")
    expect(words).to_have_text(payload, use_inner_text=False)
    assert page.evaluate("() => window.ran === undefined")
    page.reload()  # as the server writes the whole page
    assert words.text_content() == payload
    page.locator("#latest .asked-words").click()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_an_address_is_only_text(page: Page, site_url: str, payload: str) -> None:
    page.goto(f"{site_url}/?conversation={quote(payload, safe='')}&view={quote(payload, safe='')}&lang={quote(payload, safe='')}")
    expect(page.locator("h1")).to_have_text("Where do I go?")
    page.goto(f"{site_url}/browse?q={quote(payload, safe='')}&age={quote(payload, safe='')}")
    assert page.locator("#q").input_value() == payload[:100]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_comment_that_comes_back_is_only_text(page: Page, site_url: str, payload: str) -> None:
    """Too long a comment is given back to be made shorter."""
    long = payload + " " + "x" * 1000
    comment(page, site_url, long)
    expect(page.locator("#feedback-error")).to_be_visible()
    assert page.locator("#wrong-text").input_value() == long


def test_a_question_too_long_to_read_is_only_text_in_the_box(page: Page, site_url: str) -> None:
    long = "".join(PAYLOADS.values())
    page.goto(site_url)
    page.locator("#question").fill(long)
    page.evaluate("() => document.querySelector('form.ask').submit()")
    expect(page.locator("#question-error")).to_be_visible()
    assert page.locator("#question").input_value() == long


@pytest.mark.parametrize("address", ["/services/helpline", "/browse", "/browse?q=helpline", "/framework"])
def test_markup_in_content_is_only_text(page: Page, site_url: str, address: str) -> None:
    page.goto(site_url + address)
    if "helpline" in address:
        expect(page.locator("main")).to_contain_text("The <Helpline>")
    if address == "/services/helpline":
        expect(page.locator("main")).to_contain_text("Raw <script>alert(1)</script> stays text.")
        assert page.locator("main img").count() == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = make_site(StandIn(), tmp_path_factory.mktemp("policy"))
    yield app
    app.extensions["waymark"].database.close()


def addresses(app: Flask) -> list[str]:
    """One address of each rule that answers GET."""
    adapter = app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    found = set()
    for rule in rules:
        values: dict[str, Any] = {name: FILLED.get(name, "none") for name in rule.arguments}
        values.update({name: 1 for name in rule.arguments if isinstance(rule._converters.get(name), NumberConverter)})
        found.add(adapter.build(rule.endpoint, {**values, **(rule.defaults or {})}, "GET"))
    return sorted(found)


def test_every_page_has_a_strict_policy_and_nothing_inline(site: Flask) -> None:
    client = site.test_client()
    asked = [client.post("/", data={"question": question}).location for question in ("where do i go", "clarify", "unknown", "offtopic", "danger")]
    looked_at = 0
    for address in [*addresses(site), "/none", "/services/portage", "/topics/rumour", "/framework/learning-primary", *asked]:
        response = client.get(address)
        policy = {part.split()[0]: part.split()[1:] for part in response.headers["Content-Security-Policy"].split("; ")}
        loose = {name: value for name, value in policy.items() if value not in (["'none'"], POLICY.get(name, ["'none'"]))}
        assert not loose, f"{address}: {loose}"
        assert set(POLICY) <= set(policy), address
        assert response.status_code < 500 or address == "/readyz", address
        if response.mimetype == "text/html":
            looked_at += 1
            inline = inlined(response.text)
            assert not inline, f"{address}: {inline}"
    assert looked_at > 10


def inlined(html: str) -> list[str]:
    """The styles, scripts and handlers that stand in a page itself."""
    def bad(tag: Tag) -> bool:
        return tag.name == "style" or (tag.name == "script" and not tag.get("src")) or any(a == "style" or a.startswith("on") for a in tag.attrs)

    return [str(tag)[:160] for tag in BeautifulSoup(html, "lxml").find_all(bad)]


@pytest.mark.parametrize(
    ("html", "found"), [("<p style='x'>", 1), ("<b onclick=x>", 1), ("<style></style>", 1), ("<script>1</script>", 1), ("<script src=x></script>", 0)]
)
def test_what_is_inline_would_be_seen(html: str, found: int) -> None:
    assert len(inlined(html)) == found
