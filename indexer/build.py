"""Builds a release: content and documents -> passages -> vectors, keywords and ranking -> a folder that is published whole."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from indexer import model, release
from indexer.config import IndexerSettings
from indexer.documents import Document, Skipped
from indexer.embeddings import EmbeddingCache
from indexer.encoder import Encoder
from indexer.entries import Entry, load_entries
from indexer.errors import ContentError, ReleaseError
from indexer.groups import load_groups
from indexer.heads import train_heads
from indexer.keywords import Keywords
from indexer.messages import load_messages, require_known
from indexer.open_referral.feeds import Imported, joined, read_feeds
from indexer.open_referral.mapping import is_imported
from indexer.passages import Passage, passages_of_document, passages_of_entry
from indexer.readers.files import read_folder
from indexer.wording import Wording, load_toml, load_wording

log = logging.getLogger(__name__)

Advance = Callable[[int], object]
Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""Given a title and a total, a context in which a function is told how many are done."""


@dataclass(frozen=True)
class Built:
    """What a build did. ``embedded`` counts the texts that had to be embedded; ``changed`` is False where the live release still holds."""

    id: str
    changed: bool
    entries: int
    documents: int
    passages: int
    embedded: int
    skipped: tuple[Skipped, ...]


def quiet(_title: str, _total: int) -> AbstractContextManager[Advance]:
    """A progress display that shows nothing."""
    return nullcontext(lambda _: None)


def build(settings: IndexerSettings, progress: Progress = quiet, force: bool = False) -> Built:
    """Build and publish a release, unless the live one was built from exactly the same.

    Args:
        settings: the ``[indexer]`` table.
        progress: shows how far the work is.
        force: build even where nothing has changed.

    Raises:
        ContentError: if an entry or word file is faulty; nothing is published then.
        ModelError: if the model cannot be used.
        ReleaseError: if another build is at work or the disk is full; the live release is untouched.
    """
    with release.locked(settings.release_dir):
        release.sweep(settings.release_dir)
        imported = read_feeds(settings)
        inputs = _inputs_digest(settings, imported)
        if not force and (same := _unchanged(settings, inputs)):
            return same
        building = Path(tempfile.mkdtemp(prefix=release.BUILDING, dir=settings.release_dir))
        building.chmod(model.READABLE)
        try:
            return _build(settings, progress, inputs, building, imported)
        except (OSError, sqlite3.Error) as fault:
            reason = getattr(fault, "strerror", None) or fault
            raise ReleaseError(f"the release could not be written ({reason}); the live one is untouched") from fault
        finally:
            shutil.rmtree(building, ignore_errors=True)


def _build(settings: IndexerSettings, progress: Progress, inputs: str, building: Path, imported: Imported) -> Built:
    curated = load_entries(settings.content)
    entries, passed_over = joined(curated, imported)
    if not curated:
        raise ContentError(f"no entries in {settings.content}: services/ and topics/ are empty")
    wording = load_wording(settings.content)
    documents, unread = _documents(settings)
    skipped = (*unread, *passed_over)
    passages = tuple(
        [p for e in entries for p in passages_of_entry(e)] + [p for d in documents for p in passages_of_document(d, settings.passage_words)]
    )
    exported = model.export(settings.model, settings.model_lock, settings.model_dir, settings.adapter)
    encoder = Encoder(exported.folder, threads=1, workers=settings.encoder_threads)
    cache = EmbeddingCache(settings.release_dir / "embeddings.sqlite", encoder)
    try:
        _write(building, settings, entries, passages, wording, cache, progress)
    finally:
        cache.close()
    facts = {
        "inputs": inputs,
        "model": {"name": settings.model, "digest": exported.digest, "sha256": encoder.sha256},
        "counts": {"entries": len(entries), "documents": len(documents), "passages": len(passages), "embedded": cache.embedded},
        "skipped": [vars(s) for s in skipped],
    }
    id = release.seal(building, facts)
    release.publish(building, settings.release_dir, id, settings.keep_releases)
    return Built(id, True, len(entries), len(documents), len(passages), cache.embedded, skipped)


