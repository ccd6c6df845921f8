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
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from indexer import model, release
from indexer.config import IndexerSettings
from indexer.documents import Skipped
from indexer.embeddings import EmbeddingCache
from indexer.encoder import Encoder
from indexer.entries import Entry, load_entries
from indexer.errors import ContentError, ReleaseError
from indexer.groups import load_groups
from indexer.heads import train_heads
from indexer.keywords import Keywords
from indexer.learning import LEARNED_FILES
from indexer.messages import Message, load_messages, require_known
from indexer.open_referral.feeds import Imported, joined, read_feeds
from indexer.open_referral.mapping import is_imported
from indexer.passages import Passage, passages_of_document, passages_of_entry
from indexer.pins import load_pins, require_places, save_vectors
from indexer.sources import Source, described, read_sources, refuse_shrunk
from indexer.website.crawl import crawl
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
    crawled: int = 0


def quiet(_title: str, _total: int) -> AbstractContextManager[Advance]:
    """A progress display that shows nothing."""
    return nullcontext(lambda _: None)


def fetch(settings: IndexerSettings, say: Callable[[str], object] = lambda _: None) -> int:
    """Fetch the configured websites, read and embed what came; how many texts were embedded. Releases are not touched.

    Raises:
        CrawlError: if another crawl is at work, or one cannot be carried out.
        ModelError: if the model cannot be used.
    """
    opened: list[EmbeddingCache] = []

    def open_cache() -> EmbeddingCache:
        exported = model.export(settings.model, settings.model_lock, settings.model_dir, settings.adapter)
        opened.append(_cache(settings, exported.folder))
        return opened[0]

    crawl(settings, open_cache, say)
    return sum(cache.embedded for cache in opened)


def _cache(settings: IndexerSettings, folder: Path) -> EmbeddingCache:
    return EmbeddingCache(settings.release_dir / "embeddings.sqlite", Encoder(folder, threads=1, workers=settings.encoder_threads))


def build(settings: IndexerSettings, progress: Progress = quiet, force: bool = False, agreed: Sequence[str] = (), wait: float = 0) -> Built:
    """Build and publish a release, unless the live one was built from exactly the same.

    Args:
        settings: the ``[indexer]`` table.
        progress: shows how far the work is.
        force: build even where nothing has changed.
        agreed: names of sources that may shrink by any share.
        wait: seconds to wait for another build to end.

    Raises:
        ContentError: if an entry or word file is faulty; nothing is published then.
        ModelError: if the model cannot be used.
        ReleaseError: if another build is at work or the disk is full; the live release is untouched.
        ShrunkError: if a source has shrunk by more than its share and nobody agreed.
    """
    with release.locked(settings.release_dir, wait):
        release.sweep(settings.release_dir)
        imported = read_feeds(settings)
        sources, unread = read_sources(settings)
        refuse_shrunk(settings, sources, _manifest(settings).get("sources", {}), agreed)
        inputs = _inputs_digest(settings, imported, sources)
        if not force and (same := _unchanged(settings, inputs)):
            return replace(same, skipped=(*unread, *joined(load_entries(settings.content), imported)[1]))
        building = Path(tempfile.mkdtemp(prefix=release.BUILDING, dir=settings.release_dir))
        building.chmod(model.READABLE)
        try:
            return _build(settings, progress, inputs, building, imported, sources, unread)
        except (OSError, sqlite3.Error) as fault:
            reason = getattr(fault, "strerror", None) or fault
            raise ReleaseError(f"the release could not be written ({reason}); the live one is untouched") from fault
        finally:
            shutil.rmtree(building, ignore_errors=True)


