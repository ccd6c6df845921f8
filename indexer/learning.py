"""Learns from messages: terms, heads over them, and how they are trained.

A head is three linear models over the same messages: one on sentence vectors, one on words and pairs of words, one on letter groups (which
survive misspelling and know no language). Rows are tf-idf with sublinear counts, of unit length (Salton and Buckley 1988); training is
seeded and takes seconds; serving needs numpy alone. The heads of a release share their terms, so that a message is cut up once.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from indexer.encoder import Vectors

Scores = npt.NDArray[np.float32]
Row = tuple[npt.NDArray[np.int64], Scores]
"""Term indices of a text and their weights, of unit length together."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def word_terms(text: str) -> list[str]:
    """Single words and pairs of neighbouring words; a Chinese or Japanese character counts as a word."""
    words = _WORD.findall(_UNSPACED.sub(r" \g<0> ", text.lower()))
    return words + [f"{a} {b}" for a, b in pairwise(words)]


def letter_terms(text: str) -> list[str]:
    """Groups of two to five letters inside words, word edges marked by a space."""
    terms = []
    for word in _WORD.findall(text.lower()):
        padded = f" {word} "
        for size in (2, 3, 4, 5):
            terms += [padded[i : i + size] for i in range(max(1, len(padded) - size + 1))]
    return terms


Key = TypeVar("Key")
Terms = Callable[[str], list[str]]
FEATURES: dict[str, Terms] = {"words": word_terms, "letters": letter_terms}
MANY = 5000
"""Examples from which it pays to start a process for each sparse model."""
LEARNED_FILES = ("learned.npz", "learned.json")
RAREST = {"words": 1, "letters": 2}
"""Fewest messages in which a term must occur to be kept."""


@dataclass(frozen=True)
class Space:
    """The terms of one kind that are known, and their inverse document frequency."""

    terms: Terms
    vocabulary: Mapping[str, int]
    idf: Scores

    def row(self, text: str) -> Row:
        """The terms of a text."""
        counts = Counter(i for t in self.terms(text) if (i := self.vocabulary.get(t)) is not None)
        index = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.idf[index]
        return index, (values / max(float(np.linalg.norm(values)), 1e-12)).astype(np.float32)

    @classmethod
    def of(cls, terms: Terms, texts: Iterable[str], rarest: int) -> Space:
        """The terms that occur in at least ``rarest`` of some texts."""
        seen: Counter[str] = Counter()
        count = 0
        for text in texts:
            seen.update(set(terms(text)))
            count += 1
        kept = sorted(term for term, times in seen.items() if times >= rarest)
        idf = np.array([np.log((1 + count) / (1 + seen[t])) + 1 for t in kept], dtype=np.float32)
        return cls(terms, {term: i for i, term in enumerate(kept)}, idf)


@dataclass(frozen=True)
class Features:
    """One message as the heads see it: its vector as asked, shape (dimensions,), and its row of each kind of term."""

    vector: Vectors
    rows: Mapping[str, Row]


@dataclass(frozen=True)
class Linear:
    """A linear model: ``weights`` has shape (features, labels), ``bias`` (labels,)."""

    weights: Scores
    bias: Scores


@dataclass(frozen=True)
class Head:
    """What is told of a message: a score for each of ``labels``, from each kind of feature (``dense``, ``words``, ``letters``)."""

    labels: tuple[str, ...]
    models: Mapping[str, Linear]

    def margins(self, features: Features) -> dict[str, Scores]:
        """Scores by kind of feature, each of shape (labels,)."""
        found = {}
        for kind, model in self.models.items():
            if kind == "dense":
                found[kind] = np.asarray(features.vector @ model.weights + model.bias, dtype=np.float32)
            else:
                index, values = features.rows[kind]
                found[kind] = np.asarray(values @ model.weights[index] + model.bias, dtype=np.float32)
        return found


@dataclass(frozen=True)
class Learned:
    """All heads of a release by name, and the terms that they share."""

    spaces: Mapping[str, Space]
    heads: Mapping[str, Head]

    def features(self, text: str, vector: Vectors) -> Features:
        """A message as the heads see it.

        Args:
            text: the message after :meth:`Wording.repair`.
            vector: its embedding as asked, shape (dimensions,).
        """
        return Features(vector, {name: space.row(text) for name, space in self.spaces.items()})

    def save(self, folder: Path) -> None:
        """Write ``learned.npz`` and ``learned.json`` (no pickle)."""
        arrays = {f"{name}.idf": space.idf for name, space in self.spaces.items()}
        for name, head in self.heads.items():
            for kind, model in head.models.items():
                arrays |= {f"{name}.{kind}.weights": model.weights.astype(np.float16), f"{name}.{kind}.bias": model.bias}
        np.savez(folder / "learned.npz", **arrays)  # type: ignore[arg-type]
        facts = {
            "spaces": {name: list(space.vocabulary) for name, space in self.spaces.items()},
            "heads": {name: {"labels": head.labels, "kinds": list(head.models)} for name, head in self.heads.items()},
        }
        (folder / "learned.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Learned:
        """Read what :meth:`save` wrote."""
        facts = json.loads((folder / "learned.json").read_text(encoding="utf-8"))
        with np.load(folder / "learned.npz", allow_pickle=False) as arrays:
            spaces = {
                name: Space(FEATURES[name], {t: i for i, t in enumerate(terms)}, arrays[f"{name}.idf"]) for name, terms in facts["spaces"].items()
            }
            heads = {
                name: Head(
                    tuple(head["labels"]),
                    {kind: Linear(arrays[f"{name}.{kind}.weights"].astype(np.float32), arrays[f"{name}.{kind}.bias"]) for kind in head["kinds"]},
                )
                for name, head in facts["heads"].items()
            }
        return cls(spaces, heads)


@dataclass(frozen=True)
class Example:
    """A message to learn from: its text after :meth:`Wording.repair`, and whether its vector says anything (the model reads English)."""

    text: str
    dense: bool = True


def log_softmax(scores: npt.NDArray[np.floating[Any]]) -> Scores:
    """Scores as log probabilities."""
    shifted = scores - scores.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), dtype=np.float32)


