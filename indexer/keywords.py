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


def _terms(text: str) -> list[str]:
    # a stemmer keeps state between words, so each call has its own
    tokens = bm25s.tokenize([text], stopwords="en", stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False)
    return [str(token) for token in tokens[0]]
