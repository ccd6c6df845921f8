"""What tests share: one release built from the project's own content, an engine over it, and a small content folder to build from."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from bot.engine import Engine, open_engine
from bot.settings import BotSettings
from indexer.build import build
from indexer.config import IndexerSettings

ROOT = Path(__file__).resolve().parent.parent
TEST_RELEASES = ROOT / "var" / "test-releases"
MODELS = ROOT / "var" / "models"
LOCK = ROOT / "model.lock"
ADAPTER = ROOT / "adapter.safetensors"

os.environ["HF_HUB_OFFLINE"] = "1"


LONGEST = "test_staff_journey.py"
"""The file that takes longest. It is what the first process begins with, once it has built the release; all else is tested meanwhile."""
OTHERS_NICE = 5
"""By how much the other processes give way to the first one."""


def pytest_configure(config: pytest.Config) -> None:
    """Let the others give way: what waits for the release, and for the longest file, decides how long all takes."""
    if getattr(config, "workerinput", {}).get("workerid", "gw0") != "gw0":
        os.nice(OTHERS_NICE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One file that needs the release goes first, the longest if it is there, and the others that do go last."""
    needing = [item.path for item in items if "release_dir" in getattr(item, "fixturenames", ())]
    first = min(needing, key=lambda path: path.name != LONGEST, default=None)
    items.sort(key=lambda item: (item.path != first, item.path in needing))


@pytest.fixture(autouse=True)
def _settings_from_files_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the shell that runs the tests reaches them."""
    for name in [name for name in os.environ if name.startswith("WAYMARK_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def indexer_settings() -> IndexerSettings:
    """Settings for a release of the project's own content and model, kept apart from the one that is served."""
    return IndexerSettings(content=ROOT / "content", release_dir=TEST_RELEASES, model_dir=MODELS, model_lock=LOCK, adapter=ADAPTER, keep_releases=2)


