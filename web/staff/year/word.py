"""A document as a Word file: real headings and tables, so that it can be read aloud and given a table of contents."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from web.staff.year.blocks import Bullets, Document, Heading, Paragraph, Table, Write

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that the format cannot hold."""


def as_docx(document: Document) -> bytes:
    """The document as the bytes of a .docx file."""
    file = docx.Document()
    file.core_properties.title, file.core_properties.language = _held(document.title), "en-GB"
    file.core_properties.author = ""
    file.add_heading(_held(document.title), 0)
    for block in document.blocks:
        if isinstance(block, Heading):
            file.add_heading(_held(block.text), block.level)
        elif isinstance(block, Paragraph):
            file.add_paragraph(_held(block.text))
        elif isinstance(block, Write):
            run = file.add_paragraph().add_run(_held(block.text))
            run.bold, run.font.highlight_color = True, WD_COLOR_INDEX.YELLOW
        elif isinstance(block, Bullets):
            for item in block.items:
                file.add_paragraph(_held(item), style="List Bullet")
        elif isinstance(block, Table):
            _add_table(file, block)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _add_table(file: Any, block: Table) -> None:
    file.add_paragraph(_held(block.caption), style="Caption").paragraph_format.keep_with_next = True
    table = file.add_table(rows=1, cols=len(block.head), style="Table Grid")
    for cell, name in zip(table.rows[0].cells, block.head, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(_held(name)).bold = True
    repeated = OxmlElement("w:tblHeader")  # the head is told from the rows, and repeated on each page
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - the library has no other way to it
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = _held(text)
    file.add_paragraph()


def _held(text: str) -> str:
    return _CONTROL.sub(" ", text)
