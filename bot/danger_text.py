"""What is said of danger in one text message: the words of ``urgent.toml`` with numbers taken from the entries that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot import gsm
from bot.danger import Danger
from indexer.entries import Entry
from indexer.errors import ContentError

_NUMBER = re.compile(r"\{([a-z0-9-]+)(?:/(\d))?\}")


def danger_text(danger: Danger, entries: Mapping[str, Entry]) -> str:
    """The first line, then ``text`` with each ``{entry-id}`` or ``{entry-id/2}`` replaced by the first, or second, number shown of that entry.

    Raises:
        ContentError: if an entry has no such number, or the whole does not fit one message.
    """
    label = f"urgent.toml, kind '{danger.kind}', text"

    def number(found: re.Match[str]) -> str:
        entry, at = entries.get(found[1]), int(found[2] or 1) - 1
        phones = entry.shown_phones() if entry else ()
        if at >= len(phones):
            raise ContentError(f"{label}: {found[1]} has no number {at + 1} that may be shown")
        return phones[at].number

    text = "\n".join(filter(None, (danger.first_line, _NUMBER.sub(number, danger.text))))
    if gsm.encoding(text) != "GSM-7" or gsm.segments(text) > 1:
        raise ContentError(f"{label}: {gsm.septets(text)} characters with the first line and the numbers; one message holds {gsm.SINGLE}")
    return text
