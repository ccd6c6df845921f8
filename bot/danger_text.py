"""What is said of danger in one text message: the words of ``urgent.toml`` with numbers taken from the entries that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot import gsm
from bot.danger import Danger
from indexer.entries import Entry
from indexer.errors import ContentError

_NUMBER = re.compile(r"\{([a-z0-9-]+)(?:/(\d))?\}")


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
        entry, at = entries.get(found[1]), int(found[2] or 1) - 1
        phones = entry.shown_phones() if entry else ()
        if at >= len(phones):
            raise ContentError(f"{label}: the answer names no {found[1]} with {at + 1} numbers that may be shown")
        return phones[at].number

    text = "\n".join(filter(None, (danger.first_line, _NUMBER.sub(number, danger.text))))
    if gsm.encoding(text) != "GSM-7" or gsm.segments(text) > 1:
        raise ContentError(f"{label}: {gsm.septets(text)} characters with the first line and the numbers; one message holds {gsm.SINGLE}")
    return text
