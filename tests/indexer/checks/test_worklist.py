"""What the council still has to supply."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.checks import Waiting, check
from indexer.checks.worklist import groups_of
from tests.indexer.tidy import BUS, SWIMMING, TODAY, TOYS, edit


@pytest.mark.parametrize(
    ("item", "groups"),
    [
        ("phone number", ("Phone numbers",)),
        ("phone", ("Phone numbers",)),
        ("number of the parents' advice line", ("Phone numbers",)),
        ("wheelchair repairs number", ("Phone numbers",)),
        ("check all three numbers", ("Phone numbers",)),
        ("number of sessions", ("Other questions",)),
        ("current numbers", ("Other questions",)),
        ("phone number and e-mail of the EHCP team", ("Phone numbers", "E-mail addresses")),
        ("email", ("E-mail addresses",)),
        ("e-mail address", ("E-mail addresses",)),
        ("the council's request form", ("Forms",)),
        ("log-in page for the Parent Portal", ("Forms",)),
        ("online referral form", ("Forms", "Web pages")),
        ("full text of the framework", ("Documents and lists",)),
        ("website", ("Web pages",)),
        ("web address", ("Web pages",)),
        ("address", ("Addresses and places",)),
        ("e-mail and postal address for requests", ("E-mail addresses", "Addresses and places")),
        ("opening hours", ("Opening hours",)),
        ("current hours and rates", ("What it costs",)),
        ("contact for equipment", ("Named contacts",)),
        ("name of Stockport's mediation provider", ("Named contacts",)),
        ("waiting time", ("Waiting times and time limits",)),
        ("how soon Samaritans answers an email", ("Waiting times and time limits",)),
        ("whether the course still runs", ("Whether it still runs",)),
        ("whether texts show on a phone bill", ("Other questions",)),
        ("age limits", ("Who it is for",)),
        ("how to apply", ("How to get in",)),
        ("cost", ("What it costs",)),
        ("current travel policy", ("Documents and lists",)),
        ("companion pass", ("Other questions",)),
    ],
)
def test_an_item_stands_under_what_is_missing(item: str, groups: tuple[str, ...]) -> None:
    assert groups_of(item) == groups


def test_entries_that_wait_for_one_thing_stand_together(content: Path) -> None:
    edit(content, TOYS, "missing: []", "missing: [phone, cost, email]")
    edit(content, SWIMMING, "review_due", "missing: [phone number, phone number for the pool]\nreview_due")
    edit(content, BUS, "review_due", "missing: [phone numbers]\nreview_due")
    checked = check(content, TODAY)
    assert checked.waiting == (
        Waiting("Phone numbers", True, "phone number", ("bus-pass", "swimming-club", "toy-library")),
        Waiting("Phone numbers", True, "phone number for the pool", ("swimming-club",)),
        Waiting("E-mail addresses", True, "e-mail", ("toy-library",)),
        Waiting("What it costs", False, "cost", ("toy-library",)),
    )
    assert checked.findings == ()