def _write(
    folder: Path,
    settings: IndexerSettings,
    entries: Sequence[Entry],
    passages: tuple[Passage, ...],
    wording: Wording,
    cache: EmbeddingCache,
    progress: Progress,
) -> None:
    for name in release.WORD_FILES:
        load_toml(settings.content / name)  # a release that answering cannot read must not be published
        shutil.copyfile(settings.content / name, folder / name)
    load_groups(settings.content)
    for name in release.FURTHER_FILES:
        if (settings.content / name).exists():
            shutil.copyfile(settings.content / name, folder / name)
    (folder / "entries.json").write_text(json.dumps([e.model_dump(mode="json") for e in entries], ensure_ascii=False), encoding="utf-8")
    (folder / "passages.json").write_text(release.passages_json(passages), encoding="utf-8")

    sentences = [p.quote(i) for p in passages if p.entry for i in range(len(p.sentences))]
    messages = load_messages(settings.content, [e for e in entries if not is_imported(e)])  # nobody has written how people ask for an imported one
    require_known(messages, load_toml(settings.content / "urgent.toml"), load_toml(settings.content / "replies.toml"))
    texts = [wording.learnable(wording.repair(message.text, message.english), message.english) for message in messages]
    with progress("Embedding", len(passages) + len(sentences) + len(messages)) as advance:
        vectors = cache.vectors([p.embedded for p in passages], "passage", advance)
        sentence_vectors = cache.vectors(sentences, "passage", advance)
        message_vectors = cache.vectors([embedded for _, embedded in texts], "asked", advance)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    (folder / "vectors.faiss").write_bytes(faiss.serialize_index(index).tobytes())  # faiss's own writer does not report a full disk
    np.save(folder / "sentences.npy", sentence_vectors.astype(np.float16), allow_pickle=False)
    Keywords.build([p.embedded for p in passages]).save(folder / "keywords")
    with progress("Learning from the messages", 1) as advance:
        train_heads(messages, [terms for terms, _ in texts], message_vectors).save(folder)
        advance(1)


def _documents(settings: IndexerSettings) -> tuple[list[Document], tuple[Skipped, ...]]:
    documents, skipped = list[Document](), list[Skipped]()
    for source in settings.documents:
        for item in read_folder(source):
            if isinstance(item, Skipped):
                log.warning("skipped %s: %s", item.path, item.reason)
                skipped.append(item)
            else:
                documents.append(item)
    return documents, tuple(skipped)


def _unchanged(settings: IndexerSettings, inputs: str) -> Built | None:
    id = release.live_id(settings.release_dir)
    if id is None:
        return None
    try:
        manifest: dict[str, Any] = release.verify(settings.release_dir / id)
    except ReleaseError:
        return None
    usable = manifest["format"] == release.FORMAT and model.is_whole(settings.model_dir / manifest["model"]["digest"])
    if not usable or manifest["inputs"] != inputs:
        return None
    counts = manifest["counts"]
    return Built(id, False, counts["entries"], counts["documents"], counts["passages"], 0, tuple(Skipped(**s) for s in manifest["skipped"]))


def _inputs_digest(settings: IndexerSettings, imported: Imported) -> str:
    """A digest of all that a release is made from: content, documents, what feeds gave, the settings that shape it, the model's pins, this code."""
    digest = hashlib.sha256()
    digest.update(json.dumps([[e.model_dump(mode="json") for e in imported.entries], [vars(s) for s in imported.skipped]]).encode())
    shaping = {"model": settings.model, "passage_words": settings.passage_words, "documents": [(d.name, d.url) for d in settings.documents]}
    digest.update(json.dumps(shaping).encode())
    files = [f.path for f in settings.feeds if f.path]
    roots = [settings.content, *(d.path for d in settings.documents), *files, settings.model_lock, Path(__file__).parent]
    roots += [settings.adapter] if settings.adapter else []
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
