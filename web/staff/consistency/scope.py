"""What can be asked: the content's needs in their wordings, staff's own among them, and for each entry some of the messages it is learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.consistency import WORDINGS, Wording, load_wordings
from bot.records import Channel
from indexer.entries import Entry
from indexer.messages import lines
from web.staff.consistency.records import Need

MESSAGES = 5
"""How many of an entry's messages are asked."""


def own_needs(content: Path) -> list[Need]:
    """The needs of ``wordings.toml``.

    Raises:
        ContentError: if there are none, or one is faulty.
    """
    return [Need(name[:300], tuple(wordings)) for name, wordings in load_wordings(content / WORDINGS).items()]


def learned_needs(content: Path, entries: Mapping[str, Entry]) -> list[Need]:
    """One need for each entry with messages of its own, asked in five of them, taken evenly from all over the file.

    Args:
        content: the content folder.
        entries: of a release, by id, for their names.

    Raises:
        ContentError: if a file is not UTF-8 text.
    """
    names = {id: entry.name for entry in entries.values() for id in (*entry.replaces, entry.id)}
    found = []
    for path in sorted((content / "asked_as").glob("*.txt")):
        messages = spread(list(dict.fromkeys(lines(path))), MESSAGES)
        if len(messages) > 1:
            name = f"{names.get(path.stem, path.stem)} ({path.stem})"
            found.append(Need(name, tuple(Wording(f"message {n}", (text,), Channel.WEB) for n, text in enumerate(messages, 1)), learned=True))
    return found


def spread(found: Sequence[str], most: int) -> list[str]:
    """At most so many, taken evenly from beginning to end."""
    if len(found) <= most:
        return list(found)
    return [found[round(at * (len(found) - 1) / (most - 1))] for at in range(most)]


def in_words(needs: Sequence[Need], all_of: int) -> str:
    """A scope in words."""
    own = [need for need in needs if not need.learned]
    learned = len(needs) - len(own)
    parts = [f"{'all' if len(own) == all_of else f'{len(own)} of'} {all_of} needs"] if own else []
    parts += [f"{learned} entries by the messages they are learned from"] if learned else []
    return " and ".join(parts)
