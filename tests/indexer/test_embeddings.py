"""The memory of vectors: what is embedded, what never again, and what is forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.embeddings import EmbeddingCache
from indexer.encoder import Kind, Vectors


class Counting:
    """Gives each text a vector of its own and remembers what it was asked for."""

    dimensions = 3

    def __init__(self, sha256: str = "one") -> None:
        self.sha256 = sha256
        self.asked: list[tuple[str, Kind]] = []

    def encode(self, texts: Sequence[str], kind: Kind, advance: Callable[[int], object]) -> Vectors:
        self.asked += [(text, kind) for text in texts]
        advance(len(texts))
        return np.array([[len(text), len(kind), hash(text) % 97] for text in texts], dtype=np.float32)


def opened(path: Path, encoder: Counting) -> EmbeddingCache:
    return EmbeddingCache(path, encoder)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "embeddings.sqlite"


def test_each_text_is_embedded_once(path: Path) -> None:
    encoder = Counting()
    cache = opened(path, encoder)
    texts = ["bb", "a", "bb", "ccc", "a"]
    first = cache.vectors(texts, "passage")
    assert sorted(text for text, _ in encoder.asked) == ["a", "bb", "ccc"]
    assert cache.embedded == 3
    assert first.shape == (5, 3)
    assert first[:, 0].tolist() == [2, 1, 2, 3, 1]
    cache.close()

    later = Counting()
    cache = opened(path, later)
    assert np.array_equal(cache.vectors([*texts, "dddd"], "passage")[:5], first)
    assert later.asked == [("dddd", "passage")]
    assert cache.embedded == 1
    cache.close()


@pytest.mark.parametrize(("sha256", "kind"), [("two", "passage"), ("one", "question")])
def test_another_model_or_kind_is_another_vector(path: Path, sha256: str, kind: Kind) -> None:
    cache = opened(path, Counting())
    cache.vectors(["a"], "passage")
    cache.close()
    cache = opened(path, Counting(sha256))
    cache.vectors(["a"], kind)
    assert cache.embedded == 1
    cache.close()


def test_no_texts_give_no_rows(path: Path) -> None:
    cache = opened(path, Counting())
    assert cache.vectors([], "passage").shape == (0, 3)
    cache.close()


def test_more_texts_than_one_query_may_name(path: Path) -> None:
    texts = [f"text {n}" for n in range(1300)]
    cache = opened(path, Counting())
    first = cache.vectors(texts, "passage")
    again = cache.vectors(texts, "passage")
    assert cache.embedded == 1300
    assert np.array_equal(first, again)
    cache.close()


def test_progress_counts_every_text(path: Path) -> None:
    done: list[int] = []
    cache = opened(path, Counting())
    cache.vectors(["a", "b"], "passage", done.append)
    cache.vectors(["a", "b", "c", "d", "d"], "passage", done.append)
    assert sum(done) == 7
    cache.close()


def test_what_was_embedded_before_a_fault_is_kept(path: Path) -> None:
    class Failing(Counting):
        def encode(self, texts: Sequence[str], kind: Kind, advance: Callable[[int], object]) -> Vectors:
            if len(self.asked) >= 64:
                raise MemoryError
            return super().encode(texts, kind, advance)

    texts = [f"text {n}" for n in range(100)]
    cache = opened(path, Failing())
    with pytest.raises(MemoryError):
        cache.vectors(texts, "passage")
    del cache
    cache = opened(path, Counting())
    cache.vectors(texts, "passage")
    assert cache.embedded == 36
    cache.close()


def test_only_what_no_build_has_asked_for_in_a_long_time_is_dropped(path: Path) -> None:
    cache = opened(path, Counting())
    cache.vectors(["old", "used", "fresh"], "passage")
    cache.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE vectors SET used = used - ?", (100 * 24 * 3600,))
    database.close()
    cache = opened(path, Counting())
    cache.vectors(["used", "new"], "passage")
    cache.close()
    cache = opened(path, Counting())
    cache.vectors(["used", "new"], "passage")
    assert cache.embedded == 0
    cache.vectors(["old", "fresh"], "passage")
    assert cache.embedded == 2
    cache.close()
