"""Tells what an answer is: a page, a document, or something that only looks like one."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsel import Selector

KINDS = {"html": ".html", "pdf": ".pdf", "docx": ".docx", "odt": ".odt", "text": ".txt"}
"""Kinds that are read, with the suffix by which their reader is known."""

_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|h1|div|p|main|article|table|meta)\b", re.I)
_GONE = re.compile(
    r"\b(?:page|content|document|record|service|file) (?:you requested |you were looking for )?(?:was |is |can ?not be |could not be |has )?"
    r"(?:not (?:be )?found|no longer (?:available|exists)|not available|been (?:removed|deleted)|found)\b(?<!page found)"
    r"|\b(?:error )?(?:404|410)\b|\bnot found\b|\bno such (?:page|record|service)\b",
    re.I,
)
_AWAY = re.compile(
    r"\b(?:under|down for|scheduled|planned|essential) maintenance\b|\bmaintenance mode\b|\btemporarily (?:unavailable|down|offline|closed)\b"
    r"|\b(?:be )?back (?:soon|shortly)\b|\bsite (?:is )?(?:currently )?(?:unavailable|offline)\b|\bservice unavailable\b|\bundergoing maintenance\b",
    re.I,
)
_CHECK = re.compile(
    r"\b(?:just a moment|checking your browser|are you (?:a )?(?:human|robot)|verify (?:that )?you are human|attention required)\b", re.I
)
_ENTER = re.compile(r"\b(?:log|sign)[ -]?(?:in|on)\b", re.I)
LOGIN_PATH = re.compile(r"/(?:login|log-in|signin|sign-in|sso|oauth2?|saml2?|adfs|auth|account/logon|user/login|wp-login\.php)(?:[/?.]|$)", re.I)
FEW_WORDS = 150
"""A page with more words than this is a page, whatever its heading says."""


def kind_of(body: bytes, content_type: str) -> str | None:
    """The kind of an answer, by its first bytes and only then by what its server calls it; None for what is not read."""
    start = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in body[:1024]:
        return "pdf"
    if start.startswith(b"PK\x03\x04"):
        return _packed(body)
    named = content_type.partition(";")[0].strip().lower()
    if _binary(body[:2048]):
        return None
    if _MARKUP.search(start):
        feed = named in ("application/rss+xml", "application/atom+xml", "text/xml") and not start[:20].lower().startswith(b"<!doctype h")
        return None if feed else "html"
    if named in ("text/html", "application/xhtml+xml"):
        return "html"
    return "text" if named in ("text/plain", "text/markdown") else None


def _packed(body: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            names = set(packed.namelist())
            if "word/document.xml" in names:
                return "docx"
            if "mimetype" in names and packed.getinfo("mimetype").file_size < 200:
                return "odt" if packed.read("mimetype").strip() == b"application/vnd.oasis.opendocument.text" else None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return "docx" if b"word/" in body[:4096] else None
    return None


def _binary(start: bytes) -> bool:
    return b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff"))


@dataclass(frozen=True)
class Look:
    """What a web page says of itself: title and first heading, its number of words, and whether it asks for a password."""

    title: str
    heading: str
    words: int
    password: bool
    noindex: bool
    nofollow: bool
    canonical: str | None


def words_of(page: Selector) -> list[str]:
    """The words of a web page, without those of its scripts and styles."""
    return " ".join(page.xpath("//body//text()[not(parent::script or parent::style)]").getall()).split()


def look_at(page: Selector) -> Look:
    """What a web page says of itself."""
    robots = " ".join(page.xpath("//meta[translate(@name,'ROBTS','robts')='robots' or @name='waymark']/@content").getall()).lower()
    return Look(
        title=" ".join(page.xpath("string(//title)").get("").split())[:300],
        heading=" ".join(page.xpath("string(//h1)").get("").split())[:300],
        words=len(words_of(page)),
        password=bool(page.xpath("//input[translate(@type,'PASWORD','pasword')='password']")),
        noindex=bool(re.search(r"\b(?:noindex|none)\b", robots)),
        nofollow=bool(re.search(r"\b(?:nofollow|none)\b", robots)),
        canonical=page.xpath("//link[translate(@rel,'CANOIL','canoil')='canonical']/@href").get(),
    )


def fault_of(look: Look) -> tuple[str, str] | None:
    """Whether a page answered with 200 is none: ``gone``, ``failed`` or ``barred``, and why."""
    said = f"{look.title} | {look.heading}"
    if look.words > FEW_WORDS:
        return None
    if look.password or (_ENTER.search(look.heading or look.title) and look.words < FEW_WORDS / 2):
        return "barred", "a log-in page"
    if _CHECK.search(said):
        return "barred", "a check whether the reader is human"
    if _AWAY.search(said):
        return "failed", "a maintenance page"
    if _GONE.search(said):
        return "gone", "says that there is no such page, with status 200"
    return None
