"""Signing in and out: by password, or through the council's OpenID Connect provider."""

from __future__ import annotations

from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, abort, current_app, make_response, redirect, render_template, request, session, url_for
from requests import RequestException
from werkzeug.wrappers import Response as AnyResponse

from web.settings import WebSettings
from web.site import clean, log
from web.staff.door import KEY, csrf, let_in, safe_next, who
from web.staff.room import room

blueprint = Blueprint("staff_sign", __name__, url_prefix="/staff")
WRONG = "That did not let you in. Check the address and the password; after some wrong passwords an account is locked for a while."


@blueprint.get("/sign-in")
def page() -> AnyResponse:
    """The form to sign in; whoever is signed in already is led on."""
    goal = safe_next(request.args.get("next", ""))
    return redirect(goal) if who() else make_response(_form(goal))


@blueprint.post("/sign-in")
def sign_in() -> AnyResponse:
    """Sign in with a password."""
    csrf.protect()
    goal = safe_next(request.form.get("next", ""))
    if not room().settings.staff_passwords:
        abort(403)
    secret = room().accounts.sign_in(clean(request.form.get("name", "")), request.form.get("password", ""))
    if secret is None:
        return make_response(_form(goal, WRONG), 401)
    let_in(secret)
    return redirect(goal, 303)


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """Sign out; a session that has ended already is no fault."""
    csrf.protect()
    secret = session.get(KEY)
    if isinstance(secret, str):
        room().accounts.sign_out(secret)
    session.clear()
    return redirect(url_for("staff_sign.page"), 303)


@blueprint.get("/sign-in/council")
def council() -> AnyResponse:
    """Go to the OpenID Connect provider."""
    client = _client()
    session["next"] = safe_next(request.args.get("next", ""))
    back = room().settings.public_url.rstrip("/") + url_for("staff_sign.back", _external=not room().settings.public_url)
    try:
        answer: AnyResponse = client.authorize_redirect(back)
    except (OAuthError, RequestException, ValueError, KeyError):
        log.exception("the OpenID Connect provider cannot be reached")
        return make_response(_form("", "Your council's sign-in cannot be reached at the moment. Try again in a few minutes."), 503)
    return answer


@blueprint.get("/sign-in/council/back")
def back() -> AnyResponse:
    """Come back from the provider. The name it gives must have an account here: the provider says who someone is, not what they may do."""
    client, goal = _client(), safe_next(str(session.get("next", "")))
    try:
        token = client.authorize_access_token()
        claims = token.get("userinfo") or {}
    except Exception:  # whatever the provider, or someone in its place, sends: they are not let in
        log.exception("not signed in by the OpenID Connect provider")
        return make_response(_form(goal, "Your council's sign-in did not work. Try again."), 401)
    name = claims.get(room().settings.oidc_claim)
    if claims.get("email_verified") is False and room().settings.oidc_claim == "email":
        name = None
    secret = room().accounts.admit(name) if isinstance(name, str) else None
    if secret is None:
        return make_response(_form(goal, "You are known to your council, but have no account here yet. Ask an administrator for one."), 403)
    let_in(secret)
    return redirect(goal, 303)


def init_app(app: Flask, settings: WebSettings) -> None:
    """Make the provider known, if the settings name one. Nothing is fetched from it before someone signs in."""
    if settings.oidc_issuer:
        oauth = OAuth(app)
        oauth.register(
            "council",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "timeout": 10},
        )
        app.extensions["waymark.oidc"] = oauth.council


def _client() -> Any:
    return current_app.extensions.get("waymark.oidc") or abort(404)


def _form(goal: str, error: str = "") -> str:
    settings = room().settings
    return render_template("staff/sign_in.html", goal=goal, error=error, passwords=settings.staff_passwords, oidc=bool(settings.oidc_issuer))


