"""Fits over rows made smaller give what fits over the rows as they are give."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from indexer import fitting
from indexer.fitting import Folded, at_once, log_odds, one_of_many
from indexer.learning import Space, word_terms

TEXTS = ["a b c d", "a b c c", "a b e f e f", "e f a", "g g h", "h g a g", "c i j", "j i e f", "k a", "", "b a k k"]
OWNED = [["x"], ["x", "y"], ["y"], ["y"], ["z"], ["z", "x", "y"], ["w"], ["w", "y"], ["x"], ["z"], ["w", "x"]]


def space() -> tuple[Space, csr_matrix]:
    return Space.counted(str.split, TEXTS, 1)


def folded() -> tuple[csr_matrix, Folded]:
    known, counts = space()
    return known.weighted(counts), Folded.of(counts, known.weighted(counts), known.idf)


def test_counted_texts_have_the_rows_of_each_text() -> None:
    known, counts = Space.counted(word_terms, TEXTS, 2)
    rows = known.weighted(counts).toarray()
    assert list(known.vocabulary) == sorted(known.vocabulary)
    for text, row in zip(TEXTS, rows, strict=True):
        index, values = known.row(text)
        assert np.allclose(row[index], values, atol=1e-6)
        assert np.count_nonzero(row) == len(index)


def test_terms_that_always_occur_together_are_one_column() -> None:
    rows, found = folded()
    known, _ = space()
    column = {term: int(found.basis[at].indices[0]) for term, at in known.vocabulary.items()}
    assert column["e"] == column["f"]
    assert column["i"] == column["j"]
    assert column["g"] != column["h"], "not as often"
    assert column["a"] != column["b"]
    assert found.rows.shape[1] == len(set(column.values())) < rows.shape[1]


def test_folding_loses_nothing() -> None:
    rows, found = folded()
    assert np.allclose((found.rows @ found.basis.T).toarray(), rows.toarray(), atol=1e-6)
    assert np.allclose((found.basis.T @ found.basis).toarray(), np.eye(found.rows.shape[1]))


def test_terms_that_do_not_occur_have_no_column_and_no_weight() -> None:
    known, counts = space()
    some = counts[[0, 1]]
    found = Folded.of(some, known.weighted(some), known.idf)
    weights = found.unfolded(np.ones((1, found.rows.shape[1])))
    assert {term for term, at in known.vocabulary.items() if weights[at, 0]} == {"a", "b", "c", "d"}


def test_log_odds_are_those_of_the_rows_as_they_are() -> None:
    rows, found = folded()
    has = np.array(["y" in own for own in OWNED])
    shares = np.where(has, 2.0, 1.0)
    plain = LogisticRegression(C=10.0, tol=1e-10, max_iter=5000).fit(rows.astype(np.float64), has, sample_weight=shares)
    fit = log_odds(found.rows, has, shares)()
    assert np.allclose(found.unfolded(fit.coef_), plain.coef_.T, atol=1e-3)
    assert np.allclose(fit.intercept_, plain.intercept_, atol=1e-3)


def test_a_fit_goes_on_to_the_end() -> None:
    _, found = folded()
    has = np.array(["y" in own for own in OWNED])
    shares = np.where(has, 2.0, 1.0)
    fit = log_odds(found.rows, has, shares)()
    off = shares * (1 / (1 + np.exp(-fit.decision_function(found.rows))) - has)
    gradient = (found.rows.T @ off + fit.coef_[0] / 10) / shares.sum()
    assert np.abs(gradient).max() <= fitting.TO_THE_END
    assert abs(off.sum()) / shares.sum() <= fitting.TO_THE_END


@pytest.fixture(scope="module")
def plain() -> LinearSVC:
    """A machine for all labels at once, over a row for each label of each message."""
    rows, _ = folded()
    pairs = [(row, label, 1 / len(own)) for row, own in enumerate(OWNED) for label in own]
    machine = LinearSVC(C=0.5, random_state=0, tol=1e-8, max_iter=100_000)
    return machine.fit(rows.astype(np.float64)[[row for row, _, _ in pairs]], [label for _, label, _ in pairs], [share for _, _, share in pairs])


@pytest.mark.parametrize("wanted", [["w"], ["z"], ["x", "y"], ["w", "x", "z"], ["w", "x", "y", "z"]])
def test_labels_told_apart_in_parts_are_told_apart_as_all_at_once(wanted: list[str], plain: LinearSVC) -> None:
    _, found = folded()
    weights, bias = fitting._support_vectors(found.rows, OWNED, wanted)
    kept = [list(plain.classes_).index(label) for label in wanted]
    assert np.allclose(found.unfolded(weights), plain.coef_[kept].T, atol=1e-3)
    assert np.allclose(bias, plain.intercept_[kept], atol=1e-3)


def test_processes_give_the_parts_in_their_order(plain: LinearSVC, monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = folded()
    monkeypatch.setattr(fitting, "MANY", 1)
    monkeypatch.setattr(fitting, "AT_ONCE", 3)
    weights, bias = at_once({"": one_of_many({"words": found}, OWNED)})[""]["words"]
    assert np.allclose(weights, plain.coef_.T, atol=1e-3)
    assert np.allclose(bias, plain.intercept_, atol=1e-3)
