"""Keyword search: what scores, what does not, and what is kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.keywords import SYNONYM, Keywords
from tests.indexer.test_learning import Trap

TEXTS = ["Portage workers visit you at home.", "The council must decide within 6 weeks.", "Swimming lessons for children", ""]


@pytest.fixture(scope="module")
def keywords() -> Keywords:
    return Keywords.build(TEXTS)


@pytest.mark.parametrize(
    ("question", "best"), [("PORTAGE", 0), ("does anyone visit at home?", 0), ("councils deciding", 1), ("how many week", 1), ("can he swim", 2)]
)
def test_the_passage_that_shares_words_comes_first(keywords: Keywords, question: str, best: int) -> None:
    scores = keywords.scores(question)
    assert scores.shape == (4,)
    assert int(scores.argmax()) == best
    assert scores[best] > 0


@pytest.mark.parametrize("question", ["", "the of and", "zzz", "你好", "😀", "'; DROP TABLE x; --"])
def test_nothing_shared_scores_nothing(keywords: Keywords, question: str) -> None:
    assert keywords.scores(question).tolist() == [0, 0, 0, 0]


def test_what_is_saved_scores_the_same(keywords: Keywords, tmp_path: Path) -> None:
    keywords.save(tmp_path)
    again = Keywords.load(tmp_path)
    for question in ("visit at home", "swim", "zzz"):
        assert np.allclose(again.scores(question), keywords.scores(question))


def test_indexing_twice_gives_the_same_files(tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        Keywords.build(TEXTS).save(tmp_path / name)
        written.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert written[0] == written[1]


def test_it_says_nothing_of_its_own_work(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Keywords.build(TEXTS).save(tmp_path)
    Keywords.load(tmp_path).scores("swim")
    assert capfd.readouterr() == ("", "")


def test_a_pickle_among_the_arrays_is_not_read(keywords: Keywords, tmp_path: Path) -> None:
    keywords.save(tmp_path / "index")
    arrays = sorted((tmp_path / "index").glob("*.npy"))
    assert arrays
    for path in arrays:
        np.save(path, np.array([Trap(tmp_path / "sprung")], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        Keywords.load(tmp_path / "index")
    assert not (tmp_path / "sprung").exists()


def test_each_word_of_a_question_is_known_by_how_rare_it_is_and_which_passages_hold_it(keywords: Keywords) -> None:
    weights, held = keywords.held("portage workers decide zzz")
    assert (weights.shape, held.shape) == ((4,), (4, 4))
    assert held.sum(axis=0).tolist() == [2, 1, 0, 0]
    rarest = weights.argmax()
    assert held[rarest].tolist() == [0, 0, 0, 0]  # a word that no passage holds is the rarest
    assert keywords.held("")[1].shape == (0, 4)


def test_a_synonym_counts_less_than_the_word_and_not_for_scores(tmp_path: Path) -> None:
    Keywords.build(TEXTS).save(tmp_path)
    plain, knowing = Keywords.load(tmp_path), Keywords.load(tmp_path, [["employees", "workers"]])
    assert plain.held("employees")[1].tolist() == [[0, 0, 0, 0]]
    assert knowing.held("employees")[1] == pytest.approx(SYNONYM * plain.held("workers")[1])
    assert knowing.held("workers")[1].tolist() == plain.held("workers")[1].tolist()
    assert knowing.scores("employees").tolist() == [0, 0, 0, 0]


def test_a_word_in_two_groups_has_the_synonyms_of_both() -> None:
    keywords = Keywords(Keywords.build(TEXTS)._index, [["old", "age"], ["age", "years"]])
    assert keywords.synonyms == {"old": {"age"}, "age": {"old", "year"}, "year": {"age"}}
