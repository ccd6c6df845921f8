"""DOCX to sections: heading styles make the heading tree; paragraphs, list items and tables follow in document order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import nsmap, qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from indexer.documents import DocumentSection
from indexer.errors import ContentError
from indexer.readers import packed
from indexer.readers import text as plain_text

_HEADING = re.compile(r"heading\s*([1-9])", re.I)
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
_CONTROL = qn("w:sdt")
_AROUND = (_CONTROL, *map(qn, ("w:ins", "w:moveTo", "w:smartTag", "w:customXml", "w:fldSimple")))
"""What may stand around words, paragraphs, rows and cells: controls of a form, insertions nobody has accepted yet, tags, fields."""
_CONTENTS = "Table of Contents"


def sections(data: bytes) -> tuple[DocumentSection, ...]:
    """The sections of a Word document along its headings, one paragraph, list item or table row to a line.

    A short paragraph wholly in bold counts as a heading below the last styled one: many documents are written without styles.

    Raises:
        ContentError: if the file is damaged, protected by a password, or not DOCX.
    """
    path: list[tuple[int, str, bool]] = []
    found: list[tuple[tuple[str, ...], list[str]]] = [((), [])]
    for level, line in _blocks(_open(data)):
        if level is None:
            found[-1][1].append(line)
            continue
        depth = level or max((step[0] for step in path if step[2]), default=0) + 1
        path = [step for step in path if step[0] < depth] + [(depth, line, bool(level))]
        found.append((tuple(words for _, words, _ in path), []))
    return tuple(DocumentSection(heading, "\n".join(lines)) for heading, lines in found if lines)


def title(data: bytes) -> str | None:
    """The paragraph in the Title style, else the title in the document's properties, else None.

    Raises:
        ContentError: as ``sections`` does.
    """
    document = _open(data)
    styled = next((p.text for p in document.paragraphs if p.text.strip() and _style(p) == "Title"), "")
    return " ".join((styled or document.core_properties.title).split()) or None


def dated(data: bytes) -> str | None:
    """The day the document was last saved, else made (``YYYY-MM-DD``), or None.

    Raises:
        ContentError: as ``sections`` does.
    """
    properties = _open(data).core_properties
    when = properties.modified or properties.created
    return when.date().isoformat() if when else None


def _open(data: bytes) -> WordDocument:
    if data.startswith(_OLD_OR_LOCKED):
        raise ContentError("protected DOCX, or a DOC file under another name: save a copy as DOCX without a password")
    packed.opened(data, "DOCX").close()
    try:
        document = docx.Document(BytesIO(data))
    except Exception as fault:
        raise ContentError(f"damaged DOCX: {fault or type(fault).__name__}") from fault
    _unwrap(document.element)
    return document


def _unwrap(root: Any) -> None:
    """Put what stands inside of something else in its place, because python-docx passes over it there. What was deleted or moved away stays out."""
    for around in list(root.iter(*_AROUND)):
        for inner in list(_words_of_control(around) if around.tag == _CONTROL else around):
            around.addprevious(inner)
        around.getparent().remove(around)


def _words_of_control(control: Any) -> Any:
    """What a control holds; nothing for a prompt ("Click here to enter text") and for a table of contents made by Word."""
    gallery = control.find("w:sdtPr/w:docPartObj/w:docPartGallery", nsmap)
    prompt = control.find("w:sdtPr/w:showingPlcHdr", nsmap) is not None
    return () if prompt or (gallery is not None and gallery.get(qn("w:val")) == _CONTENTS) else control.iterfind("w:sdtContent/*", nsmap)


def _blocks(container: Any) -> Iterator[tuple[int | None, str]]:
    """Pairs of heading level (None for body text, 0 for a heading of unknown level) and line."""
    for block in container.iter_inner_content():
        if isinstance(block, Table):
            yield from ((None, row) for row in _rows(block))
        elif words := " ".join(block.text.split()):
            name = _style(block)
            if name == "Title":
                continue
            level = _HEADING.match(name)
            bold = all(run.bold for run in block.runs if run.text.strip()) and bool(block.runs)
            yield int(level[1]) if level else 0 if bold and plain_text.short_title(words) else None, words


def _style(paragraph: Paragraph) -> str:
    """Name of the heading or title style that a paragraph's style is or derives from, else an empty string."""
    style: Any = paragraph.style
    while style is not None:
        if style.name and (_HEADING.match(style.name) or style.name == "Title"):
            return str(style.name)
        style = style.base_style
    return ""


def _rows(table: Table) -> Iterator[str]:
    """The rows of a table, each followed by the rows of tables inside it; a merged cell counts once."""
    for row in table.rows:
        cells = list({id(cell._tc): cell for cell in row.cells}.values())  # noqa: SLF001 - what tells a merged cell from its copies
        line = " | ".join(words for cell in cells if (words := " ".join(" ".join(p.text for p in cell.paragraphs).split())))
        if line:
            yield line
        for cell in cells:
            for inner in cell.tables:
                yield from _rows(inner)
