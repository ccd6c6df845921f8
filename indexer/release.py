"""A release: one built index, immutable, published and rolled back whole.

On disk it is a folder ``<release_dir>/<id>`` with a manifest that holds a checksum for every other file; ``<release_dir>/current`` is a
symbolic link to the live one, replaced in one atomic step. Nothing in it is a pickle.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from indexer.encoder import Encoder, Vectors
from indexer.entries import Entry
from indexer.errors import ModelError, ReleaseError
from indexer.keywords import Keywords
from indexer.learning import Learned
from indexer.locks import held
from indexer.model import sha256_of
from indexer.passages import Passage
from indexer.pins import Pin, load_pins, load_vectors
from indexer.wording import Wording, load_wording

FORMAT = 2
MANIFEST = "manifest.json"
CURRENT = "current"
BUILDING, DROPPED = ".building-", ".dropped-"
"""Beginnings of the names of folders that are not releases yet, or no longer."""
WORD_FILES = ("words.toml", "urgent.toml", "places.toml", "replies.toml")
"""Content files that answering needs; each release carries its own copies."""

FURTHER_FILES = ("groups.toml", "glossary.toml", "pins.toml")
"""Content files that a release carries where the content folder has them."""


@dataclass(frozen=True)
class Release:
    """A release in memory.

    ``vectors`` is a FAISS inner-product index over the passages, in their order. ``sentence_vectors`` has shape (sentences, dimensions);
    the sentences of passage ``i`` are its rows ``sentence_starts[i]`` to ``sentence_starts[i + 1]`` (none for document passages).
    ``pin_vectors`` has a row for each wording of each of ``pins``, in their order.
    """

    id: str
    folder: Path
    manifest: Mapping[str, Any]
    entries: Mapping[str, Entry]
    passages: tuple[Passage, ...]
    vectors: faiss.Index
    keywords: Keywords
    learned: Learned
    sentence_vectors: Vectors
    sentence_starts: tuple[int, ...]
    wording: Wording
    encoder: Encoder
    positions: Mapping[str, tuple[int, ...]]
    pins: tuple[Pin, ...]
    pin_vectors: Vectors

    def passages_of(self, entry: str) -> tuple[int, ...]:
        """Positions in ``passages`` of an entry's passages, in the order written."""
        return self.positions.get(entry, ())


def load_passages(release_dir: Path) -> tuple[Passage, ...]:
    """The passages of the live release alone.

    Raises:
        ReleaseError: if there is none, or it is altered.
    """
    id = _live(release_dir)
    verify(release_dir / id)
    return tuple(_passage(p) for p in _read_json(release_dir / id / "passages.json"))


def _live(release_dir: Path) -> str:
    id = live_id(release_dir)
    if id is None:
        raise ReleaseError(f"no release in {release_dir}: run 'python -m indexer build'")
    return id


def load_release(release_dir: Path, model_dir: Path, threads: int = 2, id: str | None = None) -> Release:
    """The live release, or the one with some id, after every checksum has been verified.

    Raises:
        ReleaseError: if there is none, or it is incomplete, altered or of another format; the message says what to do.
        ModelError: if the model it was built with is missing or damaged.
    """
    id = id or _live(release_dir)
    folder = release_dir / id
    manifest = verify(folder)
    if manifest["format"] != FORMAT:
        raise ReleaseError(f"release {id} has format {manifest['format']}, this version reads {FORMAT}: run 'python -m indexer build'")
    encoder = Encoder(model_dir / manifest["model"]["digest"], threads)
    if encoder.sha256 != manifest["model"]["sha256"]:
        raise ModelError(f"the model in {model_dir} is not the one that release {id} was built with: run 'python -m indexer build'")
    try:
        return _load(folder, manifest, encoder)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as fault:
        # the checksums hold, so another version of this code wrote it
        raise ReleaseError(f"release {id} cannot be read by this version ({type(fault).__name__}): run 'python -m indexer build --force'") from fault


def _load(folder: Path, manifest: Mapping[str, Any], encoder: Encoder) -> Release:
    entries = tuple(Entry.model_validate(e) for e in _read_json(folder / "entries.json"))
    passages = tuple(_passage(p) for p in _read_json(folder / "passages.json"))
    starts = np.cumsum([0, *(len(p.sentences) if p.entry else 0 for p in passages)])
    positions: dict[str, tuple[int, ...]] = {}
    for position, passage in enumerate(passages):
        if passage.entry:
            positions[passage.entry] = (*positions.get(passage.entry, ()), position)
    pins, wording = load_pins(folder), load_wording(folder)
    return Release(
        id=folder.name,
        folder=folder,
        manifest=manifest,
        entries={e.id: e for e in entries},
        passages=passages,
        vectors=faiss.read_index(str(folder / "vectors.faiss")),
        keywords=Keywords.load(folder / "keywords", wording.synonyms),
        learned=Learned.load(folder),
        sentence_vectors=np.load(folder / "sentences.npy", allow_pickle=False).astype(np.float32),
        sentence_starts=tuple(int(s) for s in starts),
        wording=wording,
        encoder=encoder,
        positions=positions,
        pins=pins,
        pin_vectors=load_vectors(folder, pins, encoder.dimensions),
    )


