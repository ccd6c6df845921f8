"""Phone numbers, e-mail and web addresses, and postal addresses out of a row, wherever its version of the standard keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher

from indexer.entries import Phone
from indexer.open_referral.fields import Row, words

MOST = 8
"""Most phones, and most addresses, that are kept of one service."""

_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[A-Za-z]{2,}")
_HOST = re.compile(r"(?=.*[A-Za-z])[\w-]+(\.[\w-]+)+")
_ADDRESS_PARTS = ("address_1", "address_2", "address_3", "address_4", "city", "region", "state_province", "postal_code")
_NOT_TO_RING = ("fax", "pager")


def phones(row: Row) -> tuple[Phone, ...]:
    """The numbers of a service: its own, its contacts', its places'; the organisation's only where there are no others.

    HSDS 3.0 has ``phones`` on service, contact, location and service_at_location; 1.0 has them on contacts. Each number that is valid in the UK
    (or written with another country's code) is kept once, as phonenumbers writes it; the rest is noted.
    """
    row.records("phones", "contacts")  # notes what is no object
    found = _valid(row, _phones_of(row.data)) or _valid(row, (p for o in row.records("organization") for p in _phones_of(o)))
    if len(found) > MOST:
        row.note("phones", f"{len(found)} numbers, only {MOST} kept")
    return tuple(found.values())[:MOST]


def email(row: Row) -> str | None:
    """The address of the service, or of one of its contacts."""
    given = row.text("email")
    if given and not _EMAIL.fullmatch(given):
        row.note("email", "not an e-mail address")
    candidates = [given, *(words(c.get("email")) for c in row.records("contacts"))]
    return next((c for c in candidates if c and len(c) <= 200 and _EMAIL.fullmatch(c)), None)


def url(row: Row) -> str | None:
    """The web address of the service, of the Web only; one without its scheme is taken as https."""
    given = row.text("url")
    if not given:
        return None
    address = web_address(given)
    if address is None:
        row.note("url", "not a web address")
    return address


def web_address(given: str) -> str | None:
    """A web address that can be linked to, or None."""
    address = given if "://" in given else f"https://{given}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and not parts.username and _HOST.fullmatch(parts.hostname or "")
    except ValueError:
        return None
    return address if usable and not re.search(r"\s|[<>\"]", address) and len(address) <= 1000 else None


def addresses(row: Row) -> tuple[str, ...]:
    """Where the service is, each address on one line: places to go to, and postal addresses only where there are none."""
    places = [place for sal in row.records("service_at_locations") for place in _objects(sal.get("location"))] + row.records("locations")
    physical, postal = dict[str, None](), dict[str, None]()
    for place in places:
        for address in _objects(place.get("physical_addresses")) + _objects(place.get("addresses")):
            (postal if address.get("address_type") == "postal" else physical)[_joined(address)] = None
        postal |= dict.fromkeys(map(_joined, _objects(place.get("postal_addresses"))))
    found = [line for line in physical or postal if line]
    if len(found) > MOST:
        row.note("addresses", f"{len(found)} places, only {MOST} kept")
    return tuple(found[:MOST])


def _joined(address: Mapping[str, Any]) -> str:
    parts = [words(address.get(name)).strip(" ,") for name in _ADDRESS_PARTS]
    kept = dict.fromkeys(part for part in parts if any(c.isalnum() for c in part))
    return ", ".join(kept) if words(address.get("address_type")) != "virtual" else ""


def _phones_of(record: Mapping[str, Any], inward: tuple[str, ...] = ("service_at_locations", "location")) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each phone with the title or department that it belongs to; names of people are not kept."""
    for phone in _objects(record.get("phones")):
        yield phone, ""
    for contact in _objects(record.get("contacts")):
        whose = words(contact.get("title")) or words(contact.get("department"))
        yield from ((phone, whose) for phone in _objects(contact.get("phones")))
    for place in _objects(record.get(inward[0])) if inward else []:
        yield from _phones_of(place, inward[1:])


def _valid(row: Row, given: Iterator[tuple[Mapping[str, Any], str]]) -> dict[str, Phone]:
    found: dict[str, Phone] = {}
    for phone, whose in given:
        text, type = words(phone.get("number")), words(phone.get("type")).lower()
        if type in _NOT_TO_RING or not text:
            continue
        numbers = numbers_in(text)
        if not numbers:
            row.note("phones", f"{text[:40]!r} is not a valid number")
        extension = phone.get("extension")
        inside = f"extension {extension}" if extension and isinstance(extension, str | int) else ""
        says = [(words(phone.get("description")) or whose).rstrip(" ."), inside]
        kind: Literal["voice", "text", "textphone"] = "text" if type == "text" else "textphone" if type == "textphone" else "voice"
        for number in numbers:
            found.setdefault(number, Phone(number=number, type=kind, description=", ".join(s for s in says if s)[:300] or None))
    return found


def numbers_in(text: str) -> list[str]:
    """The valid numbers in a text as people in the UK write them, and short ones such as 111."""
    found = [match.number for match in PhoneNumberMatcher(text, "GB")]
    if found:
        styles = [PhoneNumberFormat.NATIONAL if n.country_code == 44 else PhoneNumberFormat.INTERNATIONAL for n in found]
        return [re.sub(r"[^+\d]+", " ", phonenumbers.format_number(_bare(n), style)).strip() for n, style in zip(found, styles, strict=True)]
    digits = re.sub(r"\s", "", text)
    if digits.isascii() and digits.isdigit() and len(digits) <= 6:
        short = phonenumbers.parse(digits, "GB") if len(digits) >= 3 else None
        return [digits] if short and phonenumbers.is_valid_short_number_for_region(short, "GB") else []
    return []


def _bare(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber:
    return phonenumbers.PhoneNumber(country_code=number.country_code, national_number=number.national_number)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items[:MOST * 5] if isinstance(item, Mapping)]
