"""What an editor is told to put right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from indexer.check import Finding, check
from indexer.errors import ContentError

TODAY = dt.date(2026, 11, 22)
TOYS = "services/toy-library.md"


def put_right(content: Path) -> None:
    """The second number of the toy library rests on a rumour; the tests below start without it."""
    edit(content, TOYS, "  - {number: 0161 496 0102, source: 2}\n", "")


def edit(content: Path, file: str, old: str, new: str) -> None:
    text = (content / file).read_text(encoding="utf-8")
    assert old in text
    (content / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_content_in_order_has_no_findings(small_content: Path) -> None:
    put_right(small_content)
    assert check(small_content, TODAY) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (TOYS, "related: [swimming-club]", "related: [swiming-club]",
         Finding("unknown-id", "toy-library", "related: 'swiming-club' is not known")),
        (TOYS, "needs: [learning]", "needs: [lerning]", Finding("unknown-id", "toy-library", "needs: 'lerning' is not known")),
        (TOYS, "areas: [reddish]", "areas: [raddish]", Finding("unknown-id", "toy-library", "areas: 'raddish' is not known")),
        (TOYS, "replaces: [toy-shelf]", "replaces: [bus-pass]",
         Finding("unknown-id", "toy-library", "replaces: 'bus-pass' is still an entry of its own")),
        (TOYS, "review_due: 2099-01-01", "review_due: 2026-11-21",
         Finding("overdue-review", "toy-library", "review was due on 2026-11-21")),
        ("topics/bus-pass.md", "certainty: 3", "certainty: 0",
         Finding("missing-source", "bus-pass", "no source is certain (all are 0): nothing here may be published")),
        (TOYS, "source: 1}", "source: 2}",
         Finding("missing-source", "toy-library", "phones: 0161 496 0101 rests on a source of certainty below 2 and is not shown")),
    ],
)
def test_each_rule_names_the_entry_and_what_is_wrong(small_content: Path, file: str, old: str, new: str, expected: Finding) -> None:
    put_right(small_content)
    edit(small_content, file, old, new)
    assert check(small_content, TODAY) == [expected]


def test_contacts_on_unsure_sources_are_found(small_content: Path) -> None:
    put_right(small_content)
    edit(small_content, TOYS, "certainty: 3", "certainty: 1")
    assert [f.message for f in check(small_content, TODAY)] == [
        "email or addresses rest on sources of certainty below 2 and are not shown",
        "phones: 0161 496 0101 rests on a source of certainty below 2 and is not shown",
    ]


def test_a_review_due_today_is_in_time(small_content: Path) -> None:
    put_right(small_content)
    edit(small_content, TOYS, "review_due: 2099-01-01", "review_due: 2026-11-22")
    assert check(small_content, TODAY) == []


def test_an_absorbed_id_is_known(small_content: Path) -> None:
    put_right(small_content)
    edit(small_content, "topics/bus-pass.md", "related: [swimming-club]", "related: [toy-shelf]")
    (small_content / "asked_as/toy-shelf.txt").write_text("the toy shelf\n", encoding="utf-8")
    assert check(small_content, TODAY) == []


def test_phrasings_of_nothing_are_found(small_content: Path) -> None:
    put_right(small_content)
    (small_content / "asked_as/no-such.txt").write_text("where\n", encoding="utf-8")
    assert check(small_content, TODAY) == [Finding("unknown-id", "asked_as/no-such.txt", "no entry has the id 'no-such'")]


def test_findings_come_sorted_by_entry(small_content: Path) -> None:
    for file in (TOYS, "topics/bus-pass.md", "services/swimming-club.md"):
        edit(small_content, file, "review_due: 2099-01-01", "review_due: 2020-01-01")
    found = check(small_content, TODAY)
    assert [f.entry for f in found] == sorted(f.entry for f in found)
    assert len(found) == 4


def test_what_cannot_be_read_is_an_error(small_content: Path) -> None:
    (small_content / "places.toml").unlink()
    with pytest.raises(ContentError, match=r"places\.toml: missing"):
        check(small_content, TODAY)
