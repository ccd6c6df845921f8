"""Builds a release aside from those that are served: over a copy of the content, with the vectors and what was learned that are there already."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from indexer import release
from indexer.build import Advance, Built, build
from indexer.config import IndexerSettings
from indexer.errors import WaymarkError
from web.staff.content.files import TEMPORARY, File, digest_of
from web.staff.content.store import Store
from web.staff.work import Bench

BEGINNING = ".preview-"
"""How the names of such folders begin, below the folder of releases."""
SHARED = ("embeddings.sqlite", "websites")


def folder_of(bench: Bench) -> Path:
    """The folder of one piece of work, below that of the releases, so that a finished release is moved from it in one step."""
    return bench.room.indexer.release_dir / f"{BEGINNING}{bench.task.number}"


@contextmanager
def aside(bench: Bench, changed: Iterable[File] = ()) -> Iterator[IndexerSettings]:
    """Settings of a build of its own, over a copy of the content with other texts for some files. The folder goes afterwards.

    Raises:
        WaymarkError: if a file cannot be written.
    """
    indexer = bench.room.indexer
    for left in indexer.release_dir.glob(f"{BEGINNING}*"):  # of work that was killed: there is never more than one at a time
        shutil.rmtree(left, ignore_errors=True)
    folder = folder_of(bench)
    content, releases = folder / "content", folder / "releases"
    try:
        releases.mkdir(parents=True)
        _copy(bench, content, changed)
        for name in SHARED:
            (releases / name).symlink_to(indexer.release_dir / name)
        if live := release.live_id(indexer.release_dir):
            (releases / live).symlink_to(indexer.release_dir / live)
            release.switch(releases, live)
        yield indexer.model_copy(update={"content": content, "release_dir": releases, "encoder_threads": 1})
    except OSError as fault:
        raise WaymarkError(f"It could not be carried out ({fault.strerror or fault}). The release that families see is whole.") from fault
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def build_aside(bench: Bench, settings: IndexerSettings, done: int, total: int) -> Built:
    """Build, saying how far it is from ``done`` to the step after it.

    Raises:
        WaymarkError: if it cannot be built; nothing else has been touched.
    """

    def progress(title: str, whole: int) -> AbstractContextManager[Advance]:
        return _counted(bench, title, whole, done, total)

    try:
        return build(settings, progress)
    except ImportError as fault:
        raise WaymarkError(
            f"The messages to learn from have changed, and this server has not what learning needs ({fault.name}): "
            "build the release where 'make build' runs, or install the build extras here."
        ) from fault


def learned_anew(settings: IndexerSettings, before: str | None, after: str) -> bool:
    """Whether the later of two releases learned from other messages."""
    if before is None:
        return True
    first, second = (release.verify(settings.release_dir / id) for id in (before, after))
    return bool(first.get("learned_from") != second.get("learned_from"))


def digests(content: Path) -> dict[str, str]:
    """The digest of each file of a content folder, by path."""
    paths = (path for path in content.rglob("*") if path.is_file())
    return {path.relative_to(content).as_posix(): digest_of(path.read_bytes()) for path in sorted(paths)}


def _copy(bench: Bench, content: Path, changed: Iterable[File]) -> None:
    store = Store(bench.room)
    store.reconcile()
    with store.locked():
        shutil.copytree(store.content, content, ignore=shutil.ignore_patterns(f"{TEMPORARY}*", ".git"))
    for file in changed:
        target = content / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.text.encode("utf-8"))


@contextmanager
def _counted(bench: Bench, title: str, whole: int, done: int, total: int) -> Iterator[Advance]:
    reached = 0

    def advance(number: int) -> None:
        nonlocal reached
        reached += number
        bench.step(done, total, f"{title.lower()}: {reached} of {whole}" if whole > 1 else title.lower())

    advance(0)
    yield advance
