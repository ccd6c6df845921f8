"""Does one piece of background work in a process of its own (``python -m web work NUMBER WORKER``), behind whatever families ask."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from indexer.errors import WaymarkError
from web.staff.jobs import BROKEN, DONE, LEASE_SECONDS, Task
from web.staff.room import Room

log = logging.getLogger("waymark.web")

KINDS: Mapping[str, str] = {
    "consistency": "web.staff.consistency.work:ask",
    "questions": "web.staff.questions.work:answer",
    "preview": "web.staff.content.moves:try_out",
    "publish": "web.staff.content.publishing:publish",
    "checks": "web.staff.attention.checking:check_content",
    "links": "web.staff.attention.checking:check_links",
}
"""Where the function of each kind of work is, as ``module:function``. It takes a :class:`Bench` and returns the result, ready for JSON."""


class StoppedError(WaymarkError):
    """The work was stopped, or is no longer this process's."""


class Bench:
    """What a piece of work has at hand: the console, the job, and a way to say how far it is. It must be able to begin again where it was."""

    def __init__(self, room: Room, task: Task) -> None:
        self.room, self.task = room, task
        self._lost = threading.Event()

    def step(self, done: int, total: int, note: str = "") -> None:
        """Say how far the work is.

        Raises:
            StoppedError: if it must not go on.
        """
        if self._lost.is_set() or not self.room.jobs.renew(self.task.number, self.task.worker, done=done, total=total, note=note):
            self._lost.set()
            raise StoppedError("stopped")

    def keep(self, ended: threading.Event) -> None:
        """Renew the lease until the work has ended."""
        while not ended.wait(LEASE_SECONDS / 4):
            if not self.room.jobs.renew(self.task.number, self.task.worker):
                self._lost.set()
                return


def work(room: Room, number: int, worker: str) -> None:
    """Do a job that this worker has claimed, and say what came of it."""
    task = room.jobs.find(number)
    if task is None or task.worker != worker or task.over:
        return
    bench, ended = Bench(room, task), threading.Event()
    keeper = threading.Thread(target=bench.keep, args=(ended,), daemon=True)
    keeper.start()
    try:
        result = _function(task.kind)(bench)
    except StoppedError:
        log.info("work stopped")
    except WaymarkError as fault:
        room.jobs.end(number, worker, BROKEN, str(fault))
    except Exception as fault:  # whoever waits for it is told
        log.exception("work failed")
        room.jobs.end(number, worker, BROKEN, f"It failed ({type(fault).__name__}); the log says where.")
    else:
        room.jobs.end(number, worker, DONE, result=result)
    finally:
        ended.set()
        keeper.join()


def main(config: Path | None, number: int, worker: str) -> None:
    """Do a job in this process, which stands back behind those that answer families."""
    from web.database import Database
    from web.logs import set_up
    from web.settings import load_web_settings

    settings = load_web_settings(config)
    os.nice(settings.work_nice)
    set_up()
    database = Database(settings)
    try:
        work(Room(settings, database, config), number, worker)
    finally:
        database.close()


def _function(kind: str) -> Callable[[Bench], Mapping[str, Any]]:
    module, _, name = KINDS[kind].partition(":")
    found: Callable[[Bench], Mapping[str, Any]] = getattr(import_module(module), name)
    return found
