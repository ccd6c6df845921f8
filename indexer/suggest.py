"""Contact details that stand on pages and not in entries: suggestions for an editor to look at, never facts by themselves."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import phonenumbers

from indexer.entries import Entry
from indexer.passages import Passage

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SHORTEST_NAME = 6
"""Characters of a name below which it is too common to be looked for in titles."""


@dataclass(frozen=True)
class Suggestion:
    """A contact that stands on a page about an entry, and not in the entry. ``quote`` is the line in which it stands."""

    entry: str
    kind: str
    value: str
    title: str
    url: str
    section: str
    quote: str


def suggestions(entries: Iterable[Entry], passages: Iterable[Passage]) -> list[Suggestion]:
    """Numbers and e-mail addresses on the pages that an entry names as its own or its source, or that bear its name."""
    addresses: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    known = {entry.id: entry for entry in entries}
    for entry in known.values():
        for url in (entry.url, *(source.url for source in entry.sources)):
            if url:
                addresses[_bare(url)].add(entry.id)
        for name in (entry.name, *entry.alternate_names):
            if len(name) >= _SHORTEST_NAME:
                names[name.casefold()].add(entry.id)
    found: dict[tuple[str, str], Suggestion] = {}
    for passage in passages:
        if passage.entry is not None:
            continue
        for id in addresses.get(_bare(passage.url), set()) | names.get(passage.title.casefold(), set()):
            has = _held(known[id])
            for kind, value, quote in _contacts(passage.text):
                if contact_key(value) not in has:
                    key = (id, contact_key(value))
                    found.setdefault(key, Suggestion(id, kind, value, passage.title, passage.url, passage.section, quote))
    return sorted(found.values(), key=lambda s: (s.entry, s.kind, s.value))


def as_text(found: Iterable[Suggestion]) -> str:
    """Suggestions as people read them."""
    lines = []
    for s in found:
        lines += [f"{s.entry}: {s.kind} {s.value}", f"  {s.title}{', ' + s.section if s.section else ''} ({s.url})", f"  {s.quote}"]
    return "\n".join(lines) or "no page about an entry gives a contact that the entry lacks"


def contacts_in(text: str) -> set[str]:
    """Keys by which the telephone numbers and e-mail addresses of a text can be compared."""
    return {contact_key(value) for _, value, _ in _contacts(text)}


def _contacts(text: str) -> Iterator[tuple[str, str, str]]:
    """Kind, value and line of each contact in a text."""
    for line in text.splitlines():
        for match in phonenumbers.PhoneNumberMatcher(line, "GB"):
            yield "phone", phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.NATIONAL), line
        for email in _EMAIL.findall(line):
            yield "e-mail", email.rstrip("."), line


def _held(entry: Entry) -> set[str]:
    return {contact_key(value) for value in (*(phone.number for phone in entry.phones), entry.email or "") if value}


def contact_key(value: str) -> str:
    """A number or e-mail address in the form in which two of them can be compared."""
    if "@" in value:
        return value.casefold()
    digits = re.sub(r"\D", "", value)
    return f"0{digits[2:]}" if digits.startswith("44") else digits


def _bare(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", url.casefold()).rstrip("/")
