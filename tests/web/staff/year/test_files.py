"""The report as Markdown and as a Word document: the same blocks, and nothing in them that becomes more than text."""

from __future__ import annotations

import io

import docx
from markdown_it import MarkdownIt

from web.staff.year.blocks import Bullets, Document, Heading, Paragraph, Table, Write
from web.staff.year.markdown import as_markdown
from web.staff.year.word import as_docx

NASTY = "# A *star* <b>bold</b> [link](javascript:x) | pipe `code` \x0b\n1. one"
DOCUMENT = Document("The report", [
    Heading("Use"), Paragraph(NASTY), Write("what it means"), Bullets((NASTY, "- two")), Heading("More", 2),
    Table("Numbers", ("Need", "Questions"), (("autism | adhd", "7"), (NASTY, "fewer than 5"))),
])


def test_markdown_keeps_text_as_text():
    html = MarkdownIt("commonmark").enable("table").render(as_markdown(DOCUMENT))
    for tag in ("<em>star", "<b>", "<a ", "<code>", "<ol>"):
        assert tag not in html
    assert (html.count("<h1>"), html.count("<h2>"), html.count("<h3>"), html.count("<tr>"), html.count("<li>")) == (1, 1, 1, 3, 2)
    assert "<strong>[Write here: what it means]</strong>" in html
    assert "<td>autism | adhd</td>" in html


def test_word_has_real_headings_tables_and_marked_places():
    file = docx.Document(io.BytesIO(as_docx(DOCUMENT)))
    assert [p.text for p in file.paragraphs if p.style.name.startswith(("Title", "Heading"))] == ["The report", "Use", "More"]
    assert [[cell.text for cell in row.cells] for row in file.tables[0].rows][:2] == [["Need", "Questions"], ["autism | adhd", "7"]]
    marked = [run for p in file.paragraphs for run in p.runs if run.font.highlight_color]
    assert [run.text for run in marked] == ["[Write here: what it means]"]
    assert "tblHeader" in file.tables[0].rows[0]._tr.xml