@pytest.fixture(scope="session")
def release_dir(indexer_settings: IndexerSettings) -> Path:
    """The folder of that release, built where anything has changed since the last session. Never write to it: copy it."""
    TEST_RELEASES.mkdir(parents=True, exist_ok=True)
    with (TEST_RELEASES / ".session-lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two test sessions at once: the second waits for the first one's build
        build(indexer_settings)
    return TEST_RELEASES


@pytest.fixture(scope="session")
def engine(indexer_settings: IndexerSettings, release_dir: Path) -> Engine:
    """An engine over that release; with one thread, since tests run beside each other."""
    assert release_dir == indexer_settings.release_dir
    return open_engine(BotSettings(), indexer_settings.model_copy(update={"encoder_threads": 1}))


SMALL_ENTRIES = {
    "services/toy-library.md": """---
id: toy-library
kind: service
name: Toy library
alternate_names: [Play bus]
description: The toy library lends toys to families with a young child.
eligibility_description: The toy library is for children under 5.
application_process: Ring the toy library and ask for a visit.
url: https://toys.example.org
email: toys@example.org
phones:
  - {number: 0161 496 0101, hours: "Monday to Friday, 9am to 5pm", source: 1}
  - {number: 0161 496 0102, source: 2}
addresses: ["1 High Street, Stockport"]
minimum_age: 0
maximum_age: 4
needs: [learning]
areas: [reddish]
related: [swimming-club]
replaces: [toy-shelf]
missing: [waiting time]
review_due: 2099-01-01
sources:
  - {title: Toy library page, url: https://toys.example.org/about, dated: 2025-03, certainty: 3}
  - {title: A leaflet, dated: undated, certainty: 1}
---

## What happens next
A worker brings toys to your home. You can keep each toy for four weeks.

## If it does not work
Ask at the swimming club.
""",
    "services/swimming-club.md": """---
id: swimming-club
kind: service
name: Swimming club
description: The swimming club teaches disabled children to swim.
eligibility_description: The swimming club is for children aged 5 to 15.
application_process: Send the swimming club a text message.
phones:
  - {number: 07700 900123, type: text, source: 1}
minimum_age: 5
maximum_age: 15
needs: [physical]
related: [toy-library, bus-pass]
review_due: 2099-01-01
sources:
  - {title: Swimming club page, dated: "2024", certainty: 2}
asked_as: [where can he learn to swim]
---

## Good to know
The swimming club meets on Saturdays.
""",
    "topics/bus-pass.md": """---
id: bus-pass
kind: topic
name: Bus pass
description: A bus pass lets a disabled child ride for free.
application_process: Ask the bus company for a form.
related: [swimming-club]
review_due: 2099-01-01
sources:
  - {title: Travel Example Act 2001, dated: "2001", certainty: 3}
---

## Steps
1. Fill in the form.
2. Post the form with a photo.

## Time limits
The bus company must answer within 6 weeks.
""",
}
SMALL_ASKED = {
    "toy-library": ["where can i borrow toys", "toys for my baby", "my toddler needs toys to play with", "play bus"],
    "swimming-club": ["swimming lessons for my son", "is there a pool for disabled children", "can she learn to swim"],
    "bus-pass": ["free bus travel", "how do i get a bus pass", "he needs the bus to school"],
    "not-ours/out-of-scope": ["what is the capital of france", "bin collection day", "write me a poem"],
}
SMALL_WORDS = """
[spellings]
swiming = "swimming"
[opened]
bp = "bus pass"
[needs.learning]
name = "Learning"
words = ["learn*"]
[needs.physical]
name = "Physical"
words = ["wheelchair", "disabled"]
[askers]
parent = ["my son", "my daughter"]
"""
SMALL_URGENT = """
[[kinds]]
id = "fire"
name = "A fire"
first_line = "Get out and ring 999."
start = "toy-library"
also = ["swimming-club"]
[[rules]]
id = "fire"
kind = "fire"
any = ["house .. fire"]
"""
SMALL_PLACES = """
lives_there = ["i live in {}"]
[areas.reddish]
name = "Reddish"
words = ["reddish"]
districts = ["SK5"]
[districts]
SK5 = ["reddish"]
[elsewhere.hyde]
name = "Tameside"
words = ["hyde"]
"""

def write_small_content(folder: Path) -> Path:
    """Write a content folder of three made-up entries, with the project's own fixed wording, and return it."""
    files = {f"asked_as/{name}.txt": "\n".join(lines) + "\n" for name, lines in SMALL_ASKED.items()} | SMALL_ENTRIES
    files |= {"words.toml": SMALL_WORDS, "urgent.toml": SMALL_URGENT, "places.toml": SMALL_PLACES}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copyfile(ROOT / "content" / "replies.toml", folder / "replies.toml")
    return folder


@pytest.fixture
def small_content(tmp_path: Path) -> Path:
    """A content folder of three made-up entries, to build from and to spoil."""
    return write_small_content(tmp_path / "content")


@pytest.fixture
def small_settings(small_content: Path, tmp_path: Path) -> IndexerSettings:
    """Settings that build ``small_content`` into a folder of the test's own, with the real model."""
    return IndexerSettings(
        content=small_content, release_dir=tmp_path / "releases", model_dir=MODELS, model_lock=LOCK, adapter=ADAPTER, keep_releases=3
    )


@pytest.fixture(scope="session")
def small_built(tmp_path_factory: pytest.TempPathFactory) -> IndexerSettings:
    """Settings of a small release that is already built. Never write to it: copy it."""
    folder = tmp_path_factory.mktemp("small")
    settings = IndexerSettings(
        content=write_small_content(folder / "content"),
        release_dir=folder / "releases",
        model_dir=MODELS,
        model_lock=LOCK,
        adapter=ADAPTER,
        keep_releases=3,
    )
    build(settings)
    return settings


@pytest.fixture
def small_release(small_built: IndexerSettings, tmp_path: Path) -> IndexerSettings:
    """Settings of a copy of that small release, to alter and to damage."""
    shutil.copytree(small_built.release_dir, tmp_path / "copied", symlinks=True)
    return small_built.model_copy(update={"release_dir": tmp_path / "copied"})
