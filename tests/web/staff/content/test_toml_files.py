"""Pins and wordings are written so that comments and everything else stay as they are."""

from __future__ import annotations

import datetime as dt

import pytest

from indexer.errors import ContentError
from indexer.pins import digest_of, load_pins
from tests.conftest import ROOT
from tests.web.staff.content.conftest import PINS, WORDINGS
from web.staff.content import pin_file, wording_file
from web.staff.content.checking import entries_of

DAY = dt.date(2026, 11, 30)
FORM = {"start": "bus-pass", "also": "toy-library", "wordings": "free bus\n free  bus \nwho has the pass", "review_due": "2027-05-30"}


@pytest.fixture
def entries(content):
    return {entry.id: entry for entry in entries_of(content)}


def made(entries, pins=(), **changes):
    return pin_file.new_pin({**FORM, **changes}, "agreed with the council", pins, entries, DAY)


def test_a_pin_is_written_below_the_others_and_taken_out_again(entries, content):
    pin, faults = made(entries)
    assert faults == []
    text = pin_file.with_pin(PINS, pin)
    assert text.startswith(PINS)
    (content / "pins.toml").write_text(text, encoding="utf-8")
    assert load_pins(content) == (pin,)
    assert (pin.wordings, pin.rests_on, pin.agreed) == (("free bus", "who has the pass"), digest_of(entries["bus-pass"]), DAY)
    other, _ = made(entries, [pin], wordings="something else")
    both = pin_file.with_pin(text, other)
    assert other.id == "bus-pass-2"
    assert both.startswith(text)
    assert pin_file.without_pin(both, other.id) == text
    assert pin_file.pins_of(pin_file.without_pin(both, pin.id)) == [other]
    assert pin_file.without_pin(text, pin.id) == PINS


def test_the_real_files_stay_as_they_are():
    pins, wordings = ((ROOT / "content" / name).read_text(encoding="utf-8") for name in ("pins.toml", "wordings.toml"))
    needs = wording_file.needs_of(wordings)
    added = wording_file.with_wording(wordings, needs[3].name, "school", 'a "new" wording \\ here')
    assert wording_file.without_wording(added, needs[3].name, "school") == wordings
    assert len(added.splitlines()) == len(wordings.splitlines()) + 1
    new = wording_file.with_need(wordings, "A new need", {"parent": "one way", "school": "another way"})
    assert wording_file.without_wording(new, "A new need", "") == wordings
    assert pin_file.without_pin(pins, "no such pin") == pins


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"start": "nowhere"}, "start", "no entry has the id"),
        ({"start": ""}, "start", "give the id"),
        ({"also": "nowhere"}, "also", "no entry has the id"),
        ({"also": "a, b, c"}, "also", "two further"),
        ({"wordings": "\n"}, "wordings", "at least one"),
        ({"wordings": "x" * 501}, "wordings", "longer than 500"),
        ({"wordings": "\n".join(f"wording {n}" for n in range(101))}, "wordings", "too many"),
        ({"review_due": "soon"}, "review_due", "must be a day"),
        ({"review_due": "2026-11-30"}, "review_due", "to come"),
    ],
)
def test_a_pin_that_is_wrong_is_told_by_field(entries, changes, field, said):
    _, faults = made(entries, **changes)
    assert any(f.field == field and said in f.message for f in faults)


def test_a_wording_has_one_pin(entries):
    pin, _ = made(entries)
    _, faults = made(entries, [pin], start="toy-library", also="", wordings="Free Bus")
    assert [f.field for f in faults] == ["wordings"]


def test_what_there_is_to_say_about_a_pin(entries):
    pin, _ = made(entries)
    assert pin_file.state_of(pin, entries, DAY).notes == ()
    changed = {**entries, "bus-pass": entries["bus-pass"].model_copy(update={"description": "Other words."})}
    assert "has changed" in pin_file.state_of(pin, changed, DAY).notes[0]
    assert "overdue" in pin_file.state_of(pin, entries, dt.date(2028, 1, 1)).notes[0]
    assert pin_file.state_of(pin, {}, DAY).faults


def test_agreeing_anew_changes_nothing_else(entries):
    pin, _ = made(entries)
    text = pin_file.with_pin(PINS, pin)
    again = pin_file.with_facts(text, pin.id, {"agreed": dt.date(2027, 1, 1)})
    assert again == text.replace("agreed = 2026-11-30", "agreed = 2027-01-01")


@pytest.mark.parametrize(
    ("who", "wording", "said"),
    [
        ("parent", "another", "has a wording by 'parent' already"),
        ("School", "x y", "one word"),
        ("need", "x y", "one word"),
        ("a b", "x y", "one word"),
        ("x" * 41, "x y", "one word"),
        ("school", "   ", "is empty"),
        ("school", "x" * 501, "501 characters"),
        ("school", "How do I get  a bus pass", "there already, under 'Free bus'"),
    ],
)
def test_a_wording_that_cannot_be_taken_is_refused(who, wording, said):
    with pytest.raises(ContentError, match=said):
        wording_file.with_wording(WORDINGS, "Toys to borrow", who, wording)


@pytest.mark.parametrize(
    ("need", "wordings", "said"),
    [
        ("free BUS", {"parent": "a b", "school": "c d"}, "a need of that name"),
        ("", {"parent": "a b", "school": "c d"}, "what the need is"),
        ("New", {"parent": "a b"}, "two wordings"),
        ("New", {"parent": "a b", "school": "A  b"}, "the same"),
    ],
)
def test_a_need_that_cannot_be_taken_is_refused(need, wordings, said):
    with pytest.raises(ContentError, match=said):
        wording_file.with_need(WORDINGS, need, wordings)


def test_the_last_two_wordings_stay():
    with pytest.raises(ContentError, match="two wordings or more"):
        wording_file.without_wording(WORDINGS, "Free bus", "parent")
    with pytest.raises(ContentError, match="no such wording"):
        wording_file.without_wording(WORDINGS, "Free bus", "school")
    added = wording_file.with_wording(WORDINGS, "Free bus", "school", "is there a pass for the bus")
    assert "# asked often" in added
    assert wording_file.without_wording(added, "Free bus", "school") == WORDINGS


@pytest.mark.parametrize("text", ["[[needs]", "needs = 3\nneeds = 4"])
def test_a_file_that_is_not_toml_is_named(text):
    with pytest.raises(ContentError, match=r"wordings\.toml"):
        wording_file.needs_of(text)
