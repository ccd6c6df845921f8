"""A few journeys over the project's own content, as families meet them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.keyboard import Keyboard
from tests.browser.test_journeys import ANSWER, ASK, SMALLEST, Visitor, kind


@pytest.fixture(params=SMALLEST, ids=kind)
def visitor(request: pytest.FixtureRequest, open_page: OpenPage, real_url: str) -> Visitor:
    width, javascript = request.param
    page = open_page(width=width, height=740, javascript=javascript)
    page.goto(real_url)
    return Visitor(page, Keyboard(page), javascript, real_url)


def test_a_place_to_start_is_named_with_its_sources(visitor: Visitor) -> None:
    visitor.ask("My son is 20 months old. Could someone come to the house and play with him?")
    visitor.sees("Portage")
    visitor.is_led_to_the_answer()
    visitor.keyboard.tab_to("details.sources summary")
    visitor.keyboard.press("Enter")
    expect(visitor.page.locator(f"{ANSWER} details.sources li").first).to_be_visible()
    assert visitor.page.evaluate("document.scrollingElement.scrollWidth <= document.documentElement.clientWidth")


def test_danger_has_a_number_to_ring_first(visitor: Visitor) -> None:
    visitor.ask("she says she wants to kill herself tonight")
    expect(visitor.page.locator(f"{ANSWER} h2")).to_be_visible()
    visitor.is_led_to_the_answer()
    assert visitor.keyboard.tab(f"{ANSWER} .danger a[href^='tel:']")


def test_an_empty_question_is_told_what_to_do(visitor: Visitor) -> None:
    visitor.keyboard.tab_to(ASK)
    visitor.keyboard.press("Enter")
    error = visitor.page.locator("#question-error")
    expect(error).to_contain_text(re.compile(r"Your message was empty\. \w+"))
    expect(visitor.page.locator(".exchange")).to_have_count(0)
