"""Output that closes before all is said."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TELLS = "import sys; from indexer.output import until_closed; sys.exit(until_closed(lambda: print('a line\\n' * {lines}) or 0))"


@pytest.mark.parametrize("lines", [1, 100_000])
def test_who_has_had_enough_is_not_told_of_it(lines: int) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        told = subprocess.run([sys.executable, "-c", TELLS.format(lines=lines)], stdout=write, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(write)
    assert (told.returncode, told.stderr) == (1, b"")


def test_the_status_is_the_command_s_own() -> None:
    told = subprocess.run([sys.executable, "-c", TELLS.replace("or 0", "or 2").format(lines=1)], capture_output=True, check=False)
    assert (told.returncode, told.stdout) == (2, b"a line\n\n")
