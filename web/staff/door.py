"""The door of the console: who is signed in, what their role allows, and that a form came from our own page. Nothing under ``/staff`` is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from web.site import clean, log
from web.staff.accounts import Member
from web.staff.again import send_again
from web.staff.roles import May
from web.staff.room import room

csrf = CSRFProtect()
KEY = "key"
"""Where the cookie holds the secret of the session."""
View = TypeVar("View", bound=Callable[..., Any])
LARGEST = 2**31 - 1
"""The largest number that a column of every database holds."""
SHORTEST_REASON, LONGEST_REASON = 3, 500


def desk(name: str, module: str, below: str = "") -> Blueprint:
    """A blueprint of the console, behind the door.

    Args:
        name: its name; ``staff_`` is put before it.
        module: the ``__name__`` of its module.
        below: what its addresses begin with, after ``/staff``.
    """
    blueprint = Blueprint(f"staff_{name}", module, url_prefix=f"/staff{below}")
    blueprint.before_request(_check)
    return blueprint


def takes(what: May) -> Callable[[View], View]:
    """Say what a view takes; whoever may not do it never reaches it. A view that says nothing is open to nobody."""

    def mark(view: View) -> View:
        view.takes = what  # type: ignore[attr-defined]
        return view

    return mark


def given_number(name: str) -> int | None:
    """A whole number in the address, such as that of a run; None where there is none that a database holds."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 <= number <= LARGEST else None


def member() -> Member:
    """Who is signed in."""
    return cast(Member, g.staff)


def reason() -> str:
    """The reason given for a change.

    Raises:
        BadRequest: if there is none; the page that asks for it marks it as required, so this is for whoever goes round it.
    """
    given = " ".join(clean(request.form.get("reason", "")).split())[:LONGEST_REASON]
    if len(given) < SHORTEST_REASON:
        raise BadRequest("Say why, in a few words.")
    return given


def init_app(app: Flask, secret: bytes, public_url: str) -> None:
    """Give the console its cookie and its forms their tokens; no other page of the site sets a cookie."""
    app.secret_key = secret
    app.config.update(
        SESSION_COOKIE_NAME="waymark_staff",
        SESSION_COOKIE_PATH="/staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",  # Strict would lose the way back from the OpenID Connect provider
        SESSION_COOKIE_SECURE=public_url.startswith("https://"),
        WTF_CSRF_CHECK_DEFAULT=False,  # the public forms have no session that a foreign page could borrow
        WTF_CSRF_SSL_STRICT=False,  # our pages send no Referer, which it would ask for; the token and SameSite do without
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    csrf.init_app(app)


def who() -> Member | None:
    """Who is signed in; None where nobody is."""
    secret = session.get(KEY)
    try:
        return room().accounts.find(secret) if isinstance(secret, str) else None
    except SQLAlchemyError:
        log.exception("session not read")
        abort(503)


def let_in(secret: str) -> None:
    """Begin a session in this browser: with a cookie of its own, so that one that was planted before is worth nothing."""
    session.clear()
    session[KEY] = secret


def safe_next(given: str) -> str:
    """An address of the console to go on to; its front page for any other."""
    inside = given.startswith("/staff") and not given.startswith("/staff/sign") and "\\" not in given and given.isprintable()
    return given if inside and given[6:7] in ("", "/", "?") else url_for("staff_home.page")


def _check() -> AnyResponse | None:
    found = who()
    if request.method == "POST" and (found is None or not _from_this_session()):
        return send_again(found)
    if found is None:
        if request.method != "GET":
            abort(403)
        here = request.full_path.rstrip("?")
        return redirect(url_for("staff_sign.page", next=here))
    what = getattr(current_app.view_functions[request.endpoint or ""], "takes", None)
    if what is None or not found.may(what):
        abort(403)
    if any(isinstance(value, int) and value > LARGEST for value in (request.view_args or {}).values()):
        abort(404)
    g.staff = found
    return None


def _from_this_session() -> bool:
    """Whether a form holds the token of this session."""
    try:
        csrf.protect()
    except CSRFError:
        return False
    return True


def same_page(endpoint: str, **values: Any) -> Response:
    """After a form: on to the page that shows what came of it."""
    return cast(Response, redirect(url_for(endpoint, **values), 303))
