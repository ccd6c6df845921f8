"""Draws the pictures of ``docs/staff.md``: ``python -m benchmarks.staff_pictures [FOLDER]``, by default into ``docs/pictures``.

The published release is served here over a database of its own; an editor is given an account, families' comments are made up, and the desks are
walked through in a browser. Nothing is published, and the content is not changed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page, expect

from benchmarks import browser
from benchmarks.screenshots import FOLDER, smaller

NAME, PASSWORD = "sam.editor@example.org", "a long password"
NEED, PLACE = "Parent's own needs as a carer", "parent-carer-assessment"
QUESTION = "My son is 20 months old. Could someone come to the house and play with him?"
REASON = "Agreed at the team meeting."
COMMENTS = (("services/portage", "The page does not say how long we wait."), ("services/family-hubs", "Nobody picks up on Mondays."))
WAIT = 240_000


def account(environment: Mapping[str, str]) -> None:
    """Make the editor's account."""
    command = [sys.executable, "-m", "web", "staff", "add", NAME, "--role", "editor"]
    subprocess.run(command, input=PASSWORD + "\n", text=True, cwd=browser.ROOT, env=dict(environment), check=True, stdout=subprocess.DEVNULL)


def comment(page: Page, url: str) -> None:
    """Say of some pages, as families do, that something is wrong."""
    for path, words in COMMENTS:
        page.goto(f"{url}/{path}")
        page.locator("#wrong summary, summary:has-text('wrong')").first.click()
        form = page.locator("form[action*=feedback]")
        form.locator("textarea").fill(words)
        form.locator("input[type=radio]").first.check()
        form.locator("button").click()
        page.wait_for_load_state()


def sign_in(page: Page, url: str) -> None:
    """Through the door."""
    page.goto(f"{url}/staff/")
    page.get_by_label("E-mail address").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".leave")).to_be_visible()


def walk(page: Page, url: str, folder: Path) -> None:
    """Draw each desk as ``docs/staff.md`` comes to it."""
    page.goto(f"{url}/staff/ask?q={QUESTION}")
    _draw(page, folder, "ask", "#told")
    page.goto(f"{url}/staff/consistency")
    page.get_by_label("The first").check()
    page.get_by_label("How many of the needs").fill("20")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("p", has_text="It is done")).to_be_visible(timeout=WAIT)
    _draw(page, folder, "consistency", "#grid")
    page.goto(f"{url}/staff/pins?need={NEED}")
    page.get_by_label("Place to start").fill(PLACE)
    page.get_by_label("Why?").first.fill(REASON)
    _draw(page, folder, "pin", "#new")
    page.goto(f"{url}/staff/switches")
    page.locator("#thing").select_option("entry:riding-the-rapids")
    page.get_by_label("Public line").fill("This course is not running at the moment.")
    page.locator("#off-reason").fill("The service told us.")
    page.get_by_role("button", name="Switch off").click()
    _draw(page, folder, "switches")
    page.goto(f"{url}/staff/attention")
    for _ in range(60):
        if page.locator("main table tbody tr").count() > 10:
            break
        page.wait_for_timeout(2000)
        page.reload()
    _draw(page, folder, "attention", "main h2")


def _draw(page: Page, folder: Path, name: str, at: str = "") -> None:
    if at:
        page.locator(at).first.evaluate("(there) => scrollTo(0, there.getBoundingClientRect().top + scrollY - 16)")
    png = smaller(page.screenshot())
    (folder / f"staff-{name}.png").write_bytes(png)
    print(f"staff-{name}.png: {len(png) / 1000:.0f} kB")


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the pictures of docs/staff.md.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with browser.site(account) as url, browser.browser() as opened:
        page = opened.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-GB").new_page()
        page.set_default_timeout(60_000)
        comment(page, url)
        sign_in(page, url)
        walk(page, url, folder)


if __name__ == "__main__":
    main()
