"""Long messages that arrive in pieces: whether one seems to go on, and the whole of several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot import gsm

_MARK = re.compile(
    r"^\s*[(\[]?\s*(?P<n>[1-9])\s*(?:/|of)\s*(?P<of>[2-9])\s*[)\]:.]?\s+"
    r"|\s+[(\[]\s*(?P<n2>[1-9])\s*(?:/|of)\s*(?P<of2>[2-9])\s*[)\]]\s*$"
)
_FINISHED = re.compile(r"[.!?…][\"')\]]?\s*$")
_NEARLY = 8
"""A piece this much shorter than a full segment may still be one: phones do not all cut at the same place."""


def goes_on(pieces: Sequence[str]) -> bool:
    """Whether another piece is to be expected after these, in the order in which they came."""
    marks = [_mark(piece) for piece in pieces]
    if marks[0] and all(marks):
        return {mark[0] for mark in marks if mark} != set(range(1, marks[0][1] + 1))
    return not _FINISHED.search(pieces[-1]) and _full(pieces[-1])


def whole(pieces: Sequence[str]) -> str:
    """The message that some pieces make: by their numbers where all are numbered and there, else in the order in which they came."""
    marks = [_mark(piece) for piece in pieces]
    if all(marks) and not goes_on(pieces):
        numbered = sorted((mark[0], _MARK.sub("", piece)) for mark, piece in zip(marks, pieces, strict=True) if mark)
        return " ".join(text for _, text in numbered)
    return pieces[0] + "".join(after if _torn(before, after) else f" {after}" for before, after in pairwise(pieces))


def _mark(piece: str) -> tuple[int, int] | None:
    found = _MARK.search(piece)
    if not found:
        return None
    n, of = int(found["n"] or found["n2"]), int(found["of"] or found["of2"])
    return (n, of) if n <= of else None


def _full(piece: str) -> bool:
    """Whether a piece fills a segment, or nearly."""
    length, part, single = _filling(piece)
    return part - _NEARLY <= length <= single


def _torn(before: str, after: str) -> bool:
    """Whether a word is cut between two pieces: only a phone that fills a segment to its end does so, others cut between words."""
    length, part, single = _filling(before)
    return length in (part - 1, part, single - 1, single) and before[-1:].isalnum() and after[:1].islower()


def _filling(piece: str) -> tuple[int, int, int]:
    """How long a piece is, and how long a segment of several and one sent alone can be."""
    if gsm.encoding(piece) == "GSM-7":
        return gsm.septets(piece), gsm.PART, gsm.SINGLE
    return len(piece.encode("utf-16-be")) // 2, gsm.UCS2_PART, gsm.UCS2_SINGLE
