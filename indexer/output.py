"""Standard output that may close before all is said, as it does in ``python -m bot ask ... | head``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def until_closed(main: Callable[[], int]) -> int:
    """The exit status of a command; 1 where whoever read its output has had enough of it."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would fail once more when it flushes at its end
        return 1
    return status
