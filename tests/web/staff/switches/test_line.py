"""The public line: sayable everywhere, and without a number or an address that nobody shows."""

from __future__ import annotations

import pytest

from tests.web.conftest import StandIn
from web.staff.switches.line import faults

ENTRIES = list(StandIn().entries.values())


@pytest.mark.parametrize("line", [
    "Closed for repairs this week.",
    "Closed until 12 January 2027. Ring the helpline on 0800 1111.",
    "Closed from 9.30am to 17:00 on 3/12/2026 and on 2026-12-04.",
    "The helpline is on 0800 1111 9am to 5pm; in danger ring 999.",
    "From abroad: +44 800 1111 or +44 (0)800-1111.",
    "Write to ask@example.org or see https://example.org/line.",
    "It’s closed – please wait…",
    "Two rooms, 3 and 14, are shut.",
    "x" * 300,
])
def test_what_may_be_said(line):
    assert faults(line, ENTRIES) == []


@pytest.mark.parametrize(("line", "says"), [
    ("Closed.", "at least 10"),
    ("x" * 301, "too long"),
    ("€" * 151, "too long"),
    ("Closed. 谢谢 everyone.", "谢"),
    ("Ring 0161 496 0999 instead.", "0161 496 0999"),
    ("Ring 0161 496 0001 instead.", "0161 496 0001"),
    ("Ring 01 61 49 60 99 9 now.", "01 61 49 60 99 9"),
    ("Ring (0161) 496-0999 instead.", "0161) 496-0999"),
    ("Ring 0161.496.2026 instead.", "0161.496.2026"),
    ("Ring +44 161 496 0999 instead.", "+44 161 496 0999"),
    ("Text 85258 for someone to talk to.", "85258"),
    ("Ring 0800 11112 instead.", "0800 11112"),
    ("Ring 0161 496 0000 instead, which no sure source has.", "0161 496 0000"),
    ("Ring 0161 0800 1111 instead.", "0161 0800 1111"),
    ("Write to who@example.org instead.", "who@example.org"),
    ("See www.example.com/help instead.", "www.example.com/help"),
    ("See elsewhere.org.uk instead.", "elsewhere.org.uk"),
])
def test_what_may_not(line, says):
    assert says in " ".join(faults(line, ENTRIES))
