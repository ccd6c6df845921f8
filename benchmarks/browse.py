"""The directory with 5,000 made-up services: ``python -m benchmarks.browse [--services N] [--rounds N]``. Prints; asserts nothing.

A request is timed from the WSGI application's door to the last byte of the page, rendering included. Every service is marked as test data.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from pydantic import SecretStr

from indexer.entries import Entry
from indexer.groups import Group, Groups
from web.app import create_app
from web.settings import WebSettings

NEEDS = {f"need-{n}": f"need number {n}" for n in range(18)}
AREAS = {f"area-{n}": f"Neighbourhood {n}" for n in range(45)}
WORDS = (
    "support advice play swimming music drama speech language therapy autism sensory group parent carer respite holiday club school nursery "
    "transport counselling young adult training work travel assessment health visitor clinic hearing vision equipment grant benefit sibling"
).split()
ADDRESSES = (
    ("front page", "/browse"),
    ("part 60 of the list", "/browse?page=60"),
    ("age", "/browse?age=7"),
    ("two needs, age, area", "/browse?age=7&need=need-1&need=need-4&area=area-3"),
    ("group and letter", "/browse?group=group-2&letter=m"),
    ("no diagnosis, no referral", "/browse?diagnosis=no&referral=no"),
    ("one word", "/browse?q=therapy"),
    ("three words, age", "/browse?q=speech+language+club&age=9"),
    ("a misspelt word", "/browse?q=counseling+grupo"),
    ("nothing found", "/browse?q=speech+zzzz+club&age=9&need=need-1"),
)


class TestData:
    """Stands where the engine of a release stands: the entries, and the names of needs, places and groups."""

    release_id = "test-data"
    questions_limit = 1000
    need_names, area_names = NEEDS, AREAS

    def __init__(self, services: int) -> None:
        chance = random.Random(0)
        made = [_service(n, chance) for n in range(services)]
        self.entries: Mapping[str, Entry] = {entry.id: entry for entry in made}
        self.groups = Groups(groups=tuple(
            Group(id=f"group-{n}", name=f"Group {n}", line="Test data.", entries=tuple(e.id for e in made[n::12]) or ("none",)) for n in range(12)
        ))

    def current(self) -> TestData:
        """Itself."""
        return self

    def repair(self, text: str) -> str:
        """Small letters; no spellings are made up."""
        return text.lower()

    def reply(self, turns: Sequence[str], channel: Any) -> Any:
        """Never called: this benchmark browses and asks nothing.

        Raises:
            AssertionError: always, so that a page that asks would be noticed.
        """
        raise AssertionError("the browse pages asked a question of test data")


def _service(n: int, chance: random.Random) -> Entry:
    def say(count: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(count))

    low = chance.choice([None, 0, 3, 5, 11, 16])
    return Entry.model_validate({
        "id": f"test-data-{n}", "kind": "service", "name": f"{say(3).capitalize()} {n} (test data)", "description": f"Test data: {say(40)}.",
        "alternate_names": [say(2)], "eligibility_description": f"For test data: {say(20)}.", "application_process": f"Test data: {say(15)}.",
        "needs": chance.sample(list(NEEDS), chance.randint(0, 3)), "areas": chance.sample(list(AREAS), chance.choice([0, 0, 1, 4])),
        "minimum_age": low, "maximum_age": None if low is None else low + chance.randint(0, 9),
        "diagnosis_needed": chance.choice([None, True, False]), "referral_needed": chance.choice([None, True, False]),
        "phones": [{"number": f"0161 496 {n % 1000:04}", "source": 1}], "review_due": "2099-01-01", "path": f"services/test-data-{n}.md",
        "sources": [{"title": "Test data", "dated": "undated", "certainty": 2}],
    })  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browse", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--services", type=int, default=5000, metavar="N", help="services made up (5000)")
    parser.add_argument("--rounds", type=int, default=40, metavar="N", help="requests of each address (40)")
    options = parser.parse_args(arguments)
    live = TestData(options.services)
    with tempfile.TemporaryDirectory() as folder:
        settings = WebSettings(database_url=f"sqlite:///{Path(folder)}/test.db", secret_key=SecretStr("a key for test data only"))
        app = create_app(settings, live)
        client = app.test_client()
        start = perf_counter()
        client.get("/browse")
        print(f"{options.services} services; first request, which makes the directory: {1000 * (perf_counter() - start):.0f} ms")
        print(f"{'address':28} {'p50 ms':>8} {'p99 ms':>8} {'kB':>6}  status")
        every: list[float] = []
        for name, address in ADDRESSES:
            times, response = list[float](), client.get(address)
            for _ in range(options.rounds):
                start = perf_counter()
                response = client.get(address)
                times.append(1000 * (perf_counter() - start))
            every += times
            print(f"{name:28} {_at(times, 50):8.1f} {_at(times, 99):8.1f} {len(response.data) / 1000:6.0f}  {response.status_code}")
        print(f"{'all':28} {_at(every, 50):8.1f} {_at(every, 99):8.1f}")
        app.extensions["waymark"].database.close()
    return 0


def _at(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    raise SystemExit(main())
