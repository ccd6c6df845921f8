"""The one place that changes content files. A change is recorded as begun, made in one step, and recorded as done; or only offered as a patch."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select, update

from indexer.errors import WaymarkError
from indexer.locks import held
from web.staff.audit import BEGUN, DONE, NOT_DONE, Who
from web.staff.content import files
from web.staff.content.files import File, FileError, digest_of
from web.staff.content.models import ContentChange
from web.staff.models import AuditEntry
from web.staff.room import Room

UNCLEAR = "unclear"
"""State of a change that was broken off, and whose file has since been altered by someone else: nobody can tell any more."""
_WAIT_SECONDS = 10.0
LOCK = ".content-lock"


class StaleError(WaymarkError):
    """The file is no longer what the editor saw. ``now`` is what it holds."""

    def __init__(self, now: File) -> None:
        super().__init__(f"{now.path} has been changed by someone else since you opened it. Nothing is lost: both texts are shown here.")
        self.now = now


@dataclass(frozen=True)
class Draft:
    """A change to be made: ``seen`` is the digest of the file as the editor saw it, empty where there was none.

    ``action`` and ``subject`` are how the audit trail calls it; ``before`` and ``after`` what it shows there, by default the whole texts.
    """

    path: str
    seen: str
    text: str
    action: str
    subject: str
    before: str | None = None
    after: str | None = None


class Store:
    """Reads and changes the content folder of one console. Safe to share between threads and processes."""

    def __init__(self, room: Room) -> None:
        self._room, self.content = room, room.indexer.content
        self._lock = room.indexer.release_dir / LOCK
        self.writes = room.settings.content_writes

    def read(self, path: str) -> File:
        """A file as an editor should see it: where changes are only offered, with the one that is offered for it.

        Raises:
            FileError: if it cannot be read.
        """
        now = files.read(self.content, path)
        return next((offer for offer in self.offers().values() if offer.path == path), now) if not self.writes else now

    def offers(self) -> dict[int, File]:
        """Files as they would be with the changes that are offered for them, by number of the change; those taken over are offers no longer."""
        query = select(ContentChange).where(ContentChange.offered, ~ContentChange.closed).order_by(ContentChange.number)
        with self._room.database.reads() as session:
            kept = [(row.number, row.path, row.old, row.new, row.after) for row in session.scalars(query)]
        return {
            number: File(path, zlib.decompress(after).decode("utf-8"), new)
            for number, path, old, new, after in kept
            if files.read(self.content, path).digest == old != new
        }

    def change(self, draft: Draft, who: Who, reason: str, at: Callable[[str], object] = lambda _step: None) -> int:
        """Make a change, or offer it where nothing may be written; its number in the audit trail.

        Raises:
            StaleError: if the file is no longer what the editor saw.
            FileError: if it cannot be written, or someone else is writing for too long; the file is as it was.
        """
        with self.locked():
            self._reconcile()
            seen = self.read(draft.path)
            if seen.digest != draft.seen:
                raise StaleError(seen)
            on_disk = files.read(self.content, draft.path)
            number = self._begin(draft, on_disk, who, reason)
            if not self.writes:
                return number
            at("begun")
            try:
                files.replace(self.content, draft.path, draft.text, number, at)
            except FileError:
                self._room.audit.settle(number, NOT_DONE)
                raise
            at("settle")
            self._room.audit.settle(number, DONE)
            return number

    def withdraw(self, number: int, who: Who, reason: str) -> bool:
        """Take back a change that is offered; False where there is no such offer."""
        with self._room.database.writes.begin() as session:
            row = session.get(ContentChange, number)
            if row is None or not row.offered or row.closed:
                return False
            row.closed = True
            self._room.audit.record(session, who, "withdraw change", row.path, before=f"change {number} offered", after="withdrawn", reason=reason)
        return True

    def reconcile(self) -> None:
        """Find out what became of changes that were broken off: the file itself tells."""
        with self.locked():
            self._reconcile()

    def first_texts(self) -> Mapping[str, str]:
        """What stood in each file before the first of the written changes that have not been taken into git, by path."""
        query = select(ContentChange).join(AuditEntry, AuditEntry.number == ContentChange.number)
        query = query.where(~ContentChange.offered, ~ContentChange.closed, AuditEntry.state != NOT_DONE).order_by(ContentChange.number.desc())
        with self._room.database.reads() as session:
            return {row.path: zlib.decompress(row.before).decode("utf-8") for row in session.scalars(query)}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the content folder, so that nobody else changes it meanwhile.

        Raises:
            FileError: if someone else holds it for too long.
        """
        busy = FileError("Someone else is saving at this moment. Nothing has been changed; try again.")
        with held(self._lock, busy, _WAIT_SECONDS):
            yield

    def _begin(self, draft: Draft, now: File, who: Who, reason: str) -> int:
        before = now.text if draft.before is None else draft.before
        after = draft.text if draft.after is None else draft.after
        state, action = (BEGUN, draft.action) if self.writes else (DONE, f"offer: {draft.action}")
        with self._room.database.writes.begin() as session:
            entry = self._room.audit.record(session, who, action, draft.subject[:200], before=before, after=after, reason=reason, state=state)
            session.flush()
            if not self.writes:
                session.execute(update(ContentChange).where(ContentChange.path == draft.path, ContentChange.offered).values(closed=True))
            texts = zlib.compress(now.text.encode()), b"" if self.writes else zlib.compress(draft.text.encode())
            new = digest_of(draft.text.encode())
            row = ContentChange(number=entry.number, path=draft.path, old=now.digest, new=new, before=texts[0], after=texts[1])
            row.offered, row.closed = not self.writes, False
            session.add(row)
            return entry.number

    def _reconcile(self) -> None:
        query = select(AuditEntry.number, ContentChange.path, ContentChange.old, ContentChange.new)
        query = query.join(ContentChange, AuditEntry.number == ContentChange.number).where(AuditEntry.state == BEGUN)
        with self._room.database.reads() as session:
            begun = session.execute(query).all()
        for number, path, old, new in begun:
            left = files.temporary(self.content, path, number)
            digest = files.read(self.content, path).digest
            state = DONE if digest == new else NOT_DONE if digest == old or left.exists() else UNCLEAR
            left.unlink(missing_ok=True)
            self._room.audit.settle(number, state)
