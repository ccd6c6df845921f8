"""The live engine without what is switched off. Each server process looks once a second, so a change holds everywhere within about that."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from bot.off import NOTHING_OFF, Off
from web.site import AnswersQuestions, SupportsCurrent
from web.staff.switches.store import Switches

log = logging.getLogger("waymark.web")
LOOK_SECONDS = 1.0


class SwitchedLive:
    """Gives the engine as families have it. ``clock`` gives seconds that only rise. Safe to share between threads.

    One thread looks at a time and the others go on with what is known; where the database cannot be read, so does that one.
    """

    def __init__(self, live: SupportsCurrent, switches: Switches, clock: Callable[[], float] = time.monotonic) -> None:
        self._live, self._switches, self._clock = live, switches, clock
        self._off: Off = NOTHING_OFF
        self._look_at = float("-inf")
        self._lock = threading.Lock()

    def current(self) -> AnswersQuestions:
        """The engine to answer with; raises WaymarkError where there is no usable release."""
        engine, off = self._live.current(), self.off()
        return engine.without(off) if off else engine

    def off(self) -> Off:
        """What is off, as known here: at most about a second old, while the database can be read."""
        first = self._look_at == float("-inf")
        if self._clock() >= self._look_at and self._lock.acquire(blocking=first):
            try:
                if self._clock() >= self._look_at:
                    self._look()
            finally:
                self._lock.release()
        return self._off

    def look_now(self) -> None:
        """Know a change at once in this process, that of whoever has made it."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        try:
            self._off = self._switches.off()
        except SQLAlchemyError:
            log.exception("switches not read; what was off stays off")
        self._look_at = self._clock() + LOOK_SECONDS
