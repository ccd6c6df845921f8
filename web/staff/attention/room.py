"""What every page of this desk shares: its blueprint, where its items come from, and how forms are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import request
from werkzeug.exceptions import BadRequest

from web.site import clean, site
from web.staff.attention.gather import Gathering
from web.staff.attention.store import Kept, State
from web.staff.door import desk
from web.staff.room import room

blueprint = desk("attention", __name__, "/attention")
LONGEST_NOTE = 1000
AS_IT_IS = "as it is"
"""A choice in the form for several at once that changes nothing."""


def gathering() -> Gathering:
    """Where what needs attention comes from."""
    return Gathering(room(), site().asked, site().dispatch.texts.listed)


def owners() -> list[str]:
    """Who can own something: every account that is open."""
    return [account.name for account in room().accounts.listed() if account.active]


def decided(form: Mapping[str, str], kept: Kept) -> tuple[State, str, date | None, str]:
    """State, owner, due date and note as a form says; what it does not say, or leaves as it is, stays.

    Raises:
        BadRequest: if it says something that none of them can be.
    """
    state, owner, due = form.get("state", AS_IT_IS), form.get("owner", AS_IT_IS), form.get("due", AS_IT_IS)
    if state not in (AS_IT_IS, *State) or owner not in (AS_IT_IS, "", kept.owner, *owners()):
        raise BadRequest("Choose a state and an owner from the lists.")
    try:
        day = kept.due if due == AS_IT_IS else date.fromisoformat(due) if due else None
    except ValueError:
        raise BadRequest("Give the date as year, month and day: 2026-04-05.") from None
    note = clean(form["note"]).replace("\r\n", "\n").strip()[:LONGEST_NOTE] if "note" in form else kept.note
    return kept.state if state == AS_IT_IS else State(state), kept.owner if owner == AS_IT_IS else owner, day, note


def page_named() -> int:
    """Which page of the list is asked for, from 1."""
    return max(1, request.args.get("page", 1, type=int))
