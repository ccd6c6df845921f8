"""The words of the field: what people type, and what the content calls it. Used alike on what is learned from and on questions.

The data is ``content/words.toml``: ``[spellings]`` maps text-speak and common misspellings to the word meant, ``[opened]`` maps acronyms and
former names to the words that the content uses, ``[synonyms]`` lists words of everyday and of reports that mean the same, ``[needs.<id>]`` the
words that show a need, ``[askers]`` those that show who is writing.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import ContentError
from indexer.glossary import Glossary

GLOSSARY = "glossary.toml"
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})
_UNSEEN = r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
_INVISIBLE = re.compile(_UNSEEN + r"|[^\S\n]*[\x00-\x08\x0b-\x1f\x7f]+[^\S\n]*")
_STACKED = re.compile(r"[\u0300-\u036f\u0483-\u0489]{3,}")
"""More marks over one letter than any language has."""
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """A message as plain text: NFC, straight quotes, no control or invisible characters, broken ones or heaps of marks, single spaces.

    No letter is dropped.
    """
    text = unicodedata.normalize("NFC", _STACKED.sub("", text)).translate(_QUOTES)
    return _SPACE.sub(" ", _INVISIBLE.sub(" ", text)).strip()


@dataclass(frozen=True)
class Need:
    """A kind of need: its id, its name in plain words, and a pattern that finds it in a lower-case message."""

    id: str
    name: str
    pattern: re.Pattern[str]


class Wording:
    """The parsed ``words.toml``; safe to share between threads."""

    def __init__(self, data: Mapping[str, Any], glossary: Mapping[str, Any] | None = None) -> None:
        self.glossary = Glossary(glossary or {})
        self.spellings: dict[str, str] = {k.lower(): v for k, v in data.get("spellings", {}).items()}
        self.opened: dict[str, str] = {k.lower(): v for k, v in data.get("opened", {}).items()}
        self.synonyms = tuple(tuple(group.split()) for group in data.get("synonyms", {}).get("groups", ()))
        self.needs = tuple(Need(id, need["name"], any_of(need["words"])) for id, need in data.get("needs", {}).items())
        self.askers = {id: any_of(words) for id, words in data.get("askers", {}).items()}
        self._spelling = _alternatives(self.spellings)
        self._opening = _alternatives(self.opened)

    def repair(self, text: str, english: bool = True) -> str:
        """A cleaned message in lower case, with text-speak and misspellings put right where it is English."""
        if not english:
            return clean(text).lower()
        return self._spelling.sub(lambda m: self.spellings[m.group().lower()], clean(text).lower())

    def open(self, text: str) -> str:
        """A repaired message followed by the full words of each acronym and former name in it."""
        meant = dict.fromkeys(self.opened[m.group()] for m in self._opening.finditer(text))
        return " ".join([text, *(f"({words})" for words in meant if words.lower() not in text)])

    def learnable(self, repaired: str, english: bool = True) -> tuple[str, str]:
        """A repaired message as terms are taken from it, and as it is embedded: the model reads English, so another language by its glossary."""
        if english:
            return repaired, self.open(repaired)
        known = self.glossary.english(repaired)
        return f"{repaired} {known}".strip(), known or repaired


_ATOM = re.compile(r" \.\. |\s+|\*|.", re.DOTALL)


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of some words or phrases as whole words; a trailing ``*`` allows any ending, `` .. `` up to four words between.

    The words are put together as a tree of their common beginnings, which is many times quicker to search than a plain list of them.
    """
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for atom in _ATOM.findall(word.lower()):
            node = node.setdefault(atom, {})
        node[""] = {}
    return re.compile(rf"(?<![\w']){_branches(tree)}(?![\w])" if tree else r"(?!)")


def _branches(node: dict[str, Any]) -> str:
    """The pattern for what may follow in a tree; the longer way is tried first."""
    ways = [_atom(atom) + _branches(after) for atom, after in node.items() if atom]
    if not ways:
        return ""
    return f"(?:{'|'.join(ways)}){'?' if '' in node else ''}"


def _atom(atom: str) -> str:
    if atom == " .. ":
        return r"(?:\s+\S+){0,4}?\s+"
    return r"\w*" if atom == "*" else r"\s+" if atom.isspace() else re.escape(atom)


def _alternatives(table: Mapping[str, str]) -> re.Pattern[str]:
    return any_of(list(table)) if table else re.compile(r"(?!)")


def load_toml(path: Path) -> dict[str, Any]:
    """A content file in TOML.

    Raises:
        ContentError: naming the file, and the line where TOML gives one.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise ContentError(f"{path.name}: missing from the content folder {path.parent}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ContentError(f"{path.name}: {fault}") from fault


def load_wording(folder: Path) -> Wording:
    """The wording of a content folder.

    Raises:
        ContentError: if ``words.toml`` is missing, or it or ``glossary.toml`` is malformed.
    """
    try:
        return Wording(load_toml(folder / "words.toml"), load_toml(folder / GLOSSARY) if (folder / GLOSSARY).exists() else None)
    except (KeyError, TypeError, AttributeError) as fault:
        raise ContentError(f"words.toml: a [needs.<id>] table needs 'name' and 'words', [synonyms] a list of lines as 'groups' ({fault})") from fault
