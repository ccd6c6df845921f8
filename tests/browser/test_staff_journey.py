"""A day at the console, in a real browser, over the project's own content: each role does what it is there for, and the audit trail tells of it.

The tests of this file are one story and run in order: what one has published the next one sees. Background work is done by real processes.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from indexer import release
from indexer.config import IndexerSettings
from indexer.wording import load_toml
from tests.browser import chromium
from tests.browser.conftest import OpenPage
from tests.browser.keyboard import MOST_STEPS, Keyboard
from tests.browser.test_axe import OF_COLOURS, OPTIONS, SCHEMES, listed
from tests.web.staff.conftest import PASSWORD, write_config
from web.app import create_app, open_live
from web.settings import load_web_settings
from web.staff.roles import Role
from web.staff.room import Room

NEED, PLACE = "Parent's own needs as a carer", "parent-carer-assessment"
LINE = "We are putting the pages about transport right and will be back on Monday."
PAGES = (
    "/staff/", "/staff/ask?q=where+is+portage", "/staff/ask?q=she+wants+to+kill+herself",
    "/staff/consistency", "/staff/consistency/1",
    "/staff/consistency/1?only", "/staff/consistency/compare?a=2&b=3", "/staff/questions", "/staff/entries", "/staff/entries/portage",
    "/staff/entries/portage?as=file", "/staff/entries/new", "/staff/pins", "/staff/wordings", f"/staff/wordings/need?need={NEED}", "/staff/changes",
    "/staff/publish", "/staff/switches", "/staff/attention", "/staff/figures", "/staff/figures?by=day",
    "/staff/audit", "/staff/accounts", "/staff/work/1",
)
"""Every kind of page; those that only exist after some work are reached by the tests before."""
NARROW = ("/staff/", "/staff/consistency/1", "/staff/switches", "/staff/attention")
"""Those that axe also looks at on a narrow screen, where menus and tables are laid out anew."""
REACHED = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter((el) => el.checkVisibility() && !el.disabled && !(el.type === "radio" && !el.checked)).length"""
WORK_MILLISECONDS = 240_000
REASON = "agreed at the team meeting"


@dataclass
class Office:
    """The site with its console, in a folder of its own."""

    url: str
    room: Room
    content: Path

    @property
    def wordings(self) -> list[str]:
        """All wordings of the need that is pinned here."""
        needs = load_toml(self.content / "wordings.toml")["needs"]
        return [text for row in needs if row["need"] == NEED for who, text in row.items() if who != "need"]

    def start(self, question: str, channel: str) -> str:
        """Where a question is sent."""
        body = json.dumps({"question": question, "channel": channel}).encode()
        with urlopen(Request(f"{self.url}/api/chat", body, {"Content-Type": "application/json"}), timeout=60) as answer:
            reply = json.load(answer)
        return reply["signposts"][0]["id"] if reply["signposts"] else reply["outcome"]

    def starts(self) -> set[str]:
        """Where all wordings are sent, on the web and by text."""
        return {self.start(wording, channel) for wording in self.wordings for channel in ("web", "sms")}


@pytest.fixture(scope="module")
def office(release_dir: Path, indexer_settings: IndexerSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(indexer_settings.content, folder / "content")
    live = release.live_id(release_dir) or ""
    shutil.copytree(release_dir / live, folder / "releases" / live)
    shutil.copyfile(release_dir / "embeddings.sqlite", folder / "releases" / "embeddings.sqlite")
    release.switch(folder / "releases", live)
    here = indexer_settings.model_copy(update={"content": folder / "content", "release_dir": folder / "releases"})
    config = write_config(here, folder / "config.toml", folder / "waymark.db")
    app = create_app(load_web_settings(config), open_live(config), config)
    room: Room = app.extensions["waymark.staff"]
    for role in Role:
        room.accounts.add(f"{role.name.lower()}@example.org", role, PASSWORD)
    app.extensions["waymark.foreman"].start()
    with chromium.served(app) as url:
        yield Office(url, room, folder / "content")
    app.extensions["waymark.foreman"].stop()
    app.extensions["waymark"].dispatch.stop()
    app.extensions["waymark"].asked.stop()
    app.extensions["waymark"].database.close()


@pytest.fixture
def sign_in(open_page: OpenPage, office: Office) -> Callable[[Role], Page]:
    """A function that signs someone in and gives their page."""

    def enter(role: Role) -> Page:
        page = open_page()
        page.set_default_timeout(60_000)
        page.goto(f"{office.url}/staff/")
        page.get_by_label("E-mail address").fill(f"{role.name.lower()}@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".leave")).to_contain_text(role.value)
        return page

    return enter


def go(page: Page, desk: str) -> None:
    """By the menu."""
    page.get_by_role("navigation", name="Staff console").get_by_role("link", name=desk, exact=True).click()


def done(page: Page) -> None:
    """Until background work has ended; the page renews itself."""
    expect(page.locator(".progress")).to_have_count(0, timeout=WORK_MILLISECONDS)


def publish(page: Page) -> None:
    go(page, "Publish")
    page.get_by_label("Why?").first.fill(REASON)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("is live, with")).to_be_visible(timeout=WORK_MILLISECONDS)


def test_a_reader_compares_what_is_told(sign_in, office: Office) -> None:
    page = sign_in(Role.READER)
    go(page, "Ask as anyone")
    page.get_by_label("Question").fill("My son is 20 months old. Could someone come to the house and play with him?")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("section.reply")).to_have_count(3)
    expect(page.get_by_text("All three start at the same place.")).to_be_visible()
    expect(page.get_by_role("table", name=re.compile("Places that were weighed"))).to_contain_text("portage")


