"""The words that a text message can be instead of a question: MORE, 1, SOURCES, HELP, STOP, START, DELETE, LANG; however they are typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rapidfuzz.distance import OSA

from indexer.errors import ContentError

_WORD = re.compile(r"[^\W_]+")
_PLACES = 3
"""Most places that a reply numbers."""
_LONG = 8
"""A word of this many letters may have two mistakes, a shorter one has one."""
_SHORTEST = 4
"""A shorter word is taken only as it is written."""


class Command(StrEnum):
    """What a message asks of the service rather than of the council."""

    MORE = "more"
    PICK = "pick"
    SOURCES = "sources"
    HELP = "help"
    STOP = "stop"
    START = "start"
    DELETE = "delete"
    LANG = "lang"


@dataclass(frozen=True)
class Said:
    """A command with what it names: ``place`` counts from 1, ``language`` is a code, None where the message names none that is known."""

    command: Command
    place: int = 0
    language: str | None = None


class Commands:
    """Recognises commands by the words of ``[commands]`` in ``replies.toml``. A message that holds anything else is a question.

    A word with a slip of the finger is taken too (optimal string alignment distance, first letter right or changed with the second),
    unless it is a word of its own that ``never`` lists.

    Raises:
        ContentError: where a table or word is missing.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        needed = [command.value for command in Command]
        if missing := [name for name in (*needed, "padding", "polite", "never", "languages") if name not in data]:
            raise ContentError(f"replies.toml: [commands] {', '.join(missing)} is missing")
        self._said: dict[str, Said] = {}
        for command in Command:
            for at, words in enumerate(data[command.value]):
                for phrase in [words] if isinstance(words, str) else words:
                    self._said[_bare(phrase)] = Said(command, at + 1 if command is Command.PICK else 0)
        self._padding, self._polite = frozenset(data["padding"]), frozenset(data["polite"])
        self._never = frozenset(data["never"])
        self._languages = {name: code for code, names in data["languages"].items() for name in names}

    def find(self, message: str) -> Said | None:
        """The command that a message is; None where it is a question."""
        words = _bare(message).split()
        if len(words) > 1 and all(len(word) == 1 for word in words):
            words = ["".join(words)]
        if not words:
            return None
        found = self._said.get(" ".join(words))
        if found is None:
            words, asked_for = self._bared(words)
            found = self._said.get(" ".join(words)) or (self._close(words[0]) if len(words) == 1 else None)
            if found and found.command is Command.HELP and asked_for:
                return None  # "please help" is said in need
        return found or (self._in_language(*words) if len(words) == 2 else None)

    def _bared(self, words: list[str]) -> tuple[list[str], bool]:
        """Words without "please" and the like, though never without "no"; whether any stood before them."""
        first = next((at for at, word in enumerate(words) if word not in self._polite), len(words) - 1)
        words = words[first:]
        while len(words) > 1 and words[-1] in self._padding:
            words = words[:-1]
        return (words[:1] if len(set(words)) == 1 else words), first > 0  # STOP STOP

    def _in_language(self, word: str, name: str) -> Said | None:
        first = self._said.get(word) or self._close(word)
        if first is None or first.command is not Command.LANG:
            return None
        known = self._languages.get(name) or self._languages.get(_nearest(name, self._languages) or "")
        if known is None and word != Command.LANG:  # "language delay" is a question
            return None
        return Said(Command.LANG, language=known)

    def _close(self, word: str) -> Said | None:
        if word in self._never:
            return None
        near = _nearest(word, self._said)
        return self._said[near] if near else None


def _nearest(word: str, known: Mapping[str, object]) -> str | None:
    """The one known word that differs from ``word`` by a slip; None where there is none."""
    if len(word) < _SHORTEST - 1:
        return None
    reach = {name: OSA.distance(word, name) for name in known if len(name) >= _SHORTEST and name.isalpha() and set(word[:2]) & {name[0]}}
    best = min(reach, key=lambda name: reach[name], default=None)
    if best is None:
        return None
    return best if reach[best] <= (2 if len(best) >= _LONG else 1) else None


def _bare(text: str) -> str:
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).lower()))
