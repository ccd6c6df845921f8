"""One process at a time: a lock on a file, which the system lets go when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_AGAIN_SECONDS = 0.05


@contextmanager
def held(path: Path, busy: Exception, wait: float = 0) -> Iterator[None]:
    """Hold the lock on a file, which is made where it is missing, as its folder is.

    Args:
        path: the file; what is in it is lost.
        busy: what is raised where another holds it for longer.
        wait: seconds to wait at most for another holder to let go.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        until = time.monotonic() + wait
        while not _taken(file.fileno()):
            if time.monotonic() >= until:
                raise busy
            time.sleep(_LOOK_AGAIN_SECONDS)
        yield


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
