"""Every page in every state fits small and much enlarged screens, and what can be pressed is large enough."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.keyboard import Keyboard
from tests.browser.states import STATES, State

LEAST = 24
"""CSS pixels of what can be pressed, across and down (WCAG 2.2, 2.5.8)."""
WIDEST = """() => {
  const room = document.documentElement.clientWidth, wide = [];
  if (document.scrollingElement.scrollWidth <= room) return wide;
  for (const el of document.querySelectorAll("body *")) {
    if (el.getBoundingClientRect().right > room + 0.5) wide.push(el.outerHTML.replace(/\\s+/g, " ").slice(0, 160));
  }
  return wide.length ? wide : ["the page is " + document.scrollingElement.scrollWidth + " wide"];
}"""
"""What reaches beyond the right edge, where the page can be scrolled sideways."""
SMALL = """(least) => {
  const small = [];
  for (const el of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")) {
    if (!el.checkVisibility({ visibilityProperty: true }) || el.matches("[class*=skip]")) continue;
    const boxes = [el, ...(/radio|checkbox/.test(el.type || "") ? el.labels : [])].map((one) => one.getBoundingClientRect());
    const width = Math.max(...boxes.map((b) => b.right)) - Math.min(...boxes.map((b) => b.left));
    const height = Math.max(...boxes.map((b) => b.bottom)) - Math.min(...boxes.map((b) => b.top));
    if (width >= least && height >= least) continue;
    if (getComputedStyle(el).display === "inline" && inSentence(el)) continue;
    small.push(Math.round(width) + " by " + Math.round(height) + ": " + el.outerHTML.replace(/\\s+/g, " ").slice(0, 160));
  }
  return small;
  function inSentence(el) {
    let block = el.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    const copy = block.cloneNode(true);
    copy.querySelectorAll("a, button").forEach((link) => link.remove());
    return /\\p{L}{2}/u.test(copy.textContent);
  }
}"""
"""What can be pressed and is too small. A link within the text of a sentence is exempt, as its line says how high it is."""


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name.replace(" ", "-"))
def test_it_fits_and_can_be_pressed(open_page: OpenPage, state: State, site_url: str) -> None:
    """No scrolling sideways at 320 CSS pixels, which is also what a window of 1280 by 1024 is at 400%; targets of a size to be hit."""
    page = open_page(width=320, height=256, scale=4)
    state.reach(page, site_url)
    assert page.evaluate(WIDEST) == []
    small = set(page.evaluate(SMALL, LEAST))
    page.set_viewport_size({"width": 1280, "height": 1024})
    small |= set(page.evaluate(SMALL, LEAST))
    page.set_viewport_size({"width": 320, "height": 256})
    assert not small, "too small to be pressed:\n" + "\n".join(sorted(small))


@pytest.mark.parametrize("how", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=["light", "dark", "forced"])
@pytest.mark.parametrize("name", ["three answers", "browse", "comment with an error"])
def test_the_focus_is_seen_at_every_step(open_page: OpenPage, site_url: str, name: str, how: dict[str, Any]) -> None:
    page = open_page(width=360, height=640, **how)
    next(state for state in STATES if state.name == name).reach(page, site_url)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    keyboard, stops = Keyboard(page), page.evaluate("() => [...document.querySelectorAll('a[href], button, summary, textarea')].length")
    for _ in range(min(stops, 40)):
        keyboard.tab()
