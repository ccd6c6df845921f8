"""Entries that contradict each other, and entries that only seem to."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.checks import Finding, check
from tests.indexer.tidy import BUS, SWIMMING, TODAY, TOYS, edit

PHONE = "{number: 0161 496 0103, source: 1}"
WEEKDAYS = "Monday to Friday, 9am to 5pm"


@pytest.mark.parametrize(
    ("hours", "same"),
    [(WEEKDAYS, True), ("monday to  Friday 9am to 5pm", True), ("Monday to Friday, 9am to 4pm", False), ("24 hours a day", False), (None, True)],
)
def test_one_phone_has_one_set_of_hours(content: Path, hours: str | None, same: bool) -> None:
    said = f', hours: "{hours}"' if hours else ""
    edit(content, SWIMMING, PHONE, f"{{number: 0161 496 0101{said}, source: 1}}")
    message = f"0161 496 0101 has the hours {hours!r} here and {WEEKDAYS!r} in toy-library"
    assert check(content, TODAY).findings == (() if same else (Finding("contradiction", "error", "swimming-club", message),))


def test_round_the_clock_has_many_names(content: Path) -> None:
    edit(content, TOYS, f'hours: "{WEEKDAYS}"', 'hours: "24 hours a day, 7 days a week"')
    edit(content, SWIMMING, PHONE, '{number: 0161 496 0101, hours: "Day and night", source: 1}')
    assert check(content, TODAY).findings == ()


def test_other_phones_may_have_other_hours(content: Path) -> None:
    edit(content, SWIMMING, PHONE, '{number: 0161 496 0103, hours: "Saturdays", source: 1}')
    assert check(content, TODAY).findings == ()


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("1 High Street, Stockport", "1 High Street, Stockport", True),
        ("The Hall, 1 High Street, SK1 3XE", "1 High Street, SK13XE", True),
        ("1 High Street, Stockport", "2 Low Road, Stockport", False),
        ("1 High Street, SK1 3XE", "1 High Street, SK2 7JE", False),
    ],
)
def test_one_phone_is_in_one_place(content: Path, here: str, there: str, same: bool) -> None:
    edit(content, TOYS, '["1 High Street, Stockport"]', f'["{there}"]')
    edit(content, SWIMMING, f"phones:\n  - {PHONE}", f'addresses: ["{here}"]\nphones:\n  - {{number: 0161 496 0101, source: 1}}')
    message = f"0161 496 0101 is at {here!r} here and at {there!r} in toy-library"
    assert check(content, TODAY).findings == (() if same else (Finding("contradiction", "error", "swimming-club", message),))


DECIDE = "The council must decide within 4 weeks of the annual review meeting to keep, amend or end the plan."


@pytest.mark.parametrize(
    ("here", "there", "agree"),
    [
        # one limit, told twice
        (DECIDE, "The council must decide within 6 weeks of the annual review meeting to keep, change or end the plan.", False),
        (DECIDE, "The council must decide within four weeks of the annual review meeting to keep, change or end the plan.", True),
        ("The bus company must answer within 6 weeks.", "The bus company must answer by week 8.", False),
        ("The bus company must answer within 6 weeks.", "The bus company must answer by week 6.", True),
        ("The plan must name the next school by 15 February.", "The plan must name the next school by 15 March.", True),
        ("The plan must name the next school by 15 February.", "The plan must name the next school by 28 February.", False),
        ("You can appeal within 2 months of the decision letter.", "You can appeal within 3 months of the decision letter.", False),
        # a part of the same limit
        ("You can appeal within 2 months of the decision letter or 1 month of the certificate.",
         "You can appeal within 2 months of the decision letter.", True),
        # other limits that sound alike
        ("For a move after 16, the plan must name the next place by 31 March.",
         "For a move into school, the plan must name the next place by 15 February.", True),
        ("The council must tell you by week 6 if it will assess your child for a plan.", "The council must issue the final plan by week 20.", True),
        (DECIDE, "An amended final plan is due within 12 weeks of the annual review meeting in all.", True),
        ("An amended final plan is due within 12 weeks of the meeting in all.", "An amended final plan is due within a further 8 weeks.", True),
        ("You can appeal to the tribunal within 2 months of the letter.", "You have 6 months to claim in the tribunal after the letter.", True),
        ("School must set work for days 1 to 5 of a suspension.", "Suitable education must start from day 6 of a suspension.", True),
        ("The panel meets once every 2 weeks.", "The band plays once every 3 weeks.", True),
    ],
)
def test_time_limits_of_one_process_agree(content: Path, here: str, there: str, agree: bool) -> None:
    edit(content, BUS, "The bus company must answer within 6 weeks.", here)
    edit(content, SWIMMING, "The swimming club meets on Saturdays.", there)
    expected = () if agree else (Finding("contradiction", "error", "bus-pass", f"{here!r} against {there!r} in swimming-club"),)
    assert tuple(f for f in check(content, TODAY).findings if f.rule == "contradiction") == expected


@pytest.mark.parametrize(
    ("here", "there", "agree"),
    [
        ("Governors must meet within 15 days.", "Governors must meet within 10 days.", False),
        ("Over 5 days in a term, governors must meet if you ask.", "Over 15 days in a term, governors must meet.", True),
    ],
)
def test_an_entry_agrees_with_itself(content: Path, here: str, there: str, agree: bool) -> None:
    edit(content, BUS, "The bus company must answer within 6 weeks.", f"{here}\n{there}")
    expected = () if agree else (Finding("contradiction", "error", "bus-pass", f"{here!r} against {there!r}"),)
    assert check(content, TODAY).findings == expected


def test_only_time_limits_are_held_against_each_other(content: Path) -> None:
    edit(content, TOYS, "You can keep each toy for four weeks.", "The toy library must answer you within 4 weeks.")
    edit(content, SWIMMING, "The swimming club meets on Saturdays.", "The toy library must answer you within 6 weeks.")
    assert check(content, TODAY).findings == ()
