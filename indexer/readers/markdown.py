"""Markdown to plain text, along the tokens of markdown-it (CommonMark with tables)."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from indexer.documents import DocumentSection

_PARSER = MarkdownIt("commonmark").enable("table")


def plain_lines(markdown: str) -> list[str]:
    """The text of a piece of Markdown, one paragraph, list item or table row to a line, without markup."""
    return [line for _, line in _blocks(markdown)]


def sections(markdown: str) -> tuple[DocumentSection, ...]:
    """The sections of a Markdown document along its headings."""
    path: list[tuple[int, str]] = []
    found: list[tuple[tuple[str, ...], list[str]]] = [((), [])]
    for level, line in _blocks(markdown):
        if level:
            path = [(depth, title) for depth, title in path if depth < level] + [(level, line)]
            found.append((tuple(title for _, title in path), []))
        else:
            found[-1][1].append(line)
    return tuple(DocumentSection(heading, "\n".join(lines)) for heading, lines in found if lines)


def _blocks(markdown: str) -> Iterator[tuple[int, str]]:
    """Pairs of heading level (0 for body text) and line."""
    level, row = 0, list[str]()
    in_row = False
    for token in _PARSER.parse(markdown):
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "tr_open":
            in_row, row = True, []
        elif token.type == "tr_close":
            in_row = False
            yield 0, " | ".join(cell for cell in row if cell)
        elif token.type in ("fence", "code_block"):
            yield 0, " ".join(token.content.split())
        elif token.type == "inline":
            text = _inline(token)
            if in_row:
                row.append(text)
            elif text:
                yield level, text


def _inline(token: Token) -> str:
    parts = (" " if child.type in ("softbreak", "hardbreak") else child.content for child in token.children or [])
    return " ".join("".join(parts).split())
