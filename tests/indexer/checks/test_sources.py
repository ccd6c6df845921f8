"""Facts without a source, weak and old contacts, overdue reviews."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from indexer.checks import Finding, check
from indexer.checks.sources import last_day
from indexer.entries import Source
from tests.indexer.tidy import BUS, TODAY, TOYS, edit

UNSURE = """---
id: bus-pass
kind: topic
name: Bus pass
description: We do not yet know who gives out bus passes.
related: [swimming-club]
review_due: 2099-01-01
sources:
  - {title: Talk, dated: "2020", certainty: 0}
---

## Good to know
In 2020 there was talk of a bus pass.

## If it does not work
Ask at the toy library.

## What we do not know
We do not know who gives out bus passes.
"""


def test_an_unsure_entry_may_say_what_is_not_known(content: Path) -> None:
    (content / BUS).write_text(UNSURE, encoding="utf-8")
    assert [f for f in check(content, TODAY).findings if f.entry == "bus-pass"] == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("In 2020 there was talk", "There is talk", "Good to know: no source is certain (all are 0): There is talk of a bus pass."),
        ("kind: topic\n", "kind: topic\nfees_description: Free.\n", "fees_description: no source is certain (all are 0)"),
        ("kind: topic\n", "kind: topic\nminimum_age: 0\n", "minimum_age: no source is certain (all are 0)"),
        ("## If it does not work", "## Steps\n1. Ask.\n\n## If it does not work", "Steps: no source is certain (all are 0): 1. Ask."),
        ("## What we do not know\nWe do not know who gives out bus passes.\n", "",
         "no source is certain (all are 0), and no section says what we do not know"),
    ],
)
def test_an_unsure_entry_may_state_no_fact(content: Path, old: str, new: str, message: str) -> None:
    (content / BUS).write_text(UNSURE, encoding="utf-8")
    edit(content, BUS, old, new)
    assert [f for f in check(content, TODAY).findings if f.entry == "bus-pass"] == [Finding("missing-source", "error", "bus-pass", message)]


def test_an_entry_with_one_certain_source_may(content: Path) -> None:
    (content / BUS).write_text(UNSURE.replace("certainty: 0}", "certainty: 0}\n  - {title: A page, dated: undated, certainty: 1}"), encoding="utf-8")
    edit(content, BUS, "In 2020 there was talk", "There is talk")
    assert [f for f in check(content, TODAY).findings if f.entry == "bus-pass"] == []


def test_contacts_on_unsure_sources_are_noted(content: Path) -> None:
    edit(content, TOYS, "certainty: 3", "certainty: 1")
    assert tuple(f for f in check(content, TODAY).findings if f.entry == "toy-library") == (
        Finding("weak-contact", "note", "toy-library", "email or addresses rest on sources of certainty below 2 and are not shown"),
        Finding("weak-contact", "note", "toy-library", "phones: 0161 496 0101 rests on a source of certainty below 2 and is not shown"),
    )


CONTACTS = ["0161 496 0101", "1 High Street, Stockport", "toys@example.org"]


@pytest.mark.parametrize(
    ("dated", "assured", "old"),
    [
        ("2026-03", "", False),
        ("2025-11-22", "", False),
        ("2025-11-21", "", True),
        ("2025-11", "", False),
        ("2025-10", "", True),
        ("2025", "", False),
        ("2024", "", True),
        ("undated", "", True),
        ("undated", "2026-01-10", False),
        ("2024", "2026-01-10", False),
        ("2024", "2025-01-10", True),
    ],
)
def test_a_contact_holds_for_a_year(content: Path, dated: str, assured: str, old: bool) -> None:
    edit(content, TOYS, "dated: 2026-03,", f'dated: "{dated}",')
    edit(content, TOYS, "review_due", f"assured_date: {assured}\nreview_due")
    found = check(content, TODAY).findings
    assert {(f.rule, f.level) for f in found} == ({("old-contact", "note")} if old else set())
    assert [f.message.split(" rests on")[0].split(" was last")[0] for f in found] == (CONTACTS if old else [])


@pytest.mark.parametrize(
    ("dated", "day"),
    [("2024", dt.date(2024, 12, 31)), ("2024-02", dt.date(2024, 2, 29)), ("2025-12", dt.date(2025, 12, 31)), ("2025-06-03", dt.date(2025, 6, 3)),
     ("undated", None)],
)
def test_the_last_day_of_a_date(dated: str, day: dt.date | None) -> None:
    assert last_day(Source(title="A page", dated=dated, certainty=3)) == day


@pytest.mark.parametrize(("due", "late"), [("2026-11-21", True), ("2026-11-22", False), ("2026-11-23", False)])
def test_a_review_is_overdue_from_the_next_day(content: Path, due: str, late: bool) -> None:
    edit(content, TOYS, "review_due: 2099-01-01", f"review_due: {due}")
    expected = (Finding("overdue-review", "error", "toy-library", f"review was due on {due}"),) if late else ()
    assert check(content, TODAY).findings == expected
