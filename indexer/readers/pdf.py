"""PDF to sections, page by page. Only the text layer is read: pictures of pages need text recognition first."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from indexer.documents import DocumentSection
from indexer.errors import ContentError
from indexer.readers import text as plain_text

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.I)
_PAGE_NUMBER = re.compile(r"(?:p(?:age|g)?\.?\s*)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?", re.I)
_NO_TITLE = re.compile(r"(?:microsoft \w+ - .*|untitled.*|document\d*|.*\.(?:docx?|pdf|indd|pptx?|xlsx?)|[\W\d_]*|\(?anonymous\)?)", re.I)
_COUNTED = re.compile(r"[^\W\d_]+\s*\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?[:.]?", re.I)
"""A heading such as "Step 1", which may count along with the pages."""
_CONTACT = re.compile(
    r"@|(?i:www\.|https?:|\b(?:telephone|tel|phone|mobile|text|fax|call|ring)\b\W*\d)|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
    r"|(?<!\d)(?:\+|\(?0)(?:[ ()-]{0,2}\d){7,}"
)
"""An address, or a number to ring."""
_EDGE = 2
"""Lines at the top and at the bottom of a page that may be a running head or foot."""


def sections(data: bytes) -> tuple[DocumentSection, ...]:
    """The sections of a PDF along its headings, each with the page (from 1) on which it starts; cut at every page break but not
    within a sentence.

    Raises:
        ContentError: if the file is damaged, needs a password, or has no text on any page.
    """
    reader = _open(data)
    try:
        pages = [_lines(page) for page in reader.pages]
    except Exception as fault:
        raise ContentError(f"damaged PDF: {fault or type(fault).__name__}") from fault
    if not any(any(c.isalnum() for c in line) for lines in pages for line in lines):
        raise ContentError(f"scanned PDF: no text layer on any of {len(pages)} pages; run text recognition (OCR) on it first")
    bare = _without_edges(pages)
    return plain_text.outline([(line, number) for number, lines in enumerate(bare, 1) for line in lines])


def title(data: bytes) -> str | None:
    """The title in the PDF's properties if it is one, not the name of a file or programme.

    Raises:
        ContentError: if the file is damaged or needs a password.
    """
    words = " ".join(str(_property(data, "title") or "").split())
    return None if len(words) < 4 or _NO_TITLE.fullmatch(words) else words


def dated(data: bytes) -> str | None:
    """The day the PDF was made (``YYYY-MM-DD``), from its properties, or None.

    Raises:
        ContentError: if the file is damaged or needs a password.
    """
    when = _property(data, "creation_date") or _property(data, "modification_date")
    return when.date().isoformat() if when else None


def _open(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ContentError("encrypted PDF: it needs a password; save a copy without one")
        if not reader.pages:
            raise ContentError("damaged PDF: no pages")
    except ContentError:
        raise
    except Exception as fault:
        kind = "encrypted PDF: the encryption is not supported" if "crypt" in str(fault).lower() else "damaged PDF"
        raise ContentError(f"{kind}: {fault or type(fault).__name__}") from fault
    return reader


def _property(data: bytes, name: str) -> Any:
    reader = _open(data)
    try:
        return getattr(reader.metadata, name, None)
    except (PyPdfError, ValueError, TypeError, AttributeError, KeyError):
        return None  # A malformed property is no reason to lose the text.


def _lines(page: PageObject) -> list[str]:
    """The lines of a page, those wholly in a bold font marked as ``**line**``."""
    bold, light = set[str](), set[str]()

    def note(words: str, _cm: Any, _tm: Any, font: Any, _size: Any) -> None:
        name = str(font.get("/BaseFont", "")) if font else ""
        (bold if _BOLD.search(name) else light).update(line.strip() for line in words.splitlines() if line.strip())

    lines = [line.strip() for line in page.extract_text(visitor_text=note).splitlines()]
    strong = [line for line in lines if line in bold and line not in light]
    # On a page mostly in bold, bold does not mark headings.
    marked = set(strong) if len(strong) * 2 < len([line for line in lines if line]) or len(lines) < 3 else set[str]()
    return [f"**{line}**" if line in marked else line for line in lines]


def _without_edges(pages: list[list[str]]) -> list[list[str]]:
    """Pages without page numbers and without running heads and feet: edge lines that recur on half of the pages."""
    filled = [[i for i, line in enumerate(lines) if line] for lines in pages]
    edges = [{*places[:_EDGE], *places[-_EDGE:]} for places in filled]
    sheets = [(number, lines, edge) for number, (lines, edge) in enumerate(zip(pages, edges, strict=True), 1)]
    counts = Counter(form for number, lines, edge in sheets for form in {form for i in edge for form in _forms(lines[i], number)})
    limit = max(3, len(pages) / 2)

    def runs(line: str, number: int) -> bool:
        recurs = any(counts[form] >= limit for form in _forms(line, number))
        return _PAGE_NUMBER.fullmatch(line.strip("* ")) is not None or (recurs and not _CONTACT.search(line))

    return [[line for i, line in enumerate(lines) if not (i in edge and runs(line, number))] for number, lines, edge in sheets]


def _forms(line: str, page: int) -> list[str]:
    """What of a line can be the same on other pages: all of it, or all but a number that is the page's, give or take the same on each."""
    numbers = () if _COUNTED.fullmatch(line.strip("* ")) else re.finditer(r"\d{1,4}", line)
    return [line, *(f"{line[: found.start()]}#{int(found[0]) - page}#{line[found.end() :]}" for found in numbers)]
