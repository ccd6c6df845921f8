"""Needs in the words of different people: added to and taken from, so that everyone who asks is heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from indexer.errors import ContentError
from web.site import clean
from web.staff.content import desks
from web.staff.content.files import FileError
from web.staff.content.store import Draft, StaleError
from web.staff.content.wording_file import FILE, LONGEST, needs_of, with_need, with_wording, without_wording
from web.staff.door import same_page, takes
from web.staff.roles import May

blueprint = desks.content_desk("wordings", __name__, "/wordings")


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """All needs with their wordings, or those with some words."""
    return _page()


@blueprint.get("/need")
@takes(May.LOOK)
def show() -> AnyResponse:
    """One need, with the forms to add to it and to take from it."""
    need = clean(request.args.get("need", ""))
    return make_response(_need(need), 200 if _known(need) else 404)


@blueprint.post("/add")
@takes(May.WORD)
def add() -> AnyResponse:
    """Add a wording to a need."""
    need, who, wording = desks.field("need"), desks.field("who").strip(), desks.field("wording")
    said = f"{who}: {' '.join(wording.split())}"
    return _change(lambda text: with_wording(text, need, who, wording), "add wording", need, ("", said), need)


@blueprint.post("/new")
@takes(May.WORD)
def new() -> AnyResponse:
    """Add a need with two wordings."""
    need = " ".join(desks.field("need").split())
    given = [(desks.field(f"who_{n}").strip(), desks.field(f"wording_{n}")) for n in (1, 2)]
    said = "\n".join(f"{who}: {' '.join(text.split())}" for who, text in given)
    return _change(lambda text: with_need(text, need, dict(given)), "add need", need, ("", said))


@blueprint.post("/remove")
@takes(May.WORD)
def remove() -> AnyResponse:
    """Take a wording out, or a whole need where no wording is named."""
    need, who = desks.field("need"), desks.field("who")
    known = next((n for n in needs_of(desks.store().read(FILE).text) if n.name == need), None)
    said = "\n".join(f"{key}: {text}" for key, text in (known.wordings if known else ()) if who in ("", key))
    action = "remove wording" if who else "remove need"
    return _change(lambda text: without_wording(text, need, who), action, need, (said, ""), need)


def _change(change: Callable[[str], str], action: str, need: str, said: tuple[str, str], back: str = "") -> AnyResponse:
    store = desks.opened()
    file = store.read(FILE)
    try:
        draft = Draft(FILE, file.digest, change(file.text), action, f"{FILE}: {need}", *said)
        saved = desks.save(draft)
    except (ContentError, StaleError, FileError) as fault:
        why, status = desks.refusal(fault)
        return make_response(_need(back, why, request.form) if back and _known(back) else _page(why, request.form), status)
    if back and _known(back):
        return same_page("staff_wordings.show", need=back, saved=saved)
    return same_page("staff_wordings.page", saved=saved)


def _page(fault: str = "", given: Mapping[str, str] | None = None) -> str:
    store = desks.opened()
    words = " ".join(clean(request.args.get("q", "")).split())[:100]
    needs = needs_of(store.read(FILE).text)
    found = [n for n in needs if words.casefold() in f"{n.name} {' '.join(text for _, text in n.wordings)}".casefold()]
    facts = {"saved": request.args.get("saved", type=int), "offered": not store.writes, "longest": LONGEST}
    return render_template(
        "staff/content_wordings.html", needs=found, all=len(needs), words=words, fault=fault, given=given or {}, people=_people(), **facts
    )


def _need(name: str, fault: str = "", given: Mapping[str, str] | None = None) -> str:
    store = desks.opened()
    need = next((n for n in needs_of(store.read(FILE).text) if n.name == name), None)
    facts = {"saved": request.args.get("saved", type=int), "offered": not store.writes, "longest": LONGEST}
    return render_template("staff/content_need.html", need=need, fault=fault, given=given or {}, people=_people(), **facts)


def _known(name: str) -> bool:
    return any(need.name == name for need in needs_of(desks.store().read(FILE).text))


def _people() -> list[str]:
    """Who the wordings that there are come from."""
    return sorted({who for need in needs_of(desks.store().read(FILE).text) for who, _ in need.wordings})
