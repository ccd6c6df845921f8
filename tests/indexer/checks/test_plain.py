"""Reading age, long sentences, sentences that cannot stand alone, processes without steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.checks import Finding, check
from indexer.checks.plain import reading_grade
from indexer.entries import load_entries
from tests.indexer.tidy import BUS, SWIMMING, TODAY, TOYS, edit

ASK = "Ask at the swimming club."


def rules(content: Path) -> list[tuple[str, str, str]]:
    return [(f.rule, f.level, f.entry) for f in check(content, TODAY).findings]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (0, []),
        (2, [("reading-age", "note", "swimming-club")]),
        (4, [("reading-age", "error", "swimming-club")]),
    ],
)
def test_a_hard_entry_is_noted_and_a_harder_one_fails(content: Path, words: int, expected: list[tuple[str, str, str]]) -> None:
    hard = ["responsibility", "university", "organisation", "communication"][:words]
    edit(content, SWIMMING, "The swimming club meets on Saturdays.", f"The swimming club meets {' '.join(hard)}.")
    assert rules(content) == expected


def test_the_grade_is_of_the_prose_alone(content: Path) -> None:
    before = {entry.id: reading_grade(entry) for entry in load_entries(content)}
    edit(content, TOYS, "title: Toy library page", "title: Intergovernmental responsibility communication")
    edit(content, TOYS, "1 High Street, Stockport", "Constitutional University Organisation")
    assert {entry.id: reading_grade(entry) for entry in load_entries(content)} == before


@pytest.mark.parametrize(("words", "long"), [(22, False), (23, True)])
def test_a_long_sentence_is_noted(content: Path, words: int, long: bool) -> None:
    text = " ".join(["Ask", *["a"] * (words - 2), "man."])
    edit(content, TOYS, ASK, text)
    found = [f for f in check(content, TODAY).findings if f.rule == "long-sentence"]
    assert found == ([Finding("long-sentence", "note", "toy-library", f"{words} words: {text}")] if long else [])


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("They lend toys.", False), ("It is for all.", False), ("It's free.", False), ("This is free.", False), ("That means a wait.", False),
        ("These can help.", False), ("They'll ring you.", False), ("It runs on Mondays.", False),
        ("This plan is free.", True), ("That day is free.", True), ("It is against the law to wait.", True), ("It can be hard to ask.", True),
        ("It is likely that you wait.", True), ("Items are free.", True), ("The toy library is free.", True), ("Thisbe is free.", True),
    ],
)
def test_a_sentence_can_stand_alone(content: Path, text: str, alone: bool) -> None:
    edit(content, TOYS, ASK, text)
    found = [f for f in check(content, TODAY).findings if f.rule == "stands-alone"]
    assert found == ([] if alone else [Finding("stands-alone", "note", "toy-library", f"begins with a word that points back: {text}")])


STEPS = "## Steps\n1. Fill in the form.\n2. Post the form with a photo.\n\n"
LIMITS = "## Time limits\nThe bus company must answer within 6 weeks.\n"


def test_a_process_has_steps(content: Path) -> None:
    edit(content, BUS, STEPS, "")
    assert [f.rule for f in check(content, TODAY).findings] == ["no-steps"]
    edit(content, BUS, LIMITS, "")
    assert check(content, TODAY).findings == ()
    edit(content, BUS, "review_due", "missing: [application form]\nreview_due")
    assert rules(content) == [("no-steps", "note", "bus-pass")]
    edit(content, BUS, "review_due", "background: true\nreview_due")
    assert check(content, TODAY).findings == ()


def test_a_service_needs_no_steps(content: Path) -> None:
    edit(content, SWIMMING, "## Good to know\n", "## Time limits\nYou have 5 days to reply.\n\n## Good to know\n")
    assert check(content, TODAY).findings == ()
