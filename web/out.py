"""What a command gives: to standard output, or into a file that is named."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from indexer.errors import WaymarkError


def give(data: bytes, file: Path | None) -> None:
    """Print some bytes as they are, or write them to a file and say so.

    Raises:
        WaymarkError: if the file cannot be written.
    """
    if file is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return
    try:
        file.write_bytes(data)
    except OSError as fault:
        raise WaymarkError(f"cannot write {file}: {os.strerror(fault.errno or 0)}") from fault
    print(f"written to {file}")
