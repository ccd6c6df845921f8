"""Entries: found, changed through a form or as a whole file, and made."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from indexer.entries import FOLDERS, SECTIONS
from indexer.errors import ContentError
from web.site import clean
from web.staff.content import desks, entry_form
from web.staff.content.checking import Fault, check_entry
from web.staff.content.files import File, FileError, allowed, digest_of, entry_path
from web.staff.content.patches import plain_diff
from web.staff.content.store import Draft, StaleError, Store
from web.staff.content.template import new_entry
from web.staff.door import same_page, takes
from web.staff.roles import May

blueprint = desks.content_desk("entries", __name__, "/entries")
KINDS = tuple(FOLDERS)


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """All entries, or those with some words."""
    words = " ".join(clean(request.args.get("q", "")).split())[:100].casefold()
    store = desks.opened()
    offered = {file.path for file in store.offers().values()}
    every = sorted(desks.entries(store).values(), key=lambda entry: entry.name.casefold())
    found = [e for e in every if not words or all(w in f"{e.id} {e.name} {' '.join(e.alternate_names)}".casefold() for w in words.split())]
    unread = [path for path in _paths(store) if path not in {entry.path for entry in every}]
    return render_template("staff/content_entries.html", words=words, found=found, unread=unread, offered=offered, today=desks.today(), kinds=KINDS)


@blueprint.get("/<id>")
@takes(May.LOOK)
def show(id: str) -> str:
    """One entry: as a form, or as the whole file where that is asked for or the form cannot show it; or with what was tried out."""
    if tried := desks.further(f"{id}.md"):
        task, draft = tried
        given, text = {"reason": task.args.get("reason", "")}, File(draft.path, draft.text, draft.seen)
        return _form(desks.opened(), text, whole=task.args.get("whole", True), given=given, new=not draft.seen)
    store, file = _file(id)
    return _form(store, file, whole=request.args.get("as") == "file", saved=request.args.get("saved", type=int))


@blueprint.post("/<id>")
@takes(May.EDIT)
def change(id: str) -> AnyResponse:
    """Save a change of an entry, or try it out."""
    store, file = _file(id)
    whole = request.form.get("as") == "file"
    try:
        text = _whole(file) if whole else entry_form.filled_in(file.text, file.path, {name: desks.field(name) for name in request.form})
    except ContentError as fault:
        said = [_as_fault(line) for line in str(fault).splitlines()]
        return make_response(_form(store, file, whole=whole, faults=said, given=request.form), 422)
    return _take(store, file, text, whole, "edit entry")


@blueprint.get("/new")
@takes(May.EDIT)
def blank() -> str:
    """The form for a new entry."""
    return render_template("staff/content_new.html", kinds=KINDS, given={}, fault="")


@blueprint.post("/new")
@takes(May.EDIT)
def add() -> AnyResponse:
    """Go on to the whole file of a new entry, filled in as far as can be; or save it. A file that was written is kept where its id is taken."""
    kind, id = request.form.get("kind", ""), desks.field("id").strip()
    store = desks.opened()
    try:
        path = entry_path(kind, id)
        if id == "new" or id in {known for e in desks.entries(store).values() for known in (e.id, *e.replaces)}:
            raise FileError(f"{id!r} is taken already")
        file = store.read(path)
    except FileError as fault:
        if request.form.get("as") == "file" and kind in FOLDERS:
            written = File(f"{FOLDERS[kind]}/{id}.md", "", "")
            return make_response(_form(store, written, whole=True, faults=[Fault("id", str(fault))], given=request.form, new=True), 422)
        return make_response(render_template("staff/content_new.html", kinds=KINDS, given=request.form, fault=str(fault)), 422)
    if request.form.get("as") != "file":
        started = File(path, new_entry(kind, id, " ".join(desks.field("name").split()), desks.today()), "")
        return make_response(_form(store, started, whole=True, new=True))
    return _take(store, file, _whole(file), True, "add entry", new=True)


def _take(store: Store, file: File, text: str, whole: bool, action: str, new: bool = False) -> AnyResponse:
    """Check a text and save it, or try it out; show it again where something stands in the way."""
    id = file.path.rpartition("/")[2].removesuffix(".md")
    given: dict[str, Any] = {"whole": whole, "given": request.form, "new": new}
    if text == file.text:
        return make_response(_form(store, file, **given, faults=[Fault("", "Nothing has been changed.")]), 422)
    changed = File(file.path, text, digest_of(text.encode("utf-8")))
    found = check_entry(store.content, changed, store.offers().values())
    notes = _mark(found)
    if any(not fault.note for fault in found) or (found and request.form.get("overruled") != notes):
        return make_response(_form(store, file, **given, faults=found, overruled=notes), 422)
    draft = Draft(file.path, request.form.get("seen", ""), text, action, file.path)
    try:
        if desks.wants_preview():
            return desks.try_out(draft, whole=whole)
        return same_page("staff_entries.show", id=id, saved=desks.save(draft))
    except StaleError as stale:
        shown, why = File(file.path, text, stale.now.digest), {"reason": request.form.get("reason", "")}
        found = [Fault("", str(stale))]
        return make_response(_form(store, shown, whole=True, faults=found, given=why, stale=plain_diff(stale.now.text, text)), 409)
    except FileError as fault:
        return make_response(_form(store, file, **given, faults=[Fault("", str(fault))]), 507)


def _form(
    store: Store,
    file: File,
    *,
    whole: bool = False,
    faults: Sequence[Fault] = (),
    given: Mapping[str, str] | None = None,
    overruled: str = "",
    stale: str = "",
    new: bool = False,
    saved: int | None = None,
) -> str:
    """The page of one entry: with what the file holds, or with what was filled in where there is something to put right.

    What was filled in goes on resting on the file that the editor saw, so that a change that someone else made meanwhile is found at the save.
    """
    given = given or {}
    try:
        values = entry_form.shown(file.text, file.path)
    except ContentError as fault:
        values, whole = {}, True
        faults = faults or [Fault("", str(fault))]
    values |= {name: desks.field(name) for name in values if name in given}
    entry = next((e for e in desks.entries(store).values() if e.path == file.path), None)
    headings = [name.removeprefix(entry_form.SECTION_PREFIX) for name in values if name.startswith(entry_form.SECTION_PREFIX)]
    return render_template(
        "staff/content_entry.html",
        id=file.path.rpartition("/")[2].removesuffix(".md"),
        kind=next(kind for kind, folder in FOLDERS.items() if file.path.startswith(f"{folder}/")),
        entry=entry,
        file=file,
        text=desks.field("text") if whole and "text" in given and not stale else file.text,
        fields=entry_form.FIELDS,
        values=values,
        headings=headings,
        section=entry_form.SECTION_PREFIX,
        usual=SECTIONS,
        whole=whole,
        faults=faults,
        overruled=overruled,
        stale=stale,
        new=new,
        saved=saved,
        seen=given.get("seen", file.digest),
        offered=not store.writes,
        reason=given.get("reason", ""),
        known=sorted(desks.entries(store)),
    )


def _file(id: str) -> tuple[Store, File]:
    store = desks.opened()
    try:
        found = next((file for file in (store.read(entry_path(kind, id)) for kind in KINDS) if file.digest), None)
    except FileError as fault:
        if allowed(f"services/{id}.md"):
            raise fault from None
        found = None
    return (store, found) if found else abort(404)


def _whole(file: File) -> str:
    """The text of the editor for whole files, with the line ends of the file and one at its end."""
    text = desks.field("text").rstrip() + "\n"
    if text.rstrip() == file.text.replace("\r\n", "\n").rstrip():
        return file.text
    return text.replace("\n", "\r\n") if "\r\n" in file.text else text


def _paths(store: Store) -> list[str]:
    return sorted(p.relative_to(store.content).as_posix() for folder in FOLDERS.values() for p in (store.content / folder).glob("*.md"))


def _mark(faults: Sequence[Fault]) -> str:
    return hashlib.sha256("\n".join(f"{f.field}: {f.message}" for f in faults).encode()).hexdigest()[:16] if faults else ""


def _as_fault(line: str) -> Fault:
    _, _, rest = line.partition(": ")
    name, _, message = rest.partition(": ")
    return Fault(name, message) if name in {field.name for field in entry_form.FIELDS} else Fault("", line)
