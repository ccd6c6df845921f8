"""How far a piece of background work is: a page that renews itself, and a button to stop it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, abort, jsonify, render_template

from web.staff.accounts import Member
from web.staff.content.desks import PREVIEW
from web.staff.content.publishing import PUBLISH
from web.staff.door import desk, member, same_page, takes
from web.staff.jobs import Task
from web.staff.roles import May
from web.staff.room import room

blueprint = desk("work", __name__, "/work")
STOPPING: Mapping[str, May] = {PUBLISH: May.PUBLISH, PREVIEW: May.EDIT}
"""What it takes to stop work of a kind, where that is more than to run reports."""


@blueprint.get("/<int:number>")
@takes(May.LOOK)
def page(number: int) -> str:
    """One piece of work."""
    task = _task(number)
    return render_template("staff/work.html", task=task, may_stop=_may_stop(member(), task))


@blueprint.get("/<int:number>.json")
@takes(May.LOOK)
def state(number: int) -> Response:
    """The same for the script that moves the bar."""
    task = _task(number)
    return jsonify(state=task.state, done=task.done, total=task.total, share=task.share, note=task.note, over=task.over)


@blueprint.post("/<int:number>/stop")
@takes(May.RUN)
def stop(number: int) -> Response:
    """Stop it. What has been published stays published, and answers that have been worked out are kept."""
    task = _task(number)
    if not _may_stop(member(), task):
        abort(403)
    with room().database.writes.begin() as session:
        if room().jobs.stop(number, session):
            subject = f"{task.kind} {number}"
            room().audit.record(session, member(), "stop work", subject, before=task.state, after="stopped", reason="stopped by hand")
    return same_page("staff_work.page", number=number)


def _may_stop(who: Member, task: Task) -> bool:
    return who.may(STOPPING.get(task.kind, May.RUN))


def _task(number: int) -> Task:
    return room().jobs.find(number) or abort(404)
