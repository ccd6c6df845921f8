"""Building: what is made, what is not made again, and what survives a full disk, a lock and being killed."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from indexer import build as building
from indexer.build import build
from indexer.config import DocumentFolder, IndexerSettings
from indexer.documents import Skipped
from indexer.entries import load_entries
from indexer.errors import ContentError, ModelError, ReleaseError
from indexer.messages import asked_as
from indexer.release import live_id, load_release, release_ids, rollback, verify
from tests.conftest import LOCK, MODELS, ROOT, write_small_content

TOYS = "services/toy-library.md"
REPORT = """# Plan for the toy library

Written in March 2024.

## Money

The toy library costs £900 a year.

## Visits

### Time limits

A worker must visit within 3 weeks. Nobody should wait for longer than that.
"""


def edit(settings: IndexerSettings, file: str, old: str, new: str) -> None:
    path = settings.content / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def files(settings: IndexerSettings, id: str) -> dict[str, str]:
    return dict(verify(settings.release_dir / id)["files"])


def left_over(settings: IndexerSettings) -> list[str]:
    """What lies in the release folder beside releases, the link, the lock and the memory of vectors."""
    known = {"current", ".lock", "embeddings.sqlite", *release_ids(settings.release_dir)}
    return sorted(path.name for path in settings.release_dir.iterdir() if path.name not in known)


def test_a_build_publishes_a_release_and_counts_what_it_holds(small_settings: IndexerSettings) -> None:
    done = build(small_settings)
    found = load_release(small_settings.release_dir, MODELS)
    assert done.changed
    assert (done.id, done.entries, done.documents, done.passages) == (found.id, 3, 0, len(found.passages))
    assert done.embedded > 0
    assert done.skipped == ()
    assert found.manifest["counts"] == {"entries": 3, "documents": 0, "passages": done.passages, "embedded": done.embedded}
    assert left_over(small_settings) == []


def test_nothing_changed_means_no_new_release(small_settings: IndexerSettings) -> None:
    first = build(small_settings)
    again = build(small_settings)
    assert (again.id, again.changed, again.embedded) == (first.id, False, 0)
    assert (again.entries, again.documents, again.passages) == (first.entries, first.documents, first.passages)
    assert release_ids(small_settings.release_dir) == [first.id]


def test_unchanged_passages_are_never_embedded_again(small_settings: IndexerSettings) -> None:
    first = build(small_settings)
    edit(small_settings, TOYS, "You can keep each toy for four weeks.", "You can keep each toy for five weeks.")
    second = build(small_settings)
    assert second.changed
    assert second.embedded == 2  # the passage, and its one sentence that is new
    edit(small_settings, TOYS, "for five weeks", "for four weeks")
    third = build(small_settings)
    assert (third.changed, third.embedded) == (True, 0)
    assert third.passages == first.passages
    shutil.rmtree(small_settings.release_dir / third.id)
    assert build(small_settings).embedded == 0


def test_the_same_content_gives_the_same_files(small_settings: IndexerSettings, tmp_path: Path) -> None:
    first = build(small_settings)
    elsewhere = small_settings.model_copy(update={"release_dir": tmp_path / "elsewhere"})
    second = build(elsewhere)
    again = build(small_settings, force=True)
    assert files(small_settings, first.id) == files(elsewhere, second.id) == files(small_settings, again.id)
    assert len({id.rsplit("-", 1)[1] for id in (first.id, second.id, again.id)}) == 1


@pytest.mark.parametrize("name", ["words.toml", "urgent.toml", "places.toml", "replies.toml", "asked_as/bus-pass.txt", TOYS])
def test_any_change_of_content_is_seen(small_settings: IndexerSettings, name: str) -> None:
    build(small_settings)
    path = small_settings.content / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert build(small_settings).changed


def test_settings_that_shape_a_release_count_as_a_change(small_settings: IndexerSettings) -> None:
    build(small_settings)
    assert build(small_settings.model_copy(update={"passage_words": 90})).changed


def test_a_damaged_live_release_is_built_again(small_settings: IndexerSettings) -> None:
    first = build(small_settings)
    (small_settings.release_dir / first.id / "entries.json").write_text("[]", encoding="utf-8")
    second = build(small_settings)
    assert second.changed
    assert load_release(small_settings.release_dir, MODELS).id == second.id


def test_only_as_many_releases_are_kept_as_wanted(small_settings: IndexerSettings) -> None:
    made = []
    for number in range(5):
        edit(small_settings, TOYS, "description: ", f"description: Number {number}. ")
        made.append(build(small_settings).id)
    kept = release_ids(small_settings.release_dir)
    assert len(kept) == small_settings.keep_releases == 3
    assert made[-1] == live_id(small_settings.release_dir)
    assert made[-1] in kept
    assert set(kept) <= set(made)


def test_after_a_rollback_a_build_publishes_anew(small_settings: IndexerSettings) -> None:
    first = build(small_settings)
    old = small_settings.release_dir / "2001-01-01T00-00-00Z-000000"
    shutil.copytree(small_settings.release_dir / first.id, old)
    manifest = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    del manifest["checksum"]
    manifest |= {"id": old.name, "inputs": "of another time"}
    manifest["checksum"] = building.release._digest(manifest)
    (old / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert rollback(small_settings.release_dir) == old.name
    done = build(small_settings)
    assert done.changed
    assert live_id(small_settings.release_dir) == done.id != old.name


def test_progress_is_told_by_title(small_settings: IndexerSettings) -> None:
    told: dict[str, list[int]] = {}

    @contextmanager
    def progress(title: str, total: int) -> Iterator[Callable[[int], object]]:
        told[title] = [total, 0]

        def advance(count: int) -> None:
            told[title][1] += count

        yield advance

    build(small_settings, progress)
    assert set(told) == {"Embedding", "Learning from the messages"}
    assert all(total == done > 0 for total, done in told.values())


# documents


def with_documents(settings: IndexerSettings, folder: Path, url: str | None = None) -> IndexerSettings:
    folder.mkdir(exist_ok=True)
    return settings.model_copy(update={"documents": (DocumentFolder(name="Town papers", path=folder, url=url),)})


def test_a_document_is_cited_by_its_section(small_settings: IndexerSettings, tmp_path: Path) -> None:
    settings = with_documents(small_settings, tmp_path / "papers", "https://papers.example.org/")
    (tmp_path / "papers" / "plan.md").write_text(REPORT, encoding="utf-8")
    done = build(settings)
    assert done.documents == 1
    found = load_release(settings.release_dir, MODELS)
    cited = {p.section: p for p in found.passages if p.entry is None}
    assert {"Plan for the toy library > Money", "Plan for the toy library > Visits > Time limits"} <= set(cited)
    passage = cited["Plan for the toy library > Visits > Time limits"]
    assert (passage.title, passage.url, passage.dated) == ("Plan for the toy library", "https://papers.example.org/plan.md", "2024-03")
    assert [passage.quote(i) for i in range(2)] == ["A worker must visit within 3 weeks.", "Nobody should wait for longer than that."]
    question = found.encoder.encode(["how soon must a worker visit after someone asks"], "question")
    _, nearest = found.vectors.search(question, 1)
    assert found.passages[int(nearest[0][0])] == passage
    assert found.passages[int(found.keywords.scores("must visit within 3 weeks").argmax())] == passage


@pytest.mark.parametrize("name", ["late.pdf", "late.docx", "late.html"])
def test_a_corrupt_document_among_good_ones_is_skipped_named_and_counted(small_settings: IndexerSettings, tmp_path: Path, name: str) -> None:
    settings = with_documents(small_settings, tmp_path / "papers")
    for good in ("a.md", "z.md"):
        (tmp_path / "papers" / good).write_text(REPORT, encoding="utf-8")
    (tmp_path / "papers" / name).write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Cat" if name != "late.html" else b"  \n ")
    done = build(settings)
    assert done.documents == 2
    (skipped,) = done.skipped
    assert skipped.path == name
    assert skipped.reason
    found = load_release(settings.release_dir, MODELS)
    assert found.manifest["skipped"] == [{"path": name, "reason": skipped.reason}]
    assert {p.document for p in found.passages if p.entry is None} == {"town-papers/a", "town-papers/z"}
    assert build(settings).skipped == (Skipped(name, skipped.reason),)


def test_a_document_that_changes_or_goes_is_seen(small_settings: IndexerSettings, tmp_path: Path) -> None:
    settings = with_documents(small_settings, tmp_path / "papers")
    path = tmp_path / "papers" / "plan.md"
    path.write_text(REPORT, encoding="utf-8")
    build(settings)
    path.write_text(REPORT.replace("3 weeks", "4 weeks"), encoding="utf-8")
    second = build(settings)
    assert (second.changed, second.embedded) == (True, 1)
    path.unlink()
    third = build(settings)
    assert (third.changed, third.documents, third.embedded) == (True, 0, 0)


# content that cannot be used


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda c: (c / TOYS).write_text((c / TOYS).read_text(encoding="utf-8").replace("needs:", "need:"), encoding="utf-8"),
         r"services/toy-library\.md:\d+: need: unknown field"),
        (lambda c: (c / "asked_as/no-such.txt").write_text("x\n", encoding="utf-8"), r"asked_as/no-such\.txt: no entry has the id 'no-such'"),
        (lambda c: (c / "words.toml").unlink(), r"words\.toml: missing from the content folder"),
        (lambda c: (c / "urgent.toml").unlink(), r"urgent\.toml: missing from the content folder"),
        (lambda c: (c / "replies.toml").write_text("[lines\n", encoding="utf-8"), r"replies\.toml: .*line 1"),
        (lambda c: [shutil.rmtree(c / kind) for kind in ("services", "topics")] and shutil.rmtree(c / "asked_as"), "no entries in "),
    ],
)
def test_faulty_content_publishes_nothing(small_settings: IndexerSettings, spoil: Callable[[Path], object], words: str) -> None:
    first = build(small_settings)
    spoil(small_settings.content)
    with pytest.raises(ContentError, match=words):
        build(small_settings)
    assert load_release(small_settings.release_dir, MODELS).id == first.id
    assert left_over(small_settings) == []


def test_a_model_that_is_not_there_publishes_nothing(small_settings: IndexerSettings) -> None:
    first = build(small_settings)
    with pytest.raises(ModelError, match="is not installed"):
        build(small_settings.model_copy(update={"model": "package:no_such_model"}))
    assert load_release(small_settings.release_dir, MODELS).id == first.id


def test_asked_as_gathers_every_way_of_asking(small_content: Path) -> None:
    (small_content / "asked_as/toy-shelf.txt").write_text("the toy shelf\n\n", encoding="utf-8")
    found = asked_as(small_content, load_entries(small_content))
    assert set(found) == {"toy-library", "swimming-club", "bus-pass", "!out-of-scope"}
    assert {"Toy library", "Play bus", "toys for my baby", "the toy shelf"} <= set(found["toy-library"])
    assert {"where can he learn to swim", "can she learn to swim"} <= set(found["swimming-club"])
    assert "" not in {text for texts in found.values() for text in texts}


# a full disk, a lock


@pytest.mark.parametrize(
    "name",
    ["words.toml", "replies.toml", "entries.json", "passages.json", "vectors.faiss", "sentences.npy", "learned.npz", "learned.json", "manifest.json"],
)
def test_a_full_disk_leaves_the_live_release_untouched(small_settings: IndexerSettings, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whichever file does not fit: here each in turn is a link to the device that is always full."""
    first = build(small_settings)
    before = files(small_settings, first.id)

    def mkdtemp(prefix: str, dir: Path) -> str:
        folder = dir / f"{prefix}full"
        folder.mkdir()
        (folder / name).symlink_to("/dev/full")
        return str(folder)

    edit(small_settings, TOYS, "lends toys", "lends many toys")
    with monkeypatch.context() as patch:
        patch.setattr(building.tempfile, "mkdtemp", mkdtemp)
        with pytest.raises(ReleaseError, match=r"the release could not be written .*; the live one is untouched"):
            build(small_settings)
    assert load_release(small_settings.release_dir, MODELS).id == first.id
    assert files(small_settings, first.id) == before
    assert left_over(small_settings) == []
    assert build(small_settings).changed


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("indexer.build.Keywords.save", FULL),
        ("indexer.learning.Learned.save", FULL),
        ("indexer.build.release._sync", FULL),
        ("indexer.build.release.publish", FULL),
        ("indexer.build.release.switch", FULL),
        ("indexer.build.EmbeddingCache.vectors", sqlite3.OperationalError("database or disk is full")),
        ("indexer.build.EmbeddingCache.close", sqlite3.OperationalError("database or disk is full")),
    ],
)
def test_a_write_that_fails_leaves_the_live_release_untouched(
    small_settings: IndexerSettings, monkeypatch: pytest.MonkeyPatch, target: str, fault: Exception
) -> None:
    first = build(small_settings)
    edit(small_settings, TOYS, "lends toys", "lends many toys")
    edit(small_settings, "asked_as/toy-library.txt", "play bus", "the play bus")

    def fail(*_: object, **__: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(target, fail)
        with pytest.raises(ReleaseError) as caught:
            build(small_settings)
    reason = "No space left on device" if fault is FULL else "database or disk is full"
    assert str(caught.value) == f"the release could not be written ({reason}); the live one is untouched"
    assert load_release(small_settings.release_dir, MODELS).id == first.id


def config(settings: IndexerSettings, folder: Path) -> Path:
    path = folder / "config.toml"
    path.write_text(
        f"[indexer]\ncontent = '{settings.content}'\nrelease_dir = '{settings.release_dir}'\n"
        f"model_dir = '{MODELS}'\nmodel_lock = '{LOCK}'\nadapter = '{settings.adapter}'\n",
        encoding="utf-8",
    )
    return path


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "indexer", "build", "--config", str(path)]


