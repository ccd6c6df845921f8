"""A small content folder that the checks can read whole, a console over it, and a place where things are gathered with a clock of the test's own."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.web.staff.conftest import Console
from web.staff.attention.gather import Gathering
from web.staff.attention.ground import Ground
from web.staff.attention.looks import Seen

NOON = int(dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC).timestamp())
TODAY = dt.date(2026, 6, 10)
LAST_MONTH = dt.date(2026, 5, 20)
DAY = 86_400
DUTIES = """
[[duties]]
paragraph = "1(a)"
duty = "Places to play."
entries = ["toy-library"]
[[duties]]
paragraph = "1(b)"
duty = "Places to swim."
entries = ["swimming-club"]
needs = "Stockport's own page needed: the pool."
[[duties]]
paragraph = ""
duty = "Places to read."
needs = "Stockport's own page needed: the library."
"""


class Counts:
    """Counts of questions as the test has them."""

    def __init__(self) -> None:
        self.days: dict[tuple[str, dt.date], Counter[str]] = {}

    def add(self, measure: str, value: str, number: int, day: dt.date = LAST_MONTH) -> None:
        self.days.setdefault((measure, day), Counter())[value] += number

    def by_day(self, measure: str, since: dt.date, until: dt.date) -> dict[dt.date, Counter[str]]:
        return {day: found for (named, day), found in self.days.items() if named == measure and since <= day < until}


def seen_on(page: str) -> dict[str, str]:
    """What the forms of a page say of how things were shown, by the names of their fields."""
    return {str(field["name"]): str(field["value"]) for field in BeautifulSoup(page, "lxml").select("form:not([action$='/reply']) input[name^=seen]")}


@pytest.fixture
def content(small_content: Path) -> Path:
    (small_content / "duties.toml").write_text(DUTIES, encoding="utf-8")
    (small_content / "not-ours.toml").write_text("", encoding="utf-8")
    return small_content


@pytest.fixture
def console(content: Path, config: Path, make_console: Any) -> Console:
    return make_console(config=config)


@pytest.fixture
def gathering(console: Console, clock: Any) -> Gathering:
    """Over a console, with nothing asked, nothing owed, and it is noon."""
    clock.now = float(NOON)
    return Gathering(console.room, Counts(), list, clock)


@pytest.fixture
def ground() -> Any:
    """A function that makes the ground of items: what the looks found, and how often entries were named."""

    def make(places: dict[str, int] | None = None, links: Any = None, **found: Any) -> Ground:
        entry = {"address": "/services/x", "review_due": "2099-01-01", "urls": []}
        facts = {
            "entries": {id: {**entry, "name": id.capitalize(), **more} for id, more in found.pop("entries", {}).items()},
            **{name: found.pop(name, []) for name in ("danger", "findings", "duties", "waiting")},
            "needs": {"learning": "learning"},
            "pins": found.pop("pins", {}),
        }
        assert not found
        pages = Seen("x", NOON, {"findings": links}) if links else None
        return Ground(TODAY, Seen("x", NOON, facts), pages, Counter(places or {}))

    return make

