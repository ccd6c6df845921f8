"""The one way in: nothing found where nothing is wrong, findings in order, levels apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.checks import Finding, check
from indexer.errors import ContentError
from tests.indexer.tidy import BUS, SWIMMING, TODAY, TOYS, edit


def test_content_in_order_has_no_findings(content: Path) -> None:
    checked = check(content, TODAY)
    assert (checked.entries, checked.findings, checked.waiting) == (3, (), ())
    assert len(checked.duties) == 3


def test_errors_come_before_notes_and_by_entry(content: Path) -> None:
    edit(content, TOYS, "dated: 2026-03,", "dated: 2020-03,")
    for file in (TOYS, BUS, SWIMMING):
        edit(content, file, "review_due: 2099-01-01", "review_due: 2020-01-01")
    checked = check(content, TODAY)
    assert checked.findings == (*checked.errors, *checked.notes)
    assert [f.entry for f in checked.errors] == ["bus-pass", "swimming-club", "toy-library"]
    assert {(f.rule, f.entry) for f in checked.notes} == {("old-contact", "toy-library")}


def test_a_finding_says_it_once(content: Path) -> None:
    edit(content, TOYS, "related: [swimming-club]", "related: [no-such, no-such]")
    assert check(content, TODAY).errors == (
        Finding("duplicate-id", "error", "toy-library", "related: 'no-such' is named twice"),
        Finding("unknown-id", "error", "toy-library", "related: 'no-such' is not known"),
    )


@pytest.mark.parametrize("name", ["places.toml", "words.toml", "urgent.toml", "replies.toml", "duties.toml", "not-ours.toml"])
def test_a_file_that_is_not_there_is_named(content: Path, name: str) -> None:
    (content / name).unlink()
    with pytest.raises(ContentError, match=rf"{name}: missing"):
        check(content, TODAY)
