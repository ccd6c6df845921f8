"""What words of other languages mean in English, word for word: enough to look for a message among English ones, no translation.

The data is ``content/glossary.toml``: a table for each language, in it the English words and, for each, beginnings of the words that mean them.
All tables are looked at for every message: short messages are often taken for the wrong one of two languages that share a script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_ARTICLES = "(?:[وف]?(?:ال|بال|لل|كال|[بلك])?)"
"""What Arabic writes at the beginning of a word: and, the, in, for, as."""


class Glossary:
    """English words by the words that mean them. Safe to share between threads."""

    def __init__(self, tables: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        words: dict[str, list[str]] = {}
        for table in tables.values():
            for english, others in table.items():
                words.setdefault(english, []).extend(others)
        self._patterns = {english: _any_beginning(others) for english, others in words.items()}

    def english(self, text: str) -> str:
        """The English of all that is known in a lower-case text, in the order of the glossary; empty where nothing is known."""
        return ", ".join(english for english, pattern in self._patterns.items() if pattern.search(text))


def _any_beginning(words: Iterable[str]) -> re.Pattern[str]:
    ways: dict[str, list[str]] = {"": [], r"(?<!\w)": [], rf"(?<!\w){_ARTICLES}": []}
    for word in dict.fromkeys(words):
        lead = "" if _CHINESE.search(word) else rf"(?<!\w){_ARTICLES}" if _ARABIC.search(word) else r"(?<!\w)"
        ways[lead].append(re.escape(word.lower()))
    return re.compile("|".join(f"{lead}(?:{'|'.join(found)})" for lead, found in ways.items() if found) or r"(?!)")
