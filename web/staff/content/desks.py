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
from web.staff.content.files import FileError
from web.staff.content.store import Draft, StaleError, Store
from web.staff.door import desk, given_number, member, reason, same_page
from web.staff.jobs import BUILDING, Task
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


def try_out(draft: Draft, wordings: Sequence[str] = (), whole: bool = False) -> Response:
    """Have a change tried out in the background, and go to the page that says what moves. ``whole`` says that the whole file was written."""
    require(draft)
    args = {"draft": asdict(draft), "wordings": list(wordings), "reason": reason(), "whole": whole}
    return same_page("staff_previews.page", number=room().jobs.add(PREVIEW, BUILDING, args, member()))


def preview(number: int) -> Task:
    """A change that is or has been tried out."""
    task = room().jobs.find(number)
    return task if task and task.kind == PREVIEW else abort(404)


def further(path: str) -> tuple[Task, Draft] | None:
    """The change of a file that the address names, tried out and to be changed further; None where it names none."""
    number = given_number("preview")
    if number is None:
        return None
    task = preview(number)
    draft = Draft(**task.args["draft"])
    require(draft)
    return (task, draft) if draft.path == path or draft.path.endswith(f"/{path}") else abort(404)


def save(draft: Draft) -> int:
    """Save a change; its number.

    Raises:
        StaleError: if the file is no longer what the editor saw.
        FileError: if it cannot be written.
    """
    require(draft)
    return store().change(draft, member(), reason())


def refusal(fault: WaymarkError) -> tuple[str, int]:
    """What is said where a change of a file that grows line by line is not made, and the status. What was filled in is shown with it."""
    if isinstance(fault, StaleError):
        return "Someone else has saved at the same moment. Nothing of yours has been saved; press the button again.", 409
    return str(fault), 507 if isinstance(fault, FileError) else 422


def require(draft: Draft) -> None:
    """Refuse whoever may not change this file."""
    if not member().may(TAKES.get(draft.path, May.EDIT)):
        abort(403)
