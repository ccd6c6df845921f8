"""Pins: the agreed place to start for a family of questions, which staff set where the ranking of places is not what they want (``pins.toml``)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationError

from indexer.embeddings import EmbeddingCache
from indexer.encoder import Vectors
from indexer.entries import Entry, Record, Slug, Slugs, Text
from indexer.errors import ContentError
from indexer.wording import Wording, load_toml

FILE = "pins.toml"
VECTORS = "pins.npy"
"""File of a release with the vectors of all wordings, in the order in which the pins stand."""
_WORD = re.compile(r"[^\W_]+")
_ABOUT_THE_FILE = {"path", "asked_as", "assured_date", "review_due"}
"""Fields of an entry that tell a family nothing: where it stands, how it is asked for, when it was or will be looked at."""


class Pin(Record):
    """One pin: whoever asks in one of ``wordings``, or nearly so, is told to start with ``start``, then ``also``.

    ``reason`` says why, ``agreed`` and ``review_due`` are days, ``rests_on`` is :func:`digest_of` the start as it was when the pin was set.
    """

    id: Slug
    start: Slug
    also: Slugs = ()
    wordings: Annotated[tuple[Text, ...], Field(min_length=1)]
    reason: Text
    agreed: dt.date
    review_due: dt.date
    rests_on: Text


class _Pins(Record):
    pins: tuple[Pin, ...] = ()


def load_pins(folder: Path) -> tuple[Pin, ...]:
    """The pins of a content folder or release, in the order written; none where it has no such file.

    Raises:
        ContentError: naming the pin and field that is malformed, or an id that is used twice.
    """
    if not (folder / FILE).exists():
        return ()
    data = load_toml(folder / FILE)
    try:
        found = _Pins.model_validate(data).pins
    except ValidationError as fault:
        raise ContentError("\n".join(_told(data, error["loc"], error["msg"]) for error in fault.errors(include_url=False))) from fault
    ids = [pin.id for pin in found]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise ContentError(f"{FILE}: pin {twice[0]!r}: id: is used twice")
    return found


def same_words(text: str) -> str:
    """The words of a text after :meth:`Wording.repair`, for telling whether two say the same: capitals, punctuation and apostrophes aside."""
    return " ".join(_WORD.findall(text.replace("'", "").lower()))


def digest_of(entry: Entry) -> str:
    """A digest of what an entry tells a family, 16 hexadecimal digits: the same wherever its file stands and on whatever lines."""
    told = entry.model_dump(mode="json", exclude=_ABOUT_THE_FILE | {"sections"})
    told["sections"] = [[section.heading, section.text] for section in entry.sections]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def astray(pin: Pin, entries: Mapping[str, Entry]) -> list[str]:
    """What is wrong with the places of a pin, each as ``field: fault``; nothing where all of them can be named in an answer."""
    faults = []
    for field, id in (("start", pin.start), *(("also", id) for id in pin.also)):
        entry = entries.get(id)
        if entry is None:
            faults.append(f"{field}: no entry has the id {id!r}")
        elif entry.crisis or entry.kind == "framework":
            faults.append(f"{field}: {id!r} is a {'crisis line' if entry.crisis else 'page of the framework'}, which no pin may name")
    return faults


def require_places(pins: Sequence[Pin], entries: Sequence[Entry]) -> None:
    """Refuse pins that lead nowhere.

    Raises:
        ContentError: naming each pin and field at fault.
    """
    known = {entry.id: entry for entry in entries}
    if faults := [f"{FILE}: pin {pin.id!r}: {fault}" for pin in pins for fault in astray(pin, known)]:
        raise ContentError("\n".join(faults))


def save_vectors(folder: Path, pins: Sequence[Pin], wording: Wording, cache: EmbeddingCache) -> None:
    """Write the vectors of all wordings, embedded as messages are, shape (wordings, dimensions)."""
    texts = [wording.learnable(wording.repair(text))[1] for pin in pins for text in pin.wordings]
    np.save(folder / VECTORS, cache.vectors(texts, "asked"), allow_pickle=False)


def load_vectors(folder: Path, pins: Sequence[Pin], dimensions: int) -> Vectors:
    """What :func:`save_vectors` wrote; no rows where there are no pins.

    Raises:
        ValueError: if there are not as many rows as wordings.
        OSError: if the file cannot be read.
    """
    if not pins:
        return np.zeros((0, dimensions), dtype=np.float32)
    found: Vectors = np.load(folder / VECTORS, allow_pickle=False)
    if found.shape != (sum(len(pin.wordings) for pin in pins), dimensions):
        raise ValueError(f"{VECTORS} does not fit {FILE}")
    return found


def _told(data: Mapping[str, object], where: Sequence[str | int], what: str) -> str:
    """A fault by the id of its pin, or its number where it has none."""
    if len(where) < 2 or not isinstance(where[1], int):
        return f"{FILE}: {'.'.join(map(str, where))}: {what}"
    row = data["pins"][where[1]]  # type: ignore[index]
    id = row.get("id") if isinstance(row, dict) else None
    pin = repr(id) if isinstance(id, str) and id else f"number {where[1] + 1}"
    return f"{FILE}: pin {pin}: {'.'.join(map(str, where[2:])) or 'table'}: {what}"