def test_a_process_that_may_write_no_more_says_so_without_a_traceback(small_settings: IndexerSettings, tmp_path: Path) -> None:
    first = build(small_settings)
    edit(small_settings, TOYS, "lends toys", "lends many toys")
    done = subprocess.run(
        command(config(small_settings, tmp_path)), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
    )
    assert done.returncode == 2
    assert "the release could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert load_release(small_settings.release_dir, MODELS).id == first.id


def test_a_lock_held_by_another_process_is_told(small_settings: IndexerSettings) -> None:
    first = build(small_settings)
    script = "import pathlib, sys, indexer.release as r\nwith r.locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(small_settings.release_dir)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        words = f"another build is at work in {small_settings.release_dir}; try again when it has ended"
        for attempt in (lambda: build(small_settings, force=True), lambda: rollback(small_settings.release_dir)):
            with pytest.raises(ReleaseError) as caught:
                attempt()
            assert str(caught.value) == words
        assert load_release(small_settings.release_dir, MODELS).id == first.id
    finally:
        holder.kill()
        holder.communicate()
    assert build(small_settings).id == first.id


# being killed

OWN = {name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")}
ONE_THREAD = {**OWN, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
KILLS, FROM_START = 10, 4
"""Builds killed in each of two folders side by side, and how many of them at a random moment of the whole; the others are killed
at a random moment soon after a step of building or publishing is seen."""


def test_a_build_killed_at_any_moment_leaves_a_whole_release(small_settings: IndexerSettings, tmp_path: Path) -> None:
    def run(number: int) -> list[bool]:
        folder = tmp_path / str(number)
        content = write_small_content(folder / "content")
        return _killed(small_settings.model_copy(update={"content": content, "release_dir": folder / "releases"}), folder, random.Random(number))

    with ThreadPoolExecutor(2) as both:
        outcomes = [kept for some in both.map(run, (20, 21)) for kept in some]
    assert len(outcomes) == 20
    assert set(outcomes) == {True, False}


def _killed(settings: IndexerSettings, folder: Path, chance: random.Random) -> list[bool]:
    """Kill builds one after the other; for each, whether the release before it was kept. After each there must be a whole one."""
    arguments = command(config(settings, folder))
    edit(settings, TOYS, "description: The", "description: Round 0. The")
    began = time.monotonic()
    subprocess.run(arguments, cwd=ROOT, env=ONE_THREAD, capture_output=True, timeout=120, check=True)
    whole = time.monotonic() - began

    releases = settings.release_dir
    steps: list[Callable[[set[str]], bool]] = [
        lambda _: any(releases.glob(".building-*")),
        lambda _: any(releases.glob(".building-*/learned.npz")),
        lambda _: any(releases.glob(".building-*/manifest.json")),
        lambda known: not set(release_ids(releases)) <= known,
        lambda known: live_id(releases) not in known,
    ]
    plan: list[tuple[Callable[[set[str]], bool] | None, float]] = [(None, chance.uniform(0, whole)) for _ in range(FROM_START)]
    plan += [(steps[number % len(steps)], chance.choice((0.0, chance.uniform(0, 0.01)))) for number in range(KILLS - FROM_START)]
    chance.shuffle(plan)
    outcomes = []
    before = load_release(releases, MODELS)
    for number, (seen, moment) in enumerate(plan, 1):
        edit(settings, TOYS, f"Round {number - 1}.", f"Round {number}.")
        _kill(arguments, partial(seen, set(release_ids(releases))) if seen else None, moment)
        after = load_release(releases, MODELS)
        said = after.entries["toy-library"].description
        assert len(after.entries) == 3
        if after.id == before.id:
            assert said == before.entries["toy-library"].description
        else:
            assert said.startswith(f"Round {number}. ")
        outcomes.append(after.id == before.id)
        before = after

    done = build(settings)
    last = load_release(releases, MODELS)
    assert last.id == done.id
    assert last.entries["toy-library"].description.startswith(f"Round {KILLS}. ")
    assert all(verify(releases / id) for id in release_ids(releases))
    assert left_over(settings) == []
    return outcomes


def _kill(arguments: list[str], seen: Callable[[], bool] | None, moment: float) -> None:
    """Start a process and kill it ``moment`` seconds after something is seen, or after its start."""
    process = subprocess.Popen(arguments, cwd=ROOT, env=ONE_THREAD, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    while seen and process.poll() is None and not seen():
        time.sleep(0.0005)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
