"""What the council still has to supply, gathered from the field ``missing`` of every entry."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.entries import Entry

CONTACTS = {
    "Phone numbers": r"phones?\b|help ?line number|repairs number|\bnumbers?\b(?=.*\b(line|check|text)\b)|\b(line|check|text)\b.*\bnumbers?\b",
    "E-mail addresses": r"\be-?mails?\b",
    "Forms": r"\bforms?\b(?! of)|log-in",
    "Web pages": r"website|web (address|page)|\blinks?\b|online|own page|feedback button",
    "Addresses and places": r"(?<!web )(?<!e-mail )\baddress(es)?\b(?! of the (online|feedback))|\bbase\b|^where$|places of",
    "Opening hours": r"\bhours\b(?! and)|opening times",
    "Named contacts": r"\bcontacts?\b|\bnames? (of|or)\b|^officer|who to (contact|ask)",
}
"""Contacts and forms: each group and the words of an item that belong to it. One item may belong to several."""

QUESTIONS = {
    "Waiting times and time limits": r"wait|how (long|soon)|time limits|deadline|\bdates?\b",
    "Whether it still runs": r"still|status|replaced|opened|came into force|^current name|^confirm|^check",
    "Who it is for": r"\bages?\b|who (can|it|may)|which children|rules on who|eligib|diagnos|whether (you|parents|families|a parent|young)|limits?\b",
    "How to get in": r"how to|referr|\bapply|appl(y|ication)",
    "What it costs": r"\bcost|prices|rates|charges|pays?\b|amounts?|paid|fees|fines",
    "Documents and lists": r"polic|statement|strateg|protocol|full text|\blists?\b|guidance|report|summary|version|plan\b|rules|copy|wording",
}
"""Other questions, in this order: an item belongs to the first group whose words it has, else to ``OTHER``."""

OTHER = "Other questions"

_ASKS = re.compile(r"(?:whether|how|what|which|when|who can|who may|who comes)\b", re.IGNORECASE)
"""How an item begins that is a question, whatever contact it speaks of."""


@dataclass(frozen=True)
class Waiting:
    """One thing to supply, the group it belongs to, and the entries that wait for it. ``contact`` tells contacts and forms from questions."""

    group: str
    contact: bool
    what: str
    entries: tuple[str, ...]


def worklist(entries: Iterable[Entry]) -> tuple[Waiting, ...]:
    """Everything missing, by group in a fixed order; within a group what most entries wait for comes first."""
    waiting: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for entry in entries:
        for item in entry.missing:
            for group in groups_of(item):
                waiting[group, _same(item)][entry.id] = None
    order = [*CONTACTS, *QUESTIONS, OTHER]
    rows = [Waiting(group, group in CONTACTS, what, tuple(ids)) for (group, what), ids in waiting.items()]
    return tuple(sorted(rows, key=lambda row: (order.index(row.group), -len(row.entries), row.what.lower())))


def groups_of(item: str) -> tuple[str, ...]:
    """The groups of one missing item: every kind of contact or form it names, else the one kind of question."""
    contacts = () if _ASKS.match(item) else tuple(group for group, words in CONTACTS.items() if re.search(words, item, re.IGNORECASE))
    return contacts or (next((group for group, words in QUESTIONS.items() if re.search(words, item, re.IGNORECASE)), OTHER),)


def _same(item: str) -> str:
    """One spelling for what is written in several ways."""
    return re.sub(r"\bemail\b", "e-mail", re.sub(r"^(phone|phone numbers)$", "phone number", item))