def live_id(release_dir: Path) -> str | None:
    """The id of the live release, or None."""
    try:
        return os.readlink(release_dir / CURRENT)
    except OSError:
        return None


def release_ids(release_dir: Path) -> list[str]:
    """Ids of all whole releases, oldest first."""
    return sorted(p.parent.name for p in release_dir.glob(f"[0-9]*/{MANIFEST}"))


def verify(folder: Path) -> dict[str, Any]:
    """Check a release against its manifest and return the manifest.

    Raises:
        ReleaseError: naming the file that is missing or altered.
    """
    try:
        manifest: dict[str, Any] = _read_json(folder / MANIFEST)
        checksum = manifest.pop("checksum")
        files: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ReleaseError(f"release {folder.name} has no readable manifest ({fault!r}): {_REMEDY}") from fault
    if checksum != _digest(manifest) or manifest.get("id") != folder.name:
        raise ReleaseError(f"release {folder.name}: the manifest has been altered: {_REMEDY}")
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            raise ReleaseError(f"release {folder.name}: {name} is missing: {_REMEDY}")
        if sha256_of(path) != expected:
            raise ReleaseError(f"release {folder.name}: {name} fails its checksum: {_REMEDY}")
    return manifest


_REMEDY = "run 'python -m indexer rollback' for the one before, or 'python -m indexer build --force' for a new one"


def seal(folder: Path, facts: Mapping[str, Any]) -> str:
    """Write the manifest of a finished release folder and return the release's id."""
    files = {p.relative_to(folder).as_posix(): sha256_of(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    created = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    id = f"{created}-{_digest(files)[:6]}"
    manifest = {"id": id, "format": FORMAT, "created": created, **facts, "files": files}
    sealed = {**manifest, "checksum": _digest(manifest)}
    _write_synced(folder / MANIFEST, json.dumps(sealed, indent=2, sort_keys=True) + "\n")
    for path in folder.rglob("*"):
        if path.is_file():
            _sync(path)
    return id


def publish(building: Path, release_dir: Path, id: str, keep: int) -> None:
    """Move a sealed folder into place, make it live in one atomic step, and drop the oldest beyond ``keep``."""
    target = release_dir / id
    try:
        verify(target)
    except ReleaseError:  # as a rule because it is not there
        shutil.rmtree(target, ignore_errors=True)
        building.rename(target)
    else:  # the same content, built twice in a second
        shutil.rmtree(building)
    _sync(release_dir)
    switch(release_dir, id)
    live = live_id(release_dir)
    for old in release_ids(release_dir)[:-keep]:
        if old != live:
            gone = release_dir / f"{DROPPED}{old}"
            (release_dir / old).rename(gone)  # so that it is there whole or not at all
            shutil.rmtree(gone, ignore_errors=True)


def switch(release_dir: Path, id: str) -> None:
    """Make a release live: the link is replaced by a rename, which either happens or does not."""
    fresh = release_dir / f".{CURRENT}-next"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(id)
    os.replace(fresh, release_dir / CURRENT)
    _sync(release_dir)


def rollback(release_dir: Path) -> str:
    """Make the release before the live one live again and return its id.

    Raises:
        ReleaseError: if there is none before it, or it fails its checksums.
    """
    with locked(release_dir):
        live = live_id(release_dir)
        older = [id for id in release_ids(release_dir) if live is None or id < live]
        if not older:
            raise ReleaseError(f"there is no release before {live or 'the first'} in {release_dir}")
        verify(release_dir / older[-1])
        switch(release_dir, older[-1])
        return older[-1]


def sweep(release_dir: Path) -> None:
    """Remove what killed builds left behind; call it with the lock held."""
    for beginning in (BUILDING, DROPPED):
        for left in release_dir.glob(f"{beginning}*"):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def locked(release_dir: Path, wait: float = 0) -> Iterator[None]:
    """Hold the folder's lock; ``wait`` at most so many seconds for it.

    Raises:
        ReleaseError: if another build or rollback holds it.
    """
    with held(release_dir / ".lock", ReleaseError(f"another build is at work in {release_dir}; try again when it has ended"), wait):
        yield


def passages_json(passages: tuple[Passage, ...]) -> str:
    """Passages as the JSON that a release holds."""
    return json.dumps([asdict(p) for p in passages], ensure_ascii=False)


def _passage(data: dict[str, Any]) -> Passage:
    return Passage(**{**data, "heading": tuple(data["heading"]), "sentences": tuple((s, e) for s, e in data["sentences"])})


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
