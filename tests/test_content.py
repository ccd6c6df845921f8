"""The project's own content: it loads, holds together, shows nothing unsure, and can be read."""

from __future__ import annotations

import datetime as dt
import re
import statistics
from collections import Counter
from pathlib import Path

import pytest

from indexer.checks import check
from indexer.cli import main
from indexer.entries import SHOWN_FROM_CERTAINTY, Entry, load_entries
from indexer.messages import asked_as, lines
from indexer.passages import contact_lines, passages_of_entry
from indexer.wording import load_toml
from tests.conftest import ROOT
from tests.readability import grade

CONTENT = ROOT / "content"
ENTRIES = load_entries(CONTENT)
KNOWN = {id: entry for entry in ENTRIES for id in (entry.id, *entry.replaces)}
WRITTEN = dt.date(2026, 11, 22)
HARDEST, MEDIAN = 7.0, 6.0

VOICE = re.compile(
    r"(?:999|101|105|111|112|119|116 ?\d{3}"  # short numbers: emergencies, police, NHS, harmonised helplines
    r"|0800 ?1111"  # one freephone number of eight digits
    r"|0[1238](?: ?\d){9}|0800(?: ?\d){6}"
    r"|07(?: ?\d){9})"
)
TEXT = re.compile(r"07(?: ?\d){9}|[6-8]\d{4,5}")
by_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)


def test_there_is_enough_of_it() -> None:
    assert len(ENTRIES) >= 70
    assert {entry.kind for entry in ENTRIES} >= {"service", "topic"}


def test_nothing_is_to_be_put_right() -> None:
    """As of the day it was written: whether reviews are overdue today is for `make check` to say, not for a test."""
    assert check(CONTENT, WRITTEN).errors == ()


def test_the_check_passes_as_it_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[indexer]\ncontent = "{CONTENT}"\n', encoding="utf-8")
    assert main(["check", "--config", str(config), "--on", WRITTEN.isoformat()]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "What the law wants a Local Offer to say (SEND Regulations 2014, Schedule 2)" in lines
    assert lines[-1].startswith(f"{len(ENTRIES)} entries: no errors, ")


def test_every_duty_of_the_schedule_is_covered_or_marked() -> None:
    duties = check(CONTENT, WRITTEN).duties
    known = {"2", "15", "17", *(f"1({part})" for part in "abcdefgh"), *(f"3({part})" for part in "abcd"), *(f"5({part})" for part in "abcdefghij")}
    assert known <= {paragraph for duty in duties for paragraph in duty.paragraph.split(", ")}
    assert len(duties) >= 40
    for duty in duties:
        assert duty.covered or (duty.needs or "").startswith("Stockport's own page needed: "), duty.duty


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("999", True), ("111", True), ("116 123", True), ("0800 1111", True), ("0161 474 5000", True), ("0808 800 2222", True),
        ("0300 123 4567", True), ("07700 900123", True), ("+44 161 496 0000", True), ("0161 474 500", False), ("0161 474 50000", False),
        ("12345", False), ("0999 123 4567", False), ("0800 12345678", False), ("44 161 496 0000", False),
    ],
)
def test_what_a_number_looks_like(number: str, valid: bool) -> None:
    assert bool(VOICE.fullmatch(number.replace("+44 ", "0"))) is valid


@by_entry
def test_every_number_has_a_british_form(entry: Entry) -> None:
    for phone in entry.phones:
        form = TEXT if phone.type == "text" else VOICE
        assert form.fullmatch(phone.number.replace("+44 ", "0")), f"{entry.path}: {phone.type} {phone.number}"


@by_entry
def test_no_contact_below_certainty_is_shown(entry: Entry) -> None:
    shown = "\n".join(contact_lines(entry))
    for phone in entry.phones:
        sure = entry.sources[phone.source - 1].certainty >= SHOWN_FROM_CERTAINTY
        assert sure or phone.number not in shown
    if max(source.certainty for source in entry.sources) < SHOWN_FROM_CERTAINTY:
        assert shown == ""


def test_no_number_stands_in_the_text_of_an_entry_without_being_a_sure_contact() -> None:
    """A number in running text would pass every rule for contacts by; the short ones of emergencies are known to everyone."""
    free = {"999", "101", "111"}
    sure = {re.sub(r"\D", "", phone.number) for entry in ENTRIES for phone in entry.shown_phones()} | free
    for entry in ENTRIES:
        for passage in passages_of_entry(entry):
            for number in re.findall(r"(?<![\d£,.])(?:\+44 ?|0)\d{2,4}[ -]?\d{3,4}[ -]?\d{3,4}\b", passage.text):
                assert re.sub(r"\D", "", number) in sure, f"{entry.path}: {number} in '{passage.heading[0]}'"


@by_entry
def test_an_entry_is_confirmed_by_nobody_yet(entry: Entry) -> None:
    assert entry.assured_date is None


@by_entry
def test_an_entry_can_be_read(entry: Entry) -> None:
    assert grade(written(entry)) <= HARDEST


def test_most_entries_are_easy() -> None:
    assert statistics.median(grade(written(entry)) for entry in ENTRIES) <= MEDIAN


def written(entry: Entry) -> str:
    """What a family reads of an entry, without names of sources and contacts."""
    heads = {"How to reach them", "Where this comes from"}
    return "\n".join(passage.text for passage in passages_of_entry(entry) if passage.heading[0] not in heads)


@by_entry
def test_an_entry_is_plain_text_that_a_text_message_can_carry(entry: Entry) -> None:
    text = written(entry)
    assert not re.search(r"[–—“”‘’…\u00a0]", text)
    assert not re.search(r"<[a-z/]|\*\*|\]\(", text)


def test_every_urgent_kind_leads_to_entries() -> None:
    kinds = load_toml(CONTENT / "urgent.toml")["kinds"]
    assert kinds
    for kind in kinds:
        unknown = [id for id in (kind["start"], *kind["also"]) if id not in KNOWN]
        assert unknown == [], kind["id"]
        assert KNOWN[kind["start"]].shown_phones(), f"{kind['id']}: {kind['start']} has no number to ring"


def test_every_route_of_a_reply_leads_to_an_entry() -> None:
    routes = load_toml(CONTENT / "replies.toml")["routes"]
    named = [*routes["best_human"], routes["independent"], routes["interpreter"]]
    assert [id for id in named if id not in KNOWN] == []


def test_phrasings_belong_to_entries_and_hold_something() -> None:
    found = asked_as(CONTENT, ENTRIES)
    for path in (CONTENT / "asked_as").rglob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert any(line.strip() for line in lines), path.name
    assert {id for id in found if not id.startswith("!")} <= {entry.id for entry in ENTRIES}


@pytest.mark.parametrize("folder", ["asked_as", "danger", "asks"])
def test_no_message_is_twice_in_one_file(folder: str) -> None:
    twice = []
    for path in sorted((CONTENT / folder).rglob("*.txt")):
        said = Counter(line.split("|", 1)[-1].strip() for line in lines(path))
        twice += [(path.name, text) for text, count in said.items() if count > 1]
    assert twice == []


def test_neighbourhoods_and_districts_agree() -> None:
    places = load_toml(CONTENT / "places.toml")
    for district, areas in places["districts"].items():
        assert [area for area in areas if area not in places["areas"]] == [], district
    for id, area in places["areas"].items():
        assert [d for d in area["districts"] if id not in places["districts"].get(d, [])] == [], id
