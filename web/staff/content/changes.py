"""Changes that are not in git yet, as one patch or file by file; and those that are only offered, where nothing may be written."""

from __future__ import annotations

from flask import Response, abort, render_template

from web.staff.content import desks, files
from web.staff.content.patches import Edit, patch, plain_diff, uncommitted, work_tree
from web.staff.content.store import Store
from web.staff.door import member, reason, same_page, takes
from web.staff.roles import May
from web.staff.sheets import download

blueprint = desks.content_desk("changes", __name__, "/changes")


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """What has been changed and is not in git yet."""
    store = desks.opened()
    shown = [(edit, plain_diff(edit.before or "", edit.after)) for edit in edits_of(store)]
    offers = {file.path: number for number, file in store.offers().items()}
    known = uncommitted(store.content) is not None
    return render_template("staff/content_changes.html", shown=shown, offers=offers, writes=store.writes, tree=work_tree(store.content), known=known)


@blueprint.get("/waymark.patch")
@takes(May.LOOK)
def whole() -> Response:
    """All of it as one patch."""
    store = desks.opened()
    return download(patch(store.content, edits_of(store)), "text/x-patch", "waymark.patch")


@blueprint.post("/<int:number>/withdraw")
@takes(May.EDIT)
def withdraw(number: int) -> Response:
    """Take back a change that is only offered."""
    if not desks.store().withdraw(number, member(), reason()):
        abort(404)
    return same_page("staff_changes.page")


def edits_of(store: Store) -> list[Edit]:
    """What is not in git yet: as git tells, else since the first change made here; where nothing may be written, what is offered."""
    if not store.writes:
        now = {offer.path: files.read(store.content, offer.path) for offer in store.offers().values()}
        return [Edit(o.path, now[o.path].text if now[o.path].digest else None, o.text) for o in store.offers().values()]
    known = uncommitted(store.content)
    if known is not None:
        return known
    first = store.first_texts()
    return [edit for edit in (Edit(p, text or None, files.read(store.content, p).text) for p, text in first.items()) if edit.before != edit.after]
