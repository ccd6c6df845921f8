"""Pins that lead nowhere or contradict each other are errors; what has changed or is due is for an editor to weigh."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.checks import Finding, check
from indexer.entries import load_entries
from indexer.pins import digest_of
from tests.indexer.tidy import TODAY, TOYS, edit

PIN = """
[[pins]]
id = "{id}"
start = "{start}"
wordings = ["{wording}"]
reason = "Agreed."
agreed = 2026-11-01
review_due = {due}
rests_on = "{rests_on}"
"""


def pin(content: Path, id: str = "toys", start: str = "toy-library", wording: str = "who lends toys", due: str = "2027-11-01", more: str = "") -> str:
    held = {entry.id: digest_of(entry) for entry in load_entries(content)}
    return PIN.format(id=id, start=start, wording=wording, due=due, rests_on=held.get(start, "0")) + more


def findings(content: Path, *pins: str) -> tuple[Finding, ...]:
    (content / "pins.toml").write_text("".join(pins), encoding="utf-8")
    return check(content, TODAY).findings


def test_a_pin_in_order_has_no_findings(content: Path) -> None:
    assert findings(content, pin(content), pin(content, "swim", "swimming-club", "can she swim")) == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": "toy-librari"}, "toys: start: no entry has the id 'toy-librari'"),
        ({"start": "toy-shelf"}, "toys: start: no entry has the id 'toy-shelf'"),
        ({"more": 'also = ["bus-pass", "tram-pass"]\n'}, "toys: also: no entry has the id 'tram-pass'"),
    ],
)
def test_a_pin_that_leads_to_no_entry_is_an_error(content: Path, change: dict[str, str], message: str) -> None:
    assert findings(content, pin(content, **change)) == (Finding("pin", "error", "pins.toml", message),)


def test_a_crisis_line_may_not_be_pinned(content: Path) -> None:
    edit(content, TOYS, "kind: service\n", "kind: service\ncrisis: true\n")
    expected = "toys: start: 'toy-library' is a crisis line, which no pin may name"
    assert findings(content, pin(content)) == (Finding("pin", "error", "pins.toml", expected),)


@pytest.mark.parametrize("wording", ["who lends toys", "Who lends toys?!", "who lends  TOYS"])
def test_two_pins_that_share_a_wording_are_an_error(content: Path, wording: str) -> None:
    expected = f"swim: wordings: {' '.join(wording.split())!r} is also a wording of pin 'toys'"
    assert findings(content, pin(content), pin(content, "swim", "swimming-club", wording)) == (Finding("pin", "error", "pins.toml", expected),)


def test_known_misspellings_are_the_same_wording(content: Path) -> None:
    found = findings(content, pin(content, wording="swimming for him"), pin(content, "swim", "swimming-club", "swiming for him"))
    assert [(f.rule, f.level) for f in found] == [("pin", "error")]


def test_an_entry_that_has_changed_since_is_a_note(content: Path) -> None:
    held = pin(content)
    assert findings(content, held) == ()
    edit(content, TOYS, "for four weeks", "for five weeks")
    (found,) = findings(content, held)
    now = digest_of({entry.id: entry for entry in load_entries(content)}["toy-library"])
    expected = f"toys: toy-library has changed since it was pinned: read it again, then set rests_on to {now}"
    assert found == Finding("pin-changed", "note", "pins.toml", expected)


@pytest.mark.parametrize(("due", "noted"), [("2026-11-21", True), ("2026-11-22", True), ("2026-11-23", False)])
def test_a_review_that_is_due_is_a_note(content: Path, due: str, noted: bool) -> None:
    expected = [Finding("pin-review", "note", "pins.toml", f"toys: review was due on {due}")] if noted else []
    assert list(findings(content, pin(content, due=due))) == expected
