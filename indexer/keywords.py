"""Keyword search over passages: BM25 (Robertson and Zaragoza 2009) by bm25s, English stems, saved without pickle."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it reports each step of its own work on standard error


class Keywords:
    """A BM25 index. Safe to share between threads once built."""

    def __init__(self, index: bm25s.BM25) -> None:
        self._index = index

    @classmethod
    def build(cls, texts: Sequence[str]) -> Keywords:
        """Index texts; position in ``texts`` is the position in :meth:`scores`."""
        index = bm25s.BM25()
        index.index([_terms(text) or ["-"] for text in texts], show_progress=False)
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> Keywords:
        """Read what :meth:`save` wrote."""
        return cls(bm25s.BM25.load(str(folder), allow_pickle=False, show_progress=False))

    def save(self, folder: Path) -> None:
        """Write the index as arrays and JSON into a folder."""
        self._index.save(str(folder), show_progress=False)

    def scores(self, text: str) -> npt.NDArray[np.float32]:
        """BM25 of every passage for a question, shape (passages,); zero where no word is shared."""
        known = [term for term in _terms(text) if term in self._index.vocab_dict]
        if not known:
            return np.zeros(self._index.scores["num_docs"], dtype=np.float32)
        return np.asarray(self._index.get_scores(known), dtype=np.float32)

    def shares(self, text: str) -> npt.NDArray[np.float32]:
        """The share of a question's words that each passage holds, each word weighted by how rare it is, shape (passages,)."""
        held = np.zeros(self._index.scores["num_docs"], dtype=np.float32)
        words = sorted(set(_terms(text)))
        weights = self.rarity(words)
        for word, weight in zip(words, weights.tolist(), strict=True):
            held[self._holding(word)] += weight
        return np.asarray(held / max(float(weights.sum()), 1e-9), dtype=np.float32)

    def rarity(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """How rare terms are among the passages: the log of one plus the passages for each that holds the term; half a passage where none does."""
        counts = np.array([max(len(self._holding(term)), 0.5) for term in terms], dtype=np.float32)
        return np.asarray(np.log1p(self._index.scores["num_docs"] / counts), dtype=np.float32)

    def _holding(self, term: str) -> npt.NDArray[np.int32]:
        """The positions of the passages that hold a term."""
        column = self._index.vocab_dict.get(term)
        starts = self._index.scores["indptr"]
        return np.asarray(self._index.scores["indices"][starts[column] : starts[column + 1]] if column is not None else [], dtype=np.int32)


def _terms(text: str) -> list[str]:
    return terms_of([text])[0]


def terms_of(texts: Sequence[str]) -> list[list[str]]:
    """The stems of the words of some texts that are searched for, in their order."""
    # a stemmer keeps state between words, so each call has its own
    every = bm25s.tokenize(list(texts), stopwords="en", stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False)
    return [[str(token) for token in tokens] for tokens in every]