def test_a_reader_runs_forty_needs_in_five_wordings(sign_in, office: Office) -> None:
    page = sign_in(Role.READER)
    go(page, "Consistency")
    page.get_by_label("The first").check()
    page.get_by_label("How many of the needs").fill("40")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("p", has_text="It is done")).to_be_visible(timeout=WORK_MILLISECONDS)
    expect(page.get_by_text("of 40 needs start at the same place")).to_be_visible()
    expect(page.locator("main")).to_contain_text("600 questions")
    assert page.locator("svg[role=img]").count() == 1


def test_an_editor_pins_and_families_start_there_on_web_and_text(sign_in, office: Office) -> None:
    assert office.starts() != {PLACE}
    page = sign_in(Role.EDITOR)
    page.goto(f"{office.url}/staff/pins?need={NEED}")
    page.get_by_label("Place to start").fill(PLACE)
    page.get_by_label("Why?").first.fill(REASON)
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.get_by_role("table", name="Pins in the content folder")).to_contain_text("not published yet")
    publish(page)
    assert office.starts() == {PLACE}
    page.goto(f"{office.url}/staff/ask?q={office.wordings[0]}")
    expect(page.get_by_text("Pinned by staff")).to_be_visible()


def test_two_runs_show_that_nothing_else_moved(sign_in, office: Office) -> None:
    page = sign_in(Role.READER)
    go(page, "Consistency")
    before, after = sorted(page.locator("#release option").evaluate_all("(options) => options.map((option) => option.value)"))[-2:]
    page.locator("#release").select_option(before)
    page.locator("#second").select_option(after)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("table", name="Answers that move, by need")).to_be_visible(timeout=WORK_MILLISECONDS)
    text = page.request.get(page.url.replace("/compare?", "/compare.csv?")).text()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {row["need"] for row in rows} == {NEED}
    assert {row["start after"] for row in rows} == {PLACE}
    page.goto(f"{office.url}/staff/consistency/3?only")
    assert NEED not in page.locator("h3").all_inner_texts()


def test_an_editor_changes_an_entry_and_undoes_the_pin(sign_in, office: Office) -> None:
    page = sign_in(Role.EDITOR)
    page.goto(f"{office.url}/staff/entries/portage")
    page.locator("#alert").fill("Portage has moved to another office this week.")
    page.get_by_label("Why?").first.fill(REASON)
    page.get_by_role("button", name="Save", exact=True).click()
    if page.get_by_text("Look at this before you save").count():
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("is saved")
    go(page, "Pins")
    page.locator("summary", has_text="Change").click()
    page.locator("details[open] form", has=page.get_by_role("button", name="Undo the pin")).get_by_label("Why?").fill(REASON)
    page.get_by_role("button", name="Undo the pin").click()
    expect(page.get_by_text("Nothing is pinned.")).to_be_visible()
    publish(page)
    assert office.starts() != {PLACE}
    page.goto(f"{office.url}/services/portage")
    expect(page.locator("main")).to_contain_text("Portage has moved to another office this week.")


def test_an_editor_switches_a_topic_off_and_on(sign_in, office: Office) -> None:
    question = "How do I get free transport to school for my disabled son?"
    assert office.start(question, "web") not in ("not_found", "error")
    page = sign_in(Role.EDITOR)
    go(page, "Switches")
    page.locator("#thing").select_option(label="Getting about")
    page.get_by_label("Public line").fill(LINE)
    page.locator("#off-reason").fill(REASON)
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("status")).to_contain_text("switched off")
    page.wait_for_timeout(1500)
    assert [office.start(question, channel) for channel in ("web", "sms")] == ["not_found", "not_found"]
    page.goto(office.url)
    page.locator("#question").fill(question)
    page.locator("form.ask button").first.click()
    expect(page.locator("#latest .exchange").first).to_contain_text(LINE)
    assert office.start("she says she wants to kill herself tonight", "sms") not in ("not_found", "error")
    page.goto(f"{office.url}/staff/switches")
    page.locator("#on-reason").fill(REASON)
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Everything is on.")).to_be_visible()
    page.wait_for_timeout(1500)
    assert office.start(question, "web") not in ("not_found", "error")


