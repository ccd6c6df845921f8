"""The embedding runtime tells nobody that it is used, and leaves nothing behind in the home folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.config import IndexerSettings
from indexer.release import live_id, verify

ROOT = Path(__file__).resolve().parent.parent

ENCODE = """
import sys
from pathlib import Path
from {module} import *
from indexer.encoder import Encoder
print(Encoder(Path(sys.argv[1])).encode(["a question"], "question").shape)
"""


@pytest.mark.parametrize("module", ["indexer.encoder", "indexer.model", "bot.engine", "web.app"])
@pytest.mark.parametrize("given", [{}, {"ORT_DISABLE_TELEMETRY": "0"}], ids=["unset", "set to 0"])
def test_the_runtime_keeps_no_id_and_no_events(
    module: str, given: dict[str, str], indexer_settings: IndexerSettings, release_dir: Path, tmp_path: Path
) -> None:
    manifest = verify(release_dir / str(live_id(release_dir)))
    # a runtime that sees that it is being tested is silent of itself, so those signs are taken away
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    done = subprocess.run(
        [sys.executable, "-c", ENCODE.format(module=module), str(indexer_settings.model_dir / manifest["model"]["digest"])],
        cwd=ROOT, env={**kept, **given, "HOME": str(tmp_path)}, capture_output=True, text=True, check=True,
    )
    assert done.stdout.strip() == "(1, 384)"
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if "nnxruntime" in str(path) or "Microsoft" in str(path)] == []
