"""axe-core finds nothing on any page in any state, in light, in dark and in forced colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Watch, open_in
from tests.browser.states import IN_LANGUAGES, STATES, State

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OPTIONS = {"runOnly": {"type": "tag", "values": list(TAGS)}, "resultTypes": ["violations"]}
OF_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
"""Rules on which other colours can bear; the others need no second look."""
SCHEMES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced colours": {"color_scheme": "dark", "forced_colors": "active"},
}


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[tuple[Page, Watch]]:
    """One page for all of this file: what is shown stays while its colours change."""
    page, watch = open_in(browser, width=768, height=900)
    yield page, watch
    page.context.close()


@pytest.mark.parametrize("state", STATES + IN_LANGUAGES, ids=lambda state: state.name.replace(" ", "-").replace(":-", ":"))
def test_axe_finds_nothing(opened: tuple[Page, Watch], state: State, site_url: str) -> None:
    page, watch = opened
    page.emulate_media(**SCHEMES["light"])
    state.reach(page, site_url)
    faults = ["in light" + listed(found) for found in [Axe().run(page, options=OPTIONS).response["violations"]] if found]
    for scheme in ("dark", "forced colours"):
        page.emulate_media(**SCHEMES[scheme])
        found = page.evaluate("(options) => axe.run(options)", OF_COLOURS)["violations"]
        faults += [f"in {scheme}{listed(found)}"] if found else []
    assert not faults, "\n".join(faults)
    watch.check()


def listed(violations: list[dict[str, Any]]) -> str:
    """The violations for a person to read: the rule, then each place with what is to be done."""
    lines = [""]
    for violation in violations:
        lines.append(f"{violation['id']} ({violation['impact']}): {violation['help']}. {violation['helpUrl'].split('?')[0]}")
        for node in violation["nodes"]:
            lines.append(f"  {' '.join(map(str, node['target']))}: {' '.join(node['html'].split())[:160]}")
            lines.extend(f"    {line}" for line in node["failureSummary"].splitlines()[1:])
    return "\n".join(lines)


def test_axe_is_at_work(opened: tuple[Page, Watch], site_url: str) -> None:
    """A page with faults of several kinds is found out, so that silence means something."""
    page, _ = opened
    page.goto(site_url)
    page.emulate_media(**SCHEMES["light"])
    page.evaluate("""() => {
      document.querySelector("label[for=question]").remove();
      document.querySelector("h1").outerHTML = "<h4>Where do I go?</h4>";
      document.querySelector("#lead").style.color = "#aaa";
      document.documentElement.removeAttribute("lang");
    }""")
    found = {violation["id"] for violation in Axe().run(page, options=OPTIONS).response["violations"]}
    assert {"label", "html-has-lang", "color-contrast", "page-has-heading-one"} <= found
