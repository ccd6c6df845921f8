"""What families do, by keyboard alone, on small and large screens, with scripts and without."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.keyboard import Keyboard

WIDTHS = (360, 768, 1280)
BOX, ASK = "#question", "form.ask button"
ANSWER = "#latest .exchange"


@dataclass
class Visitor:
    """A person at the keyboard, on one kind of screen."""

    page: Page
    keyboard: Keyboard
    javascript: bool
    url: str

    def ask(self, question: str) -> None:
        """Step to the box, type, step to the button and press it."""
        self.keyboard.tab_to(BOX)
        self.keyboard.type(question)
        self.keyboard.tab_to(ASK)
        self.keyboard.press("Enter")

    def sees(self, text: str, number: int = 1) -> None:
        """Wait until the newest answer, the so-manieth of the conversation, says this."""
        expect(self.page.locator(ANSWER)).to_contain_text(text)
        expect(self.page.locator(".exchange")).to_have_count(number)

    def is_led_to(self, selector: str) -> None:
        """The focus is, or comes to be, on what matches, where it can be seen."""
        expect(self.page.locator(f"{selector}:focus")).to_have_count(1)
        expect(self.page.locator(selector)).to_be_in_viewport()

    def is_led_to_the_answer(self) -> None:
        """A script puts the focus on the answer's heading and has it read out; without, the address leads to the answer, below its title."""
        if self.javascript:
            self.is_led_to(f"{ANSWER} h2")
            heading = self.page.locator(f"{ANSWER} h2").inner_text()
            expect(self.page.locator("#status[aria-live=polite]")).to_contain_text(heading)
        else:
            assert self.page.url.endswith("#latest")
            self.is_led_to("#latest")


SCREENS = [(width, javascript) for width in WIDTHS for javascript in (True, False)]
SMALLEST = [screen for screen in SCREENS if screen[0] == min(WIDTHS)]


def kind(screen: tuple[int, bool]) -> str:
    return f"{screen[0]}px-{'script' if screen[1] else 'plain'}"


@pytest.fixture(params=SCREENS, ids=kind)
def visitor(request: pytest.FixtureRequest, open_page: OpenPage, site_url: str) -> Visitor:
    width, javascript = request.param
    page = open_page(width=width, height=740, javascript=javascript)
    page.goto(site_url)
    return Visitor(page, Keyboard(page), javascript, site_url)


def test_a_question_is_asked_and_the_answer_has_the_focus(visitor: Visitor) -> None:
    visitor.keyboard.tab()
    assert visitor.page.evaluate("document.activeElement.hash") == "#main"
    visitor.keyboard.press("Enter")
    visitor.is_led_to("#main")
    visitor.ask("where do i go")
    visitor.sees("Message 1 leads to Portage.")
    visitor.is_led_to_the_answer()
    assert "conversation=" in visitor.page.url
    expect(visitor.page.locator(BOX)).to_have_value("")
    visitor.page.reload()
    visitor.sees("Message 1 leads to Portage.")


@pytest.mark.parametrize("visitor", SMALLEST, ids=kind, indirect=True)
def test_enter_in_the_box_makes_a_new_line_and_sends_nothing(visitor: Visitor) -> None:
    visitor.keyboard.tab_to(BOX)
    visitor.keyboard.type("one")
    visitor.keyboard.press("Enter")
    visitor.keyboard.type("two")
    expect(visitor.page.locator(BOX)).to_have_value("one\ntwo")
    assert visitor.page.locator(".exchange").count() == 0


def test_one_question_follows_another(visitor: Visitor) -> None:
    visitor.ask("where do i go")
    visitor.sees("Message 1 leads to Portage.")
    visitor.ask("and then")
    visitor.sees("Message 2 leads to Portage.", 2)
    visitor.is_led_to_the_answer()
    expect(visitor.page.locator("#earlier .exchange")).to_contain_text("where do i go")


def test_a_choice_is_made(visitor: Visitor) -> None:
    visitor.ask("clarify please")
    visitor.sees("How old is the child?")
    visitor.is_led_to_the_answer()
    visitor.keyboard.tab_to("form.choices button[value='5 to 10']")
    visitor.keyboard.press("Enter")
    visitor.sees("Message 2 leads to Portage.", 2)
    visitor.sees("5 to 10", 2)
    visitor.is_led_to_the_answer()


def test_danger_puts_a_number_to_ring_first(visitor: Visitor) -> None:
    visitor.ask("we are in danger")
    visitor.sees("Ring 999 now.")
    visitor.is_led_to_the_answer()
    assert visitor.keyboard.tab(f"{ANSWER} .danger a[href='tel:08001111']")
    expect(visitor.page.locator(".danger a").first).to_be_in_viewport(ratio=1)
    number = visitor.page.locator(f"{ANSWER} .danger a").first.bounding_box()
    assert number is not None
    assert number["height"] >= 44


def test_sources_are_opened_and_closed(visitor: Visitor) -> None:
    visitor.ask("where do i go")
    visitor.sees("Message 1 leads to Portage.")
    quote = visitor.page.locator(f"{ANSWER} details.sources blockquote")
    expect(quote).to_be_hidden()
    visitor.keyboard.tab_to("details.sources summary")
    visitor.keyboard.press("Enter")
    expect(quote).to_be_visible()
    visitor.keyboard.press("Space")
    expect(quote).to_be_hidden()


