"""What the checks of the content found, kept until the content changes. The only place that queries the table of looks.

The checks take seconds, so no request waits for them: a job looks, and pages show what it found, and how old that is.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from web.database import Database
from web.staff.attention.models import Look
from web.staff.audit import Who
from web.staff.jobs import BROKEN, Jobs, Task

CONTENT, LINKS = "checks", "links"
"""Looks, and the kinds of work that make them: the content by itself, and the pages that it links to."""
LANE = "looking"
"""A lane of their own: pages that do not answer can take minutes, for which no publishing should have to wait."""
ITSELF = Who("Waymark", "system")


@dataclass(frozen=True)
class Seen:
    """A look: the state of the content that it was at, when it ended (seconds since 1970), and what it found (:mod:`checking`)."""

    state: str
    at: int
    found: Mapping[str, Any]


class Looks:
    """Keeps the last look of each name. ``clock`` gives seconds since 1970. Safe to share between threads and processes."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def last(self, name: str) -> Seen | None:
        """The last look; None where there was none."""
        with self._database.reads() as session:
            look = session.get(Look, name)
            return Seen(look.state, look.at, json.loads(look.found)) if look else None

    def keep(self, name: str, state: str, found: Mapping[str, Any]) -> None:
        """Keep a look in place of the one before."""
        with self._database.writes.begin() as session:
            session.merge(Look(name=name, state=state, at=int(self._clock()), found=json.dumps(found, ensure_ascii=False)))

    def today(self) -> date:
        """The day it is, UTC."""
        return datetime.fromtimestamp(self._clock(), UTC).date()


def state_of(content: Path, today: date) -> str:
    """What tells one state of the content folder from the next: names, sizes and times of its files. Another day is another state too."""
    sums = hashlib.sha256(today.isoformat().encode())
    for folder, folders, files in os.walk(content):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                try:
                    facts = os.stat(path := os.path.join(folder, name))
                except OSError:  # taken away at this moment, which is another state in any case
                    continue
                sums.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return sums.hexdigest()


def look_again(jobs: Jobs, state: str, seen: Seen | None) -> Task | None:
    """See that the content is checked where it has changed; the work that is under way or that broke, if any.

    Work that broke over the same state of the content is not begun again by itself.
    """
    newest = next(iter(jobs.listed(CONTENT, most=1)), None)
    if newest and not newest.over:
        return newest
    if seen and seen.state == state:
        return None
    if newest and newest.state == BROKEN and newest.args.get("state") == state:
        return newest
    return jobs.find(jobs.add(CONTENT, LANE, {"state": state}, ITSELF))
