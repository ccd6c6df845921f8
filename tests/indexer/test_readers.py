"""The document readers: what each makes of headings, lists, tables, dates and broken files."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from indexer.config import DocumentFolder
from indexer.documents import Document, DocumentSection, Skipped
from indexer.errors import ConfigError, ContentError
from indexer.readers import docx as word
from indexer.readers import files, html, pdf, text

PROSE = "Staff visit the family at home and agree with them what the child will learn in the next few weeks of term."


def pairs(sections: tuple[DocumentSection, ...]) -> list[tuple[str, str]]:
    return [(" > ".join(s.heading), s.text) for s in sections]


def make_pdf(*pages: list[tuple[str, bool]], title: str | None = None) -> bytes:
    """A PDF of pages of (line, bold)."""
    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    if title:
        canvas.setTitle(title)
    for lines in pages:
        for row, (line, bold) in enumerate(lines):
            canvas.setFont("Helvetica-Bold" if bold else "Helvetica", 11)
            canvas.drawString(60, 780 - 18 * row, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def make_docx(document: WordDocument) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("2. BACKGROUND\n\nOne.\n", [("2. BACKGROUND", "One.")]),
        ("1. Plans\n\n1.1 Reviews\n\nA.\n\n1.1.1 Short notice\n\nB.\n\n1.2 Costs\n\nC.\n", [
            ("1. Plans > 1.1 Reviews", "A."), ("1. Plans > 1.1 Reviews > 1.1.1 Short notice", "B."), ("1. Plans > 1.2 Costs", "C.")]),
        ("4.1.2 Something short\n\nOne.\n", [("4.1.2 Something short", "One.")]),
        ("BACKGROUND PAPERS\n\nOne.\n", [("BACKGROUND PAPERS", "One.")]),
        ("# Plans\nA.\n## Reviews\nB.\n# Costs\nC.\n", [("Plans", "A."), ("Plans > Reviews", "B."), ("Costs", "C.")]),
        ("1. Centres\n\n**Moat House**\nA.\n\n**Highfields**\nB.\n", [("1. Centres > Moat House", "A."), ("1. Centres > Highfields", "B.")]),
        ("**2. Review findings:**\n\nOne.\n", [("2. Review findings", "One.")]),
        (f"Role of the SENCO\n\n{PROSE}\n", [("Role of the SENCO", PROSE)]),
        ("A report of the director**1. INTRODUCTION**\n\n1.1 The first point is made here.\n", [
            ("", "A report of the director"), ("1. INTRODUCTION", "1.1 The first point is made here.")]),
        ("1. Aims\n\nA.\n\n2. Means\n\nB.\n\n1. Vision\n\nC.\n\n3. Ends\n\nD.\n", [
            ("1. Aims", "A."), ("2. Means", "B."), ("1. Vision", "C."), ("3. Ends", "D.")]),
    ],
)  # fmt: skip
def test_text_headings(source: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text.sections(source)) == expected


@pytest.mark.parametrize(
    "line",
    [
        "10.1 That the report be noted.",
        "11. Significant events in a life",
        "104 authorities in England, October 2018",
        "Domestic violence\t23",
        "Source: School census 2018",
        "The proposals include:",
        "To be agreed at the next meeting",
        "NG1 6HJ",
        "Ring the desk on 0161 496 0000",
        "- 3. Speech and language**",
        "needs discussion at the planning group",
    ],
)
def test_text_lines_that_only_look_like_headings(line: str) -> None:
    found = text.sections(f"4. Findings\n\n{PROSE}\n\n{line}\n\n{PROSE}\n")
    assert {s.heading for s in found} == {("4. Findings",)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("We visit the family\nat home and agree\nnext steps.\n\nThen we go.", "We visit the family at home and agree next steps.\nThen we go."),
        ("They offer:\n- help at\n  home\n• a group\n1. a plan\n2. a review", "They offer:\nhelp at home\na group\n1. a plan\n2. a review"),
        ("A **bold** and *slanted* word, 15.18%* and 14%*", "A bold and slanted word, 15.18%* and 14%*"),
        ("Team\tPlaces\tWeeks\nCedars\t5\t18", "Team | Places | Weeks\nCedars | 5 | 18"),
        ("See the [Local Offer](#) and <i>more</i>.\n-----\n.....\n", "See the Local Offer and more."),
        ("It is a well-\nbeing hub for all of the schools in the town.", "It is a well-being hub for all of the schools in the town."),
        ("Town Hall\nEdward Street, Stockport, Greater Manchester\nand more.", "Town Hall\nEdward Street, Stockport, Greater Manchester and more."),
    ],
)
def test_text_paragraphs(source: str, expected: str) -> None:
    assert "\n".join(s.text for s in text.sections(source)) == expected


def test_text_keeps_the_words_of_a_guessed_heading_without_text() -> None:
    source = f"1. Aims\n\nA lone line\n\n2. Means\n\n{PROSE}\n\n**Still to do**\n"
    assert pairs(text.sections(source)) == [("1. Aims", "A lone line"), ("2. Means", f"{PROSE}\nStill to do")]


def test_text_drops_a_running_header_and_mends_the_sentence_it_cuts() -> None:
    page = "The work of the team\n\nREVIEW - Draft\n\nis for all schools.\n\n"
    assert pairs(text.sections(page * 8)) == [("", "\n".join(["The work of the team is for all schools."] * 8))]


def test_text_keeps_a_line_that_recurs_between_sentences() -> None:
    assert text.sections("It is open.\n\nAsk at the desk.\n\n" * 9)[0].text.count("Ask at the desk.") == 9


def test_text_drops_the_table_of_contents() -> None:
    source = "Contents\n\n1. Aims\t3\n2. Means\t4\n3. Ends\t9\n\n1. Aims\n\nTo help.\n"
    assert pairs(text.sections(source)) == [("1. Aims", "To help.")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("café".encode(), "café"),
        ("\ufeffcafé".encode(), "café"),
        ("£5 – café".encode("cp1252"), "£5 – café"),
        ("café".encode("utf-16"), "café"),
        (b"\x81 x", "\ufffd x"),
        ("ein schönes Café, größer über Köln: ".encode() + b"caf\xc3", "ein schönes Café, größer über Köln: caf\ufffd"),
        ("Fußweg über Köln, £5".encode("cp1252"), "Fußweg über Köln, £5"),
    ],
)
def test_decode(data: bytes, expected: str) -> None:
    assert text.decode(data) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("24th April 2024", ["2024-04-24"]),
        ("Date: 24 th April 2024", ["2024-04-24"]),
        ("April 2019", ["2019-04"]),
        ("1st of Sept 2020 and 13/10/2022", ["2020-09-01", "2022-10-13"]),
        ("2024-04-24T10:00", ["2024-04-24"]),
        ("you may 2 of 45/45/2020, maybe 3000", []),
    ],
)
def test_dates(words: str, expected: list[str]) -> None:
    assert text.dates(words) == expected


PAGE = b"""<?xml version="1.0"?><!DOCTYPE html><html><head><title>Portage | Stockport Council</title></head><body>
<header>Stockport Council</header><nav>Home</nav><div class="cookie-banner">We use cookies</div><ol class="breadcrumb"><li>Home</li></ol>
<main><h1>Portage</h1><p>Home visits<br>for <b>young</b> children.</p><!-- hidden --><script>x()</script>
<h2>How to get in</h2><ul><li>Ring us<ul><li>or write</li></ul></li></ul><aside>Related</aside>
<table><caption>Times</caption><tr><th>Day</th><th>Open</th></tr><tr><td>Monday</td><td>9 to 5</td></tr></table>
<dl><dt>Cost:</dt><dd>Free</dd><dt>Age</dt><dd>0 to 5</dd><dd>older by request</dd></dl>
<details><summary>Who pays?</summary><p>The council.</p><h2>And later</h2><p>School.</p></details><p>Ask us.</p>
<h2>Contact</h2><form><label>Search</label><input></form><p>Ring.</p></main><footer>Last updated: 3 May 2023</footer></body></html>"""


def test_html_sections() -> None:
    assert pairs(html.sections(PAGE)) == [
        ("Portage", "Home visits for young children."),
        ("Portage > How to get in", "Ring us\nor write\nTimes\nDay | Open\nMonday | 9 to 5\nCost: Free\nAge: 0 to 5\nAge: older by request"),
        ("Portage > How to get in > Who pays?", "The council."),
        ("Portage > How to get in > Who pays? > And later", "School."),
        ("Portage > How to get in", "Ask us."),
        ("Portage > Contact", "Ring."),
    ]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>No root", [("", "No root")]),
        ("just words.html", [("", "just words.html")]),
        ("<form id=aspnetForm><h1>Page</h1><p>All in a form</form>", [("Page", "All in a form")]),
        ("<body class='has-cookie-banner'><div class='cookie-page'><main><h1>Help</h1>Words</main></div>", [("Help", "Words")]),
        ("<main></main><div role=main>Here</div>", [("", "Here")]),
        ("<article><header><h1>A</h1></header>One</article>", [("A", "One")]),
        ("<main><ul><li><header><h2>Opening times</h2></header>From nine</ul></main>", [("Opening times", "From nine")]),
        (f"<main><h1>A</h1><form><label>Size</label><p>{PROSE * 4}</p><input></form></main>", [("A", PROSE * 4)]),
        ("<article>One</article><article>Two</article>", [("", "One\nTwo")]),
        ("<table><tr><td>Out<table><tr><td>in</td><td>side</td></tr></table></td><td>far</td></tr></table>", [("", "Out | far\nin | side")]),
        ("<table><tr><td><h2>Laid out</h2><p>One</p></td><td>Two</td></tr></table>", [("Laid out", "One\nTwo")]),
        ("<h1>A</h1><h2>B</h2><h3>C</h3><h4>D</h4><h5>E</h5><h6>F</h6>deep<h3>G</h3>up", [("A > B > C > D > E > F", "deep"), ("A > B > G", "up")]),
        ("", []),
    ],
)
def test_html_shapes(markup: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(html.sections(markup.encode())) == expected


def test_html_wrong_encodings() -> None:
    page = '<meta charset="{}"><p>Café – £5</p>'
    for written, declared in (("utf-8", "iso-8859-1"), ("cp1252", "utf-8"), ("cp1252", "nonsense"), ("iso-8859-15", "iso-8859-15")):
        data = page.format(declared).replace("–", "-").encode(written)
        assert html.sections(data)[0].text == "Café - £5"


def test_html_two_megabytes_and_deep_nesting() -> None:
    rows = "<div><h2>Team</h2><p class='lead'>Some words of the page.</p></div>" * 32_000
    assert len(rows) > 2_000_000
    found = html.sections(f"<main>{rows}</main>".encode())
    assert sum(s.text.count("Some words") for s in found) == 32_000
    assert "deep" in html.sections(("<div>" * 5_000 + "deep").encode())[0].text
    assert "deep" in html.sections(("<table><tr><td>" * 300 + "deep").encode())[0].text


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<title>Site</title><h1> </h1><h1>Portage <b>home</b></h1>", "Portage home"),
        ("<title>Portage | Stockport Council</title>", "Portage"),
        ("<title>Short breaks - GOV.UK</title>", "Short breaks"),
        ("<p>None", None),
    ],
)
def test_html_title(markup: str, expected: str | None) -> None:
    assert html.title(markup.encode()) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<meta property="article:modified_time" content="2024-04-24T10:00:00Z"><p>Last updated 1 May 2020', "2024-04-24"),
        ('<meta name="DCTERMS.issued" content="2019"><p>x', "2019"),
        ('<meta name="date" content="soon"><p>Last updated: <b>24th April 2024</b>', "2024-04-24"),
        ('<p>Updated <time datetime="2023-02">February</time>; next <time datetime="2029-01-01">soon</time>', "2023-02"),
        ('<time datetime="2022-10-13">then</time>', "2022-10-13"),
        ('<time datetime="2022-10-13">a</time><div><time datetime="2022-11-13">b</time></div>', None),
        ("<footer>Published 1 March 2021. Page updated April 2022</footer>", "2022-04"),
        ("<p>Open since April 2019", None),
    ],
)
def test_html_dated(markup: str, expected: str | None) -> None:
    assert html.dated(markup.encode()) == expected


def test_pdf_pages_headings_and_cut_sections() -> None:
    lines = [("1. Background", False), (PROSE[:70], False), ("Moat House", True), ("It helps young parents", False)]
    data = make_pdf(lines, [("who are still at school.", False), ("2. Next steps", False), ("We will ask.", False)])
    assert [(s.heading, s.text, s.page) for s in pdf.sections(data)] == [
        (("1. Background",), PROSE[:70], 1),
        (("1. Background", "Moat House"), "It helps young parents who are still at school.", 1),
        (("2. Next steps",), "We will ask.", 2),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("You do not have to", "pay for the first session. Then it is five pounds.",
            [("You do not have to pay for the first session. Then it is five pounds.", 3), ("Ask us.", 4)]),
        ("You do not have to (see below)", "pay.", [("You do not have to (see below) pay.", 3), ("Ask us.", 4)]),
        ("You do not have to pay.", "every session is free.", [("You do not have to pay.", 3), ("every session is free. Ask us.", 4)]),
        ("You do not have to pay for", "Dolphins.", [("You do not have to pay for", 3), ("Dolphins.\nAsk us.", 4)]),
        ("Ring 0161 474 1234", "or write.", [("Ring 0161 474 1234", 3), ("or write.\nAsk us.", 4)]),
    ],
)  # fmt: skip
def test_pdf_joins_a_sentence_over_a_page_break(before: str, after: str, expected: list[tuple[str, int]]) -> None:
    data = make_pdf([("One.", False)], [("Two.", False)], [(before, False)], [(after, False), ("Ask us.", False)])
    assert [(s.text, s.page) for s in pdf.sections(data)][2:] == expected


def test_text_joins_a_sentence_over_several_page_breaks_and_blank_lines() -> None:
    lines = [("It is", 1), ("", 1), ("", 2), ("for all", 2), ("", 3), ("of them. And", 3), ("then more.", 3), ("Ask us now.", 3), ("", 3), ("Go.", 3)]
    assert [(s.text, s.page) for s in text.outline(lines)] == [("It is for all of them. And then more.", 1), ("Ask us now.\nGo.", 3)]


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("Stockport review 2020", "Page {n} of 4"),
        ("SEND strategy 2020-2025, page {n} of 4", "- {later} -"),
        ("{n} | Local Offer", "Annual report 2020 {later}"),
    ],
)
def test_pdf_drops_a_running_line_with_the_page_in_it(head: str, foot: str) -> None:
    sheets = [(f"Words of sheet {name}.", n) for n, name in enumerate("abcd", 1)]
    data = make_pdf(*[[(line.format(n=n, later=n + 56), False) for line in (head, words, foot)] for words, n in sheets])
    assert [(s.text, s.page) for s in pdf.sections(data)] == sheets


def test_pdf_keeps_contacts_and_numbers_that_are_not_the_page_at_the_edges() -> None:
    clubs = [("Dolphins", "1234"), ("Otters", "1235"), ("Seals", "1236"), ("Herons", "1299")]
    data = make_pdf(*[[(f"{name} meet here.", False), ("Open to all.", False), (f"Tel: 0161 474 {end}", False)] for name, end in clubs])
    assert [s.text for s in pdf.sections(data)] == [f"{name} meet here. Tel: 0161 474 {end}" for name, end in clubs]
    data = make_pdf(*[[("We meet.", False), ("Come along.", False), (f"{name}@example.org", False)] for name in ("a", "a", "b", "a")])
    assert [s.text.splitlines()[-1] for s in pdf.sections(data)] == ["a@example.org", "a@example.org", "b@example.org", "a@example.org"]
    data = make_pdf(*[[(f"It costs £{fee}", False), ("for a term.", False), ("Bring a towel.", False)] for fee in (20, 25, 40, 45)])
    assert [s.text.split()[2] for s in pdf.sections(data)] == ["£20", "£25", "£40", "£45"]


def test_pdf_keeps_headings_that_count_with_the_pages() -> None:
    steps = list(enumerate(("Ask the school.", "Write to the council.", "Wait six weeks.", "Read the draft plan."), 1))
    data = make_pdf(*[[(f"Step {n}", True), (words, False), ("Then rest.", False)] for n, words in steps])
    assert pairs(pdf.sections(data)) == [(f"Step {n}", words) for n, words in steps]


def test_pdf_properties() -> None:
    assert pdf.title(make_pdf([("x", False)], title="Stockport SEND strategy")) == "Stockport SEND strategy"
    assert pdf.title(make_pdf([("x", False)], title="Microsoft Word - draft.docx")) is None
    assert pdf.title(make_pdf([("x", False)])) is None
    writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf([("x", False)]))))
    writer.add_metadata({"/CreationDate": "D:20190426120000Z"})
    out = BytesIO()
    writer.write(out)
    assert pdf.dated(out.getvalue()) == "2019-04-26"


def encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf([("secret", False)]))))
    writer.encrypt("word", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7 nothing follows", "damaged PDF"),
        (b"not a PDF at all", "damaged PDF"),
        (make_pdf([("Some words", False)])[:300], "damaged PDF"),
        (make_pdf([]), "scanned PDF: no text layer"),
        (encrypted(), "encrypted PDF"),
    ],
)
def test_pdf_that_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(ContentError, match=reason):
        pdf.sections(data)


def word_file() -> WordDocument:
    document = docx.Document()
    document.add_heading("Short breaks", 0)
    document.add_paragraph("Before.")
    document.add_heading("Who can go", 1)
    document.add_paragraph("Children with a plan.", style="List Bullet")
    document.add_heading("Costs", 2)
    table = document.add_table(rows=2, cols=3)
    for cell, words in zip(table._cells, ("Day", "Open", "Cost", "Both days", "", "Free"), strict=True):
        cell.text = words
    table.cell(1, 0).merge(table.cell(1, 1))
    table.cell(1, 2).add_table(1, 2).cell(0, 1).text = "inner"
    document.add_paragraph("After the table.")
    document.add_paragraph().add_run("How to ask").bold = True
    document.add_paragraph("Ring.")
    document.add_heading("Contact", 1)
    document.add_paragraph("Write.")
    return document


def test_docx_sections_in_document_order() -> None:
    assert pairs(word.sections(make_docx(word_file()))) == [
        ("", "Before."),
        ("Who can go", "Children with a plan."),
        ("Who can go > Costs", "Day | Open | Cost\nBoth days | Free\ninner\nAfter the table."),
        ("Who can go > Costs > How to ask", "Ring."),
        ("Contact", "Write."),
    ]


def raw_docx(body: str) -> bytes:
    """A DOCX whose body is the XML given, with ``w:`` for Word's own names."""
    document = docx.Document()
    for element in parse_xml(f"<w:body {nsdecls('w')}>{body}</w:body>"):
        document.element.body.append(element)
    return make_docx(document)


