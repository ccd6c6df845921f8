"""Fits linear models to rows of terms: support vector machines for one of many labels, log odds for each label by itself.

Most time goes into passing over the same rows again, so they are made smaller first, in two ways that leave the model what it is. Terms that occur
in the same messages, equally often, become one column: under a squared penalty their weights are in proportion to their idf whatever is fitted.
And a message of several labels is one row, not several, wherever none of its labels is being told apart.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Key = TypeVar("Key")
Weights = npt.NDArray[np.float32]
Fit = tuple[Weights, Weights]
"""Weights of shape (features, labels) and a bias for each label."""

MANY = 5000
"""Messages from which it pays to start processes."""
AT_ONCE = 20
"""Labels that one machine tells apart, from the others and from the rest, where there are many messages."""
TO_THE_END = 1e-7
"""The largest part of the gradient of the mean loss at which a fit ends."""
_REST = ""
"""What a message counts as whose label is told apart by another machine."""


@dataclass(frozen=True)
class Folded:
    """Rows of unit length, terms that always occur together in one column. ``basis``, of shape (terms, columns), says which are in which."""

    rows: Any
    basis: Any

    @classmethod
    def of(cls, counts: Any, weighted: Any, idf: npt.NDArray[np.float32]) -> Folded:
        """Fold rows.

        Args:
            counts: how often each term occurs in each message (CSR, whole numbers).
            weighted: the same cells as tf-idf.
            idf: the inverse document frequency of each term.
        """
        from scipy.sparse import csr_matrix

        marks = np.random.default_rng(0).integers(2**63, size=counts.shape[0], dtype=np.uint64)
        cells = np.repeat(marks, np.diff(counts.indptr)) * counts.data.astype(np.uint64)
        sums = np.zeros(counts.shape[1], dtype=np.uint64)  # of two terms the same (modulo 2**64) only where their cells are
        np.add.at(sums, counts.indices, cells)
        used = np.unique(counts.indices)
        _, column = np.unique(sums[used], return_inverse=True)
        own = idf[used].astype(np.float64)
        parts = own / np.sqrt(np.bincount(column, own**2))[column]
        basis = csr_matrix((parts, (used, column)), shape=(counts.shape[1], int(column.max(initial=-1)) + 1))
        rows = (weighted @ basis).tocsr()
        rows.sort_indices()
        return cls(rows, basis)

    def unfolded(self, weights: Any) -> Weights:
        """Weights of the terms, from weights of the columns of shape (labels, columns)."""
        return np.asarray(self.basis @ weights.T, dtype=np.float32)


def one_of_many(folded: Mapping[str, Folded], owned: Sequence[Sequence[str]]) -> Callable[[], dict[str, Fit]]:
    """A job that fits a linear support vector machine for each label, to each kind of rows.

    Never run two side by side in one process: liblinear draws from one generator for the whole of it.

    Args:
        folded: the rows by kind.
        owned: the labels of each row; a message of several counts in equal parts for each.
    """
    order = sorted({label for own in owned for label in own})
    size = AT_ONCE if len(owned) >= MANY else len(order)
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    # the longest rows first, so that both processes end together
    jobs = [(kind, part) for kind in sorted(folded, key=lambda kind: -folded[kind].rows.nnz) for part in parts]

    def job() -> dict[str, Fit]:
        if len(owned) < MANY:
            fits = [_support_vectors(folded[kind].rows, owned, part) for kind, part in jobs]
        else:
            with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
                fits = list(pool.map(_support_vectors, *zip(*((folded[kind].rows, owned, part) for kind, part in jobs), strict=True)))
        found = {}
        for kind, rows in folded.items():
            own = [fit for (of, _), fit in zip(jobs, fits, strict=True) if of == kind]
            found[kind] = rows.unfolded(np.vstack([weights for weights, _ in own])), np.concatenate([bias for _, bias in own]).astype(np.float32)
        return found

    return job


def _support_vectors(rows: Any, owned: Sequence[Sequence[str]], wanted: Sequence[str]) -> tuple[Any, Any]:
    """A seeded machine for each wanted label: its weights, of shape (labels, columns), and biases."""
    from sklearn.svm import LinearSVC

    at, names, shares = [], [], []
    for row, own in enumerate(owned):
        inside = [label for label in own if label in wanted]
        counted = [(label, 1 / len(own)) for label in inside]
        if len(inside) < len(own):
            counted.append((_REST, 1 - len(inside) / len(own)))
        for label, share in counted:
            at.append(row)
            names.append(label)
            shares.append(share)
    machine = LinearSVC(C=0.5, random_state=0).fit(rows[at], names, shares)
    weights, bias, known = machine.coef_, machine.intercept_, list(machine.classes_)
    if len(known) == 2:  # a machine of two keeps a single row
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    kept = [known.index(label) for label in wanted]
    return weights[kept], bias[kept]


def log_odds(rows: Any, has: npt.NDArray[np.bool_], shares: npt.NDArray[np.float64]) -> Callable[[], Any]:
    """A job that fits whether a message has a label, to the end: log odds of rows of terms lie about 0.001 from where they would stay.

    At the library's default tolerance, those of single messages lie up to 1.7 off, and a few new messages move all.
    """
    from sklearn.linear_model import LogisticRegression  # not within the job: only what is loaded by then is held to one thread

    return partial(LogisticRegression(C=10.0, tol=TO_THE_END, max_iter=1000).fit, rows, has, sample_weight=shares)


def at_once(jobs: Mapping[Key, Callable[[], Any]]) -> dict[Key, Any]:
    """What each job gives; they run side by side, since fitting lets other threads run, each on one core: more than one slows them all."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(jobs, pool.map(lambda job: job(), jobs.values()), strict=True))
