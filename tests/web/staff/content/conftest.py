"""A content folder with all that the desks want, and a store over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.web.staff.conftest import Console
from web.staff.content.store import Draft, Store

WORDINGS = """# Needs in several wordings.
[[needs]]
need = "Toys to borrow"
parent = "where can i borrow toys"
text_message = "toys 4 my baby"

[[needs]]
need = "Free bus"  # asked often
parent = "how do i get a bus pass"
professional = "Bus travel for a disabled pupil: who issues the pass?"
"""
PINS = "# Pins: the agreed places to start.\n"


@pytest.fixture
def content(small_content: Path) -> Path:
    """The small content folder with needs, pins, and the files that checks want."""
    files = {"wordings.toml": WORDINGS, "pins.toml": PINS, "duties.toml": "duties = []\n", "not-ours.toml": ""}
    for name, text in files.items():
        (small_content / name).write_text(text, encoding="utf-8")
    club = small_content / "services/swimming-club.md"
    club.write_text(club.read_text(encoding="utf-8").replace("07700 900123", "0161 496 0103"), encoding="utf-8")  # a number that the checks let pass
    return small_content


@pytest.fixture
def desk(content: Path, console: Console) -> Console:
    """The console over that folder."""
    assert console.room.indexer.content == content
    return console


@pytest.fixture
def store(desk: Console) -> Store:
    return Store(desk.room)


@pytest.fixture
def draft(store: Store) -> Any:
    """A function that gives a change of the bus pass."""

    def make(path: str = "topics/bus-pass.md", old: str = "for free", new: str = "for nothing", **how: Any) -> Draft:
        file = store.read(path)
        return Draft(path, how.get("seen", file.digest), file.text.replace(old, new), "edit entry", path)

    return make
