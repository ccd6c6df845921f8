"""Every subject of the register of facts, sections 1 to 12, is an entry or absorbed by one.

The ids are kept in ``tests/data/register-ids.txt``, one to a line in the order of the register. A subject that is dropped is taken out there.
"""

from __future__ import annotations

import pytest

from indexer.entries import Entry, load_entries
from tests.conftest import ROOT

IDS = (ROOT / "tests/data/register-ids.txt").read_text(encoding="utf-8").splitlines()
ENTRIES = load_entries(ROOT / "content")


def missing(ids: list[str], entries: list[Entry]) -> list[str]:
    """The ids that are neither an entry nor replaced by one."""
    held = {id for entry in entries for id in (entry.id, *entry.replaces)}
    return [id for id in ids if id not in held]


def test_every_subject_of_the_register_is_held() -> None:
    assert missing(IDS, ENTRIES) == []


def test_the_list_is_whole() -> None:
    assert len(IDS) == len(set(IDS)) == 154
    assert {"emergency-999", "learning-support-service", "ehc-needs-assessment", "co-production"} <= set(IDS)


@pytest.mark.parametrize("id", ["massh", "learning-support-service"])
def test_a_subject_that_nothing_holds_is_named(id: str) -> None:
    gone = {held for entry in ENTRIES if id in (entry.id, *entry.replaces) for held in (entry.id, *entry.replaces)}
    assert missing(IDS, [entry for entry in ENTRIES if entry.id not in gone]) == [held for held in IDS if held in gone]


def test_an_entry_says_what_it_absorbed() -> None:
    """A parent who asks for the old name finds it: the entry itself names what it replaces."""
    for entry in ENTRIES:
        names = " ".join([*entry.alternate_names, *(section.text for section in entry.sections)]).lower()
        for old in entry.replaces:
            assert old.replace("-", " ") in names, f"{entry.id} replaces {old} without a word of it"
