"""What differs between two releases: documents and entries that appeared, changed or vanished, and the questions that are now sent elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer import release
from indexer.errors import ReleaseError, WaymarkError
from indexer.wording import load_toml

_STAMP = len("2026-11-22T10-15-03Z")
WORDINGS = "wordings.toml"
"""The content's own needs in several wordings, asked where no question file is given."""


@dataclass(frozen=True)
class Changes:
    """Keys that appeared, changed and vanished, each sorted."""

    appeared: tuple[str, ...]
    changed: tuple[str, ...]
    vanished: tuple[str, ...]

    @classmethod
    def between(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
        """The changes from one mapping to another."""
        return cls(
            tuple(sorted(after.keys() - before.keys())),
            tuple(sorted(key for key in before.keys() & after.keys() if before[key] != after[key])),
            tuple(sorted(before.keys() - after.keys())),
        )


@dataclass(frozen=True)
class Moved:
    """A question whose answer differs: the outcome and the place to start, before and after."""

    id: str
    question: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What differs between two releases. ``asked`` is the number of questions that were put to both."""

    before: str
    after: str
    entries: Changes
    documents: Changes
    moved: tuple[Moved, ...]
    asked: int


def compare(release_dir: Path, before: str, after: str, questions: Sequence[Mapping[str, Any]], config: Path | None = None) -> Difference:
    """Compare two releases.

    Args:
        release_dir: where they are.
        before: the id of the one.
        after: the id of the other.
        questions: put to both, each with ``id``, ``turns`` and ``channel``.
        config: the configuration file with which to answer.

    Raises:
        ReleaseError: if one of them is not there, or altered.
        WaymarkError: if one of them cannot answer.
    """
    held = [_held(release_dir, id) for id in (before, after)]
    told = [_told(release_dir, id, questions, config) for id in (before, after)] if questions else [{}, {}]
    moved = [
        Moved(str(q["id"]), " / ".join(q["turns"]), told[0][str(q["id"])], told[1][str(q["id"])])
        for q in questions
        if told[0][str(q["id"])] != told[1][str(q["id"])]
    ]
    entries, documents = (Changes.between(held[0][what], held[1][what]) for what in ("entries", "documents"))
    return Difference(before, after, entries, documents, tuple(moved), len(questions))


def two_ids(release_dir: Path, before: str | None, after: str | None) -> tuple[str, str]:
    """The releases meant: by default the live one, and the one before it.

    Raises:
        ReleaseError: if there are not two.
    """
    ids = release.release_ids(release_dir)
    later = after or release.live_id(release_dir)
    older = [id for id in ids if later and id != later and id[:_STAMP] <= later[:_STAMP]]
    earlier = before or max(older, key=lambda known: (known[:_STAMP], (release_dir / known).stat().st_mtime_ns), default=None)
    for id in (earlier, later):
        if id is None or id not in ids:
            raise ReleaseError(f"no release {id or 'to compare with'} in {release_dir}; there are: {', '.join(ids) or 'none'}")
    return str(earlier), str(later)


def load_questions(file: Path | None, content: Path) -> list[dict[str, Any]]:
    """Questions of a file of JSON lines, or the content's wordings.

    Raises:
        WaymarkError: if the file cannot be read, naming the line.
    """
    if file is None:
        path = content / WORDINGS
        needs = load_toml(path).get("needs", []) if path.exists() else []
        ways = (("parent", "web"), ("text_message", "sms"), ("professional", "web"))
        asked = ((f"{n}-{who}", need[who], channel) for n, need in enumerate(needs, 1) for who, channel in ways if who in need)
        return [{"id": id, "turns": [text], "channel": channel} for id, text, channel in asked]
    found, number = list[dict[str, Any]](), 0
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            number += 1
            if line.strip():
                item = json.loads(line)
                found.append({"id": str(item["id"]), "turns": list(item["turns"]), "channel": item.get("channel", "web")})
    except OSError as fault:
        raise WaymarkError(f"cannot read {file}: {fault.strerror}") from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise WaymarkError(f"{file}, line {number}: expected an object with id and turns ({fault!r})") from fault
    return found


def as_text(difference: Difference) -> str:
    """A difference as people read it."""
    lines = [f"from {difference.before}", f"to   {difference.after}"]
    for name, changes in (("entries", difference.entries), ("documents", difference.documents)):
        for what in ("appeared", "changed", "vanished"):
            keys = getattr(changes, what)
            lines.append(f"{name} {what}: {len(keys)}")
            lines += [f"  {key}" for key in keys]
    lines.append(f"answers moved: {len(difference.moved)} of {difference.asked} questions")
    for moved in difference.moved:
        lines += [f"  {moved.id}: {moved.question}", f"    before: {moved.before}", f"    after:  {moved.after}"]
    return "\n".join(lines)


def _held(release_dir: Path, id: str) -> dict[str, dict[str, Any]]:
    """Entries of a release by id, and its documents by address."""
    folder = release_dir / id
    release.verify(folder)
    read = {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in ("entries", "passages")}
    documents: dict[str, list[Any]] = defaultdict(list)
    for passage in read["passages"]:
        if passage["entry"] is None:
            documents[passage["url"]].append([passage["title"], passage["heading"], passage["text"], passage["page"], passage.get("kept_from")])
    return {"entries": {entry["id"]: entry for entry in read["entries"]}, "documents": documents}


def _told(release_dir: Path, id: str, questions: Sequence[Mapping[str, Any]], config: Path | None) -> dict[str, str]:
    """What a release tells for each question: asked through the bot's command line, since this room knows nothing of answering."""
    command = [sys.executable, "-m", "bot", "ask", "--batch", "-", "--release", id, "--release-dir", str(release_dir)]
    command += ["--config", str(config)] if config else []
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path})  # noqa: S603
    if done.returncode:
        raise WaymarkError(f"release {id} cannot answer: {done.stderr.strip()}")
    told = {}
    for line in done.stdout.splitlines():
        reply = json.loads(line)
        told[str(reply["id"])] = " -> ".join([reply["outcome"], *(signpost["id"] for signpost in reply["signposts"][:1])])
    return told
