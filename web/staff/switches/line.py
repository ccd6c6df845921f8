"""What the public line beside something that is switched off may say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot import gsm
from bot.compose import contacts_of
from bot.off import LONGEST
from indexer.entries import Entry

SHORTEST = 10
"""Characters below which a line explains nothing."""
ALWAYS = ("999", "112")
"""Numbers that anyone may be told to ring."""
_BETWEEN = r"[ ()\-./]{0,2}"
_NUMBER = re.compile(rf"\+?\d(?:{_BETWEEN}\d){{2,}}")
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_MOMENT = re.compile(
    rf"(?<![\d.])(?:20\d\d-{_MONTH}-{_DAY}|{_DAY}[/.]{_MONTH}[/.](?:20)?\d\d|(?:[01]?\d|2[0-3])[.:][0-5]\d|20\d\d(?![ \-]?\d))(?![\d.]\d)"
)
"""Dates, times and years."""
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:uk|com|org|net|info|eu)\b\S*", re.IGNORECASE)


def faults(line: str, entries: Iterable[Entry]) -> list[str]:
    """What is wrong with a public line, a sentence each; nothing where it may be said.

    Args:
        line: the line.
        entries: the entries whose shown numbers and addresses it may name. Any other would be made up.
    """
    folded, known = gsm.fold(line), [contact for entry in entries for contact in contacts_of(entry)]
    found = []
    if len(line) < SHORTEST:
        found.append(f"The public line needs at least {SHORTEST} characters, so that it explains something.")
    if len(line) > LONGEST or gsm.septets(folded) > LONGEST:
        found.append(f"The public line is too long: at most {LONGEST} characters fit into a text message beside a place to go.")
    if gsm.encoding(folded) != "GSM-7":
        strange = dict.fromkeys(c for c in folded if gsm.encoding(c) != "GSM-7")
        found.append(f"Text messages cannot show {' '.join(strange)} in the public line. Use plain letters.")
    addresses = {_bare(contact.value) for contact in known if contact.type in ("link", "email")}
    invented = [address for address in _ADDRESS.findall(folded) if _bare(address) not in addresses]
    invented += _unknown_numbers(_ADDRESS.sub(" , ", folded), {_digits(contact.value) for contact in known if contact.type in _DIALLED})
    found += [f"No entry shows {each.strip()}. The public line may name only numbers and addresses that an entry shows." for each in invented]
    return found


_DIALLED = ("phone", "text", "textphone")


def _unknown_numbers(text: str, known: set[str]) -> Iterator[str]:
    for digits in sorted({*known, *ALWAYS} - {""}, key=len, reverse=True):
        text = re.sub(rf"(?<!\d)(?<!\d[ ()\-./]){_dialled(digits)}(?!\d)", " , ", text)  # whole, never the end of a longer one
    yield from _NUMBER.findall(_MOMENT.sub(" , ", text))


def _dialled(digits: str) -> str:
    """A pattern for a number however it is spaced, from this country or from abroad."""
    own = digits if len(digits) < 6 else _BETWEEN.join(digits)
    return rf"(?:{own}|\+44 ?(?:\(0\))?{_BETWEEN}{_BETWEEN.join(digits[1:])})" if digits.startswith("0") else own


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    return f"0{digits[2:]}" if number.strip().startswith("+44") else digits


def _bare(address: str) -> str:
    return re.sub(r"^(https?://)?(www\.)?", "", address.lower()).rstrip("/.,;:!?)")
