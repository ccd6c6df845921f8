"""Entry files: what is read, and the file, line and field that a fault is reported at."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from indexer.entries import Entry, load_entries, parse_entry
from indexer.errors import ContentError
from indexer.passages import contact_lines
from tests.conftest import SMALL_ENTRIES

PATH = "services/toy-library.md"
TEXT = SMALL_ENTRIES[PATH]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def faults(text: str, path: str = PATH) -> list[str]:
    with pytest.raises(ContentError) as caught:
        parse_entry(text, path)
    return str(caught.value).splitlines()


def test_an_entry_is_read_whole() -> None:
    entry = parse_entry(TEXT, PATH)
    assert (entry.id, entry.kind, entry.name, entry.alternate_names) == ("toy-library", "service", "Toy library", ("Play bus",))
    assert (entry.minimum_age, entry.maximum_age) == (0, 4)
    assert (entry.needs, entry.areas, entry.related, entry.replaces, entry.missing) == (
        ("learning",), ("reddish",), ("swimming-club",), ("toy-shelf",), ("waiting time",))
    assert [(s.dated, s.certainty) for s in entry.sources] == [("2025-03", 3), ("undated", 1)]
    assert entry.review_due == dt.date(2099, 1, 1)
    assert (entry.assured_date, entry.fees_description, entry.alert) == (None, None, None)
    assert (entry.address, entry.certainty, entry.dated) == ("/services/toy-library", 3, "2025-03")
    assert [(s.heading, s.line) for s in entry.sections] == [
        ("What happens next", line_of(TEXT, "## What happens")), ("If it does not work", line_of(TEXT, "## If it"))]
    assert entry.section("If it does not work") == "Ask at the swimming club."
    assert entry.section("Steps") == ""


def test_scalars_stay_text() -> None:
    text = TEXT.replace("name: Toy library", "name: no").replace('dated: 2025-03', 'dated: 2025').replace("0161 496 0101", "0800 1111")
    entry = parse_entry(text, PATH)
    assert (entry.name, entry.sources[0].dated, entry.phones[0].number) == ("no", "2025", "0800 1111")


def test_folded_text_becomes_one_line() -> None:
    text = TEXT.replace("description: The toy", "description: >\n  The toy\n ", 1)
    assert parse_entry(text, PATH).description == "The toy library lends toys to families with a young child."


def test_windows_line_ends_are_read() -> None:
    expected = parse_entry(TEXT, PATH)
    assert parse_entry(TEXT.replace("\n", "\r\n"), PATH) == expected


@pytest.mark.parametrize("written", ["minimum_age:", "minimum_age: ''", "minimum_age: '  '"])
def test_an_empty_age_means_no_limit(written: str) -> None:
    assert parse_entry(TEXT.replace("minimum_age: 0", written), PATH).minimum_age is None


@pytest.mark.parametrize("field", ["needs: [learning]", "areas: [reddish]", "missing: [waiting time]", "related: [swimming-club]"])
def test_an_empty_list_means_none(field: str) -> None:
    name = field.split(":")[0]
    assert getattr(parse_entry(TEXT.replace(field, f"{name}:"), PATH), name) == ()


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("alternate_names:", "alternate_name:", "alternate_name", "unknown field"),
        ("eligibility_description:", "eligibilty_description:", "eligibilty_description", "unknown field"),
        ("minimum_age: 0", "minimum_age: baby", "minimum_age", "valid integer"),
        ("minimum_age: 0", "minimum_age: -1", "minimum_age", "greater than or equal to 0"),
        ("maximum_age: 4", "maximum_age: 400", "maximum_age", "less than or equal to 130"),
        ("review_due: 2099-01-01", "review_due: soon", "review_due", "valid date"),
        ("review_due: 2099-01-01", "review_due: 2099-02-30", "review_due", "valid date"),
        ("name: Toy library", "name:", "name", "at least 1"),
        ("kind: service", "kind: servise", "kind", "'service'"),
        ("related: [swimming-club]", "related: [Swimming Club]", "related", "match pattern"),
        ("description: The toy", "descripton: The toy", "descripton", "unknown field"),
    ],
)
def test_a_fault_names_file_line_and_field(old: str, new: str, field: str, words: str) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    line = line_of(text, new.split(":")[0] + ":")
    named = [fault for fault in faults(text) if fault.startswith(f"{PATH}:{line}: {field}")]
    assert len(named) == 1
    assert words in named[0]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("certainty: 3", "certainty: 4", "sources.0.certainty"),
        ("certainty: 3", "sure: 3", "sources.0.sure: unknown field"),
        ("dated: 2025-03", "dated: March 2025", "sources.0.dated"),
        ("number: 0161 496 0101", "number: ring us", "phones.0.number"),
        ("number: 0161 496 0101", "number: 0161 496 0101, type: fax", "phones.0.type"),
    ],
)
def test_a_fault_inside_a_list_says_which_item(old: str, new: str, expected: str) -> None:
    text = TEXT.replace(old, new, 1)
    field = expected.split(".")[0]
    assert [fault for fault in faults(text) if fault.startswith(f"{PATH}:{line_of(text, field)}: {expected}")]


def test_a_missing_field_is_named() -> None:
    assert f"{PATH}:2: review_due: Field required" in faults(TEXT.replace("review_due: 2099-01-01\n", ""))


def test_several_faults_are_told_at_once() -> None:
    told = faults(TEXT.replace("needs:", "need:").replace("areas:", "area:"))
    assert [fault.split(": ")[1] for fault in told] == ["need", "area"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("minimum_age: 0", "minimum_age: 9", "minimum_age is above maximum_age"),
        ("source: 2}", "source: 3}", "0161 496 0102 names source 3, but there are 2"),
    ],
)
def test_fields_must_agree(old: str, new: str, words: str) -> None:
    assert words in faults(TEXT.replace(old, new))[0]


def test_bad_yaml_names_the_line() -> None:
    text = TEXT.replace("areas: [reddish]", "areas: [reddish")
    (fault,) = faults(text)
    assert fault.startswith(f"{PATH}:{line_of(text, 'areas') + 1}: front matter: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"{PATH}:1: front matter: the file must start with a block between two lines of ---"),
        ("# Toy library\n", f"{PATH}:1: front matter: the file must start with"),
        ("---\nid: toy-library\n", f"{PATH}:1: front matter: the file must start with"),
        ("---\n- a\n- b\n---\n", f"{PATH}:2: front matter: expected lines of the form 'field: value'"),
        ("---\njust words\n---\n", f"{PATH}:2: front matter: expected lines of the form 'field: value'"),
    ],
)
def test_a_file_without_fields_is_refused(text: str, expected: str) -> None:
    assert faults(text)[0].startswith(expected)


def test_an_unknown_heading_names_its_line_and_what_is_allowed() -> None:
    text = TEXT.replace("## If it does not work", "## If it goes wrong")
    (fault,) = faults(text)
    assert fault.startswith(f"{PATH}:{line_of(text, '## If it goes')}: body: unknown heading 'If it goes wrong'; one of: ")
    assert "If it does not work" in fault


def test_text_before_the_first_heading_is_refused() -> None:
    text = TEXT.replace("## What happens next", "Some words.\n\n## What happens next")
    assert faults(text) == [f"{PATH}:{text[: text.index('Some words')].count(chr(10))}: body: text before the first '## ' heading"]


@pytest.mark.parametrize("path", ["topics/toy-library.md", "services/other.md"])
def test_an_entry_belongs_in_the_file_of_its_kind_and_id(path: str) -> None:
    assert faults(TEXT, path) == [f"{path}:2: id: a service with this id belongs in services/toy-library.md"]


def test_a_duplicate_id_names_both_files(small_content: Path) -> None:
    twin = TEXT.replace("kind: service", "kind: topic")
    (small_content / "topics/toy-library.md").write_text(twin, encoding="utf-8")
    with pytest.raises(ContentError, match=r"topics/toy-library\.md: id: 'toy-library' is already used by services/toy-library\.md"):
        load_entries(small_content)


def test_entries_come_sorted_by_id(small_content: Path) -> None:
    assert [entry.id for entry in load_entries(small_content)] == ["bus-pass", "swimming-club", "toy-library"]


def test_every_faulty_file_is_named_together(small_content: Path) -> None:
    (small_content / "services/toy-library.md").write_text(TEXT.replace("needs:", "need:"), encoding="utf-8")
    (small_content / "services/swimming-club.md").write_bytes("---\nid: café\n---\n".encode("latin-1"))
    with pytest.raises(ContentError) as caught:
        load_entries(small_content)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["services/swimming-club.md", "services/toy-library.md"]
    assert "not UTF-8 text" in lines[0]


def unsure(certainty: int) -> Entry:
    text = TEXT.replace("dated: 2025-03, certainty: 3", f"dated: 2025-03, certainty: {certainty}")
    return parse_entry(text, PATH)


def test_a_number_below_certainty_is_never_shown() -> None:
    entry = parse_entry(TEXT, PATH)
    assert [phone.number for phone in entry.shown_phones()] == ["0161 496 0101"]
    assert "0102" not in "\n".join(contact_lines(entry))


@pytest.mark.parametrize("certainty", [0, 1])
def test_no_contact_rests_on_an_unsure_source(certainty: int) -> None:
    assert unsure(certainty).shown_phones() == ()
    assert contact_lines(unsure(certainty)) == []


@pytest.mark.parametrize("certainty", [2, 3])
def test_sure_contacts_are_shown_word_for_word(certainty: int) -> None:
    assert contact_lines(unsure(certainty)) == [
        "Phone: 0161 496 0101 (Monday to Friday, 9am to 5pm)", "E-mail: toys@example.org", "Address: 1 High Street, Stockport",
        "Website: https://toys.example.org",
    ]


@pytest.mark.parametrize(("written", "read"), [("yes", True), ("no", False), ("", None), ("' '", None), ("No", False), (None, None)])
@pytest.mark.parametrize("field", ["diagnosis_needed", "referral_needed"])
def test_a_flag_is_yes_no_or_not_known(field: str, written: str | None, read: bool | None) -> None:
    text = TEXT if written is None else TEXT.replace("url:", f"{field}: {written}\nurl:", 1)
    entry = parse_entry(text, PATH)
    assert getattr(entry, field) is read
    assert getattr(Entry.model_validate(entry.model_dump(mode="json")), field) is read


@pytest.mark.parametrize("written", ["maybe", "true", "0", "[no]"])
def test_a_flag_that_is_neither_is_refused(written: str) -> None:
    (fault,) = faults(TEXT.replace("url:", f"referral_needed: {written}\nurl:", 1))
    assert "referral_needed: say yes or no" in fault
