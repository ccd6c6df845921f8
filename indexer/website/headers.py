"""Headers of an answer, as text and numbers."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime

from scrapy.http import Response


def header(response: Response, name: str) -> str:
    """A header, empty where it is not there."""
    value = response.headers.get(name) or b""
    return value.decode("latin-1")


def charset(response: Response) -> str | None:
    """The encoding that the header names."""
    _, _, given = header(response, "Content-Type").lower().partition("charset=")
    return given.split(";")[0].strip(" \"'") or None


def seconds(value: str) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, as a number or a date (RFC 9110, 10.2.3)."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return max(0.0, (when - dt.datetime.now(dt.UTC)).total_seconds())
