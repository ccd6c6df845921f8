"""Which answers a change moves: shown when it has been tried out, and from there the change is saved or changed further."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.staff.content import desks
from web.staff.content.files import FileError
from web.staff.content.patches import plain_diff
from web.staff.content.store import Draft, StaleError
from web.staff.door import same_page, takes
from web.staff.jobs import Task
from web.staff.roles import May

blueprint = desks.content_desk("previews", __name__, "/previews")
BACK = {"pins.toml": "staff_pins.page", "wordings.toml": "staff_wordings.page"}


@blueprint.get("/<int:number>")
@takes(May.LOOK)
def page(number: int) -> str:
    """What a change moves, or how far the work is."""
    return _page(desks.preview(number))


@blueprint.post("/<int:number>")
@takes(May.EDIT)
def save(number: int) -> AnyResponse:
    """Save the change that has been tried out; whoever may not change its file is refused."""
    task = desks.preview(number)
    draft = Draft(**task.args["draft"])
    try:
        saved = desks.save(draft)
    except StaleError as stale:
        return make_response(_page(task, str(stale), plain_diff(stale.now.text, draft.text)), 409)
    except FileError as fault:
        return make_response(_page(task, str(fault)), 507)
    endpoint, where = _back(draft)
    return same_page(endpoint, **where, saved=saved)


def _page(task: Task, fault: str = "", stale: str = "") -> str:
    draft, found = Draft(**task.args["draft"]), desks.store()
    now, (endpoint, where) = found.read(draft.path), _back(draft)
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
        reason=request.form.get("reason", task.args.get("reason", "")),
        further=url_for(endpoint, **where, preview=task.number, _anchor="new" if draft.path in BACK else None),
    )


def _back(draft: Draft) -> tuple[str, dict[str, Any]]:
    """The page of a file that was tried out, and what it takes besides."""
    if draft.path in BACK:
        return BACK[draft.path], {}
    return "staff_entries.show", {"id": draft.path.rpartition("/")[2].removesuffix(".md")}
