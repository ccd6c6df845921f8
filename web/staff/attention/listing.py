"""The list of what needs attention, several changes at once, the looks at content and links, and what can be taken along."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from flask import Response, abort, make_response, render_template, request, url_for

from web.site import site
from web.staff.attention.digest import as_mail, digest
from web.staff.attention.items import KINDS, STEP_WORDS
from web.staff.attention.looks import CONTENT, LANE, LINKS, look_again, state_of
from web.staff.attention.present import COLUMNS, LEFT, Asked, as_rows, figures
from web.staff.attention.room import AS_IT_IS, blueprint, decided, gathering, owners, page_named
from web.staff.attention.store import ChangedError, State
from web.staff.door import member, reason, same_page, takes
from web.staff.roles import May
from web.staff.room import room
from web.staff.sheets import XLSX, as_csv, as_xlsx, download

_PAGE = 50
_SHOWN = "shown_"
"""What the names of the form begin with that say how the list was narrowed."""


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """The list, narrowed to what is asked for."""
    return _list(Asked.of(request.args), page_named())


def _list(
    asked: Asked, number: int, given: Mapping[str, str] = MappingProxyType({}), gone: Sequence[str] = (), again: Collection[str] = (), done: int = 0
) -> str:
    """A page of the list.

    Args:
        asked: what it is narrowed to.
        number: which page of it.
        given: what the form for several said, where some were left as they are.
        gone: titles of those that were not there any more.
        again: keys of those that someone else had changed.
        done: how many were changed.
    """
    desk = gathering()
    board = desk.board()
    state = state_of(room().indexer.content, desk.looks.today())
    found = [row for row in board.rows if asked.takes(row)]
    return render_template(
        "staff/attention.html",
        board=board,
        rows=found[_PAGE * (number - 1) : _PAGE * number],
        found=len(found),
        number=number,
        pages=-(-len(found) // _PAGE),
        asked=asked,
        figures=figures(board),
        kinds=KINDS,
        steps=STEP_WORDS,
        states=State,
        left=LEFT,
        owners=owners(),
        as_it_is=AS_IT_IS,
        work=look_again(room().jobs, state, board.ground.content),
        changed=board.ground.content is not None and board.ground.content.state != state,
        links=next(iter(room().jobs.listed(LINKS, most=1)), None),
        given=given,
        gone=gone,
        again=again,
        done=done,
    )


@blueprint.post("/many")
@takes(May.OWN)
def many() -> Response:
    """Change several things at once, for one reason. What has gone, or was changed by someone else, is left and named."""
    why, desk, form = reason(), gathering(), request.form
    # an empty date says nothing here: it would take away those that are set
    said = {name: form[name] for name in ("state", "owner", "due") if name in form and (form[name] or name == "owner")}
    keys, board = dict.fromkeys(form.getlist("key")), desk.board()
    rows = [row for key in keys if (row := board.row(key))]
    gone = [(desk.desk.find(key) or abort(404)).title for key in keys if not board.row(key)]
    decisions = [(row, decided(said, row.kept)) for row in rows]  # all of them are looked at before the first is changed
    again: list[str] = []
    for row, (state, owner, due, note) in decisions:
        seen = form.get(f"seen:{row.item.key}", "")
        try:
            desk.desk.change(row.item, member(), why, seen=seen, state=state, owner=owner, due=due, note=note)
        except ChangedError:
            again.append(row.item.key)
    shown = Asked.of({name.removeprefix(_SHOWN): value for name, value in form.items() if name.startswith(_SHOWN)})
    if gone or again:
        return make_response(_list(shown, 1, form, gone, again, len(rows) - len(again)), 409)
    return same_page("staff_attention.page", **shown.as_args)


@blueprint.post("/look")
@takes(May.RUN)
def look() -> Response:
    """Look at the content again, or at every page that it links to, in the background."""
    name = request.form.get("name", "")
    if name not in (CONTENT, LINKS):
        abort(400)
    newest = next(iter(room().jobs.listed(name, most=1)), None)
    number = newest.number if newest and not newest.over else room().jobs.add(name, LANE, {}, member())
    return same_page("staff_work.page", number=number)


@blueprint.get("/list.csv")
@takes(May.LOOK)
def as_table() -> Response:
    """The list as CSV."""
    return download(as_csv(COLUMNS, _rows()), "text/csv", "attention.csv")


@blueprint.get("/list.xlsx")
@takes(May.LOOK)
def as_sheet() -> Response:
    """The list as a spreadsheet."""
    return download(as_xlsx("What needs attention", COLUMNS, _rows()), XLSX, "attention.xlsx")


@blueprint.get("/digest.txt")
@takes(May.LOOK)
def as_text() -> Response:
    """The weekly digest."""
    return download(_digest(), "text/plain", "digest.txt")


@blueprint.get("/digest.eml")
@takes(May.LOOK)
def as_eml() -> Response:
    """The weekly digest as an e-mail to whoever asks for it."""
    return download(as_mail(_digest(), member().name, site().settings.council_email).as_bytes(), "message/rfc822", "digest.eml")


def _rows() -> list[list[object]]:
    asked = Asked.of(request.args)
    return as_rows([row for row in gathering().board().rows if asked.takes(row)])


def _digest() -> str:
    settings = site().settings
    here = url_for("staff_attention.page", _external=not settings.public_url)
    return digest(gathering().board(), settings.service_name, settings.public_url.rstrip("/") + here)
