"""Pins: the agreed place to start for a family of questions is set, looked at again, and undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from flask import abort, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from indexer import release
from indexer.errors import ContentError
from indexer.pins import FILE, Pin, digest_of, load_pins
from web.site import clean
from web.staff.content import desks, pin_file
from web.staff.content.checking import Fault
from web.staff.content.files import FileError
from web.staff.content.store import Draft, StaleError
from web.staff.content.template import REVIEW_DAYS
from web.staff.content.wording_file import FILE as WORDINGS
from web.staff.content.wording_file import needs_of
from web.staff.door import reason, same_page, takes
from web.staff.roles import May
from web.staff.room import room

blueprint = desks.content_desk("pins", __name__, "/pins")


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """All pins with their state, and the form for another."""
    return _page(_prefilled())


@blueprint.post("")
@takes(May.PIN)
def pin() -> AnyResponse:
    """Set a pin, or try it out first."""
    store = desks.opened()
    file, entries = store.read(FILE), desks.entries(store)
    form = {name: desks.field(name) for name in ("start", "also", "wordings", "review_due")}
    why = reason()
    made, faults = pin_file.new_pin(form, why, pin_file.pins_of(file.text), entries, desks.today())
    if made is None or faults:
        return make_response(_page({**form, "reason": why}, faults), 422)
    draft = Draft(FILE, file.digest, pin_file.with_pin(file.text, made), "pin", f"{FILE}: {made.id}", "", pin_file.in_words(made))
    if desks.wants_preview():
        return desks.try_out(draft, made.wordings)
    return _saved(draft, {**form, "reason": why})


@blueprint.post("/<id>/undo")
@takes(May.PIN)
def undo(id: str) -> AnyResponse:
    """Take a pin out."""
    store = desks.opened()
    file = store.read(FILE)
    old = _one(pin_file.pins_of(file.text), id)
    return _saved(Draft(FILE, file.digest, pin_file.without_pin(file.text, id), "undo pin", f"{FILE}: {id}", pin_file.in_words(old), ""))


@blueprint.post("/<id>/agree")
@takes(May.PIN)
def agree(id: str) -> AnyResponse:
    """Agree to a pin anew: what its place says now is taken note of, and it is looked at again in half a year."""
    store, day = desks.opened(), desks.today()
    file, entries = store.read(FILE), desks.entries(store)
    old = _one(pin_file.pins_of(file.text), id)
    if old.start not in entries:
        abort(409)
    facts: dict[str, object] = {"agreed": day, "review_due": _later(day), "rests_on": digest_of(entries[old.start])}
    text = pin_file.with_facts(file.text, id, facts)
    said = [f"agreed {pin.agreed}, review due {pin.review_due}" for pin in (old, old.model_copy(update=facts))]
    return _saved(Draft(FILE, file.digest, text, "agree to pin", f"{FILE}: {id}", *said))


def _saved(draft: Draft, given: Mapping[str, str] | None = None) -> AnyResponse:
    try:
        return same_page("staff_pins.page", saved=desks.save(draft))
    except (StaleError, FileError) as fault:
        said, status = desks.refusal(fault)
        return make_response(_page(given or {}, [Fault("", said)]), status)


def _page(given: Mapping[str, str], faults: Sequence[Fault] = ()) -> str:
    store = desks.opened()
    entries = desks.entries(store)
    try:
        pins = pin_file.pins_of(store.read(FILE).text)
    except ContentError as fault:
        pins, faults = [], [*faults, Fault("", str(fault))]
    home = room().indexer.release_dir
    live = release.live_id(home)
    served = load_pins(home / live) if live else ()
    return render_template(
        "staff/content_pins.html",
        pins=[(pin_file.state_of(pin, entries, desks.today()), pin in served) for pin in pins],
        gone=[pin for pin in served if pin not in pins],
        given={"review_due": _later(desks.today()).isoformat(), **given},
        faults=faults,
        places=sorted((e.id, e.name) for e in entries.values() if not e.crisis and e.kind != "framework"),
        saved=request.args.get("saved", type=int),
        offered=not store.writes,
    )


def _prefilled() -> dict[str, str]:
    """What an address fills in: a pin that was tried out, or the wordings of a need, single wordings, and the place to start."""
    if tried := desks.further(FILE):
        task, draft = tried
        return {**pin_file.as_form(pin_file.pins_of(draft.text)[-1]), "reason": task.args.get("reason", "")}
    asked = [clean(text) for text in request.args.getlist("wording")]
    if need := clean(request.args.get("need", "")):
        asked += [text for known in needs_of(desks.store().read(WORDINGS).text) if known.name == need for _, text in known.wordings]
    lines = list(dict.fromkeys(" ".join(text.split())[: pin_file.LONGEST] for text in asked if text.strip()))
    return {"wordings": "\n".join(lines[: pin_file.MOST]), "start": clean(request.args.get("start", ""))[:100], "need": need}


def _one(pins: Sequence[Pin], id: str) -> Pin:
    return next((pin for pin in pins if pin.id == id), None) or abort(404)


def _later(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=REVIEW_DAYS)
