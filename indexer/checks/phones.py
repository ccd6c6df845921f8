"""Phone numbers: real ones, Stockport's own, and none in running text that is not a contact of some entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Annotated, Any

import phonenumbers
from phonenumbers import shortnumberinfo
from pydantic import Field, ValidationError

from indexer.checks.finding import Finding, Subject
from indexer.entries import Phone, Record, Text
from indexer.errors import ContentError

_LONG = re.compile(r"(?<![\w£/.-])(?:\+44[ -]?(?:\(0\))?|\(?0)\d(?:[ ()-]{0,2}\d){6,9}(?![\w])")
_SHORT = re.compile(r"(?:\b(?:call|ring|phone|dial)|\btext(?: (?:the word )?[A-Z]+ to)?|\bto|\bor) (\d{3} \d{3}|\d{5,6})(?!\d| ?\d)", re.IGNORECASE)
_TEXT_CODE = re.compile(r"^[678]\d{4}$")


class NotOurs(Record):
    """A number that looks right and is another area's."""

    number: Annotated[str, Field(pattern=r"^\+?\d[\d ]+$")]
    whose: Text
    reason: Text


def check_phones(subject: Subject) -> Iterator[Finding]:
    """Numbers that are not valid, belong elsewhere, or stand in a text without being a contact."""
    foreign = {digits(row.number): row for row in not_ours(subject.files["not-ours.toml"])}
    shown = {digits(phone.number) for entry in subject.entries for phone in entry.shown_phones()}
    for entry in subject.entries:
        for phone in entry.phones:
            if not is_valid(phone):
                yield Finding("invalid-phone", "error", entry.id, f"phones: {phone.number} is not a valid UK number")
            if digits(phone.number) in foreign:
                yield _foreign(foreign[digits(phone.number)], entry.id, f"phones: {phone.number}")
    texts = chain(((s.entry, s.text) for s in subject.sentences), _fixed_texts(subject))
    for where, text in texts:
        for number in numbers_in(text):
            if digits(number) in foreign:
                yield _foreign(foreign[digits(number)], where, number)
            elif digits(number) not in shown:
                yield Finding("stray-phone", "error", where, f"{number} stands in the text but is no entry's shown phone: {text}")


def _foreign(row: NotOurs, where: str, what: str) -> Finding:
    return Finding("foreign-phone", "error", where, f"{what} belongs to {row.whose}: {row.reason}")


def _fixed_texts(subject: Subject) -> Iterator[tuple[str, str]]:
    for kind in subject.files["urgent.toml"].get("kinds", []):
        yield from (("urgent.toml", value) for value in kind.values() if isinstance(value, str))
    yield from (("replies.toml", value) for value in subject.files["replies.toml"].get("lines", {}).values() if isinstance(value, str))


def is_valid(phone: Phone) -> bool:
    """Whether a number can be rung, or written to, from a phone in the United Kingdom; short codes included."""
    try:
        number = phonenumbers.parse(phone.number, "GB")
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.is_valid_number(number):
        return number.country_code == 44
    if _TEXT_CODE.match(digits(phone.number)):
        return phone.type == "text"
    return bool(shortnumberinfo.is_valid_short_number_for_region(number, "GB"))


def numbers_in(text: str) -> list[str]:
    """The phone numbers that stand in a text. Codes of three figures (999, 111, 101) are everybody's and not among them."""
    return [match.group() for match in _LONG.finditer(text)] + [match.group(1) for match in _SHORT.finditer(text)]


def digits(number: str) -> str:
    """A number as its national digits, so that every way of writing it is the same."""
    found = re.sub(r"\D", "", number.replace("(0)", ""))
    return f"0{found[2:]}" if number.strip().startswith("+44") else found


def not_ours(data: Mapping[str, Any]) -> list[NotOurs]:
    """The rows of ``not-ours.toml``.

    Raises:
        ContentError: naming the row and the field that is wrong.
    """
    rows = []
    for position, row in enumerate(data.get("numbers", []), 1):
        try:
            rows.append(NotOurs.model_validate(row))
        except ValidationError as fault:
            first = fault.errors(include_url=False)[0]
            raise ContentError(f"not-ours.toml: number {position}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from fault
    return rows
