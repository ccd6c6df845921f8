"""Sees that background work gets done: looks for jobs that wait, and starts a process for each."""

from __future__ import annotations

import logging
import secrets
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from web.staff.jobs import Jobs, Task

log = logging.getLogger("waymark.web")
LOOK_SECONDS = 0.7


class Foreman:
    """One thread of a server process. Every server process has one; a job is claimed before it is begun, so that only one takes it.

    The processes are left to themselves: where the server dies, the work goes on, and where the work dies, the job is taken up again.
    """

    def __init__(self, jobs: Jobs, config: Path | None) -> None:
        self._jobs, self._config = jobs, config
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._look, name="foreman", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; work that is under way goes on."""
        self._stopped.set()
        if self._thread:
            self._thread.join()

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                while task := self._jobs.claim(secrets.token_hex(8)):
                    threading.Thread(target=self._do, args=(task,), daemon=True).start()
            except SQLAlchemyError:
                log.exception("no look for work")

    def _do(self, task: Task) -> None:
        command = [sys.executable, "-m", "web", *(["--config", str(self._config)] if self._config else []), "work", str(task.number), task.worker]
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, start_new_session=True, check=False)  # noqa: S603
            self._jobs.lose(task.number, task.worker)  # nothing, where it has ended as it should
        except (OSError, SQLAlchemyError):
            log.exception("work not begun")