class Trainer:
    """Trains heads over the same messages' terms.

    Args:
        examples: every message that any head learns from.
        vectors: their embeddings as asked, shape (examples, dimensions).
    """

    def __init__(self, examples: Sequence[Example], vectors: Vectors) -> None:
        from scipy.sparse import csr_matrix

        self._examples, self._vectors = examples, vectors
        texts = [example.text for example in examples]
        self.spaces = {name: Space.of(terms, texts, RAREST[name]) for name, terms in FEATURES.items()}
        self._matrices = {}
        for name, space in self.spaces.items():
            rows = [space.row(text) for text in texts]
            starts = np.cumsum([0, *(len(index) for index, _ in rows)])
            data = np.concatenate([values for _, values in rows]), np.concatenate([index for index, _ in rows]), starts
            self._matrices[name] = csr_matrix(data, shape=(len(texts), len(space.vocabulary)))

    def one_of(self, labels: Mapping[int, Sequence[str]]) -> Head:
        """A head that says which one of many labels a message has; a message of several counts in equal parts for each.

        Args:
            labels: the labels of each example to learn from, by its position; at least two different ones in all.
        """
        from sklearn.linear_model import LogisticRegression

        pairs = [(i, label, 1 / len(own)) for i, own in labels.items() for label in own]
        rows = [i for i, _, _ in pairs]
        at, names, shares_ = np.array(rows), np.array([label for _, label, _ in pairs]), np.array([share for _, _, share in pairs])
        dense = np.array([self._examples[i].dense for i in rows])
        english = at[dense]

        def sparse() -> dict[str, Any]:  # never side by side in one process: liblinear draws from one generator for the whole of it
            if len(at) < MANY:
                return {kind: _support_vectors(matrix[at], names, shares_) for kind, matrix in self._matrices.items()}
            with ProcessPoolExecutor(len(self._matrices), multiprocessing.get_context("spawn")) as pool:
                fits = {kind: pool.submit(_support_vectors, matrix[at], names, shares_) for kind, matrix in self._matrices.items()}
                return {kind: fit.result() for kind, fit in fits.items()}

        def by_vectors() -> dict[str, Any]:
            return {"dense": LogisticRegression(C=20.0, max_iter=300).fit(self._vectors[english], names[dense], shares_[dense])}

        fitted = _at_once({"sparse": sparse, "dense": by_vectors})
        models = fitted["sparse"] | fitted["dense"]
        order = [str(name) for name in models["words"].classes_]
        return Head(tuple(order), {name: _linear(machine, order) for name, machine in models.items()})

    def each_of(self, labels: Mapping[int, Sequence[str]], weight: float = 2.0) -> Head:
        """A head that says for each label by itself whether a message has it; scores are log odds.

        Fitted to the end (``tol``): at the library's default, log odds of single messages lie up to 1.7 off, and a few new messages move all.

        Args:
            labels: the labels of each example to learn from, by its position, often none; no label may be on all of them.
            weight: how much a message that has the label counts, against one that has not.
        """
        from sklearn.linear_model import LogisticRegression

        names = sorted({label for own in labels.values() for label in own})
        at = np.array(list(labels))
        dense = np.array([self._examples[i].dense for i in at])
        inputs = {"dense": (self._vectors[at[dense]], dense)}
        inputs |= {kind: (matrix[at], np.ones(len(at), dtype=bool)) for kind, matrix in self._matrices.items()}
        jobs: dict[tuple[str, str], Callable[[], Any]] = {}
        for name in names:
            has = np.array([name in own for own in labels.values()])
            shares = np.where(has, weight, 1.0)
            for kind, (rows, used) in inputs.items():
                jobs[kind, name] = partial(LogisticRegression(C=10.0, tol=1e-6, max_iter=1000).fit, rows, has[used], sample_weight=shares[used])
        machines = _at_once(jobs)
        return Head(
            tuple(names),
            {
                kind: Linear(
                    np.hstack([machines[kind, name].coef_.T for name in names]).astype(np.float32),
                    np.concatenate([machines[kind, name].intercept_ for name in names]).astype(np.float32),
                )
                for kind in inputs
            },
        )


def _support_vectors(rows: Any, names: Any, shares: Any) -> Any:
    """A linear support vector machine for each label, seeded."""
    from sklearn.svm import LinearSVC

    return LinearSVC(C=0.5, random_state=0).fit(rows, names, shares)


def _at_once(jobs: Mapping[Key, Callable[[], Any]]) -> dict[Key, Any]:
    """What each job gives; they run side by side, since fitting lets other threads run, each on one core: more than one slows them all."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(jobs, pool.map(lambda job: job(), jobs.values()), strict=True))


def _linear(machine: Any, order: Sequence[str]) -> Linear:
    """A fitted model with its labels in ``order``; a fitted model of two labels keeps a single row, and one may know fewer than all."""
    coef, bias, known = machine.coef_, machine.intercept_, [str(name) for name in machine.classes_]
    if len(known) == 2:
        coef, bias = np.vstack([-coef, coef]), np.concatenate([-bias, bias])
    weights = np.zeros((coef.shape[1], len(order)), dtype=np.float32)
    biases = np.full(len(order), float(bias.min()) - 5.0, dtype=np.float32)
    for row, name in enumerate(known):
        weights[:, order.index(name)], biases[order.index(name)] = coef[row], bias[row]
    return Linear(weights, biases)