@pytest.mark.parametrize("visitor", SMALLEST, ids=kind, indirect=True)
def test_a_source_mark_leads_to_its_source(visitor: Visitor) -> None:
    visitor.ask("where do i go")
    visitor.sees("Message 1 leads to Portage.")
    visitor.keyboard.tab_to("a.cite")
    visitor.keyboard.press("Enter")
    source = visitor.page.locator(f"{ANSWER} details.sources li").first
    expect(source).to_be_visible()
    expect(source).to_be_in_viewport()


@pytest.mark.parametrize("visitor", SMALLEST, ids=kind, indirect=True)
def test_the_age_is_put_right(visitor: Visitor) -> None:
    visitor.ask("where do i go")
    visitor.sees("Message 1 leads to Portage.")
    visitor.is_led_to_the_answer()
    visitor.keyboard.tab_to("details.change summary")
    visitor.keyboard.press("Enter")
    visitor.keyboard.tab_to("#change-age")
    visitor.keyboard.press("ControlOrMeta+a")
    visitor.keyboard.type("7")
    visitor.keyboard.tab_to("details.change button")
    visitor.keyboard.press("Enter")
    visitor.sees("7 year old", 2)
    visitor.is_led_to_the_answer()


@pytest.mark.parametrize("visitor", SMALLEST, ids=kind, indirect=True)
def test_all_starts_again(visitor: Visitor) -> None:
    visitor.ask("where do i go")
    visitor.sees("Message 1 leads to Portage.")
    visitor.keyboard.tab_to("#after a")
    visitor.keyboard.press("Enter")
    expect(visitor.page.locator(".exchange")).to_have_count(0)
    assert "conversation=" not in visitor.page.url
    visitor.ask("where do i go")
    visitor.sees("Message 1 leads to Portage.")


def test_a_conversation_is_forgotten(visitor: Visitor) -> None:
    visitor.ask("where do i go")
    visitor.sees("Message 1 leads to Portage.")
    address = visitor.page.url
    visitor.keyboard.tab_to("#after form button")
    visitor.keyboard.press("Enter")
    expect(visitor.page.get_by_text("That conversation has been deleted.")).to_be_visible()
    visitor.page.goto(address)
    expect(visitor.page.get_by_text("That conversation is no longer kept.")).to_be_visible()
    expect(visitor.page.locator(".exchange")).to_have_count(0)


def test_an_empty_question_is_answered_with_an_error_at_the_box(visitor: Visitor) -> None:
    visitor.keyboard.tab_to(ASK)
    visitor.keyboard.press("Enter")
    error = visitor.page.locator("#question-error")
    expect(error).to_be_visible()
    expect(error).to_contain_text("Your message was empty.")
    if not visitor.javascript:  # the new page starts with a list of what is wrong; its link leads to the box
        expect(visitor.page).to_have_title("Error: Where do I go? – Waymark, Stockport Council")
        visitor.keyboard.tab_to(".govuk-error-summary a")
        visitor.keyboard.press("Enter")
    visitor.is_led_to(BOX)
    box = visitor.page.locator(BOX)
    expect(box).to_have_attribute("aria-invalid", "true")
    assert "question-error" in str(box.get_attribute("aria-describedby")).split()
    visitor.keyboard.type("where do i go")
    visitor.keyboard.tab_to(ASK)
    visitor.keyboard.press("Enter")
    visitor.sees("Message 1 leads to Portage.")
    expect(error).to_have_count(0)


def test_what_is_wrong_with_an_entry_is_sent(visitor: Visitor) -> None:
    visitor.keyboard.tab_to("nav a[href='/browse']")
    visitor.keyboard.press("Enter")
    expect(visitor.page.locator("#results")).to_be_visible()
    visitor.keyboard.tab_to("#results a[href='/services/helpline']")
    visitor.keyboard.press("Enter")
    expect(visitor.page.locator("h1")).to_have_text("The <Helpline>")
    visitor.keyboard.tab_to("#wrong summary")
    visitor.keyboard.press("Enter")
    visitor.keyboard.tab_to("input[name=about]")
    visitor.keyboard.press("ArrowDown")
    assert visitor.keyboard.look("input[name=about]:checked")
    visitor.keyboard.tab_to("textarea[name=text]")
    visitor.keyboard.type("It has moved.")
    visitor.keyboard.tab_to(".wrong-form button")
    visitor.keyboard.press("Enter")
    expect(visitor.page.locator("h1")).to_have_text("Thank you")
    expect(visitor.page.get_by_text("Your reference number is")).to_be_visible()


@pytest.mark.parametrize("visitor", SMALLEST, ids=kind, indirect=True)
def test_an_unsaid_comment_comes_back_with_an_error(visitor: Visitor) -> None:
    visitor.page.goto(visitor.url + "/services/helpline")
    visitor.keyboard.tab_to("#wrong summary")
    visitor.keyboard.press("Enter")
    visitor.keyboard.tab_to(".wrong-form button")
    visitor.keyboard.press("Enter")
    expect(visitor.page.locator("#feedback-error")).to_contain_text("Say what is wrong")
    expect(visitor.page).to_have_title(re.compile("^Error: Something is wrong with"))