def run(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def control(inside: str, more: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{more}</w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>"


def cell(words: str) -> str:
    return f"<w:tc><w:p>{run(words)}</w:p></w:tc>"


TRACKED = 'w:id="1" w:author="A"'
PLACEHOLDER, CONTENTS = "<w:showingPlcHdr/>", '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<w:p>{run('The fee is ')}{control(run('£25'))}{run(' a session')}</w:p>", "The fee is £25 a session"),
        (f"<w:p>{run('Ring ')}<w:ins {TRACKED}>{run('first')}</w:ins><w:del {TRACKED}><w:r><w:delText>later</w:delText></w:r></w:del></w:p>",
            "Ring first"),
        (f"<w:p><w:moveFrom {TRACKED}>{run('Gone ')}</w:moveFrom><w:moveTo {TRACKED}>{run('Here')}</w:moveTo></w:p>", "Here"),
        (f"<w:p>{run('In ')}<w:smartTag w:element='A'><w:smartTag w:element='B'>{run('Stockport')}</w:smartTag></w:smartTag></w:p>", "In Stockport"),
        (f"<w:p>{run('See part ')}<w:fldSimple w:instr='REF a'>{run('3')}</w:fldSimple></w:p>", "See part 3"),
        (control(f"<w:p>{run('One.')}</w:p>" + control(f"<w:p>{run('Two.')}</w:p>")), "One.\nTwo."),
        (f"<w:tbl><w:tr>{cell('Day')}{control(cell('Cost'))}</w:tr>{control('<w:tr>' + cell('Monday') + cell('Free') + '</w:tr>')}</w:tbl>",
            "Day | Cost\nMonday | Free"),
        (control(f"<w:tbl><w:tr><w:tc>{control('<w:p>' + run('In a cell') + '</w:p>')}</w:tc></w:tr></w:tbl>"), "In a cell"),
        (f"<w:p>{run('Name: ')}{control(run('Click here to enter text.'), PLACEHOLDER)}</w:p>", "Name:"),
        (control(f"<w:p>{run('1. Aims 3')}</w:p>", CONTENTS) + f"<w:p>{run('To help.')}</w:p>", "To help."),
    ],
)  # fmt: skip
def test_docx_words_inside_controls_and_tracked_changes(body: str, expected: str) -> None:
    assert "\n".join(s.text for s in word.sections(raw_docx(body))) == expected


