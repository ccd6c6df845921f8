"""One thing that needs attention: what is known of it, who has it, its history, and for comments the reply to them."""

from __future__ import annotations

from flask import Response, abort, render_template, request
from werkzeug.exceptions import BadRequest

from web.comments import ABOUT, known_words
from web.helped import WHY
from web.redact import redact
from web.site import clean, site
from web.staff.attention.gather import Board, Gathering, Row
from web.staff.attention.items import KINDS
from web.staff.attention.room import LONGEST_NOTE, blueprint, decided, gathering, owners
from web.staff.attention.store import State
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
        places=_places(board, row),
        states=State,
        owners=sorted({*owners(), *([kept.owner] if kept.owner else [])}),
        longest_note=LONGEST_NOTE,
        longest_reply=LONGEST_REPLY,
        comments=[c for c in desk.replies.comments(unanswered=True) if c.entry == subject] if kind == "comment" else [],
        said=_said(desk, board, subject) if kind == "unhelpful" else [],
        about=ABOUT,
        whys=WHY,
        history=_history(key),
    )


@blueprint.post("/item/<kind>/<path:subject>")
@takes(May.OWN)
def change(kind: str, subject: str) -> Response:
    """Say who has it, how far it is, and until when."""
    why, desk = reason(), gathering()
    row = desk.board().row(f"{kind}:{subject}") or abort(404)
    state, owner, due, note = decided(request.form, row.kept)
    desk.desk.change(row.item, member(), why, state=state, owner=owner, due=due, note=note)
    return same_page("staff_attention.one", kind=kind, subject=subject)


@blueprint.post("/reply")
@takes(May.OWN)
def reply() -> Response:
    """Publish a comment with the reply to it, as far as it may be shown."""
    why, desk, form = reason(), gathering(), request.form
    comment = desk.replies.find(form.get("reference", "")) or abort(404)
    answer, done = _text("reply"), _text("done")
    if not any(c.isalnum() for c in answer):
        raise BadRequest("Write what the council says to it.")
    entries = site().live.current().entries
    own = [entries[comment.entry]] if comment.entry in entries else []
    said = redact(_text("said"), known_words(own, (entry.name for entry in entries.values())))
    before = f"{comment.said}\n\n{comment.reply}" if comment.published else ""
    after = f"{comment.reference}\n\n{said or '(no words of it)'}\n\n{answer}" + (f"\n\n{done}" if done else "")
    with room().database.writes.begin() as session:
        desk.replies.publish(comment.reference, said, answer, done, session)
        room().audit.record(session, member(), "publish reply", f"comment:{comment.entry}", before=before, after=after, reason=why)
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
