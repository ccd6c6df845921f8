"""Finding entries by words: every word must occur in an entry, and where it occurs decides the order. Built once, read by all threads."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

import numpy as np
import numpy.typing as npt
import Stemmer
from bm25s.stopwords import STOPWORDS_EN

Scores = npt.NDArray[np.float32]
Positions = npt.NDArray[np.intp]
Field = tuple[float, str]
"""How much a word counts for that stands in a text, and the text."""

EXACT, STEM, PREFIX, NEAR = 1.0, 0.9, 0.7, 0.4
"""Shares of a field's weight: the word itself, another form of it, the beginning of a word, a word that differs by a letter."""

_ALIKE = 0.75  # of two words that differ by a letter or two neighbours swapped, so that short words are not taken for each other
_SHORTEST_PREFIX, _SHORTEST_NEAR = 3, 4
_WORD = re.compile(r"[^\W_]+")
_INITIALS = re.compile(r"\b(?:\w\.){2,}\w?")
_APOSTROPHES = re.compile(r"['’`]")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without accents and apostrophes; "S.P.A.C.E." is one word."""
    text = _INITIALS.sub(lambda m: m.group().replace(".", ""), text)
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(_APOSTROPHES.sub("", plain).lower())


@dataclass(frozen=True)
class Match:
    """What was found for some words: a score for each entry (0: not every word occurs), and what was read for words that nothing has."""

    scores: Scores
    read_as: tuple[tuple[str, str], ...] = ()


class Lookup:
    """An index of words over entries, each given as its fields."""

    def __init__(self, entries: Sequence[Iterable[Field]], repair: Callable[[str], str] = str.lower) -> None:
        """Index entries; ``repair`` puts common misspellings right before a search."""
        self._size, self._repair = len(entries), repair
        held: dict[str, dict[int, float]] = defaultdict(dict)
        for position, fields in enumerate(entries):
            for weight, text in fields:
                for word in words_of(text):
                    held[word][position] = max(weight, held[word].get(position, 0))
        self._postings: dict[str, tuple[Positions, Scores]] = {
            word: (np.fromiter(places, np.intp), np.fromiter(places.values(), np.float32)) for word, places in held.items()
        }
        self._sorted = sorted(held)
        self._stems, self._near = _stems(held), _neighbours(held)

    def find(self, text: str) -> Match:
        """Entries in which every word of a text occurs, in any of their fields. Words such as "the" are left out where others remain."""
        repaired = self._find(words_of(self._repair(text)))
        typed = words_of(text)
        return repaired if repaired.scores.any() or typed == words_of(self._repair(text)) else self._find(typed)

    def without(self, text: str) -> list[tuple[str, Scores]]:
        """Each of several words by itself with its scores, for when no entry has them all; words that nothing has are left out."""
        alone = [(word, self._find([word]).scores) for word in dict.fromkeys(_telling(words_of(text)))]
        return [(word, scores) for word, scores in alone if scores.any()] if len(alone) > 1 else []

    def _find(self, words: list[str]) -> Match:
        words = list(dict.fromkeys(_telling(words)))
        total, read_as = np.zeros(self._size, np.float32), list[tuple[str, str]]()
        every = np.full(self._size, bool(words))
        for word in words:
            scores = self._scores(word)
            if not scores.any() and (near := self._nearest(word)):
                scores = NEAR * self._scores(near)
                read_as.append((word, near))
            every &= scores > 0
            total += scores
        return Match(np.where(every, total, np.float32(0)), tuple(read_as))

    def _scores(self, word: str) -> Scores:
        scores = np.zeros(self._size, np.float32)
        found = dict.fromkeys(self._prefixed(word), PREFIX)
        found |= dict.fromkeys(self._stems.get(_stem(word), ()), STEM)
        if word in self._postings:
            found[word] = EXACT
        for other, share in found.items():
            places, weights = self._postings[other]
            scores[places] = np.maximum(scores[places], share * weights)
        return scores

    def _prefixed(self, word: str) -> Iterable[str]:
        if len(word) < _SHORTEST_PREFIX:
            return ()
        start = bisect_left(self._sorted, word)
        return takewhile(lambda other: other.startswith(word), (self._sorted[i] for i in range(start, len(self._sorted))))

    def _nearest(self, word: str) -> str | None:
        """The word that differs by a letter, the one in most entries where several do."""
        if len(word) < _SHORTEST_NEAR:
            return None
        near = {other for form in (word, *_shortened(word)) for other in self._near.get(form, ())}
        alike = [other for other in near if SequenceMatcher(None, word, other).ratio() >= _ALIKE]
        return max(alike, key=lambda other: (len(self._postings[other][0]), other), default=None)


def _telling(words: list[str]) -> list[str]:
    return [word for word in words if word not in STOPWORDS_EN] or words


def _stem(word: str) -> str:
    return str(Stemmer.Stemmer("english").stemWord(word))  # a stemmer keeps state between words, so each call has its own


def _stems(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    stemmer, found = Stemmer.Stemmer("english"), dict[str, tuple[str, ...]]()
    for word in words:
        stem = stemmer.stemWord(word)
        found[stem] = (*found.get(stem, ()), word)
    return found


def _neighbours(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Words by what is left of them without one letter (symmetric deletes, Garbe 2012), and by themselves."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        if len(word) >= _SHORTEST_NEAR:
            for form in {word, *_shortened(word)}:
                found[form] = (*found.get(form, ()), word)
    return found


def _shortened(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(min(len(word), 30))]
