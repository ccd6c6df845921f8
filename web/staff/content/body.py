"""The body of an entry as its sections: those that are not changed stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from indexer.entries import SECTIONS

_HEADING = re.compile(r"^##\s+(.+?)\s*$")


def sections_of(body: str) -> dict[str, str]:
    """The text of each section by its heading, in the order written. A heading that stands twice keeps its last text."""
    return {heading: text(raw) for heading, raw in _chunks(body) if heading}


def with_sections(body: str, wanted: Mapping[str, str]) -> str:
    """The body with other texts under some headings; an empty text takes the section out, a new one comes in at its usual place."""
    chunks = _chunks(body)
    held = {heading for heading, _ in chunks}
    for heading, new in wanted.items():
        if heading in held:
            chunks = [(h, _written(h, new) if h == heading and new != text(raw) else raw) for h, raw in chunks]
        elif new and heading in SECTIONS:
            later = SECTIONS[SECTIONS.index(heading) + 1 :]
            at = next((n for n, (h, _) in enumerate(chunks) if h in later), len(chunks))
            chunks.insert(at, (heading, _written(heading, new)))
    changed = "".join(raw for _, raw in chunks) != body
    return "".join(_spaced([raw for _, raw in chunks if raw])) if changed else body


def text(raw: str) -> str:
    """The text of a section without its heading."""
    return "\n".join(line.rstrip() for line in raw.splitlines()[1:]).strip()


def _written(heading: str, text: str) -> str:
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return f"## {heading}\n" + "".join(f"{line}\n" for line in lines) + "\n" if lines else ""


def _spaced(raws: list[str]) -> list[str]:
    """One empty line between two sections, none after the last."""
    last = len(raws) - 1
    return [raw if not raw.startswith("##") else raw.rstrip("\n") + ("\n\n" if n < last else "\n") for n, raw in enumerate(raws)]


def _chunks(body: str) -> list[tuple[str, str]]:
    chunks = [("", "")]
    for line in body.splitlines(keepends=True):
        if found := _HEADING.match(line.rstrip("\r\n")):
            chunks.append((found[1], line))
        else:
            chunks[-1] = (chunks[-1][0], chunks[-1][1] + line)
    return chunks
