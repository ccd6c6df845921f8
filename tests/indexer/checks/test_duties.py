"""The duties of the law against the entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.checks import Finding, check
from indexer.errors import ContentError
from tests.indexer.tidy import TODAY, edit

DUTIES = "duties.toml"


def test_a_duty_is_covered_by_entries_that_want_nothing(content: Path) -> None:
    assert [(d.duty, d.covered) for d in check(content, TODAY).duties] == [("Toys for young children", True), ("Travel", False), ("Boats", False)]


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ('entries = ["toy-library"]\n', "",
         Finding("duty", "error", DUTIES, "paragraph 1(a): Toys for young children: neither an entry nor what is needed")),
        ('entries = ["toy-library"]', "entries = []",
         Finding("duty", "error", DUTIES, "paragraph 1(a): Toys for young children: neither an entry nor what is needed")),
        ('entries = ["toy-library"]', 'entries = ["toy-library", "toy-shop"]',
         Finding("unknown-id", "error", DUTIES, "paragraph 1(a): Toys for young children: no entry has the id 'toy-shop'")),
        ('entries = ["bus-pass"]', 'entries = ["tram-pass"]', Finding("unknown-id", "error", DUTIES, "Travel: no entry has the id 'tram-pass'")),
        ("Stockport's own page needed: boats", "boats",
         Finding("duty", "error", DUTIES, "paragraph 2: Boats: needs must begin with \"Stockport's own page needed: \"")),
    ],
)
def test_a_faulty_duty_is_named(content: Path, old: str, new: str, finding: Finding) -> None:
    edit(content, DUTIES, old, new)
    assert check(content, TODAY).findings == (finding,)


def test_an_absorbed_entry_does_not_cover_a_duty(content: Path) -> None:
    edit(content, DUTIES, '"toy-library"', '"toy-shelf"')
    assert [f.rule for f in check(content, TODAY).errors] == ["unknown-id"]


def test_no_duty_at_all_is_an_error(content: Path) -> None:
    (content / DUTIES).write_text("", encoding="utf-8")
    assert check(content, TODAY).findings == (Finding("duty", "error", DUTIES, "no duty is listed"),)


def test_a_duty_that_rests_on_weak_entries_is_noted(content: Path) -> None:
    edit(content, "services/toy-library.md", "certainty: 3", "certainty: 1")
    message = "paragraph 1(a): Toys for young children: rests only on entries of certainty below 2"
    assert Finding("duty", "note", DUTIES, message) in check(content, TODAY).notes


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ('paragraph = "1"', "duty"), ('duty = "Toys"', "paragraph"), ('paragraph = "1"\nduty = "Toys"\nentry = "toy-library"', "entry"),
        ('paragraph = "1"\nduty = "Toys"\nentries = ["Toy Library"]', r"entries\.0"),
    ],
)
def test_a_faulty_row_stops_the_check(content: Path, row: str, field: str) -> None:
    (content / DUTIES).write_text(f"[[duties]]\n{row}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=rf"duties\.toml: duty 1: {field}: "):
        check(content, TODAY)
