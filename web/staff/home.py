"""The front page of the console, the audit trail, and accounts."""

from __future__ import annotations

from flask import Response, abort, render_template, request

from web.present import moment
from web.site import clean
from web.staff.door import desk, given_number, member, reason, same_page, takes
from web.staff.roles import ALLOWED, May, Role
from web.staff.room import room
from web.staff.sheets import as_csv, download

blueprint = desk("home", __name__)
_PAGE = 100


@blueprint.get("/")
@takes(May.LOOK)
def page() -> str:
    """What there is to do here."""
    return render_template("staff/home.html")


@blueprint.get("/audit")
@takes(May.AUDIT)
def audit() -> str:
    """The audit trail, the newest change first, or those with some words."""
    words = " ".join(clean(request.args.get("q", "")).split())[:100]
    before = given_number("before")
    found = room().audit.listed(words, _PAGE + 1, before)
    return render_template("staff/audit.html", words=words, rows=found[:_PAGE], more=found[_PAGE - 1].number if len(found) > _PAGE else None)


@blueprint.get("/audit.csv")
@takes(May.AUDIT)
def audit_csv() -> Response:
    """The whole audit trail as CSV."""
    names = ("number", "at", "who", "role", "action", "subject", "before", "after", "reason", "state")
    rows = ([moment(row.at) if name == "at" else getattr(row, name) for name in names] for row in room().audit.listed(most=1_000_000))
    return download(as_csv(names, rows), "text/csv", "audit.csv")


@blueprint.get("/accounts")
@takes(May.ACCOUNTS)
def accounts() -> str:
    """Who may sign in, and what each role may do."""
    return render_template("staff/accounts.html", accounts=room().accounts.listed(), roles=Role, may=May, allowed=ALLOWED)


@blueprint.post("/accounts/end")
@takes(May.ACCOUNTS)
def end() -> Response:
    """End every session of one account."""
    name = request.form.get("name", "")
    if name not in {account.name for account in room().accounts.listed()}:
        abort(404)
    room().accounts.end_sessions(name, member(), reason())
    return same_page("staff_home.accounts")

