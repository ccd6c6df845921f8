"""Does a thing again and again, until the process is told to stop."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Callable
from types import FrameType

from indexer.errors import WaymarkError


def repeat(work: Callable[[], object], seconds: float, say: Callable[[str], object]) -> None:
    """Do some work, wait, and do it again. What a person can put right is said, as is what a disk or database refuses, and tried again the next time.

    SIGTERM and SIGINT end the wait at once; work that is under way is interrupted as by the keyboard.
    """
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not stop.is_set():
            try:
                work()
            except WaymarkError as fault:
                say(str(fault))
            except (OSError, sqlite3.Error) as fault:
                say(f"{type(fault).__name__}: {fault}")
            stop.wait(seconds)
    except KeyboardInterrupt:
        say("stopped")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
