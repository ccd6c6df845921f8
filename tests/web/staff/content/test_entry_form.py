"""An entry as a form: what is not changed stays as it is, to the last space."""

from __future__ import annotations

import datetime as dt

import pytest

from indexer.entries import FOLDERS, parse_entry
from indexer.errors import ContentError
from tests.conftest import ROOT, SMALL_ENTRIES
from web.staff.content import entry_form
from web.staff.content import front_matter as fm
from web.staff.content.body import with_sections
from web.staff.content.template import new_entry

PATH, TEXT = "services/toy-library.md", SMALL_ENTRIES["services/toy-library.md"]
REAL = sorted(path for folder in FOLDERS.values() for path in (ROOT / "content" / folder).glob("*.md"))


def told(text: str, path: str) -> dict:
    """What an entry says, whatever lines it stands on."""
    facts = parse_entry(text, path).model_dump(exclude={"sections"})
    return facts | {"sections": [(s.heading, s.text) for s in parse_entry(text, path).sections]}


def test_saving_what_has_not_been_changed_gives_every_real_file_byte_by_byte():
    assert len(REAL) > 100
    for path in REAL:
        name, text = path.relative_to(ROOT / "content").as_posix(), path.read_bytes().decode()
        sent = {field: f"{value}\n".replace("\n", "\r\n") for field, value in entry_form.shown(text, name).items()}
        assert entry_form.filled_in(text, name, sent) == text, name


def test_every_field_of_every_real_file_can_be_written_anew_and_says_the_same():
    for path in REAL:
        name, text = path.relative_to(ROOT / "content").as_posix(), path.read_bytes().decode()
        parts, shown = fm.take_apart(text, name), entry_form.shown(text, name)
        for field in entry_form.FIELDS:
            if block := parts.block(field.name):
                parts.put(field.name, entry_form._written(field, shown[field.name], block, name))
        assert told(str(parts), name) == told(text, name)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"name": "Toys: a library"}, ['name: "Toys: a library"']),
        ({"alternate_names": "Play bus\nToys, and more"}, ['alternate_names: [Play bus, "Toys, and more"]']),
        ({"description": "It lends toys.\nIt lends games."}, ["description: >", "  It lends toys.", "  It lends games."]),
        ({"alert": "Closed today # really"}, ['alert: "Closed today # really"']),
        ({"email": ""}, ["email:"]),
        ({"related": ""}, ["related: []"]),
        ({"maximum_age": "5"}, ["maximum_age: 5"]),
        ({"referral_needed": "yes"}, ["referral_needed: yes"]),
        ({"phones": "- {number: 0161 496 0103, source: 1}"}, ["phones:", "  - {number: 0161 496 0103, source: 1}"]),
        ({"phones": ""}, ["phones: []"]),
        ({"section: While you wait": "Ring the club."}, ["## While you wait", "Ring the club.", ""]),
    ],
)
def test_only_what_is_changed_is_written_anew(changes, lines):
    text = entry_form.filled_in(TEXT, PATH, changes)
    old, new = TEXT.splitlines(), text.splitlines()
    assert [line for line in new if line not in old] == [line for line in lines if line not in old]
    assert "\n".join(lines) in text
    parse_entry(text, PATH)


def test_new_fields_and_sections_stand_where_they_usually_do():
    text = entry_form.filled_in(TEXT, PATH, {"fees_description": "It is free.", "section: Steps": "1. Ring."})
    parts = fm.take_apart(text, PATH)
    names = [block.name for block in parts.blocks]
    assert names.index("fees_description") == names.index("application_process") + 1
    assert [heading for heading in text.splitlines() if heading.startswith("## ")] == ["## What happens next", "## Steps", "## If it does not work"]


def test_an_emptied_section_goes_and_leaves_no_gap():
    assert with_sections("\n## Steps\n1. Go.\n\n## Time limits\nNow.\n", {"Time limits": ""}) == "\n## Steps\n1. Go.\n"
    assert with_sections("\n## Steps\n1. Go.\n\n## Time limits\nNow.\n", {"Steps": ""}) == "\n## Time limits\nNow.\n"


def test_comments_unknown_fields_and_line_ends_stay():
    text = TEXT.replace("id: toy-library\n", "# who wrote this\nid: toy-library\nof_old:   kept\n").replace("\n", "\r\n")
    changed = entry_form.filled_in(text, PATH, {"name": "Toys"})
    assert changed == text.replace("name: Toy library\r\n", "name: Toys\r\n")


@pytest.mark.parametrize(
    ("rows", "said"),
    [("- {number: 0161", "line "), ("number: 0161", "each row"), ("just words", "each row"), ("- a\n- b", "each row"), ("\x07", "character")],
)
def test_rows_that_cannot_be_read_are_named_by_field(rows, said):
    with pytest.raises(ContentError, match=rf"phones: .*{said}"):
        entry_form.filled_in(TEXT, PATH, {"phones": rows})


def test_a_file_without_front_matter_has_no_form():
    with pytest.raises(ContentError, match="front matter"):
        entry_form.shown("no front matter", PATH)


@pytest.mark.parametrize("kind", list(FOLDERS))
def test_a_new_entry_can_be_read(kind):
    entry = parse_entry(new_entry(kind, "new-place", "New: place", dt.date(2026, 1, 1)), f"{FOLDERS[kind]}/new-place.md")
    assert (entry.name, entry.review_due) == ("New: place", dt.date(2026, 7, 2))
