"""Learning where to start: terms, training on a few messages, and what is kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.ranker import Ranker, letter_terms, log_softmax, train, word_terms

TEXTS = [
    "borrow toys", "toys for my baby", "lend me a toy", "learn to swim", "swimming pool", "swim lessons today", "bus pass please",
    "free bus to school", "ride the bus",
]
IDS = ["toys"] * 3 + ["swim"] * 3 + ["bus"] * 3
NOISE = np.random.default_rng(7)
VECTORS = (np.repeat(np.eye(3, 8), 3, axis=0) + NOISE.normal(0, 0.05, (9, 8))).astype(np.float32)


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return train(TEXTS, IDS, VECTORS)


def test_word_terms_are_words_and_pairs() -> None:
    assert word_terms("He can't WAIT, no") == ["he", "can't", "wait", "no", "he can't", "can't wait", "wait no"]
    assert word_terms("?!") == []


def test_letter_terms_stay_inside_words() -> None:
    assert letter_terms("ab c") == [" a", "ab", "b ", " ab", "ab ", " ab ", " ab ", " c", "c ", " c ", " c ", " c "]


def test_log_softmax_gives_probabilities_also_for_large_scores() -> None:
    found = log_softmax(np.array([1000.0, 1000.0, -1000.0], dtype=np.float32))
    assert np.allclose(np.exp(found), [0.5, 0.5, 0.0])


@pytest.mark.parametrize(
    ("text", "row", "expected"), [("any toys", 0, "toys"), ("can he swim", 3, "swim"), ("bus", 6, "bus"), ("swiming lesons", 4, "swim")]
)
def test_each_message_finds_its_entry(ranker: Ranker, text: str, row: int, expected: str) -> None:
    scores = ranker.log_probabilities(text, VECTORS[row])
    assert ranker.ids[int(scores.argmax())] == expected
    assert np.exp(scores).sum() == pytest.approx(1, abs=1e-4)


def test_letters_help_where_the_words_are_misspelt(ranker: Ranker) -> None:
    scores = ranker.sparse["letters"].scores("swimmin")
    assert ranker.ids[int(scores.argmax())] == "swim"
    assert ranker.sparse["words"].row("swimmin")[0].size == 0


def test_words_never_seen_do_not_fail(ranker: Ranker) -> None:
    assert np.isfinite(ranker.log_probabilities("你好", np.zeros(8, dtype=np.float32))).all()
    assert np.isfinite(ranker.log_probabilities("", np.zeros(8, dtype=np.float32))).all()


def test_what_is_saved_scores_the_same(ranker: Ranker, tmp_path: Path) -> None:
    ranker.save(tmp_path)
    again = Ranker.load(tmp_path)
    assert again.ids == ranker.ids == ("bus", "swim", "toys")
    for text, vector in zip(TEXTS, VECTORS, strict=True):
        assert np.allclose(again.log_probabilities(text, vector), ranker.log_probabilities(text, vector), atol=0.02)


def test_training_twice_gives_the_same_files(tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        train(TEXTS, IDS, VECTORS).save(tmp_path / name)
        written.append([path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert written[0] == written[1]


def test_two_entries_are_enough(tmp_path: Path) -> None:
    two = train(TEXTS[:6], IDS[:6], VECTORS[:6])
    two.save(tmp_path)
    again = Ranker.load(tmp_path)
    scores = again.log_probabilities("borrow toys", VECTORS[0])
    assert scores.shape == again.dense_bias.shape == (2,)
    assert two.ids[int(scores.argmax())] == "toys"
    unsaid = [two.ids[int(again.log_probabilities("", VECTORS[row]).argmax())] for row in (0, 3)]
    assert unsaid == ["toys", "swim"]


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_a_pickle_among_the_arrays_is_not_read(ranker: Ranker, tmp_path: Path) -> None:
    ranker.save(tmp_path)
    with np.load(tmp_path / "ranker.npz") as arrays:
        kept = dict(arrays)
    np.savez(tmp_path / "ranker.npz", **{**kept, "dense_bias": np.array([Trap(tmp_path / "sprung")], dtype=object)})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        Ranker.load(tmp_path)
    assert not (tmp_path / "sprung").exists()
