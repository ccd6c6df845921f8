"""A person who uses the keyboard alone, and who looks where the focus is at each step."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

MOST_STEPS = 150
"""Presses of Tab after which something is taken to be out of reach."""
FOCUS = """(wanted) => {
  const el = document.activeElement;
  if (!el || el === document.body) return null;
  const style = getComputedStyle(el), box = el.getBoundingClientRect();
  const seen = (colour) => colour !== "transparent" && !/, 0\\)$/.test(colour) && !/\\/ 0\\)$/.test(colour);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && seen(style.outlineColor);
  const shadowed = style.boxShadow !== "none";
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  let uncovered = false;
  for (const r of el.getClientRects()) {
    const x = (Math.max(r.left, 0) + Math.min(r.right, innerWidth)) / 2, y = (Math.max(r.top, 0) + Math.min(r.bottom, innerHeight)) / 2;
    const hit = document.elementFromPoint(x, y);
    if (hit && (el.contains(hit) || hit.contains(el) || (el.labels && [...el.labels].some((l) => l.contains(hit))))) uncovered = true;
  }
  return {
    wanted: el.matches(wanted), what: el.outerHTML.replace(/\\s+/g, " ").slice(0, 160), marked: outlined || shadowed || /skip/.test(el.className),
    inside: right - left >= 1 && bottom - top >= 1, uncovered,
  };
}"""
"""What has the focus: whether it is what is wanted, is marked, lies within the window and is not covered."""


class Keyboard:
    """Steps through a page with Tab. Each thing that gets the focus has to be marked, within the window and not covered."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab(self, wanted: str = "*") -> bool:
        """Go on by one and look at what has the focus; says whether that matches what is wanted."""
        self.page.keyboard.press("Tab")
        return self.look(wanted)

    def look(self, wanted: str = "*") -> bool:
        """Look at what has the focus, where anything on the page has; says whether that matches what is wanted."""
        found: dict[str, Any] | None = self.page.evaluate(FOCUS, wanted)
        if found is None:
            return False
        assert found["marked"], f"nothing shows that this has the focus: {found['what']}"
        assert found["inside"], f"the focus is outside the window: {found['what']}"
        assert found["uncovered"], f"something covers what has the focus: {found['what']}"
        return bool(found["wanted"])

    def tab_to(self, wanted: str) -> None:
        """Press Tab until the focus is on what matches."""
        if not any(self.tab(wanted) for _ in range(MOST_STEPS)):
            raise AssertionError(f"Tab never came to {wanted}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
