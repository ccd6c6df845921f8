"""Learning from messages: terms, heads trained on a few messages, and what is kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.learning import Example, Learned, Trainer, letter_terms, log_softmax, word_terms

TEXTS = [
    "borrow toys",
    "toys for my baby",
    "lend me a toy",
    "learn to swim",
    "swimming pool",
    "swim lessons today",
    "bus pass please",
    "free bus to school",
    "ride the bus",
]
IDS = ["toys"] * 3 + ["swim"] * 3 + ["bus"] * 3
NOISE = np.random.default_rng(7)
VECTORS = (np.repeat(np.eye(3, 8), 3, axis=0) + NOISE.normal(0, 0.05, (9, 8))).astype(np.float32)
WET = {n: ["wet"] if id == "swim" else [] for n, id in enumerate(IDS)}


def learn(texts: list[str] = TEXTS, ids: list[str] = IDS, dense: bool = True) -> Learned:
    trainer = Trainer([Example(text, dense or n % 3 > 0) for n, text in enumerate(texts)], VECTORS[: len(texts)])
    return Learned(
        trainer.spaces,
        {"places": trainer.one_of({n: [id] for n, id in enumerate(ids)}), "wet": trainer.each_of({n: WET[n] for n in range(len(texts))})},
    )


@pytest.fixture(scope="module")
def learned() -> Learned:
    return learn()


def best(learned: Learned, text: str, vector: np.ndarray, kinds: tuple[str, ...] = ("dense", "words", "letters")) -> str:
    head = learned.heads["places"]
    margins = head.margins(learned.features(text, vector))
    return head.labels[int(sum(margins[kind] for kind in kinds).argmax())]


def test_word_terms_are_words_and_pairs() -> None:
    assert word_terms("He can't WAIT, no") == ["he", "can't", "wait", "no", "he can't", "can't wait", "wait no"]
    assert word_terms("?!") == []


def test_a_chinese_character_is_a_word() -> None:
    assert word_terms("他不说话") == ["他", "不", "说", "话", "他 不", "不 说", "说 话"]


def test_letter_terms_stay_inside_words() -> None:
    assert letter_terms("ab c") == [" a", "ab", "b ", " ab", "ab ", " ab ", " ab ", " c", "c ", " c ", " c ", " c "]


def test_log_softmax_gives_probabilities_also_for_large_scores() -> None:
    found = log_softmax(np.array([1000.0, 1000.0, -1000.0], dtype=np.float32))
    assert np.allclose(np.exp(found), [0.5, 0.5, 0.0])


@pytest.mark.parametrize(
    ("text", "row", "expected"), [("any toys", 0, "toys"), ("can he swim", 3, "swim"), ("bus", 6, "bus"), ("swiming lesons", 4, "swim")]
)
def test_each_message_finds_its_label(learned: Learned, text: str, row: int, expected: str) -> None:
    assert best(learned, text, VECTORS[row]) == expected


def test_letters_help_where_the_words_are_misspelt(learned: Learned) -> None:
    assert best(learned, "swimmin", np.zeros(8, dtype=np.float32), ("letters",)) == "swim"
    assert learned.spaces["words"].row("swimmin")[0].size == 0


def test_a_message_of_two_labels_lies_between_them() -> None:
    trainer = Trainer([Example(text) for text in [*TEXTS, "toys in the pool"]], np.vstack([VECTORS, VECTORS[[0]] + VECTORS[[3]]]))
    labels = {n: [id] for n, id in enumerate(IDS)} | {9: ["toys", "swim"]}
    head = trainer.one_of(labels)
    margins = head.margins(Learned(trainer.spaces, {}).features("toys in the pool", VECTORS[0] + VECTORS[3]))
    toys, swim, bus = (float(margins["dense"][head.labels.index(id)]) for id in ("toys", "swim", "bus"))
    assert min(toys, swim) > bus
    assert abs(toys - swim) < abs(toys - bus)


def test_a_label_by_itself_is_told_in_log_odds(learned: Learned) -> None:
    for n, text in enumerate(TEXTS):
        margins = learned.heads["wet"].margins(learned.features(text, VECTORS[n]))
        assert {kind: bool(score[0] > 0) for kind, score in margins.items()} == dict.fromkeys(("dense", "words", "letters"), bool(WET[n]))


def test_a_message_whose_vector_says_nothing_is_learned_from_by_its_letters() -> None:
    assert best(learn(dense=False), "toys", np.zeros(8, dtype=np.float32), ("words", "letters")) == "toys"


def test_words_never_seen_do_not_fail(learned: Learned) -> None:
    for text in ("你好", ""):
        margins = learned.heads["places"].margins(learned.features(text, np.zeros(8, dtype=np.float32)))
        assert all(np.isfinite(score).all() for score in margins.values())


def test_what_is_saved_scores_the_same(learned: Learned, tmp_path: Path) -> None:
    learned.save(tmp_path)
    again = Learned.load(tmp_path)
    assert again.heads["places"].labels == learned.heads["places"].labels == ("bus", "swim", "toys")
    for text, vector in zip(TEXTS, VECTORS, strict=True):
        for name, head in learned.heads.items():
            before, after = head.margins(learned.features(text, vector)), again.heads[name].margins(again.features(text, vector))
            assert all(np.allclose(before[kind], after[kind], atol=0.02) for kind in before)


def test_training_twice_gives_the_same_files(tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        learn().save(tmp_path / name)
        written.append([path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert written[0] == written[1]


def test_two_labels_are_enough(tmp_path: Path) -> None:
    learn(TEXTS[:6], IDS[:6]).save(tmp_path)
    again = Learned.load(tmp_path)
    assert all(model.bias.shape == (2,) for model in again.heads["places"].models.values())
    assert best(again, "borrow toys", VECTORS[0]) == "toys"
    assert [best(again, "", VECTORS[row], ("dense",)) for row in (0, 3)] == ["toys", "swim"]


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_a_pickle_among_the_arrays_is_not_read(learned: Learned, tmp_path: Path) -> None:
    learned.save(tmp_path)
    with np.load(tmp_path / "learned.npz") as arrays:
        kept = dict(arrays)
    np.savez(tmp_path / "learned.npz", **{**kept, "places.dense.bias": np.array([Trap(tmp_path / "sprung")], dtype=object)})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        Learned.load(tmp_path)
    assert not (tmp_path / "sprung").exists()