def _build(
    settings: IndexerSettings,
    progress: Progress,
    inputs: str,
    building: Path,
    imported: Imported,
    sources: Sequence[Source],
    unread: Sequence[Skipped],
) -> Built:
    curated = load_entries(settings.content)
    entries, passed_over = joined(curated, imported)
    if not curated:
        raise ContentError(f"no entries in {settings.content}: services/ and topics/ are empty")
    wording = load_wording(settings.content)
    documents = [document for source in sources for document in source.documents]
    skipped = (*unread, *passed_over)
    passages = tuple(
        [p for e in entries for p in passages_of_entry(e)] + [p for d in documents for p in passages_of_document(d, settings.passage_words)]
    )
    exported = model.export(settings.model, settings.model_lock, settings.model_dir, settings.adapter)
    cache = _cache(settings, exported.folder)
    try:
        learned_from = _write(building, settings, entries, passages, wording, cache, progress)
        (building / "documents.json").write_text(json.dumps([described(d) for d in documents], ensure_ascii=False), encoding="utf-8")
    finally:
        cache.close()
    facts = {
        "inputs": inputs,
        "learned_from": learned_from,
        "model": {"name": settings.model, "digest": exported.digest, "sha256": cache.model},
        "counts": {"entries": len(entries), "documents": len(documents), "passages": len(passages), "embedded": cache.embedded},
        "sources": {s.name: {"documents": len(s.documents), "kept": s.kept, "folded": s.folded} for s in sources},
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
) -> str:
    """Write all files of a release but its manifest; the digest of what was learned from."""
    for name in release.WORD_FILES:
        load_toml(settings.content / name)  # a release that answering cannot read must not be published
        shutil.copyfile(settings.content / name, folder / name)
    load_groups(settings.content)
    pins = load_pins(settings.content)
    require_places(pins, [e for e in entries if not is_imported(e)])
    for name in release.FURTHER_FILES:
        if (settings.content / name).exists():
            shutil.copyfile(settings.content / name, folder / name)
    (folder / "entries.json").write_text(json.dumps([e.model_dump(mode="json") for e in entries], ensure_ascii=False), encoding="utf-8")
    (folder / "passages.json").write_text(release.passages_json(passages), encoding="utf-8")

    sentences = [p.quote(i) for p in passages if p.entry for i in range(len(p.sentences))]
    messages = load_messages(settings.content, [e for e in entries if not is_imported(e)])  # nobody has written how people ask for an imported one
    require_known(messages, load_toml(settings.content / "urgent.toml"), load_toml(settings.content / "replies.toml"))
    texts = [wording.learnable(wording.repair(message.text, message.english), message.english) for message in messages]
    english = np.array([message.english for message in messages], dtype=bool)  # the model reads nothing else
    with progress("Embedding", len(passages) + len(sentences) + int(english.sum())) as advance:
        vectors = cache.vectors([p.embedded for p in passages], "passage", advance)
        sentence_vectors = cache.vectors(sentences, "passage", advance)
        message_vectors = np.zeros((len(messages), vectors.shape[1]), dtype=np.float32)
        asked = [embedded for (_, embedded), known in zip(texts, english, strict=True) if known]
        message_vectors[english] = cache.vectors(asked, "asked", advance)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    (folder / "vectors.faiss").write_bytes(faiss.serialize_index(index).tobytes())  # faiss's own writer does not report a full disk
    np.save(folder / "sentences.npy", sentence_vectors.astype(np.float16), allow_pickle=False)
    if pins:
        save_vectors(folder, pins, wording, cache)
    Keywords.build([p.embedded for p in passages]).save(folder / "keywords")
    learned_from = _learned_digest(messages, texts, cache.model)
    if not _learned_before(settings, folder, learned_from):
        with progress("Learning from the messages", 1) as advance:
            train_heads(messages, [terms for terms, _ in texts], message_vectors).save(folder)
            advance(1)
    return learned_from


def _learned_digest(messages: Sequence[Message], texts: Sequence[tuple[str, str]], model_digest: str) -> str:
    """A digest of all that decides what is learned: the messages with their labels, the model, and the code that learns."""
    digest = hashlib.sha256(model_digest.encode())
    for message, text in zip(messages, texts, strict=True):
        digest.update(json.dumps([vars(message), text]).encode())
    for name in ("heads.py", "learning.py", "fitting.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()


def _learned_before(settings: IndexerSettings, folder: Path, learned_from: str) -> bool:
    """Take what was learned from the live release, if it was learned from the same."""
    manifest = _manifest(settings)
    if manifest.get("learned_from") != learned_from or manifest.get("format") != release.FORMAT:
        return False
    for name in LEARNED_FILES:
        shutil.copyfile(settings.release_dir / manifest["id"] / name, folder / name)
    return True


def _manifest(settings: IndexerSettings) -> dict[str, Any]:
    id = release.live_id(settings.release_dir)
    try:
        return release.verify(settings.release_dir / id) if id else {}
    except ReleaseError:
        return {}


def _unchanged(settings: IndexerSettings, inputs: str) -> Built | None:
    manifest = _manifest(settings)
    if not manifest:
        return None
    usable = manifest["format"] == release.FORMAT and model.is_whole(settings.model_dir / manifest["model"]["digest"])
    if not usable or manifest["inputs"] != inputs:
        return None
    counts = manifest["counts"]
    return Built(manifest["id"], False, counts["entries"], counts["documents"], counts["passages"], 0, ())


def _inputs_digest(settings: IndexerSettings, imported: Imported, sources: Sequence[Source]) -> str:
    """A digest of all that a release is made from: content, documents, what feeds gave, the settings that shape it, the model's pins, this code."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode())
        for document in source.documents:
            digest.update(json.dumps(asdict(document)).encode())
    digest.update(json.dumps([[e.model_dump(mode="json") for e in imported.entries], [vars(s) for s in imported.skipped]]).encode())
    shaping = {"model": settings.model, "passage_words": settings.passage_words}
    digest.update(json.dumps(shaping).encode())
    files = [f.path for f in settings.feeds if f.path]
    roots = [settings.content, *files, settings.model_lock, Path(__file__).parent]
    roots += [settings.adapter] if settings.adapter else []
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
