"""Draws the pictures of the documentation: ``python -m benchmarks.screenshots [FOLDER]``, by default into ``docs/pictures``.

The published release is served here and asked in a browser. Sizes are fixed, and pictures have at most 256 colours, so that their files are small.
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser

from benchmarks import browser

FOLDER = browser.ROOT / "docs" / "pictures"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


@dataclass(frozen=True)
class Picture:
    """A state of the chat page: what was asked, the title that the answer must have, and on which screen."""

    name: str
    question: str = ""
    title: str = ""
    size: Any = None
    dark: bool = False


PLAY = "My son is 20 months old. Could someone come to the house and play with him?"
PICTURES = (
    Picture("empty"),
    Picture("answered", PLAY, "Here is where to start"),
    Picture("clarify", "I need help with my child", "Tell us a little more"),
    Picture("urgent", "She says she wants to kill herself tonight", "Get help now"),
    Picture("not-found", "What are our odds of winning at the tribunal?", "We do not have a sure answer"),
    Picture("answered-dark-360", PLAY, "Here is where to start", NARROW, dark=True),
)


def draw(opened: Browser, url: str, picture: Picture) -> tuple[bytes, str]:
    """The picture as PNG, and the title of the answer in it."""
    context = opened.new_context(viewport=picture.size or WIDE, color_scheme="dark" if picture.dark else "light", reduced_motion="reduce")
    try:
        page = context.new_page()
        page.goto(url)
        title = ""
        if picture.question:
            page.locator("#question").fill(picture.question)
            page.locator("form.ask button").click()
            heading = page.locator("#latest .exchange h2")
            heading.wait_for()
            title = heading.inner_text()
            heading.blur()
            page.locator("#latest .asked").evaluate("(asked) => scrollTo(0, asked.getBoundingClientRect().top + scrollY - 16)")
        return smaller(page.screenshot()), title
    finally:
        context.close()


def smaller(png: bytes) -> bytes:
    """The same picture with a palette of 256 colours."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the pictures of the documentation.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with browser.site() as url, browser.browser() as opened:
        for picture in PICTURES:
            png, title = draw(opened, url, picture)
            if title != picture.title:
                sys.exit(f"{picture.name}: the answer is “{title}”, where “{picture.title}” was to be shown; ask something else for it")
            (folder / f"{picture.name}.png").write_bytes(png)
            print(f"{picture.name}.png: {len(png) / 1000:.0f} kB{f', “{title}”' if title else ''}")


if __name__ == "__main__":
    main()
