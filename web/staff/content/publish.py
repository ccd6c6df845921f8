"""Publish: what has been changed is made live, and a former release made live again."""

from __future__ import annotations

from flask import Response, abort, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from indexer import release
from indexer.errors import ReleaseError
from web.staff.content import desks
from web.staff.content.differences import differences
from web.staff.content.publishing import PUBLISH, ROLL_BACK, roll_back
from web.staff.door import member, reason, same_page, takes
from web.staff.jobs import BUILDING, Task
from web.staff.roles import May
from web.staff.room import room

blueprint = desks.content_desk("publish", __name__, "/publish")


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """What would change, and the releases that there are."""
    return _page()


@blueprint.post("")
@takes(May.PUBLISH)
def publish() -> Response:
    """Have it built and made live in the background; one that is under way already is shown instead."""
    if going := _going():
        return same_page("staff_publish.show", number=going.number)
    args = {"reason": reason(), "who": member().name, "role": member().role}
    return same_page("staff_publish.show", number=room().jobs.add(PUBLISH, BUILDING, args, member()))


@blueprint.get("/<int:number>")
@takes(May.LOOK)
def show(number: int) -> str:
    """How far publishing is, or what came of it."""
    task = room().jobs.find(number)
    if task is None or task.kind != PUBLISH:
        abort(404)
    names = {entry.id: entry.name for entry in desks.entries(desks.store()).values()}
    return render_template("staff/content_published.html", task=task, names=names)


@blueprint.post("/back")
@takes(May.PUBLISH)
def back() -> AnyResponse:
    """Make a former release live again: the one that is named, or the one before the live one."""
    try:
        roll_back(room(), request.form.get("release") or None, member(), reason())
    except ReleaseError as fault:
        return make_response(_page(str(fault)), 409)
    return same_page("staff_publish.page", back=1)


def _page(fault: str = "") -> str:
    store, home = desks.opened(), room().indexer.release_dir
    ids = release.release_ids(home)
    live = release.live_id(home)
    said = room().audit.listed(PUBLISH, most=1000) + room().audit.listed(ROLL_BACK, most=1000)
    made = {row.after: row for row in said if row.action == PUBLISH and row.state == "done"}
    older = [id for id in ids if live and id < live]
    return render_template(
        "staff/content_publish.html",
        found=differences(room()),
        live=live,
        releases=[(id, made.get(id)) for id in reversed(ids)],
        before=older[-1] if older else None,
        going=_going(),
        recent=room().jobs.listed(PUBLISH, most=5),
        back=bool(request.args.get("back")),
        writes=store.writes,
        fault=fault,
    )


def _going() -> Task | None:
    return next((task for task in room().jobs.listed(PUBLISH, most=5) if not task.over), None)
