"""The way back from ``export.service``: the entry that another Waymark published, with every field.

Only for feeds that the configuration calls our own: ids, certainty and what counts as a crisis line are believed as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.entries import Entry
from indexer.open_referral.export import NEED, OWN, SAME


def is_own(row: Mapping[str, Any]) -> bool:
    """Whether a row carries the fields of a Waymark."""
    return isinstance(row.get(OWN), Mapping)


def restored(row: Mapping[str, Any], path: str | None = None) -> Entry:
    """The entry that a row was made from. ``path`` replaces the place where its file was.

    Raises:
        ValidationError: if the row is not what ``export.service`` makes.
    """
    fields = {name: row[name] for name in SAME if row.get(name) is not None}
    fields |= row[OWN]
    fields["phones"] = [_phone(p) for p in _records(row.get("phones"))]
    fields["languages"] = [language.get("name") for language in _records(row.get("languages"))]
    tags = [a for a in _records(row.get("attributes")) if a.get("link_type") == NEED]
    fields["needs"] = [a["taxonomy_term"].get("code") for a in tags if isinstance(a.get("taxonomy_term"), Mapping)]
    if path is not None:
        fields["path"] = path
    return Entry.model_validate(fields)


def _phone(phone: Mapping[str, Any]) -> dict[str, Any]:
    own = phone.get(OWN)
    return {"number": phone.get("number"), "type": phone.get("type", "voice"), **(own if isinstance(own, Mapping) else {})}


def _records(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
