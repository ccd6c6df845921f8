"""Learns from messages: terms, heads over them, and how they are trained.

A head is three linear models over the same messages: one on sentence vectors, one on words and pairs of words, one on letter groups (which
survive misspelling and know no language). Rows are tf-idf with sublinear counts, of unit length (Salton and Buckley 1988); training is
seeded and takes seconds; serving needs numpy alone. The heads of a release share their terms, so that a message is cut up once.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.encoder import Vectors
from indexer.fitting import Folded, at_once, log_odds, one_of_many

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


Terms = Callable[[str], list[str]]
FEATURES: dict[str, Terms] = {"words": word_terms, "letters": letter_terms}
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
    def counted(cls, terms: Terms, texts: Sequence[str], rarest: int) -> tuple[Space, Any]:
        """The terms that occur in at least ``rarest`` of some texts, and how often each does in each (CSR)."""
        from scipy.sparse import csr_matrix

        known: dict[str, int] = {}
        columns, numbers, lengths = [], [], []
        for text in texts:
            counts = Counter(terms(text))
            columns.append(np.fromiter((known.setdefault(term, len(known)) for term in counts), dtype=np.int32, count=len(counts)))
            numbers.append(np.fromiter(counts.values(), dtype=np.int32, count=len(counts)))
            lengths.append(len(counts))
        cells = np.concatenate(numbers), np.concatenate(columns), np.cumsum([0, *lengths])
        whole = csr_matrix(cells, shape=(len(texts), len(known)))
        seen = np.bincount(whole.indices, minlength=len(known))
        kept = sorted(term for term, column in known.items() if seen[column] >= rarest)
        order = [known[term] for term in kept]
        idf = (np.log((1 + len(texts)) / (1 + seen[order])) + 1).astype(np.float32)
        return cls(terms, {term: i for i, term in enumerate(kept)}, idf), whole[:, order].tocsr()

    def weighted(self, counts: Any) -> Any:
        """The rows of counted texts, as :meth:`row` makes them of each."""
        rows = counts.astype(np.float32)
        rows.data = (1 + np.log(rows.data)) * self.idf[rows.indices]
        text = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        rows.data /= np.sqrt(np.bincount(text, rows.data**2, rows.shape[0]))[text].astype(np.float32)
        return rows


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
        self._examples, self._vectors = examples, vectors
        self.spaces: dict[str, Space] = {}
        self._counts: dict[str, Any] = {}
        for name, terms in FEATURES.items():
            self.spaces[name], self._counts[name] = Space.counted(terms, [example.text for example in examples], RAREST[name])

    def _folded(self, at: npt.NDArray[np.int64]) -> dict[str, Folded]:
        """The rows of some examples, by kind of term."""
        chosen = {name: counts[at] for name, counts in self._counts.items()}
        return {name: Folded.of(counts, self.spaces[name].weighted(counts), self.spaces[name].idf) for name, counts in chosen.items()}

    def one_of(self, labels: Mapping[int, Sequence[str]]) -> Head:
        """A head that says which one of many labels a message has; a message of several counts in equal parts for each.

        Args:
            labels: the labels of each example to learn from, by its position; at least two different ones in all.
        """
        from sklearn.linear_model import LogisticRegression

        order = sorted({label for own in labels.values() for label in own})
        pairs = [(i, label, 1 / len(own)) for i, own in labels.items() for label in own if self._examples[i].dense]
        english, names, shares = np.array([i for i, _, _ in pairs]), [name for _, name, _ in pairs], [share for _, _, share in pairs]
        sparse = one_of_many(self._folded(np.array(list(labels))), list(labels.values()))
        fitted = at_once({"sparse": sparse, "dense": lambda: LogisticRegression(C=20.0, max_iter=300).fit(self._vectors[english], names, shares)})
        models = {kind: Linear(*fit) for kind, fit in fitted["sparse"].items()}
        return Head(tuple(order), models | {"dense": _linear(fitted["dense"], order)})

    def each_of(self, labels: Mapping[int, Sequence[str]], weight: float = 2.0) -> Head:
        """A head that says for each label by itself whether a message has it; scores are log odds.

        Args:
            labels: the labels of each example to learn from, by its position, often none; no label may be on all of them.
            weight: how much a message that has the label counts, against one that has not.
        """
        names = sorted({label for own in labels.values() for label in own})
        at = np.array(list(labels))
        dense = np.array([self._examples[i].dense for i in at])
        folded = self._folded(at)
        inputs = {"dense": (self._vectors[at[dense]].astype(np.float64), dense)}  # single precision cannot tell where the end is
        inputs |= {kind: (found.rows, np.ones(len(at), dtype=bool)) for kind, found in folded.items()}
        jobs: dict[tuple[str, str], Callable[[], Any]] = {}
        for name in names:
            has = np.array([name in own for own in labels.values()])
            shares = np.where(has, weight, 1.0)
            for kind, (rows, used) in inputs.items():
                jobs[kind, name] = log_odds(rows, has[used], shares[used])
        machines = at_once(jobs)
        models = {}
        for kind in inputs:
            weights = np.vstack([machines[kind, name].coef_ for name in names])
            bias = np.concatenate([machines[kind, name].intercept_ for name in names]).astype(np.float32)
            models[kind] = Linear(folded[kind].unfolded(weights) if kind in folded else weights.T.astype(np.float32), bias)
        return Head(tuple(names), models)


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
