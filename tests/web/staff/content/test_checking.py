"""A changed entry is checked before it is saved, and each fault stands at its field."""

from __future__ import annotations

import datetime as dt

import pytest

from web.staff.content.checking import Fault, check_entry
from web.staff.content.files import File, read

DAY = dt.date(2026, 11, 30)
PATH = "services/swimming-club.md"


@pytest.fixture
def faults(content):
    def find(*pairs, path=PATH, offers=()):
        text = read(content, path).text
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        return check_entry(content, File(path, text, ""), offers, DAY)

    return find


def test_an_entry_that_is_right_has_no_faults(faults):
    assert faults(("to swim.", "to swim and dive.")) == []


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("related: [toy-library, bus-pass]", "related: [nowhere]", "related", "'nowhere' is not known"),
        ("needs: [physical]", "needs: [strange]", "needs", "'strange' is not known"),
        ("minimum_age: 5", "minimum_age: five", "minimum_age", "integer"),
        ("number: 0161 496 0103", "number: ring us", "phones", "row 1, number: "),
        ("certainty: 2", "certainty: 9", "sources", "row 1, certainty: "),
        ("review_due: 2099-01-01", "review_due: soon", "review_due", "date"),
        ("name: Swimming club", "name:", "name", "at least 1"),
        ("id: swimming-club", "id: swimming-club\nstrange: 1", "", "unknown field"),
        ("## Good to know", "## Good to hear", "", "unknown heading 'Good to hear'"),
        ("teaches disabled", "and its QZX teach disabled", "", "QZX is not spelled out"),
    ],
)
def test_each_fault_stands_at_its_field(faults, old, new, field, said):
    found = faults((old, new))
    assert [(f.field, f.note) for f in found] == [(field, False)]
    assert said in found[0].message


def test_faults_that_a_change_brings_to_others_are_told_and_those_that_were_there_are_not(faults, content):
    (content / "topics/bus-pass.md").write_text(read(content, "topics/bus-pass.md").text.replace("2099-01-01", "2020-01-01"), encoding="utf-8")
    assert faults(("to swim.", "to swim and dive.")) == []
    found = faults(("needs: [physical]", "needs: [physical]\nreplaces: [bus-pass]"))
    assert found
    assert not any(f.note for f in found)


def test_new_notes_are_told_and_old_ones_are_not(faults):
    found = faults(("meets on Saturdays.", "meets on Saturdays. They are nice."))
    assert [f.note for f in found] == [True]


def test_a_pin_that_rests_on_the_entry_is_named(faults, content):
    pin = '[[pins]]\nid = "swim"\nstart = "swimming-club"\nwordings = ["a pool"]\nreason = "agreed"\nagreed = 2026-11-01\n'
    (content / "pins.toml").write_text(f'{pin}review_due = 2099-01-01\nrests_on = "{"0" * 16}"\n', encoding="utf-8")
    found = faults(("to swim.", "to swim and dive."))
    assert [(f.note, "swimming-club has changed since it was pinned" in f.message) for f in found] == [(True, True)]


def test_what_marks_an_entry_for_danger_is_not_changed_here(faults):
    assert "cannot be changed here" in faults(("needs: [physical]", "needs: [physical]\ncrisis: true"))[0].message
    assert "cannot be kept from" in faults(("needs: [physical]", "needs: [physical]\nbackground: true"))[0].message


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (
            "- {number: 0161 496 0103, type: text, source: 1}",
            "- {number: 0161 496 0104, source: 1}\n  - {number: 0161 496 0103, source: 1}",
            "phones",
        ),
        ("0161 496 0103", "0161 496 0104", "phones"),
        ("0161 496 0103, type: text", "0161 496 0103, type: text, hours: only at night", "phones"),
        ("certainty: 2", "certainty: 1", "phones"),
        ("Send the swimming club a text message.", "Wait for a letter.", "application_process"),
        ("application_process: Send the swimming club a text message.", "application_process:", "application_process"),
    ],
)
def test_what_replies_to_danger_take_from_an_entry_is_not_changed_here(faults, old, new, field):
    found = [f for f in faults((old, new)) if not f.note]
    assert [f.field for f in found] == [field]
    assert "A developer changes it, with the safeguarding lead." in found[0].message


def test_numbers_that_replies_to_danger_name_by_their_place_do_not_change_places(faults, content):
    first, second = "{number: 0161 496 0103, type: text, source: 1}", "{number: 0161 496 0104, source: 1}"
    (content / PATH).write_text(read(content, PATH).text.replace(first, f"{first}\n  - {second}"), encoding="utf-8")
    assert [f.field for f in faults((f"{first}\n  - {second}", f"{second}\n  - {first}"))] == ["phones"]


def test_numbers_of_an_entry_for_danger_may_rest_on_a_source_in_another_place(faults):
    other = "sources:\n  - {title: A second page, dated: 2026-01, url: https://example.org/club, certainty: 2}"
    assert faults(("sources:", other), ("type: text, source: 1", "type: text, source: 2")) == []


def test_what_an_entry_says_that_no_reply_to_danger_names_may_change(faults):
    phones = "related: [swimming-club]\nphones:\n  - {number: 0161 496 0104, source: 1}"
    found = faults(("related: [swimming-club]", phones), ("Ask the bus", "Ring the bus"), path="topics/bus-pass.md")
    assert [f for f in found if not f.note] == []


def test_an_entry_for_danger_whose_file_cannot_be_read_is_not_put_right_here(content):
    text = read(content, PATH).text
    (content / PATH).write_text("broken", encoding="utf-8")
    found = check_entry(content, File(PATH, text.replace("0161 496 0103", "0161 496 0104"), ""), (), DAY)
    assert ["cannot be read as it stands" in f.message for f in found if not f.note] == [True]


def test_what_is_offered_for_other_entries_counts(faults, content):
    offered = File("topics/new-topic.md", read(content, "topics/bus-pass.md").text.replace("id: bus-pass", "id: new-topic"), "")
    change = ("related: [toy-library, bus-pass]", "related: [new-topic]")
    assert [f.field for f in faults(change)] == ["related"]
    assert faults(change, offers=[offered]) == []


def test_a_folder_that_cannot_be_read_is_said_so(faults, content):
    (content / "places.toml").write_text("[broken", encoding="utf-8")
    assert isinstance(faults(("to swim.", "to dive."))[0], Fault)
