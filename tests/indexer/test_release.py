"""Releases on disk: whole or refused, live in one step, rolled back, never a pickle."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer import release
from indexer.build import build
from indexer.config import IndexerSettings
from indexer.errors import ModelError, ReleaseError
from indexer.release import live_id, load_release, release_ids, rollback, verify
from tests.indexer.test_learning import Trap

REMEDY = "run 'python -m indexer rollback' for the one before, or 'python -m indexer build --force' for a new one"


def live(settings: IndexerSettings) -> Path:
    id = live_id(settings.release_dir)
    assert id
    return settings.release_dir / id


def load(settings: IndexerSettings) -> release.Release:
    return load_release(settings.release_dir, settings.model_dir)


def reseal(settings: IndexerSettings) -> None:
    """Give the live release, as it now is, a manifest that fits it."""
    folder = live(settings)
    facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").unlink()
    id = release.seal(folder, {key: facts[key] for key in ("inputs", "model", "counts", "skipped")})
    folder.rename(settings.release_dir / "moving")
    (settings.release_dir / "moving").rename(settings.release_dir / id)
    release.switch(settings.release_dir, id)


def test_a_whole_release_is_read(small_release: IndexerSettings) -> None:
    found = load(small_release)
    assert found.id == live_id(small_release.release_dir) == found.manifest["id"]
    assert list(found.entries) == ["bus-pass", "swimming-club", "toy-library"]
    assert found.vectors.ntotal == len(found.passages) == found.manifest["counts"]["passages"]
    assert found.sentence_starts[-1] == len(found.sentence_vectors) == sum(len(p.sentences) for p in found.passages)
    assert set(found.learned.heads["places"].labels) == {"bus-pass", "swimming-club", "toy-library", "!out-of-scope"}
    assert [found.passages[i].heading[0] for i in found.passages_of("bus-pass")] == [
        "What it is", "How to get in", "Steps", "Time limits", "Where this comes from"]
    assert found.passages_of("no-such-entry") == ()
    assert found.wording.repair("swiming") == "swimming"


def test_the_project_s_own_release_is_read(indexer_settings: IndexerSettings, release_dir: Path) -> None:
    found = load_release(release_dir, indexer_settings.model_dir)
    assert len(found.entries) >= 70
    assert all(found.passages_of(id) for id in found.entries)


def test_every_altered_or_missing_file_is_refused_by_name(small_release: IndexerSettings) -> None:
    folder = live(small_release)
    names = list(verify(folder)["files"])
    written = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert set(names) == written - {"manifest.json"}
    assert {"entries.json", "passages.json", "vectors.faiss", "sentences.npy", "learned.npz", "words.toml", "urgent.toml"} <= set(names)
    for name in names:
        path = folder / name
        data = path.read_bytes()
        for damaged in (data[:-1], bytes([data[0] ^ 1]) + data[1:], b"", data + b"\n"):
            path.write_bytes(damaged)
            with pytest.raises(ReleaseError) as caught:
                load(small_release)
            assert str(caught.value) == f"release {folder.name}: {name} fails its checksum: {REMEDY}"
        path.unlink()
        with pytest.raises(ReleaseError) as caught:
            load(small_release)
        assert str(caught.value) == f"release {folder.name}: {name} is missing: {REMEDY}"
        path.write_bytes(data)
    assert load(small_release).id == folder.name


Edit = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m["files"].pop("vectors.faiss"),
        lambda m: m["files"].update({"vectors.faiss": "0" * 64}),
        lambda m: m["files"].update({"more.json": "0" * 64}),
        lambda m: m["counts"].update(passages=0),
        lambda m: m["model"].update(sha256="0" * 64),
        lambda m: m["model"].update(digest="../elsewhere"),
        lambda m: m.update(inputs="0" * 64),
        lambda m: m.update(format=0),
        lambda m: m.update(skipped=[{"path": "a", "reason": "b"}]),
        lambda m: m.update(more=1),
        lambda m: m.update(id="2020-01-01T00-00-00Z-abcdef"),
        lambda m: m.update(checksum="0" * 64),
        lambda m: m.pop("format"),
        lambda m: m.pop("counts"),
    ],
)
def test_an_edited_manifest_is_refused(small_release: IndexerSettings, edit: Edit) -> None:
    path = live(small_release) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    edit(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ReleaseError) as caught:
        load(small_release)
    assert str(caught.value) == f"release {path.parent.name}: the manifest has been altered: {REMEDY}"


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'"text"', b'{"checksum": "x"}'])
def test_a_manifest_that_cannot_be_read_is_refused(small_release: IndexerSettings, text: bytes) -> None:
    (live(small_release) / "manifest.json").write_bytes(text)
    with pytest.raises(ReleaseError, match=r"has no readable manifest \(.*\): run 'python -m indexer rollback'"):
        load(small_release)


def test_a_renamed_release_is_refused(small_release: IndexerSettings) -> None:
    folder = live(small_release)
    folder.rename(folder.with_name("2020-01-01T00-00-00Z-abcdef"))
    release.switch(small_release.release_dir, "2020-01-01T00-00-00Z-abcdef")
    with pytest.raises(ReleaseError, match="the manifest has been altered"):
        load(small_release)


def test_a_link_to_nothing_is_refused(small_release: IndexerSettings) -> None:
    shutil.rmtree(live(small_release))
    with pytest.raises(ReleaseError, match="no readable manifest"):
        load(small_release)


def test_without_a_release_the_message_says_what_to_do(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ReleaseError) as caught:
            load_release(folder, tmp_path)
        assert str(caught.value) == f"no release in {folder}: run 'python -m indexer build'"


def test_a_resealed_release_is_whole_again(small_release: IndexerSettings) -> None:
    path = live(small_release) / "places.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    reseal(small_release)
    assert load(small_release).id == live_id(small_release.release_dir)


@pytest.mark.parametrize("name", ["sentences.npy", "learned.npz", "keywords"])
def test_a_pickle_is_never_read(small_release: IndexerSettings, tmp_path: Path, name: str) -> None:
    folder = live(small_release)
    trap = np.array([Trap(tmp_path / "sprung")], dtype=object)
    if name == "learned.npz":
        with np.load(folder / name) as arrays:
            np.savez(folder / name, **dict.fromkeys(arrays.files, trap))
    else:
        paths = [folder / name] if name.endswith(".npy") else sorted((folder / name).glob("*.npy"))
        assert paths
        for path in paths:
            np.save(path, trap, allow_pickle=True)
    reseal(small_release)
    with pytest.raises(ReleaseError, match=r"cannot be read by this version \(ValueError\): run 'python -m indexer build --force'"):
        load(small_release)
    assert not (tmp_path / "sprung").exists()


def test_a_release_of_another_format_is_refused(small_release: IndexerSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(release, "FORMAT", 99)
        reseal(small_release)
    with pytest.raises(ReleaseError, match=rf"has format 99, this version reads {release.FORMAT}: run 'python -m indexer build'"):
        load(small_release)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("entries.json", '"kind"', '"sort"'),
        ("entries.json", "[", "{"),
        ("passages.json", '"dated"', '"day"'),
        ("learned.json", '"spaces"', '"rooms"'),
    ],
)
def test_a_release_written_by_other_code_is_refused(small_release: IndexerSettings, name: str, old: str, new: str) -> None:
    path = live(small_release) / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    reseal(small_release)
    with pytest.raises(ReleaseError, match="cannot be read by this version"):
        load(small_release)


def test_vectors_that_are_none_are_refused(small_release: IndexerSettings) -> None:
    (live(small_release) / "vectors.faiss").write_bytes(b"not an index")
    reseal(small_release)
    with pytest.raises(ReleaseError, match="cannot be read by this version"):
        load(small_release)


def test_a_missing_model_says_what_to_do(small_release: IndexerSettings, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no usable embedding model in .* run 'python -m indexer build'"):
        load_release(small_release.release_dir, tmp_path / "no-models")


def test_another_model_under_the_same_name_is_refused(small_release: IndexerSettings, tmp_path: Path) -> None:
    digest = verify(live(small_release))["model"]["digest"]
    folder = Path(shutil.copytree(small_release.model_dir / digest, tmp_path / digest))
    facts = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    with (folder / "model.onnx").open("ab") as out:
        out.write(b"\x1a\x00")  # an empty field, which changes nothing but the checksum
    facts["sha256"]["model.onnx"] = release.sha256_of(folder / "model.onnx")
    (folder / "encoder.json").write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ModelError, match=r"is not the one that release .* was built with: run 'python -m indexer build'"):
        load_release(small_release.release_dir, tmp_path)


def made_up(settings: IndexerSettings, *stamps: str) -> list[str]:
    """Whole releases with these times in their ids, made from the live one; the last is made live."""
    source, made = live(settings), []
    for stamp in stamps:
        folder = Path(shutil.copytree(source, settings.release_dir / "moving"))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        del manifest["checksum"]
        manifest["id"] = f"{stamp}-{manifest['id'].rsplit('-', 1)[1]}"
        manifest["checksum"] = release._digest(manifest)
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        folder.rename(settings.release_dir / manifest["id"])
        release.switch(settings.release_dir, manifest["id"])
        made.append(manifest["id"])
    return made


def test_rollback_steps_back_one_release_at_a_time(small_release: IndexerSettings) -> None:
    first = live(small_release).name
    second, third = made_up(small_release, "2098-01-01T00-00-00Z", "2099-01-01T00-00-00Z")
    assert release_ids(small_release.release_dir) == [first, second, third]
    assert load(small_release).id == third
    assert [rollback(small_release.release_dir), load(small_release).id] == [second, second]
    assert [rollback(small_release.release_dir), load(small_release).id] == [first, first]
    with pytest.raises(ReleaseError, match=f"there is no release before {first}"):
        rollback(small_release.release_dir)
    assert load(small_release).id == first
    assert release_ids(small_release.release_dir) == [first, second, third]


def test_rollback_leaves_a_damaged_release_for_a_whole_one(small_release: IndexerSettings) -> None:
    first = live(small_release).name
    (second,) = made_up(small_release, "2099-01-01T00-00-00Z")
    (small_release.release_dir / second / "vectors.faiss").unlink()
    assert rollback(small_release.release_dir) == first
    assert load(small_release).id == first


def test_rollback_to_a_damaged_release_is_refused_and_the_live_one_stays(small_release: IndexerSettings) -> None:
    first = live(small_release).name
    (second,) = made_up(small_release, "2099-01-01T00-00-00Z")
    (small_release.release_dir / first / "entries.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ReleaseError, match=rf"{first}: entries\.json fails its checksum"):
        rollback(small_release.release_dir)
    assert load(small_release).id == second


def test_rollback_with_nothing_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="there is no release before the first"):
        rollback(tmp_path)


def sealed(settings: IndexerSettings) -> tuple[Path, str]:
    building = Path(shutil.copytree(live(settings), settings.release_dir / ".building-test"))
    facts = json.loads((building / "manifest.json").read_text(encoding="utf-8"))
    (building / "manifest.json").unlink()
    return building, release.seal(building, {key: facts[key] for key in ("inputs", "model", "counts", "skipped")})


def test_only_the_newest_are_kept(small_release: IndexerSettings) -> None:
    settings = small_release
    first = live(settings).name
    old = made_up(settings, "2001-01-01T00-00-00Z", "2002-01-01T00-00-00Z", "2003-01-01T00-00-00Z")
    building, id = sealed(settings)
    release.publish(building, settings.release_dir, id, 3)
    assert release_ids(settings.release_dir) == sorted({old[2], first, id})[-3:]
    assert live_id(settings.release_dir) == id
    assert not building.exists()


def test_what_was_rolled_back_to_may_go_when_a_newer_one_is_live(small_release: IndexerSettings) -> None:
    settings = small_release
    old = made_up(settings, "2001-01-01T00-00-00Z", "2002-01-01T00-00-00Z", "2003-01-01T00-00-00Z")
    assert rollback(settings.release_dir) == old[1]
    building, id = sealed(settings)
    release.publish(building, settings.release_dir, id, 2)
    assert live_id(settings.release_dir) == id
    assert load(settings).id == id
    assert not (settings.release_dir / old[1]).exists()


def test_publishing_the_same_release_twice_keeps_one(small_release: IndexerSettings) -> None:
    settings = small_release
    building, id = sealed(settings)
    spare = Path(shutil.copytree(building, settings.release_dir / ".building-again"))
    release.publish(building, settings.release_dir, id, 5)
    release.publish(spare, settings.release_dir, id, 5)
    assert load(settings).id == id
    assert not spare.exists()


def test_a_switch_cut_short_does_not_stand_in_the_way_of_the_next(small_release: IndexerSettings) -> None:
    folder = small_release.release_dir
    id = live(small_release).name
    (folder / ".current-next").symlink_to("gone")
    release.switch(folder, id)
    assert live_id(folder) == id
    assert not (folder / ".current-next").is_symlink()


def test_reading_goes_on_while_a_release_is_replaced(small_settings: IndexerSettings) -> None:
    build(small_settings)
    held = load(small_settings)
    build(small_settings, force=True)
    assert held.vectors.ntotal == len(held.passages)
    assert verify(held.folder)["id"] == held.id