def test_docx_properties() -> None:
    document = word_file()
    assert word.title(make_docx(document)) == "Short breaks"
    assert word.dated(make_docx(document)) == "2013-12-23"
    plain = docx.Document()
    plain.core_properties.title = "From the properties"
    assert word.title(make_docx(plain)) == "From the properties"


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"PK\x03\x04 broken", "damaged DOCX"), (b"hello", "damaged DOCX"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "protected DOCX")],
)
def test_docx_that_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(ContentError, match=reason):
        word.sections(data)


def folder(tmp_path: Path, url: str | None = None) -> DocumentFolder:
    return DocumentFolder(name="Council Reports", path=tmp_path, url=url)


def test_folder_reads_good_files_and_reports_bad_ones(tmp_path: Path) -> None:
    written = {
        "a.md": b"---\nx: 1\n---\n# Travel help\n\nAsk by 24th April 2024.\n",
        "b/Page One.HTML": PAGE,
        "b/broken.pdf": b"%PDF-1.7 broken",
        "b/good.pdf": make_pdf([("It is here.", False)], title="The good paper"),
        "b/good.txt": b"1. Aims\n\nTo help in 2019.\n",
        "c.docx": make_docx(word_file()),
        "d.txt": b" \n",
        "e.txt": b"bin\0ary",
        "f.htm": b"<nav>only</nav>",
        "photo.jpg": b"x",
        ".hidden.md": b"# No",
        ".git/x.md": b"# No",
        "~$c.docx": b"lock",
    }
    for name, data in written.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    found = list(files.read_folder(folder(tmp_path, "https://example.org/reports/")))
    documents = [item for item in found if isinstance(item, Document)]
    skipped = {item.path: item.reason for item in found if isinstance(item, Skipped)}
    assert [(d.id, d.title, d.url) for d in documents] == [
        ("council-reports/a", "Travel help", "https://example.org/reports/a.md"),
        ("council-reports/b/page-one", "Portage", "https://example.org/reports/b/Page%20One.HTML"),
        ("council-reports/b/good", "The good paper", "https://example.org/reports/b/good.pdf"),
        ("council-reports/b/good-txt", "1. Aims", "https://example.org/reports/b/good.txt"),
        ("council-reports/c", "Short breaks", "https://example.org/reports/c.docx"),
    ]
    assert [d.dated for d in documents][:2] == ["2024-04-24", "2023-05-03"]
    assert list(skipped) == ["b/broken.pdf", "d.txt", "e.txt", "f.htm"]
    assert skipped["b/broken.pdf"].startswith("damaged PDF")
    assert skipped["d.txt"] == "empty file"
    assert skipped["e.txt"].startswith("not text")
    assert skipped["f.htm"].startswith("no text found")


