"""Publishing from the console: a release is built aside, proven to answer, and made live in one step; and a former one is made live again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from indexer import release
from indexer.config import IndexerSettings
from indexer.errors import ReleaseError
from web.staff.audit import BEGUN, DONE, NOT_DONE, Who
from web.staff.content.aside import aside, build_aside, digests, folder_of, learned_anew
from web.staff.content.models import PublishedFiles
from web.staff.content.moves import compared, known_questions
from web.staff.content.store import UNCLEAR
from web.staff.models import AuditEntry
from web.staff.room import Room
from web.staff.work import Bench

PUBLISH, ROLL_BACK = "publish", "roll back"
_RESULT = "published.json"
_STEP = 10
_WAIT_SECONDS = 120
_TRIES = 3


def publish(bench: Bench) -> Mapping[str, Any]:
    """Build the content and make it live. The work of the kind ``publish``; killed at any moment, the live release stays whole, old or new.

    Raises:
        WaymarkError: if it cannot be built, or what is built cannot answer; the live release is untouched.
    """
    settle(bench.room)
    home = bench.room.indexer.release_dir
    kept = folder_of(bench) / _RESULT
    if kept.exists() and (said := json.loads(kept.read_text(encoding="utf-8")))["release"] == release.live_id(home):
        shutil.rmtree(kept.parent, ignore_errors=True)
        return dict(said)
    for _ in range(_TRIES):
        live = release.live_id(home)
        with aside(bench) as settings:
            result = _built(bench, settings, live)
            if result["changed"] and not _go_live(bench, settings, live, result):
                continue  # someone else has published meanwhile: compare with that
            return result
    raise ReleaseError("Others kept publishing at the same time. What families see is untouched by this attempt; try again.")


def roll_back(room: Room, id: str | None, who: Who, reason: str) -> str:
    """Make a former release live again, by default the one before the live one; its id.

    Raises:
        ReleaseError: if there is no such release, it fails its checksums, or a build is at work.
    """
    settle(room)
    home = room.indexer.release_dir
    with release.locked(home, 5):
        live = release.live_id(home)
        older = [known for known in release.release_ids(home) if live is None or known < live]
        wanted = id or (older[-1] if older else "")
        if wanted not in release.release_ids(home):
            raise ReleaseError(f"There is no release {wanted or 'before this one'} any more.")
        if release.verify(home / wanted).get("format") != release.FORMAT:
            raise ReleaseError(f"Release {wanted} was made by another version, and cannot be read by this one.")
        number = room.audit.note(who, ROLL_BACK, wanted, before=live or "", after=wanted, reason=reason, state=BEGUN)
        release.switch(home, wanted)
        room.audit.settle(number, DONE)
    return wanted


def settle(room: Room) -> None:
    """Find out what became of publishing that was broken off: the live release tells."""
    query = select(AuditEntry).where(AuditEntry.state == BEGUN, AuditEntry.action.in_((PUBLISH, ROLL_BACK)))
    with room.database.reads() as session:
        begun = [(entry.number, entry.before, entry.after) for entry in session.scalars(query)]
    if begun:
        with release.locked(room.indexer.release_dir, _WAIT_SECONDS):
            for number, before, after in begun:
                live = release.live_id(room.indexer.release_dir) or ""
                room.audit.settle(number, DONE if live == after else NOT_DONE if live == before else UNCLEAR)


def _built(bench: Bench, settings: IndexerSettings, live: str | None) -> dict[str, Any]:
    """Build aside, and put the known questions to both releases; one that cannot answer is refused here."""
    questions = known_questions(settings)
    total = 2 * len(questions) + 2 * _STEP
    bench.step(0, total, "building")
    built = build_aside(bench, settings, 0, total)
    result: dict[str, Any] = {"release": built.id, "before": live or "", "changed": built.changed, "entries": built.entries}
    result |= {"asked": 0, "moved": [], "learned": False, "skipped": [vars(skipped) for skipped in built.skipped]}
    if built.changed:
        before = live or built.id
        moved, _ = compared(bench, settings, before, built.id, questions, _STEP, total)
        result |= {"asked": len(questions), "moved": moved, "learned": learned_anew(settings, live, built.id)}
    return result


def _go_live(bench: Bench, settings: IndexerSettings, live: str | None, result: Mapping[str, Any]) -> bool:
    """Make the release live that was built aside; False where another one has become live meanwhile."""
    room, id = bench.room, str(result["release"])
    home, args = room.indexer.release_dir, bench.task.args
    (folder_of(bench) / _RESULT).write_text(json.dumps(result), encoding="utf-8")
    with release.locked(home, _WAIT_SECONDS):
        if release.live_id(home) != live:
            return False
        bench.step(result["asked"], result["asked"] + 1, "going live")
        with room.database.writes.begin() as session:
            session.merge(PublishedFiles(release=id, files=json.dumps(digests(settings.content))))
            who = Who(str(args["who"]), str(args["role"]))
            entry = room.audit.record(session, who, PUBLISH, id, before=live or "", after=id, reason=str(args["reason"]), state=BEGUN)
            session.flush()
            number = entry.number
        release.publish(settings.release_dir / id, home, id, settings.keep_releases)
        room.audit.settle(number, DONE)
    return True