def test_only_the_safeguarding_lead_may_switch_off_what_danger_names(sign_in, office: Office) -> None:
    page = sign_in(Role.EDITOR)
    go(page, "Switches")
    known = page.locator("#thing option").all_text_contents()
    page = sign_in_again(page, office, Role.SAFEGUARDING)
    go(page, "Switches")
    more = set(page.locator("#thing option").all_text_contents()) - set(known)
    assert more
    assert {"Text message", "Samaritans"} & {name.strip() for name in more} or any("Whole" in name or "service" in name for name in more)


def test_the_administrator_finds_all_of_it_in_the_audit_trail(sign_in, office: Office) -> None:
    page = sign_in(Role.ADMINISTRATOR)
    go(page, "Audit trail")
    rows = page.get_by_role("table").locator("tbody tr").all_inner_texts()
    told = "\n".join(rows)
    for words in ("pins.toml", "services/portage.md", "publish", "switch off", "switch on", "editor@example.org", REASON):
        assert words in told, words
    go(page, "Accounts")
    expect(page.get_by_role("table", name="Who may sign in")).to_contain_text("safeguarding@example.org")


def test_axe_finds_nothing_on_any_page(sign_in, office: Office) -> None:
    page = sign_in(Role.ADMINISTRATOR)
    page.goto(f"{office.url}/staff/pins?need={NEED}")
    page.get_by_label("Place to start").fill(PLACE)
    page.get_by_label("Why?").first.fill(REASON)
    page.get_by_role("button", name=re.compile("Try it out")).click()
    expect(page.get_by_role("button", name="Save the change")).to_be_visible(timeout=WORK_MILLISECONDS)
    faults = {}
    for path in (*PAGES, urlsplit(page.url).path):
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme="light", forced_colors="none")
            answer = page.goto(office.url + path)
            assert answer
            assert answer.status == 200, path
            found = Axe().run(page, options=OPTIONS).response["violations"] if width == 1280 or path in NARROW else []
            for scheme in (SCHEMES["dark"], SCHEMES["forced colours"]) if width == 1280 else ():
                page.emulate_media(**scheme)
                found += page.evaluate("(options) => axe.run(options)", OF_COLOURS)["violations"]
            if found:
                faults[path, width] = listed(found)
            if page.evaluate("document.scrollingElement.scrollWidth > document.documentElement.clientWidth"):
                faults[path, width] = faults.get((path, width), "") + " scrolls sideways"
    assert faults == {}


def test_every_picture_has_its_table(sign_in, office: Office) -> None:
    page = sign_in(Role.READER)
    pictures = 0
    for path in PAGES:
        page.goto(office.url + path)
        if "/staff/accounts" not in page.url:
            pictures += (count := page.locator("svg[role=img]").count())
            assert page.locator("table").count() >= count, path
    assert pictures


@pytest.mark.parametrize("path", ["/staff/", "/staff/pins", "/staff/switches", "/staff/consistency", "/staff/attention"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(sign_in, office: Office, path: str) -> None:
    page = sign_in(Role.EDITOR)
    page.goto(office.url + path)
    page.locator("details").evaluate_all("(found) => found.forEach((one) => { one.open = false; })")
    wanted = page.evaluate(REACHED)
    keyboard = Keyboard(page)
    reached = set()
    for _ in range(min(wanted, MOST_STEPS) + 5):
        keyboard.tab()
        reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert len(reached) >= min(wanted, MOST_STEPS)


def test_someone_signs_in_and_switches_off_with_the_keyboard_alone(open_page: OpenPage, office: Office) -> None:
    page = open_page()
    page.set_default_timeout(60_000)
    page.goto(f"{office.url}/staff/switches")
    keyboard = Keyboard(page)
    for field, text in (("#name", "editor@example.org"), ("#password", PASSWORD)):
        keyboard.tab_to(field)
        keyboard.type(text)
    keyboard.press("Enter")
    expect(page.locator(".leave")).to_be_visible()
    keyboard.tab_to("#thing")
    keyboard.type("Getting about")
    keyboard.tab_to("#line")
    keyboard.type(LINE)
    keyboard.tab_to("#off-reason")
    keyboard.type(REASON)
    keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Getting about: switched off")
    keyboard.tab_to("#on-reason")
    keyboard.type(REASON)
    keyboard.press("Enter")
    expect(page.get_by_text("Everything is on.")).to_be_visible()


def sign_in_again(page: Page, office: Office, role: Role) -> Page:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(f"{role.name.lower()}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


