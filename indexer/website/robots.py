"""What robots.txt allows, after RFC 9309; its rules are read by Protego."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

AGENT = "Waymark"
"""The product token that robots.txt may name."""
MOST_BYTES = 512 * 1024
"""As much of a robots.txt as is read (RFC 9309, 2.5, asks for 500 KiB at least)."""


@dataclass(frozen=True)
class Rules:
    """The rules of one host: what may be read, how long to wait between two pages in seconds, and the sitemaps it names."""

    parsed: Protego | None = None
    closed: str = ""

    def allows(self, url: str) -> bool:
        """Whether an address may be asked for."""
        return not self.closed and (self.parsed is None or bool(self.parsed.can_fetch(url, AGENT)))

    @property
    def delay(self) -> float:
        """The pause that the host asks for, 0 where it asks for none."""
        return float((self.parsed and self.parsed.crawl_delay(AGENT)) or 0)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of sitemaps, as written."""
        return tuple(self.parsed.sitemaps) if self.parsed else ()


def rules_of(status: int, body: bytes) -> Rules:
    """The rules that an answer to ``/robots.txt`` gives.

    Without such a file (any 4xx) all may be read; while the host cannot say (5xx, or 0 for no answer at all) nothing may (RFC 9309, 2.3.1).
    """
    if 200 <= status < 300:
        return Rules(Protego.parse(body[:MOST_BYTES].decode("utf-8-sig", errors="replace")))
    if 300 <= status < 500:
        return Rules()
    return Rules(closed=f"robots.txt cannot be read ({f'HTTP status {status}' if status else 'no answer'}), so nothing may be")
