"""ODT (OpenDocument text, ISO/IEC 26300) to sections: its headings carry their level; paragraphs, list items and table rows follow in order."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from lxml import etree

from indexer.documents import DocumentSection
from indexer.errors import ContentError
from indexer.readers import packed

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PASSED_OVER = frozenset((f"{_TEXT}note", f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}table-of-content", f"{_TEXT}sequence-decls"))


def sections(data: bytes) -> tuple[DocumentSection, ...]:
    """The sections of a document along its headings, one paragraph, list item or table row to a line.

    Raises:
        ContentError: if the file is damaged, protected by a password, or not ODT.
    """
    path: list[tuple[int, str]] = []
    found: list[tuple[tuple[str, ...], list[str]]] = [((), [])]
    body = _part(data, "content.xml").find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise ContentError("damaged ODT: no text in it")
    for level, line in _blocks(body):
        if level:
            path = [step for step in path if step[0] < level] + [(level, line)]
            found.append((tuple(words for _, words in path), []))
        else:
            found[-1][1].append(line)
    return tuple(DocumentSection(heading, "\n".join(lines)) for heading, lines in found if lines)


def title(data: bytes) -> str | None:
    """The title in the document's properties, or None.

    Raises:
        ContentError: as ``sections`` does.
    """
    return " ".join((_property(data, f"{_DC}title") or "").split()) or None


def dated(data: bytes) -> str | None:
    """The day the document was last changed, else made (``YYYY-MM-DD``), or None.

    Raises:
        ContentError: as ``sections`` does.
    """
    when = _property(data, f"{_DC}date") or _property(data, f"{_META}creation-date") or ""
    return when[:10] if len(when) >= 10 and when[4] == when[7] == "-" and when[:4].isdigit() else None


def _part(data: bytes, name: str) -> etree._Element:
    try:
        with packed.opened(data, "ODT") as parts:
            xml = parts.read(name)
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except KeyError as fault:
        raise ContentError(f"damaged ODT: {name} is missing") from fault
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, etree.XMLSyntaxError) as fault:
        raise ContentError(f"damaged ODT, or one with a password: {fault}") from fault


def _property(data: bytes, name: str) -> str | None:
    try:
        found = _part(data, "meta.xml").find(f".//{name}")
    except ContentError:
        return None  # the properties may be missing; the text is what counts
    return None if found is None else found.text


def _blocks(root: etree._Element) -> Iterator[tuple[int, str]]:
    """Pairs of heading level (0 for body text) and line."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.tag == f"{_TEXT}h":
            if words := _words(node):
                yield int(node.get(f"{_TEXT}outline-level") or 1), words
        elif node.tag == f"{_TEXT}p":
            if words := _words(node):
                yield 0, words
        elif node.tag == f"{_TABLE}table-row":
            cells = [" ".join(filter(None, map(_words, cell.iter(f"{_TEXT}p", f"{_TEXT}h")))) for cell in node.iter(f"{_TABLE}table-cell")]
            if line := " | ".join(cell for cell in cells if cell):
                yield 0, line
        elif node.tag not in _PASSED_OVER:
            waiting += reversed([child for child in node if isinstance(child.tag, str)])


def _words(node: etree._Element) -> str:
    parts, waiting = list[str](), [node]
    while waiting:
        at = waiting.pop()
        if isinstance(at, str):
            parts.append(at)
            continue
        if at.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
            parts.append(" ")
        if at is not node:
            waiting.append(at.tail or "")
        if isinstance(at.tag, str) and at.tag not in _PASSED_OVER:
            waiting += reversed(list(at))
            waiting.append(at.text or "")
    return " ".join("".join(parts).split())
