"""Learns where to start: which entry a message belongs to, from the ways people ask (``content/asked_as``).

Three linear models over the same messages, their log probabilities added: logistic regression on sentence vectors, and linear support
vector machines on word pairs and on letter groups (which survive misspelling). Weighted tf-idf with sublinear counts; L2-normalised rows
(Salton and Buckley 1988). Training is seeded and takes seconds; serving needs numpy alone.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.encoder import Vectors

Scores = npt.NDArray[np.float32]

WORD_SCALE = 4.0
LETTER_SCALE = 4.0
"""Factors that bring the margins of the two machines to the scale of log odds; set on held-out phrasings."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def word_terms(text: str) -> list[str]:
    """Single words and pairs of neighbouring words."""
    words = _WORD.findall(text.lower())
    return words + [f"{a} {b}" for a, b in pairwise(words)]


def letter_terms(text: str) -> list[str]:
    """Groups of two to five letters inside words, word edges marked by a space."""
    terms = []
    for word in _WORD.findall(text.lower()):
        padded = f" {word} "
        for size in (2, 3, 4, 5):
            terms += [padded[i : i + size] for i in range(max(1, len(padded) - size + 1))]
    return terms


Terms = Callable[[str], list[str]]
FEATURES: dict[str, Terms] = {"words": word_terms, "letters": letter_terms}
_RAREST = {"words": 1, "letters": 2}
"""Fewest messages in which a term must occur to be kept."""


class SparseModel:
    """A linear model over tf-idf terms: ``weights`` has shape (terms, entries), ``bias`` (entries,)."""

    def __init__(self, terms: Terms, vocabulary: dict[str, int], idf: Scores, weights: Scores, bias: Scores) -> None:
        self.terms, self.vocabulary, self.idf, self.weights, self.bias = terms, vocabulary, idf, weights, bias

    def row(self, text: str) -> tuple[npt.NDArray[np.int64], Scores]:
        """Term indices of a text and their normalised weights."""
        counts = Counter(i for t in self.terms(text) if (i := self.vocabulary.get(t)) is not None)
        index = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.idf[index]
        return index, (values / max(float(np.linalg.norm(values)), 1e-12)).astype(np.float32)

    def scores(self, text: str) -> Scores:
        """Margins, one for each entry."""
        index, values = self.row(text)
        return np.asarray(values @ self.weights[index] + self.bias, dtype=np.float32)


@dataclass(frozen=True)
class Ranker:
    """The learned ranking. ``ids`` names the entries in the order of every score vector."""

    ids: tuple[str, ...]
    dense_weights: Scores
    dense_bias: Scores
    sparse: dict[str, SparseModel]

    def log_probabilities(self, text: str, vector: Vectors) -> Scores:
        """Log probability of each entry being the place to start; shape (entries,).

        Args:
            text: the message after :meth:`Wording.repair`.
            vector: its embedding, shape (dimensions,).
        """
        total = log_softmax(np.asarray(vector @ self.dense_weights + self.dense_bias, dtype=np.float32))
        total += log_softmax(self.sparse["words"].scores(text) * WORD_SCALE)
        total += log_softmax(self.sparse["letters"].scores(text) * LETTER_SCALE)
        return log_softmax(total / 2)

    def save(self, folder: Path) -> None:
        """Write ``ranker.npz`` and ``ranker.json`` (no pickle)."""
        arrays = {"dense_weights": self.dense_weights, "dense_bias": self.dense_bias}
        for name, model in self.sparse.items():
            arrays |= {f"{name}_idf": model.idf, f"{name}_weights": model.weights.astype(np.float16), f"{name}_bias": model.bias}
        np.savez(folder / "ranker.npz", **arrays)  # type: ignore[arg-type]
        facts = {"ids": self.ids, "vocabularies": {name: list(model.vocabulary) for name, model in self.sparse.items()}}
        (folder / "ranker.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """Read what :meth:`save` wrote."""
        facts = json.loads((folder / "ranker.json").read_text(encoding="utf-8"))
        with np.load(folder / "ranker.npz", allow_pickle=False) as arrays:
            sparse = {
                name: SparseModel(
                    FEATURES[name],
                    {t: i for i, t in enumerate(facts["vocabularies"][name])},
                    arrays[f"{name}_idf"],
                    arrays[f"{name}_weights"].astype(np.float32),
                    arrays[f"{name}_bias"],
                )
                for name in FEATURES
            }
            return cls(tuple(facts["ids"]), arrays["dense_weights"], arrays["dense_bias"], sparse)


def log_softmax(scores: npt.NDArray[np.floating[Any]]) -> Scores:
    """Scores as log probabilities."""
    shifted = scores - scores.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), dtype=np.float32)


def train(texts: Sequence[str], ids: Sequence[str], vectors: Vectors) -> Ranker:
    """Learn a ranker.

    Args:
        texts: messages after :meth:`Wording.repair`.
        ids: the entry each belongs to; at least two different ones.
        vectors: their embeddings, shape (texts, dimensions).
    """
    from sklearn.linear_model import LogisticRegression

    dense = LogisticRegression(C=20.0, max_iter=300).fit(vectors, ids)
    names = tuple(str(name) for name in dense.classes_)
    sparse = {name: _train_sparse(terms, _RAREST[name], texts, ids) for name, terms in FEATURES.items()}
    return Ranker(names, *_by_entry(dense), sparse)


def _train_sparse(terms: Terms, rarest: int, texts: Sequence[str], ids: Sequence[str]) -> SparseModel:
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    vocabulary, idf = _vocabulary((terms(t) for t in texts), rarest)
    blank = np.zeros((0, 0), dtype=np.float32)
    model = SparseModel(terms, vocabulary, idf, blank, blank)
    rows = [model.row(t) for t in texts]
    starts = np.cumsum([0, *(len(index) for index, _ in rows)])
    matrix = csr_matrix((np.concatenate([v for _, v in rows]), np.concatenate([i for i, _ in rows]), starts), shape=(len(texts), len(vocabulary)))
    machine = LinearSVC(C=0.5, random_state=0).fit(matrix, ids)
    return SparseModel(terms, vocabulary, idf, *_by_entry(machine))


def _by_entry(machine: Any) -> tuple[Scores, Scores]:
    """Weights (features, entries) and bias (entries,) of a fitted linear model, which keeps a single row where there are two entries."""
    coef, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        coef, bias = np.vstack([-coef, coef]), np.concatenate([-bias, bias])
    return coef.T.astype(np.float32), bias.astype(np.float32)


def _vocabulary(documents: Iterable[list[str]], rarest: int) -> tuple[dict[str, int], Scores]:
    seen: Counter[str] = Counter()
    count = 0
    for terms in documents:
        seen.update(set(terms))
        count += 1
    kept = sorted(term for term, times in seen.items() if times >= rarest)
    idf = np.array([np.log((1 + count) / (1 + seen[t])) + 1 for t in kept], dtype=np.float32)
    return {term: i for i, term in enumerate(kept)}, idf
