"""Phone numbers: valid, Stockport's own, and none astray in a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.checks import Finding, check
from indexer.checks.phones import digits, is_valid, numbers_in
from indexer.entries import Phone
from indexer.errors import ContentError
from tests.indexer.tidy import SWIMMING, TODAY, TOYS, edit


@pytest.mark.parametrize(
    ("number", "type", "valid"),
    [
        ("0161 496 0101", "voice", True), ("+44 161 496 0101", "voice", True), ("0800 1111", "voice", True), ("0808 2000 247", "voice", True),
        ("0300 123 1231", "voice", True), ("07912 345678", "voice", True), ("999", "voice", True), ("111", "voice", True), ("101", "voice", True),
        ("116 123", "voice", True), ("116 111", "voice", True), ("85258", "text", True), ("61016", "text", True),
        ("0161 496 010", "voice", False), ("0161 496 01011", "voice", False), ("0000 000 0000", "voice", False), ("07700 900123", "text", False),
        ("+33 1 42 68 53 00", "voice", False), ("12345678", "voice", False), ("61016", "voice", False), ("85258", "voice", False),
        ("8525", "text", False), ("+999 1", "voice", False),
    ],
)
def test_a_number_that_can_be_rung(number: str, type: str, valid: bool) -> None:
    assert is_valid(Phone.model_validate({"number": number, "type": type})) is valid


def test_an_invalid_number_is_found(content: Path) -> None:
    edit(content, TOYS, "0161 496 0101", "0161 496 010")
    assert check(content, TODAY).findings == (Finding("invalid-phone", "error", "toy-library", "phones: 0161 496 010 is not a valid UK number"),)


@pytest.mark.parametrize("written", ["0161 496 0999", "01614960999", "+44 161 496 0999"])
def test_another_area_s_number_is_found(content: Path, written: str) -> None:
    edit(content, TOYS, "0161 496 0101", written)
    message = f"phones: {written} belongs to the toy library of Bolton: both stand on one page"
    assert check(content, TODAY).findings == (Finding("foreign-phone", "error", "toy-library", message),)


def test_another_area_s_number_is_found_in_a_text(content: Path) -> None:
    edit(content, TOYS, "Ask at the swimming club.", "Ring 0161 496 0999.")
    message = "0161 496 0999 belongs to the toy library of Bolton: both stand on one page"
    assert check(content, TODAY).findings == (Finding("foreign-phone", "error", "toy-library", message),)


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("Ring 0161 496 0101.", None), ("Ring 01614960101 today.", None), ("Ring +44 161 496 0103.", None), ("Ring 999 or 111.", None),
        ("In 2024 there were 3,164 plans.", None), ("A plan of 10 October 2022.", None), ("Schools pay £6000000000 a year.", None),
        ("Ring 0161 496 0188.", "0161 496 0188"), ("Ring (0161) 496 0188.", "(0161) 496 0188"), ("Text HELP to 85258.", "85258"),
        ("Call 116 123.", "116 123"), ("E-mail or ring 0800 1111 now.", "0800 1111"),
    ],
)
def test_a_number_in_a_text_is_somebody_s_contact(content: Path, text: str, stray: str | None) -> None:
    edit(content, TOYS, "Ask at the swimming club.", text)
    found = check(content, TODAY).errors
    expected = (Finding("stray-phone", "error", "toy-library", f"{stray} stands in the text but is no entry's shown phone: {text}"),) if stray else ()
    assert tuple(f for f in found if f.rule != "acronym") == expected


def test_a_number_that_is_not_shown_is_astray_too(content: Path) -> None:
    edit(content, SWIMMING, "certainty: 2", "certainty: 1")
    edit(content, TOYS, "Ask at the swimming club.", "Ring 0161 496 0103.")
    assert {(f.rule, f.entry) for f in check(content, TODAY).findings} == {("stray-phone", "toy-library"), ("weak-contact", "swimming-club")}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("urgent.toml", "Get out and ring 999.", "Get out and ring 0161 496 0188."), ("replies.toml", "Something went wrong.", "Ring 0161 496 0188.")],
)
def test_a_number_in_a_fixed_line_is_somebody_s_contact(content: Path, file: str, old: str, new: str) -> None:
    edit(content, file, old, new)
    assert [(f.rule, f.entry) for f in check(content, TODAY).findings] == [("stray-phone", file)]


def test_numbers_in_a_text() -> None:
    assert numbers_in("Ring 0161 496 0101, 0800 1111 or 116 123, or text SHOUT to 85258.") == ["0161 496 0101", "0800 1111", "116 123", "85258"]
    assert numbers_in("Call 116 123. Text 85258.") == ["116 123", "85258"]
    assert numbers_in("SEND35, section 36, SK2 7JE, 2024-27, 01/02/2023, week 20, £6,000, order 12345") == []


def test_every_way_of_writing_a_number_is_the_same() -> None:
    assert {digits(n) for n in ("0161 496 0101", "+44 161 496 0101", "+44 (0)161 496 0101", "(0161) 496-0101")} == {"01614960101"}


@pytest.mark.parametrize(("row", "field"), [('number = "0161"', "whose"), ('number = "call us"\nwhose = "x"\nreason = "y"', "number")])
def test_a_faulty_row_is_named(content: Path, row: str, field: str) -> None:
    (content / "not-ours.toml").write_text(f"[[numbers]]\n{row}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=rf"not-ours\.toml: number 1: {field}"):
        check(content, TODAY)
