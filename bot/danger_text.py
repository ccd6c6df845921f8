"""What is said of danger in one text message: the words of ``urgent.toml`` with numbers taken from the entries that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot import gsm
from bot.danger import Danger
from indexer.entries import Entry
from indexer.errors import ContentError

_GAP = re.compile(r"\{(?P<entry>[^}/]*)(?:/(?P<at>[^}]*))?\}")


def danger_text(danger: Danger, named: Iterable[Entry]) -> str:
    """The first line, then ``text`` with each ``{entry-id}`` or ``{entry-id/2}`` replaced by the first, or second, number shown of that entry.

    Args:
        danger: what was recognised.
        named: the entries that the answer names and cites.

    Raises:
        ContentError: if the answer names no such entry, it has no such number, or the whole does not fit one message.
    """
    entries = {entry.id: entry for entry in named}
    label = f"urgent.toml, kind '{danger.kind}', text"

    def number(found: re.Match[str]) -> str:
        entry, at = entries.get(found["entry"]), found["at"] or "1"
        phones = entry.shown_phones() if entry else ()
        if not (at.isdecimal() and 1 <= int(at) <= len(phones)):
            raise ContentError(f"{label}: {found[0]} is no number: the answer has to name that entry, and it to have so many that may be shown")
        return phones[int(at) - 1].number

    text = "\n".join(filter(None, (danger.first_line, _GAP.sub(number, danger.text))))
    if gsm.encoding(text) != "GSM-7" or gsm.segments(text) > 1:
        raise ContentError(f"{label}: {gsm.septets(text)} characters with the first line and the numbers; one message holds {gsm.SINGLE}")
    return text
