"""The small content folder put in order, so that a test spoils one thing and finds that thing alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

TODAY = dt.date(2026, 11, 22)
TOYS, SWIMMING, BUS = "services/toy-library.md", "services/swimming-club.md", "topics/bus-pass.md"

DUTIES = """
[[duties]]
paragraph = "1(a)"
duty = "Toys for young children"
entries = ["toy-library"]
[[duties]]
paragraph = ""
duty = "Travel"
entries = ["bus-pass"]
needs = "Stockport's own page needed: the form"
[[duties]]
paragraph = "2"
duty = "Boats"
needs = "Stockport's own page needed: boats"
"""
NOT_OURS = """
[[numbers]]
number = "0161 496 0999"
whose = "the toy library of Bolton"
reason = "both stand on one page"
"""
REPLIES = """
[routes]
best_human = ["toy-library"]
independent = "swimming-club"
interpreter = "toy-library"
[lines]
fault = "Something went wrong."
"""


def put_in_order(content: Path) -> None:
    """Without what is wrong in the small content folder: an unsure number, one that cannot be rung, old contacts, missing word files."""
    edit(content, TOYS, "  - {number: 0161 496 0102, source: 2}\n", "")
    edit(content, TOYS, "dated: 2025-03,", "dated: 2026-03,")
    edit(content, TOYS, "missing: [waiting time]", "missing: []")
    edit(content, SWIMMING, "{number: 07700 900123, type: text, source: 1}", "{number: 0161 496 0103, source: 1}")
    edit(content, SWIMMING, 'dated: "2024"', 'dated: "2026"')
    edit(content, BUS, "Ask the bus company for a form.", "Ask the bus company.")
    for name, text in {"duties.toml": DUTIES, "not-ours.toml": NOT_OURS, "replies.toml": REPLIES}.items():
        (content / name).write_text(text, encoding="utf-8")


def edit(content: Path, file: str, old: str, new: str) -> None:
    """Replace the first place of a text in one file of the content folder; the text must be there."""
    text = (content / file).read_text(encoding="utf-8")
    assert old in text
    (content / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def add(content: Path, file: str, line: str) -> None:
    """Add a line to an entry's last section."""
    edit(content, file, (content / file).read_text(encoding="utf-8"), (content / file).read_text(encoding="utf-8") + line + "\n")
