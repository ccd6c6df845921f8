"""Words and links as the templates show them: dates in words, safe addresses, Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from urllib.parse import quote, urlsplit

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from bot.records import Contact

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
CERTAINTY = ("not checked", "older, and may have changed", "from the owner or a report, a few years old", "a current page or the law")
"""What the certainty of a source, 0 to 3, means in words (``content/README.md``)."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_MARKDOWN.add_render_rule("image", lambda _self, tokens, index, _options, _env: escape(tokens[index].content))
_LIST_LINE = re.compile(r"\s*([-*+]|\d+[.)])\s|\s{2,}\S")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def in_words(dated: str | date | None) -> str:
    """A date as written in the register (``2024``, ``2024-04``, ``2024-04-05``) in words; empty where it is not known."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", str(dated))
    if not found:
        return ""
    year, month, day = found.groups()
    if not month or not 1 <= int(month) <= 12:
        return year
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}" if day else f"{MONTHS[int(month) - 1]} {year}"


def moment(seconds: int) -> str:
    """A moment to the minute, UTC: "2026-04-05 14:30"."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def source_line(title: str | None, dated: str) -> str:
    """Where something comes from: "From Portage service page, Stockport Council (2024)."."""
    when = in_words(dated)
    if not title:
        return f"From a source of {when}." if when else "From a source without a date."
    return f"From {title.rstrip('.')}." if when and when in title else f"From {title.rstrip('.')} ({when or 'no date given'})."


def checked_line(checked: str | date | None) -> str:
    """Whether a person at the service has confirmed it, and when."""
    return f"Confirmed by the service on {in_words(checked)}." if checked else "Not yet confirmed by the service."


def contact_href(contact: Contact) -> str:
    """The link that uses a contact, or an empty string where there is none (an address)."""
    if contact.type in ("phone", "textphone", "text"):
        scheme = "sms" if contact.type == "text" else "tel"
        return f"{scheme}:{re.sub(r'[^0-9+]', '', contact.value)}"
    if contact.type == "email":
        return f"mailto:{quote(contact.value, safe='@.+-_')}"
    return safe_href(contact.value) if contact.type == "link" else ""


def alike(contacts: Sequence[Contact]) -> list[list[Contact]]:
    """Contacts in their order, those together that differ only in the number or address."""
    return [list(group) for _, group in groupby(contacts, key=lambda c: (c.type, c.description, c.hours))]


def bare(address: str) -> str:
    """An address as people write it, without the scheme."""
    return re.sub(r"^https?://(www\.)?", "", address).rstrip("/")


def safe_href(url: str) -> str:
    """The address if it is a page of the web or of this site, else an empty string."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https") and parts.netloc:
        return url
    return url if not parts.scheme and not parts.netloc and url.startswith("/") and "\\" not in url else ""


def shown(text: str) -> str:
    """What a user wrote, without control characters."""
    return _CONTROL.sub(" ", text).strip()


def age_range(low: int | None, high: int | None) -> str:
    """Ages, both inclusive, in words; empty where there is no limit."""
    if high is None:
        return "" if low is None else f"{low} and over"
    return f"{low} to {high}" if low else f"Up to {high}" if high else "Under 1"


def shortened(text: str, longest: int) -> str:
    """The text, cut between words where it is longer, in characters."""
    return text if len(text) <= longest else text[:longest].rpartition(" ")[0].rstrip(",;:.") + " …"


def plain(slug: str) -> str:
    """A slug as words."""
    return slug.replace("-", " ")


def markdown(text: str) -> Markup:
    """A body section as HTML. Each sentence line becomes a paragraph; raw HTML stays text, and of an image only its description is kept."""
    lines: list[str] = []
    for line in text.splitlines():
        if lines and lines[-1] and line and not _LIST_LINE.match(line) and not _LIST_LINE.match(lines[-1]):
            lines.append("")
        lines.append(line)
    return Markup(_MARKDOWN.render("\n".join(lines)))  # noqa: S704 - rendered with html disabled
