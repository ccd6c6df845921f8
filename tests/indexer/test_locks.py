"""One process at a time."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.errors import ReleaseError
from indexer.locks import held

HOLDER = """
import sys, time
from pathlib import Path
from indexer.locks import held
with held(Path(sys.argv[1]), OSError()):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_holder_is_refused_and_a_later_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "lock"
    busy = ReleaseError("somebody is at work")
    with held(path, busy), pytest.raises(ReleaseError, match="somebody is at work"), held(path, busy):
        pass
    with held(path, busy):
        pass


def test_a_holder_that_is_killed_lets_go_and_one_who_waits_has_it_then(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        begun = time.monotonic()
        with pytest.raises(ReleaseError), held(path, ReleaseError("held"), wait=0.3):
            pass
        assert time.monotonic() - begun >= 0.3
        holder.kill()
        with held(path, ReleaseError("held"), wait=10):
            pass
