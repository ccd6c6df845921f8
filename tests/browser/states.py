"""The pages of the site in each of their states, and how a visitor comes to see them. A new page is one line in ``ADDRESSES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from web.languages import NAMES

ADDRESSES = {
    "empty": "/",
    "expired": "/?conversation=" + "A" * 22,
    "forgotten": "/?forgotten=1",
    "easy read": "/?view=easy",
    "browse": "/browse",
    "browse by age and need": "/browse?age=7&need=mental-health",
    "browse without a result": "/browse?q=zzzz",
    "browse with a faulty address": "/browse?age=old&colour=red",
    "entry": "/services/helpline",
    "entry with little": "/topics/rumour",
    "framework": "/framework",
    "framework page": "/framework/learning-primary",
    "entry that is not there": "/services/none",
    "address that is not there": "/none",
    "about": "/about",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "transparency": "/transparency",
    "help": "/help",
    "you said": "/you-said-we-did",
    "my page that is not there": "/my-page",
    "panel": "/panel/",
    "panel search": "/panel/search",
    "phone": "/staff/phone",
}
"""Pages that an address alone leads to."""
QUESTIONS = {
    "answered": "where do i go",
    "clarify": "clarify please",
    "not found": "unknown",
    "out of scope": "offtopic",
    "urgent": "danger",
}
"""What leads the engine that stands in to each outcome."""


@dataclass(frozen=True)
class State:
    """A page as it stands, and how it is reached."""

    name: str
    reach: Callable[[Page, str], object]


def asked(page: Page, url: str, *questions: str, path: str = "/") -> None:
    """Ask, and open all there is to open."""
    page.goto(url + path)
    for n, question in enumerate(questions, 1):
        page.locator("#question").fill(question)
        page.locator("form.ask button").click()
        expect(page.locator(".exchange")).to_have_count(n)
        expect(page.locator("#latest .asked")).to_contain_text(question)
    unfold(page)


def unfold(page: Page) -> None:
    """Open every part that can be opened, so that what is in it is looked at too."""
    page.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")


def _at(path: str) -> Callable[[Page, str], object]:
    def reach(page: Page, url: str) -> None:
        page.goto(url + path)
        unfold(page)

    return reach


def _after(*questions: str, path: str = "/") -> Callable[[Page, str], object]:
    return lambda page, url: asked(page, url, *questions, path=path)


def _reloaded(page: Page, url: str) -> None:
    asked(page, url, "where do i go", "danger", "clarify please")
    page.reload()
    unfold(page)


def _easy(page: Page, url: str) -> None:
    asked(page, url, "where do i go")
    page.goto(page.url.split("#")[0] + "&view=easy")
    unfold(page)


def _empty_question(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("form.ask button").click()
    expect(page.locator("#question-error")).to_be_visible()


def _empty_question_without_script(page: Page, url: str) -> None:
    page.goto(url)
    page.evaluate("() => document.querySelector('form.ask').submit()")  # a form sent this way passes the page's script by
    expect(page.locator("#question-error")).to_be_visible()


def comment(page: Page, url: str, text: str, about: str | None = None) -> None:
    """Say what is wrong with an entry."""
    page.goto(url + "/services/helpline")
    page.locator("#wrong summary").click()
    page.locator("#wrong-text").fill(text)
    if about:
        page.locator(f"#about-{about}").check()
    page.locator(".wrong-form button").click()


def _comment_with_error(page: Page, url: str) -> None:
    comment(page, url, "")
    expect(page.locator("#feedback-error")).to_be_visible()


def _thanks(page: Page, url: str) -> None:
    comment(page, url, "It has moved.", "gone")
    expect(page.locator("h1")).to_have_text("Thank you")


def _my_page(page: Page, url: str) -> None:
    asked(page, url, "where do i go", "danger")
    page.locator("#latest a[href*='/my-page']").click()
    expect(page.locator("h1")).to_have_text("My page")


def _not_helped(page: Page, url: str) -> None:
    asked(page, url, "where do i go")
    page.locator("#latest button[name=helped][value=no]").click()
    expect(page.locator("#helped-text")).to_be_visible()


def _helped(page: Page, url: str) -> None:
    asked(page, url, "where do i go")
    page.locator("#latest button[name=helped][value=yes]").click()
    expect(page.locator(".helped-thanks")).to_be_visible()


def _phone(page: Page, url: str) -> None:
    page.goto(url + "/staff/phone")
    for text in ("DELETE", "danger", "STOP", "where do i go"):  # whatever was said before goes; then a reply of each kind, and none
        page.locator("#text").fill(text)
        page.locator("main button").click()
    expect(page.locator(".phone .to")).to_have_count(3)
    expect(page.locator("[role=alert]")).to_be_visible()


def _in(language: str) -> tuple[State, ...]:
    """The pages on which a language has the most of its own words."""
    return (
        *(State(f"{language}: {path}", _at(f"{path}?lang={language}")) for path in ("/", "/browse", "/services/helpline", "/help", "/my-page")),
        State(f"{language}: answered", _after("where do i go", path=f"/?lang={language}")),
    )


STATES = (
    *(State(name, _at(path)) for name, path in ADDRESSES.items()),
    *(State(name, _after(question)) for name, question in QUESTIONS.items()),
    *(State(f"{name} in a panel", _after(question, path="/panel/")) for name, question in QUESTIONS.items() if name in ("answered", "urgent")),
    State("three answers", _after("where do i go", "danger", "clarify please")),
    State("three answers after a reload", _reloaded),
    State("answered in easy read", _easy),
    State("empty question", _empty_question),
    State("empty question without the script", _empty_question_without_script),
    State("comment with an error", _comment_with_error),
    State("thanks", _thanks),
    State("my page", _my_page),
    State("not helped", _not_helped),
    State("helped", _helped),
    State("phone with messages", _phone),
)
IN_LANGUAGES = tuple(state for language in NAMES if language != "en" for state in _in(language))
"""For axe alone: layout and keys do not change with the language, direction apart."""
