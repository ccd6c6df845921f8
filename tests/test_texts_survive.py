"""The real server, killed twice while texts are in flight: each of them gets exactly one reply. ``python -m tests.killed`` does more of it."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from tests.killed import run


def test_every_text_is_answered_once_though_the_server_is_killed(release_dir: Path, tmp_path: Path) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    settings = {"WAYMARK_INDEXER__RELEASE_DIR": str(release_dir)}
    counted = run(kills=2, texts=24, folder=tmp_path, port=port, settings=settings, command=[sys.executable, "-m", "web", "serve"])
    assert (counted.texts, counted.none, counted.more, counted.left) == (48, 0, 0, [])
