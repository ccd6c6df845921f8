"""The chat page. It works as plain forms; ``chat.js`` sends the same forms and puts the same fragments into the page.

The forms need no token against cross-site requests: there is no cookie or other session that a foreign page could borrow.
The conversation's id travels in a hidden field and in the address after a question.
"""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from bot.records import Channel, Outcome
from web.conversations import is_public_id
from web.site import answer, clean, explained, log, site
from web.views import Exchange

blueprint = Blueprint("chat", __name__)


@blueprint.get("/")
def page() -> Response:
    """The question form and, with ``?conversation=``, what was asked and answered so far, newest first."""
    conversation = request.args.get("conversation", "")
    turns: list[str] = []
    if is_public_id(conversation):
        try:
            turns = site().conversations.turns(conversation)
        except SQLAlchemyError:
            log.exception("conversation not read")
    engine = site().live.current()
    exchanges = [Exchange(turn, engine.reply(turns[: n + 1], Channel.WEB)) for n, turn in enumerate(turns)]
    notice = "forgotten" if "forgotten" in request.args else "expired" if conversation and not turns else ""
    return _page(exchanges[::-1], conversation if turns else "", notice=notice)


@blueprint.post("/")
def ask() -> Response:
    """Answer, then send the browser to the conversation's page, so that a reload asks nothing twice."""
    question, given = _form()
    conversation, reply = answer(question, given, Channel.WEB)
    if reply.outcome is Outcome.ERROR:
        return _page([], conversation or "", error=explained(reply), typed=clean(question), status=_status(question))
    if conversation is None:  # not stored, so there is no page to go to: show the answer here
        return _page([Exchange(clean(question), reply)], "")
    return make_response(redirect(url_for("chat.page", conversation=conversation, _anchor="latest"), 303))


@blueprint.post("/chat")
def fragment() -> Response:
    """The same for ``chat.js``: one question and its answer as a piece of the page."""
    question, given = _form()
    conversation, reply = answer(question, given, Channel.WEB)
    if reply.outcome is Outcome.ERROR:
        return make_response(render_template("fragment_error.html", error=explained(reply)), _status(question))
    exchange, mark = Exchange(clean(question), reply), secrets.token_hex(4)
    return make_response(render_template("fragment.html", exchange=exchange, mark=mark, conversation=conversation or ""))


@blueprint.post("/forget")
def forget() -> Response:
    """Delete the conversation now."""
    conversation = request.form.get("conversation", "")
    if is_public_id(conversation):
        site().conversations.forget(conversation)
    return make_response(redirect(url_for("chat.page", forgotten=1), 303))


@blueprint.get("/about")
def about() -> str:
    """What this is, what is kept and for how long."""
    return render_template("about.html")


def _form() -> tuple[str, str]:
    return request.form.get("question", ""), request.form.get("conversation", "")


def _status(question: str) -> int:
    return 413 if len(question) > site().live.current().questions_limit else 400


def _page(exchanges: list[Exchange], conversation: str, *, notice: str = "", error: str = "", typed: str = "", status: int = 200) -> Response:
    """The page; ``exchanges`` newest first."""
    html = render_template("chat.html", exchanges=exchanges, conversation=conversation, notice=notice, error=error, typed=typed)
    return make_response(html, status)


