"""What the templates of the console have at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request

from web.staff.roles import May


@dataclass(frozen=True)
class Entrance:
    """A desk in the menu: its endpoint, its name, what is done there, and what it takes to see it."""

    endpoint: str
    name: str
    line: str
    takes: May


MENU: tuple[Entrance, ...] = (
    Entrance("staff_attention.page", "What needs attention", "What is wrong, missing or out of date, the worst first.", May.LOOK),
    Entrance("staff_ask.page", "Ask as anyone", "One question as a parent, by text and as a professional, with what is behind the answer.", May.LOOK),
    Entrance("staff_consistency.page", "Consistency", "Is everyone sent to the same place, however they ask, now and before?", May.LOOK),
    Entrance("staff_questions.page", "Files of questions", "A whole file of questions answered, as CSV or as a spreadsheet.", May.LOOK),
    Entrance("staff_figures.page", "Figures", "What was asked, how it was answered and how fast; and the report on a year.", May.LOOK),
    Entrance("staff_switches.page", "Switches", "Switch off an entry, a topic, a channel or the whole service, and on again.", May.LOOK),
    Entrance("staff_entries.page", "Entries", "Change what an entry says, or write a new one.", May.LOOK),
    Entrance("staff_pins.page", "Pins", "Agree on the place to start for a family of questions.", May.LOOK),
    Entrance("staff_wordings.page", "Wordings", "Needs in the words of different people: add how someone else would say it.", May.LOOK),
    Entrance("staff_publish.page", "Publish", "Make live what has been changed, or go back to a release before.", May.LOOK),
    Entrance("staff_home.audit", "Audit trail", "Every change: who, when, before, after and why.", May.AUDIT),
    Entrance("staff_home.accounts", "Accounts", "Who may sign in, and what each role may do.", May.ACCOUNTS),
)
"""In the order of the menu."""


def for_templates() -> dict[str, Any]:
    """The menu of whoever is signed in, and what they may do; nothing elsewhere than in the console."""
    staff = g.get("staff")
    if staff is None or not request.path.startswith("/staff"):
        return {}
    return {"staff": staff, "May": May, "menu": [entrance for entrance in MENU if staff.may(entrance.takes)]}
