"""Which answers a change moves: shown when it has been tried out, and from there the change is saved."""

from __future__ import annotations

from flask import abort, make_response, render_template
from werkzeug.wrappers import Response as AnyResponse

from web.staff.content import desks
from web.staff.content.patches import plain_diff
from web.staff.content.store import Draft, StaleError
from web.staff.door import same_page, takes
from web.staff.jobs import Task
from web.staff.roles import May
from web.staff.room import room

blueprint = desks.content_desk("previews", __name__, "/previews")
BACK = {"pins.toml": "staff_pins.page", "wordings.toml": "staff_wordings.page"}


@blueprint.get("/<int:number>")
@takes(May.LOOK)
def page(number: int) -> str:
    """What a change moves, or how far the work is."""
    return _page(_task(number))


@blueprint.post("/<int:number>")
@takes(May.EDIT)
def save(number: int) -> AnyResponse:
    """Save the change that has been tried out; whoever may not change its file is refused."""
    task = _task(number)
    draft = Draft(**task.args["draft"])
    try:
        saved = desks.save(draft)
    except StaleError as stale:
        return make_response(_page(task, str(stale), plain_diff(stale.now.text, draft.text)), 409)
    if draft.path in BACK:
        return same_page(BACK[draft.path], saved=saved)
    return same_page("staff_entries.show", id=draft.path.rpartition("/")[2].removesuffix(".md"), saved=saved)


def _page(task: Task, fault: str = "", stale: str = "") -> str:
    draft, found = Draft(**task.args["draft"]), desks.store()
    now = found.read(draft.path)
    return render_template(
        "staff/content_preview.html",
        task=task,
        draft=draft,
        takes=desks.TAKES.get(draft.path, May.EDIT),
        diff=plain_diff(now.text, draft.text),
        fault=fault,
        stale=stale,
        names={entry.id: entry.name for entry in desks.entries(found).values()},
        saved=now.text == draft.text,
        reason=task.args.get("reason", ""),
    )


def _task(number: int) -> Task:
    task = room().jobs.find(number)
    return task if task and task.kind == desks.PREVIEW else abort(404)