def test_folder_that_is_one_file_or_missing(tmp_path: Path) -> None:
    (tmp_path / "plan_2021-draft.txt").write_text("Words of it, and more of them.", encoding="utf-8")
    source = folder(tmp_path / "plan_2021-draft.txt")
    (document,) = files.read_folder(source)
    assert document == Document(
        "council-reports/plan-2021-draft", "Plan 2021 draft", "plan_2021-draft.txt", "2021", (DocumentSection((), "Words of it, and more of them."),)
    )
    with pytest.raises(ConfigError, match=r"Council Reports.*does not exist"):
        list(files.read_folder(folder(tmp_path / "gone")))


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("x", "SEND update - April 2024\n\nDate:\t24 th April 2024\n\nWords in March 2020.", "2024-04-24"),
        ("x", "A paper\n\nIt was agreed by all of the schools and the whole of the cabinet in October 2018, he said.", "2018-10"),
        ("review-2020", "A paper\n\nIt was agreed by all of the schools and the whole of the cabinet in October 2018, he said.", "2020"),
        ("x", "Plan for 2024\n\nWords.", "2024"),
        ("x", "Plan\n\nWords." + " more" * 500 + "\n\n1 May 2020", "undated"),
    ],
)
def test_dated_from_text(tmp_path: Path, name: str, source: str, expected: str) -> None:
    path = tmp_path / f"{name}.txt"
    path.write_text(source, encoding="utf-8")
    assert files.read_file(path).dated == expected


@pytest.mark.parametrize(("name", "reason"), [("gone.txt", "cannot read the file"), ("x.xyz", "format .xyz is not known"), ("x", "without suffix")])
def test_read_file_says_why_not(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(ContentError, match=reason):
        files.read_file(tmp_path / name)


def test_slug() -> None:
    assert files.slug("Café & Co. (2)") == "cafe-co-2"
    assert files.slug("日本") == files.slug("日本") != files.slug("本日")
