"""Text for text messages: the GSM 03.38 seven-bit alphabet, its folding, and the count of segments (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_ALL = _BASIC | _EXTENDED
_FOLDED = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "•": "-", "`": "'"}
    | {"\u00a0": " ", "\t": " ", "\u00ad": "", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "ð": "d", "þ": "th", "×": "x"}
)
_JOINERS = "\u200c\u200d"
SINGLE, PART = 160, 153
"""Septets in a message sent alone, and in each part of a longer one."""
UCS2_SINGLE, UCS2_PART = 70, 67


def fold(text: str) -> str:
    """Text with curly quotes, dashes and accents brought into GSM-7 where that is possible; other scripts stay as they are."""
    text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    return "".join(c if c in _ALL else _plain(c) for c in text)


def encoding(text: str) -> str:
    """``GSM-7`` or ``UCS-2``."""
    return "GSM-7" if _ALL.issuperset(text) else "UCS-2"


def septets(text: str) -> int:
    """Length of a text in the alphabet, in septets; characters of the extension table take two."""
    return len(text) + sum(map(text.count, _EXTENDED))


def split(text: str) -> list[str]:
    """The parts in which a text is sent and billed, at least one. An escape sequence, a surrogate pair or a combining mark is never cut off."""
    if encoding(text) == "GSM-7":
        if _EXTENDED.isdisjoint(text):  # as most are: every character takes one septet
            return [text[at : at + PART] for at in range(0, len(text), PART)] if len(text) > SINGLE else [text]
        pieces, size, single, part = list(text), septets, SINGLE, PART
    else:
        pieces, size, single, part = _clusters(text), _units, UCS2_SINGLE, UCS2_PART
    if size(text) <= single:
        return [text]
    parts, used = [""], 0
    for piece in pieces:
        if used + size(piece) > part:
            parts.append("")
            used = 0
        parts[-1] += piece
        used += size(piece)
    return parts


def segments(text: str) -> int:
    """How many parts a text is billed as."""
    return len(split(text))


def _units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


def _clusters(text: str) -> list[str]:
    """Characters with the marks and joiners that belong to them (the main rule of Unicode's UAX #29)."""
    found: list[str] = []
    for character in text:
        joined = unicodedata.category(character) in ("Mn", "Me", "Mc") or character in _JOINERS
        if found and joined and _units(found[-1]) < UCS2_PART:
            found[-1] += character
        else:
            found.append(character)
    return found


def _plain(character: str) -> str:
    stripped = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return stripped if stripped and _ALL.issuperset(stripped) else character
