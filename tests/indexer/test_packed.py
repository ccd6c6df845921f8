"""Packed files (DOCX, ODT) that unpack to more than they may."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from indexer.errors import ContentError
from indexer.readers import docx, odt, packed

Read = Callable[[bytes], object]


def zipped(**parts: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return data.getvalue()


@pytest.mark.parametrize(("read", "format"), [(docx.sections, "DOCX"), (odt.sections, "ODT")])
def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch, read: Read, format: str) -> None:
    monkeypatch.setattr(packed, "MOST_BYTES", 1_000_000)
    with pytest.raises(ContentError, match=f"{format} that unpacks to more than 1 MB"):
        read(zipped(a="x" * 1_000_001))


@pytest.mark.parametrize(("read", "format"), [(docx.sections, "DOCX"), (odt.sections, "ODT")])
def test_what_is_not_packed_is_damaged(read: Read, format: str) -> None:
    with pytest.raises(ContentError, match=f"damaged {format}"):
        read(b"PK\3\4 broken")


SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table", "meta")
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
CONTENT = f"""<office:document-content {SPACES}><office:body><office:text>
<text:p>Before<text:s/>all.</text:p>
<text:h text:outline-level="1">Portage</text:h><text:p>It <text:span>visits</text:span> you<text:note>a footnote</text:note> at home.</text:p>
<text:h text:outline-level="2">Hours</text:h><text:list><text:list-item><text:p>Monday</text:p></text:list-item></text:list>
<table:table><table:table-row><table:table-cell><text:p>Day</text:p></table:table-cell><table:table-cell><text:p>9 to 5</text:p></table:table-cell>
</table:table-row></table:table></office:text></office:body></office:document-content>"""
META = (
    f"<office:document-meta {SPACES}><office:meta><dc:title>A  guide</dc:title><dc:date>2025-03-04T10:00:00</dc:date></office:meta>"
    "</office:document-meta>"
)


def test_odt_along_its_headings() -> None:
    data = zipped(**{"content.xml": CONTENT, "meta.xml": META})
    assert [(s.heading, s.text) for s in odt.sections(data)] == [
        ((), "Before all."),
        (("Portage",), "It visits you at home."),
        (("Portage", "Hours"), "Monday\nDay | 9 to 5"),
    ]
    assert (odt.title(data), odt.dated(data)) == ("A guide", "2025-03-04")
    assert (odt.title(zipped(**{"content.xml": CONTENT})), odt.dated(zipped(**{"content.xml": CONTENT}))) == (None, None)
    with pytest.raises(ContentError, match=r"content\.xml is missing"):
        odt.sections(zipped(**{"meta.xml": META}))
