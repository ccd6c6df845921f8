"""Neighbourhoods of the borough, and places outside it, from ``places.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import ContentError
from indexer.wording import any_of, load_toml

_POSTCODE = re.compile(r"\b(sk\d{1,2})\b")


@dataclass(frozen=True)
class Place:
    """A neighbourhood of the borough, or a place outside it."""

    id: str
    name: str
    pattern: re.Pattern[str]


_MARK = "\ue000"
"""Stands for a name of a place, a character that no message has."""


class Outside:
    """Places outside the borough, found where someone says that they live there."""

    def __init__(self, table: Mapping[str, Any], forms: list[str]) -> None:
        self._names: dict[str, str] = {word.lower(): place["name"] for place in table.values() for word in place["words"]}
        if odd := [word for word in self._names if "*" in word or " .. " in word]:
            raise ContentError(f"places.toml: '{odd[0]}' is no plain name; places outside the borough are told by their names alone")
        self._named = any_of(self._names)
        self._lived = any_of([form.format(_MARK) for form in forms])

    def first(self, text: str) -> str | None:
        """The name of the first place lived in, by its longest name."""
        text = text.replace(_MARK, " ")
        named = [" ".join(word.split()) for word in self._named.findall(text)]
        if not named:  # as in most messages
            return None
        marked = self._named.sub(_MARK, text)
        found = self._lived.search(marked)
        return self._names[named[marked.count(_MARK, 0, found.end()) - 1]] if found else None


class Places:
    """The parsed ``places.toml``."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        forms: list[str] = data["lives_there"]
        self.areas = tuple(Place(id, place["name"], any_of(place["words"])) for id, place in data["areas"].items())
        self._some_area = any_of([word for place in data["areas"].values() for word in place["words"]])
        self.names = {place.id: place.name for place in self.areas}
        self._districts: dict[str, list[str]] = {name.lower(): ids for name, ids in data["districts"].items()}
        self._elsewhere, self._abroad = (Outside(data.get(table, {}), forms) for table in ("elsewhere", "abroad"))

    def area(self, text: str) -> str | None:
        """The id of the first neighbourhood named, or the only one of a postcode district named; None if neither."""
        named = self.areas if self._some_area.search(text) else ()
        hits = [(found.start(), -found.end(), place.id) for place in named if (found := place.pattern.search(text))]
        if hits:
            return min(hits)[2]
        districts = (self._districts.get(code, []) for code in _POSTCODE.findall(text))
        return next((ids[0] for ids in districts if len(ids) == 1), None)

    def elsewhere(self, text: str) -> str | None:
        """The name of a place outside the borough where the asker says they live; the first one named, by its longest name."""
        return self._elsewhere.first(text)

    def abroad(self, text: str) -> str | None:
        """The name of a country of other law where the asker says they live."""
        return self._abroad.first(text)


def load_places(folder: Path) -> Places:
    """The places of a release or content folder.

    Raises:
        ContentError: if ``places.toml`` is missing or malformed.
    """
    try:
        return Places(load_toml(folder / "places.toml"))
    except (KeyError, TypeError, AttributeError) as fault:
        raise ContentError(f"places.toml: {fault}") from fault
