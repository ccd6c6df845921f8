"""What the desks share at which content is changed: the store, the entries as they are to be, and the way of a change to be tried out or saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from flask import Blueprint, Response, abort, render_template, request

from indexer.entries import Entry
from indexer.errors import WaymarkError
from web.site import clean
from web.staff.content.checking import entries_of
from web.staff.content.store import Draft, Store
from web.staff.door import desk, member, reason, same_page
from web.staff.jobs import BUILDING
from web.staff.roles import May
from web.staff.room import room

PREVIEW = "preview"
TAKES = {"pins.toml": May.PIN, "wordings.toml": May.WORD}
"""What it takes to change a file; entries take ``May.EDIT``."""


def content_desk(name: str, module: str, below: str) -> Blueprint:
    """A desk that says so in words where a content file cannot be read or written."""
    blueprint = desk(name, module, below)
    blueprint.register_error_handler(WaymarkError, lambda fault: (render_template("staff/content_fault.html", fault=str(fault)), 503))
    return blueprint


def store() -> Store:
    """The store of this console."""
    return Store(room())


def opened() -> Store:
    """The store, after what became of changes that were broken off has been found out."""
    found = store()
    found.reconcile()
    return found


def today() -> dt.date:
    """The day, UTC."""
    return dt.datetime.now(dt.UTC).date()


def entries(of: Store) -> Mapping[str, Entry]:
    """Entries as they stand in the content folder, with what is offered for it, by id."""
    return {entry.id: entry for entry in entries_of(of.content, of.offers().values())}


def field(name: str, longest: int = 100_000) -> str:
    """What was filled in, with plain line ends."""
    return clean(request.form.get(name, ""))[:longest].replace("\r\n", "\n").replace("\r", "\n")


def wants_preview() -> bool:
    """Whether the change is to be tried out first."""
    return request.form.get("do") == PREVIEW


def try_out(draft: Draft, wordings: Sequence[str] = ()) -> Response:
    """Have a change tried out in the background, and go to the page that says what moves."""
    require(draft)
    args = {"draft": asdict(draft), "wordings": list(wordings), "reason": reason()}
    return same_page("staff_previews.page", number=room().jobs.add(PREVIEW, BUILDING, args, member()))


def save(draft: Draft) -> int:
    """Save a change; its number.

    Raises:
        StaleError: if the file is no longer what the editor saw.
        FileError: if it cannot be written.
    """
    require(draft)
    return store().change(draft, member(), reason())


def require(draft: Draft) -> None:
    """Refuse whoever may not change this file."""
    if not member().may(TAKES.get(draft.path, May.EDIT)):
        abort(403)
