"""The report as people read it, and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from indexer.checks import check
from indexer.checks.report import as_json, as_text
from tests.indexer.tidy import SWIMMING, TODAY, TOYS, edit

CLEAN = """\
What the law wants a Local Offer to say (SEND Regulations 2014, Schedule 2)
---------------------------------------------------------------------------
  1(a)        Toys for young children
                covered: toy-library
  -           Travel
                in part: bus-pass
                Stockport's own page needed: the form
  2           Boats
                Stockport's own page needed: boats
  1 covered, 1 covered in part, 1 not covered. What is not covered in full is marked "Stockport's own page needed".

3 entries: no errors, no notes; 1 of 3 duties covered in full; 0 contacts and forms and 0 answers to supply"""


def spoiled(content: Path) -> Path:
    edit(content, TOYS, "needs: [learning]", "needs: [flying]")
    edit(content, TOYS, "dated: 2026-03,", "dated: undated,")
    edit(content, TOYS, "missing: []", "missing: [phone number, cost]")
    edit(content, SWIMMING, "review_due", "missing: [phone number]\nreview_due")
    return content


def test_a_clean_report_is_the_table_and_the_counts(content: Path) -> None:
    assert as_text(check(content, TODAY)) == CLEAN
    assert as_text(check(content, TODAY), everything=True) == CLEAN


def test_errors_come_first_and_notes_are_counted(content: Path) -> None:
    lines = as_text(check(spoiled(content), TODAY)).splitlines()
    assert lines[:4] == ["To put right", "------------", "  toy-library", "    unknown-id: needs: 'flying' is not known"]
    assert lines[lines.index("Notes (--all lists them)") + 2] == "  old-contact        3"
    start = lines.index("What the council still has to supply, and the entries that wait for it") + 2
    assert lines[start : start + 3] == ["  Phone numbers: 2", "    phone number: swimming-club, toy-library", "  What it costs: 1"]
    assert lines[-1] == "3 entries: 1 error, 3 notes; 1 of 3 duties covered in full; 2 contacts and forms and 1 answers to supply"


def test_all_lists_notes_and_questions(content: Path) -> None:
    lines = as_text(check(spoiled(content), TODAY), everything=True).splitlines()
    notes = lines.index("Notes")
    assert lines[notes + 2] == "  toy-library"
    assert [line.split(":")[0] for line in lines[notes + 3 : notes + 6]] == ["    old-contact"] * 3
    assert "    cost: toy-library" in lines


def test_a_duty_that_nothing_covers_stands_out(content: Path) -> None:
    edit(content, "duties.toml", 'entries = ["toy-library"]\n', "")
    assert "                NOT COVERED" in as_text(check(content, TODAY)).splitlines()


def test_long_lists_are_wrapped(content: Path) -> None:
    edit(content, "duties.toml", "Toys for young children", "Toys " * 60)
    assert max(map(len, as_text(check(content, TODAY)).splitlines())) <= 150


def test_json_holds_everything(content: Path) -> None:
    held = json.loads(json.dumps(as_json(check(spoiled(content), TODAY))))
    assert held["entries"] == 3
    assert held["counts"] == {
        "errors": 1, "notes": 3, "duties": 3, "duties_covered": 1, "contacts_to_supply": 2, "questions_to_answer": 1,
    }
    assert held["findings"][0] == {"rule": "unknown-id", "level": "error", "entry": "toy-library", "message": "needs: 'flying' is not known"}
    assert len(held["findings"]) == 4
    assert held["duties"][1] == {
        "paragraph": "", "duty": "Travel", "entries": ["bus-pass"], "needs": "Stockport's own page needed: the form", "covered": False,
    }
    assert held["worklist"][0] == {"group": "Phone numbers", "contact": True, "what": "phone number", "entries": ["swimming-club", "toy-library"]}
