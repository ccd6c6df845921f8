"""One thing that needs attention: what is known of it, who has it, its history, and for comments the reply to them."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, make_response, render_template, request
from werkzeug.exceptions import BadRequest

from web.comments import ABOUT, known_words
from web.helped import WHY
from web.redact import redact
from web.replies import Answered, before_and_after
from web.site import clean, site
from web.staff.attention.gather import Board, Gathering, Row
from web.staff.attention.items import KINDS
from web.staff.attention.room import LONGEST_NOTE, blueprint, decided, gathering, owners
from web.staff.attention.store import ChangedError, Kept, State
from web.staff.audit import Recorded
from web.staff.door import member, reason, same_page, takes
from web.staff.roles import May
from web.staff.room import room

LONGEST_REPLY = 2000
_HISTORY = 500


@blueprint.get("/item/<kind>/<path:subject>")
@takes(May.LOOK)
def one(kind: str, subject: str) -> str:
    """One thing, also where it is found no more."""
    return _page(kind, subject)


@blueprint.post("/item/<kind>/<path:subject>")
@takes(May.OWN)
def change(kind: str, subject: str) -> Response:
    """Say who has it, how far it is, and until when; not where someone else has done so since the page was shown."""
    why, desk = reason(), gathering()
    row = desk.board().row(f"{kind}:{subject}") or abort(404)
    state, owner, due, note = decided(request.form, row.kept)
    try:
        desk.desk.change(row.item, member(), why, seen=request.form.get("seen", ""), state=state, owner=owner, due=due, note=note)
    except ChangedError as fault:
        return make_response(_page(kind, subject, replace(fault.now, state=state, owner=owner, due=due, note=note)), 409)
    return same_page("staff_attention.one", kind=kind, subject=subject)


def _page(kind: str, subject: str, asked: Kept | None = None, answered: Answered | None = None) -> str:
    """The page of one thing.

    Where someone else has changed it meanwhile, ``asked`` is what was to be kept of it; where someone else has replied to a comment, that is
    ``answered``. What was sent stands in the form again.
    """
    desk, key = gathering(), f"{kind}:{subject}"
    board = desk.board()
    row = board.row(key)
    kept = row.kept if row else desk.desk.find(key)
    if kept is None or kind not in KINDS:
        abort(404)
    return render_template(
        "staff/attention_item.html",
        key=key,
        kind=kind,
        subject=subject,
        row=row,
        kept=kept,
        asked=asked,
        places=_places(board, row),
        states=State,
        owners=sorted({*owners(), *([kept.owner] if kept.owner else [])}),
        longest_note=LONGEST_NOTE,
        longest_reply=LONGEST_REPLY,
        comments=[c for c in desk.replies.comments() if c.entry == subject and (c == answered or not c.published)] if kind == "comment" else [],
        answered=answered,
        said=_said(desk, board, subject) if kind == "unhelpful" else [],
        about=ABOUT,
        whys=WHY,
        history=_history(key),
    )


@blueprint.post("/reply")
@takes(May.OWN)
def reply() -> Response:
    """Publish a comment with the reply to it, as far as it may be shown; not where someone else has done so since the page was shown."""
    why, desk, form = reason(), gathering(), request.form
    comment = desk.replies.find(form.get("reference", "")) or abort(404)
    answer, done = _text("reply"), _text("done")
    if not any(c.isalnum() for c in answer):
        raise BadRequest("Write what the council says to it.")
    entries = site().live.current().entries
    own = [entries[comment.entry]] if comment.entry in entries else []
    said = redact(_text("said"), known_words(own, (entry.name for entry in entries.values())))
    with room().database.writes.begin() as session:
        now = desk.replies.find(comment.reference, session) or abort(404)
        if fresh := now.digest == form.get("seen", ""):
            before, after = before_and_after(now, said, answer, done)
            desk.replies.publish(comment.reference, said, answer, done, session)
            room().audit.record(session, member(), "publish reply", f"comment:{comment.entry}", before=before, after=after, reason=why)
    if not fresh:
        return make_response(_page("comment", comment.entry, answered=now), 409)
    return same_page("staff_attention.one", kind="comment", subject=comment.entry)


def _text(name: str) -> str:
    return clean(request.form.get(name, "")).replace("\r\n", "\n").strip()[:LONGEST_REPLY]


def _places(board: Board, row: Row | None) -> list[tuple[str, str, str]]:
    """Ids, names and addresses of the entries that it touches."""
    known = board.ground.entries
    return [(id, known[id]["name"], known[id]["address"]) for id in (row.item.entries if row else ()) if id in known]


def _said(desk: Gathering, board: Board, subject: str) -> list[object]:
    found = desk.answers.unhelpful(desk.since(board.ground))
    return [one for one in reversed(found) if (one.start or "no-place") == subject]


def _history(key: str) -> list[Recorded]:
    return [row for row in room().audit.listed(key, most=_HISTORY) if row.subject == key]
