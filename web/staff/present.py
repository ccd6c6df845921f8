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
