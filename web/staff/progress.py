"""How far a piece of background work is: a page that renews itself, and a button to stop it."""

from __future__ import annotations

from flask import Response, abort, jsonify, render_template

from web.staff.door import desk, member, same_page, takes
from web.staff.jobs import Task
from web.staff.roles import May
from web.staff.room import room

blueprint = desk("work", __name__, "/work")


@blueprint.get("/<int:number>")
@takes(May.LOOK)
def page(number: int) -> str:
    """One piece of work."""
    return render_template("staff/work.html", task=_task(number))


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
    if room().jobs.stop(number):
        room().audit.note(member(), "stop work", f"{task.kind} {number}", before=task.state, after="stopped", reason="stopped by hand")
    return same_page("staff_work.page", number=number)


def _task(number: int) -> Task:
    return room().jobs.find(number) or abort(404)
