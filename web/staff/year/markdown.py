"""A document as Markdown. What people wrote stays plain text: nothing in it can become markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from web.staff.year.blocks import Block, Bullets, Document, Heading, Paragraph, Table, Write

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")
_BEGINS = re.compile(r"^(\d+)([.)])(?=\s)|^([-+=])")


def as_markdown(document: Document) -> str:
    """The document, ending with a newline."""
    parts = [f"# {plain(document.title)}", *("\n".join(_lines(block)) for block in document.blocks)]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """A text on one line, its marks escaped."""
    escaped = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return _BEGINS.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * (block.level + 1)} {plain(block.text)}"
    elif isinstance(block, Write):
        yield f"**{plain(block.text)}**"
    elif isinstance(block, Paragraph):
        yield plain(block.text)
    elif isinstance(block, Bullets):
        yield from (f"- {plain(item)}" for item in block.items)
    elif isinstance(block, Table):
        yield from (f"*{plain(block.caption)}*", "", _row(block.head), _row(("---",) * len(block.head), escape=False))
        yield from (_row(row) for row in block.rows)


def _row(cells: tuple[str, ...], escape: bool = True) -> str:
    return f"| {' | '.join(plain(cell) if escape else cell for cell in cells)} |"
