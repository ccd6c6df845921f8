"""Lines for the body of an imported entry: who runs the service, where it works, when it is open. Each makes sense by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from indexer.open_referral.fields import Row, words

DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday", "SU": "Sunday"}
"""``byday`` of iCalendar (RFC 5545), which both versions use."""
LONGEST, LONGEST_AREA = 300, 80
"""Longest line that is kept, and longest name of an area: beyond it the "name" is a paragraph or a map."""
MOST = 10
"""Most lines."""

_TIME = re.compile(r"(?:.*T)?([01]?\d|2[0-3]):([0-5]\d)")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


def good_to_know(row: Row, name: str) -> list[str]:
    """What else a row says, one sentence to a line."""
    lines = [f"{who} runs {name}." for o in row.records("organization") if (who := words(o.get("name")).rstrip(".")) and who != name]
    lines += [f"{name} is for people in: {area}." for area in _areas(row)]
    lines += [f"{name}: {when}" for when in _opening(row)]
    return [line for line in dict.fromkeys(lines) if len(line) <= LONGEST][:MOST]


def literal(line: str) -> str:
    """A line of a feed as Markdown that shows it letter by letter."""
    return _MARKDOWN.sub(r"\\\1", line)


def _areas(row: Row) -> Iterator[str]:
    for area in row.records("service_areas"):
        text = (words(area.get("name")) or words(area.get("service_area"))).rstrip(".")
        if 0 < len(text) <= LONGEST_AREA:
            yield text


def _opening(row: Row) -> Iterator[str]:
    """The opening times of a service and of its places: ``schedules`` of 3.0, ``regular_schedules`` of 1.0."""
    places = row.records("service_at_locations")
    nested = [s for place in places for key in ("schedules", "regular_schedule", "regular_schedules") for s in _objects(place.get(key))]
    for schedule in [*row.records("schedules", "regular_schedules"), *nested]:
        text = words(schedule.get("description")) or _times(schedule)
        if text:
            yield text if text[-1] in ".!?" else f"{text}."


def _times(schedule: Mapping[str, Any]) -> str:
    days = [DAYS[code] for code in re.findall(r"[A-Z]{2}", words(schedule.get("byday")).upper()) if code in DAYS]
    found = [_TIME.match(words(schedule.get(key))) for key in ("opens_at", "closes_at")]
    hours = [f"{int(m[1])}:{m[2]}" for m in found if m]
    when = f"open {' to '.join(hours)}" if len(hours) == 2 else "open" if days else ""
    if when and words(schedule.get("freq")).upper() == "MONTHLY":
        return ""  # "the first Monday" is not to be had from the days alone
    return f"{when} on {', '.join(days)}" if days else ""


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]
