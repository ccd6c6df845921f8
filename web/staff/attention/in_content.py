"""What the checks of the content found, as items."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from web.present import in_words as day_in_words
from web.present import plain
from web.staff.attention.ground import Ground
from web.staff.attention.items import SOON, Item, Step, slug
from web.staff.attention.looks import Seen

KINDS = ("number", "pin", "error", "review", "contact", "duty")
"""Kinds of item that follow from looking at the content."""
LINK_KINDS = ("link", "changed")
"""Kinds that follow from asking for pages; ``number`` does in part."""
_NUMBER_RULES = frozenset({"invalid-phone", "foreign-phone", "stray-phone", "source-says-otherwise"})
_NUMBER_WORDS = re.compile(r"^\+?[\d ]+ (?:has the hours|is at) ")
_OWN_KIND = {"pin": "pin", "pin-changed": "pin", "pin-review": "pin", "unreachable-page": "link", "changed-page": "changed"}
_ELSEWHERE = frozenset({"overdue-review"})
"""Rules whose findings are worked out here for each day anew."""
_WHOSE = re.compile(r" (?:for|of) ")
"""Words after which the name of a contact says whose it is."""
_TITLES = {
    "number": "A number or address in doubt: {}",
    "pin": "The agreed place to start has to be looked at again: {}",
    "error": "A fault in the content: {}",
    "link": "A link that leads nowhere: {}",
    "changed": "A source page has changed: {}",
}
_STEPS = {"number": Step.NUMBER, "pin": Step.DIFFERS, "error": Step.STALE, "link": Step.STALE, "changed": Step.STALE}


def in_content(ground: Ground) -> Iterator[Item]:
    """Everything that the looks at the content and its links have found; nothing where nobody has looked yet."""
    if ground.content is None:
        return
    yield from _findings(ground)
    yield from _reviews(ground)
    yield from _contacts(ground, ground.content)
    yield from _duties(ground, ground.content)


def _findings(ground: Ground) -> Iterator[Item]:
    grouped: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for rule, level, where, message in [*_of_content(ground), *_of_links(ground)]:
        kind = _kind(rule, message)
        pin, colon, rest = message.partition(": ") if kind == "pin" else ("", "", "")
        grouped[kind, pin if colon else where].append((level, rest or message))
    for (kind, subject), found in grouped.items():
        entry = ground.pins.get(subject, subject) if kind == "pin" else subject
        sure = any(level == "error" for level, _ in found) or kind == "pin"
        step = ground.step(_STEPS[kind], entry) if sure else Step.STALE
        lines = (*(f"{message[:1].upper()}{message[1:]}" for _, message in found), ground.rests(entry))
        facts = frozenset(message.split(": ")[0] if kind == "link" else message for _, message in found)
        name = plain(subject) if kind == "pin" else ground.name(entry)
        yield Item(kind, subject, _TITLES[kind].format(name), lines, facts, step, ground.amount([entry]), (entry,))


def _kind(rule: str, message: str) -> str:
    number = rule in _NUMBER_RULES or (rule == "contradiction" and _NUMBER_WORDS.match(message))
    return "number" if number else _OWN_KIND.get(rule, "error")


def _of_content(ground: Ground) -> list[list[str]]:
    return [row for row in ground.content.found["findings"] if row[0] not in _ELSEWHERE] if ground.content else []


def _of_links(ground: Ground) -> list[list[str]]:
    """Findings about pages that the entry still names."""
    found = ground.links.found["findings"] if ground.links else []
    known = ground.entries
    return [row for row in found if row[2] in known and ("http" not in row[3] or any(url in row[3] for url in known[row[2]]["urls"]))]


def _reviews(ground: Ground) -> Iterator[Item]:
    for id, entry in ground.entries.items():
        due = date.fromisoformat(entry["review_due"])
        if due > ground.today + timedelta(days=SOON):
            continue
        over = due < ground.today
        title = f"Review {'overdue' if over else 'due soon'}: {entry['name']}"
        lines = (f"The review {'was' if over else 'is'} due on {day_in_words(due)}.", ground.rests(id))
        facts = frozenset({entry["review_due"], *(["over"] if over else [])})
        yield Item("review", id, title, lines, facts, ground.step(Step.STALE, id) if over else Step.SOON, ground.amount([id]), (id,))


def _contacts(ground: Ground, seen: Seen) -> Iterator[Item]:
    """What several entries wait for by one name that says whose it is; of everything else, what each entry waits for."""
    shared: defaultdict[str, dict[str, None]] = defaultdict(dict)
    own: defaultdict[str, dict[str, None]] = defaultdict(dict)
    phones = {row["what"] for row in seen.found["waiting"] if row["group"] == "Phone numbers"}
    for row in seen.found["waiting"]:
        for id in row["entries"]:
            if len(row["entries"]) > 1 and _WHOSE.search(row["what"]):
                shared[row["what"]][id] = None
            else:
                own[id][row["what"]] = None
    for what, held in shared.items():
        ids = tuple(held)
        lines = (f"Waiting for it: {', '.join(ground.name(id) for id in ids)}.", ground.rests(*ids))
        yield _contact(ground, slug(what), f"To supply: {what}", lines, frozenset(ids), ids, urgent=what in phones)
    for id, wanted in own.items():
        lines = (f"Not known: {', '.join(wanted)}.", ground.rests(id))
        title = f"To supply for {ground.name(id)}: {', '.join(wanted)}"
        yield _contact(ground, id, title, lines, frozenset(wanted), (id,), urgent=not phones.isdisjoint(wanted))


def _contact(ground: Ground, subject: str, title: str, lines: tuple[str, ...], facts: frozenset[str], ids: tuple[str, ...], *, urgent: bool) -> Item:
    return Item("contact", subject, title, lines, facts, ground.step(Step.MISSING, *ids) if urgent else Step.MISSING, ground.amount(ids), ids)


def _duties(ground: Ground, seen: Seen) -> Iterator[Item]:
    grouped: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for row in seen.found["duties"]:
        grouped[slug(row["paragraph"] or row["duty"])].append(row)
    for subject, rows in grouped.items():
        ids = tuple(dict.fromkeys(str(id) for row in rows for id in _list(row["entries"])))
        paragraph = f" (paragraph {rows[0]['paragraph']})" if rows[0]["paragraph"] else ""
        title = f"{'Covered in part' if ids else 'Not covered'}: {rows[0]['duty']}{paragraph}"
        needs = tuple(f"{str(row['needs']).rstrip('.')}." if row["needs"] else "Neither an entry nor what is needed is named." for row in rows)
        named = (f"It is covered in part by {', '.join(ground.name(id) for id in ids)}.",) if ids else ()
        facts = frozenset(f"{row['duty']} {row['needs']}" for row in rows)
        yield Item("duty", subject, title, (*needs, *named), facts, Step.LAW, ground.amount(ids) if ids else 999, ids)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
