"""Keyword search over passages: BM25 (Robertson and Zaragoza 2009) by bm25s, English stems, saved without pickle."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it reports each step of its own work on standard error

SYNONYM = 0.7
"""How much a synonym of a word counts, where the word itself counts 1."""


class Keywords:
    """A BM25 index. Safe to share between threads once built.

    ``synonyms`` has for a stem the stems that mean the same. They count where a share of a question's words is asked for, not for BM25.
    """

    def __init__(self, index: bm25s.BM25, synonyms: Iterable[Sequence[str]] = ()) -> None:
        """Search ``index``; ``synonyms`` are groups of words that mean the same."""
        self._index = index
        self.synonyms = _stems_alike(synonyms)

    @classmethod
    def build(cls, texts: Sequence[str]) -> Keywords:
        """Index texts; position in ``texts`` is the position in :meth:`scores`."""
        index = bm25s.BM25()
        index.index([_terms(text) or ["-"] for text in texts], show_progress=False)
        return cls(index)

    @classmethod
    def load(cls, folder: Path, synonyms: Iterable[Sequence[str]] = ()) -> Keywords:
        """Read what :meth:`save` wrote; ``synonyms`` are groups of words that mean the same."""
        return cls(bm25s.BM25.load(str(folder), allow_pickle=False, show_progress=False), synonyms)

    def save(self, folder: Path) -> None:
        """Write the index as arrays and JSON into a folder."""
        self._index.save(str(folder), show_progress=False)

    def scores(self, text: str) -> npt.NDArray[np.float32]:
        """BM25 of every passage for a question, shape (passages,); zero where no word is shared."""
        known = [term for term in _terms(text) if term in self._index.vocab_dict]
        if not known:
            return np.zeros(self._index.scores["num_docs"], dtype=np.float32)
        return np.asarray(self._index.get_scores(known), dtype=np.float32)

    def held(self, text: str) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """How rare each word of a question is, shape (words,), and whether each passage holds it, shape (words, passages).

        A passage that holds only a synonym of a word has :data:`SYNONYM` of it.
        """
        words = sorted(set(_terms(text)))
        held = np.zeros((len(words), self._index.scores["num_docs"]), dtype=np.float32)
        for row, word in zip(held, words, strict=True):
            for other in self.synonyms.get(word, ()):
                row[self._holding(other)] = SYNONYM
            row[self._holding(word)] = 1.0
        return self.rarity(words), held

    def rarity(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """How rare terms are among the passages: the log of one plus the passages for each that holds the term; half a passage where none does."""
        counts = np.array([max(len(self._holding(term)), 0.5) for term in terms], dtype=np.float32)
        return np.asarray(np.log1p(self._index.scores["num_docs"] / counts), dtype=np.float32)

    def _holding(self, term: str) -> npt.NDArray[np.int32]:
        """The positions of the passages that hold a term."""
        column = self._index.vocab_dict.get(term)
        starts = self._index.scores["indptr"]
        return np.asarray(self._index.scores["indices"][starts[column] : starts[column + 1]] if column is not None else [], dtype=np.int32)


def _stems_alike(groups: Iterable[Sequence[str]]) -> Mapping[str, frozenset[str]]:
    alike: dict[str, frozenset[str]] = {}
    for group in groups:
        stems = frozenset(stem for stems in terms_of(group) for stem in stems)
        for stem in stems:
            alike[stem] = (alike.get(stem, frozenset()) | stems) - {stem}
    return alike


def _terms(text: str) -> list[str]:
    return terms_of([text])[0]


def terms_of(texts: Sequence[str]) -> list[list[str]]:
    """The stems of the words of some texts that are searched for, in their order."""
    # a stemmer keeps state between words, so each call has its own
    every = bm25s.tokenize(list(texts), stopwords="en", stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False)
    return [[str(token) for token in tokens] for tokens in every]
