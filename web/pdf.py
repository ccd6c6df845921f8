"""The page to take along as a PDF: A4, tagged as PDF/UA-1 asks, with fonts of its own.

What a user wrote reaches the template only as data, so none of it is ever read as markup. PDF/UA-1 refuses letters that the fonts cannot
show. Then questions that hold some are replaced by a line that says so, and as the last resort such letters give way to question marks.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.records import Contact
from web.present import bare, contact_href, in_words, safe_href, shown
from web.take_along import Line, TakeAlong, details

TEMPLATE = Path(__file__).parent / "templates" / "my_page.typ"
VERBS = {"phone": "Ring", "text": "Text", "textphone": "Textphone", "email": "E-mail", "link": "Website", "address": "Address"}
OTHER_SCRIPT = "(asked in another script; see the page itself)"
LONGEST_QUESTION = 1500
SURE = (
    "\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0300-\u0345\u0386-\u038a\u038c\u038e-\u03a1\u03a3-\u03ff\u0400-\u052f"
    "\u0620-\u06ff\u1e00-\u1eff\u200b-\u200d\u2010-\u2027\u2030-\u203a\u20ac"
)
"""Letters and marks that the fonts can show, as a class of a pattern: Latin, Greek, Cyrillic, Arabic, common punctuation."""
_UNSURE = re.compile(f"[^{SURE}]")
_UNSEEN = re.compile(r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]")
_LONG = re.compile(r"(\S{30})(?=\S)")


@dataclass(frozen=True)
class Cover:
    """What stands around the page: the service's and the council's names, the day in words, and the site's public address."""

    service: str
    council: str
    made: str
    base: str


def as_pdf(page: TakeAlong, cover: Cover) -> bytes:
    """The page as a PDF/UA-1 file.

    Raises:
        typst.TypstError: where the template is at fault.
    """
    import typst

    data = _data(page, cover)
    with suppress(typst.TypstError):  # its message quotes the text, so it is not logged
        return _compile(data)
    with suppress(typst.TypstError):
        return _compile({**data, "asked": [_sure(asked) for asked in data["asked"]]})
    return _compile(_each(data, lambda text: _UNSURE.sub("?", text)))


def _compile(data: dict[str, Any]) -> bytes:
    import fontpkg_noto_sans
    import fontpkg_noto_sans_arabic
    import typst

    folders = [Path(package.__file__).parent / "files" for package in (fontpkg_noto_sans, fontpkg_noto_sans_arabic)]
    return typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=folders,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
        pdf_standards="ua-1",
    )


def _data(page: TakeAlong, cover: Cover) -> dict[str, Any]:
    school = page.school
    return {
        **vars(cover),
        "site": bare(cover.base),
        "danger": [_line(line) for line in page.danger],
        "asked": [_asked(question) for question in page.asked],
        "places": [
            {
                "name": place.name,
                "lines": [
                    {"label": label, **_line(line)}
                    for label, line in (("Why", place.why), ("Who it is for", place.who_for), ("How to get in", place.how_to_get_in)) if line
                ],
                "contacts": [_contact(contact) for contact in place.contacts],
                "proof": place.proof,
            }
            for place in page.places
        ],
        "said": [_line(line) for line in page.said],
        "steps": [_line(line) for line in page.steps],
        "school": {"name": school.name, "questions": [_line(q) for q in school.questions]} if school else None,
        "numbers": [{"name": name, **_contact(contact)} for name, contact in page.numbers],
        "sources": [
            {"n": s.n, "title": s.title, "sections": "; ".join(s.sections), "dated": in_words(s.dated) or "no date given", **_address(s.url, cover)}
            for s in page.sources
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {"text": line.text, "source": line.source}


def _contact(contact: Contact) -> dict[str, str]:
    return {
        "verb": VERBS.get(contact.type, "Address"),
        "value": bare(contact.value),
        "href": contact_href(contact),
        "more": details(contact),
    }


def _address(url: str, cover: Cover) -> dict[str, str]:
    whole = cover.base + url if url.startswith("/") else url
    return {"href": safe_href(whole), "address": bare(whole)}


def _asked(question: str) -> dict[str, Any]:
    """A question without marks that cannot be seen, with places to break very long words, and the direction it is read in."""
    whole = _UNSEEN.sub("", " ".join(shown(question).split()))
    text = _LONG.sub("\\1\u200b", whole if len(whole) <= LONGEST_QUESTION else whole[:LONGEST_QUESTION] + " …")
    direction = next((d for d in map(unicodedata.bidirectional, text) if d in ("L", "R", "AL")), "L")
    return {"text": text, "rtl": direction != "L", "latin": not any(c.isalpha() and "LATIN" not in unicodedata.name(c, "") for c in text)}


def _sure(asked: dict[str, Any]) -> dict[str, Any]:
    """The question without pictures and the like, or a line that says why it is not shown."""
    text = "".join(c for c in asked["text"] if not _UNSURE.match(c) or unicodedata.category(c)[0] not in "SCM").strip()
    if _UNSURE.search(text) or not any(c.isalnum() for c in text):
        return {"text": OTHER_SCRIPT, "rtl": False, "latin": True}
    return {**asked, "text": text}


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """The data with every text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each(item, change) for key, item in value.items()}
    return [_each(item, change) for item in value] if isinstance(value, list) else value
