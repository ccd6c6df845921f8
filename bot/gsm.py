"""Text for text messages: the GSM 03.38 seven-bit alphabet, its folding, and the count of segments (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_ALL = _BASIC | _EXTENDED
_FOLDED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "•": "-", "\u00a0": " ", "\t": " "})
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


def segments(text: str) -> int:
    """How many segments a text is billed as; an escape sequence is never split over two."""
    if encoding(text) == "UCS-2":
        units = len(text.encode("utf-16-be")) // 2
        return 1 if units <= UCS2_SINGLE else -(-units // UCS2_PART)
    sizes = [2 if c in _EXTENDED else 1 for c in text]
    if sum(sizes) <= SINGLE:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > PART:
            count, used = count + 1, 0
        used += size
    return count


def _plain(character: str) -> str:
    stripped = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return stripped if stripped and _ALL.issuperset(stripped) else character
