"""The chat page. It works as plain forms; ``chat.js`` sends the same forms and puts the same fragments into the page.

The forms need no token against cross-site requests: there is no cookie or other session that a foreign page could borrow.
The conversation's id travels in a hidden field and in the address after a question. The same pages are served once more without the site's
header and footer, under ``/panel``, for the frame that other sites show.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, has_request_context, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError

from bot.records import Channel, Outcome
from web.conversations import is_public_id
from web.site import answer, clean, closed, explained, log, site
from web.views import Exchange

blueprint = Blueprint("chat", __name__)
OLDEST = 25
"""The Local Offer is for people up to this age, in years."""
PANEL = "panel"
"""Name of the blueprint where it is served for frames of other sites."""


@dataclass(frozen=True)
class Look:
    """How an answer is shown: for which blueprint, in the Easy Read form or whole, with which areas to choose from and which public address."""

    room: str
    easy: bool
    areas: tuple[dict[str, str], ...]
    base: str

    @property
    def panel(self) -> bool:
        """Whether it is shown inside another site's page, so that links have to open in a page of their own."""
        return self.room == PANEL


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
    return make_response(redirect(url_for(".page", conversation=conversation, _anchor="latest"), 303))


@blueprint.post("/chat")
def fragment() -> Response:
    """The same for ``chat.js``: one question and its answer as a piece of the page."""
    question, given = _form()
    conversation, reply = answer(question, given, Channel.WEB)
    if reply.outcome is Outcome.ERROR:
        return make_response(render_template("fragment_error.html", error=explained(reply)), _status(question))
    exchange, mark = Exchange(clean(question), reply), secrets.token_hex(4)
    return make_response(render_template("fragment.html", exchange=exchange, mark=mark, conversation=conversation or "", look=look()))


@blueprint.post("/forget")
def forget() -> Response:
    """Delete the conversation now."""
    conversation = request.form.get("conversation", "")
    if is_public_id(conversation):
        site().conversations.forget(conversation)
    return make_response(redirect(url_for(".page", forgotten=1), 303))


@blueprint.url_defaults
def carry_view(_endpoint: str, values: dict[str, Any]) -> None:
    """Keep the Easy Read form from one address to the next; ``view=None`` leaves it."""
    if _view() is not None:
        values.setdefault("view", _view())


def look() -> Look:
    """How this request wants its answers shown."""
    place_first = {"value": "", "text": gettext("Not said")}
    areas = (place_first, *({"value": id, "text": name} for id, name in sorted(site().live.current().area_names.items(), key=lambda item: item[1])))
    return Look(request.blueprint or "chat", _view() is not None, areas, (site().settings.public_url or request.url_root).rstrip("/"))


def _view() -> str | None:
    return "easy" if has_request_context() and request.args.get("view") == "easy" else None


def _form() -> tuple[str, str]:
    """The question and the conversation's id. An age or area given instead of a question is put into words."""
    question = request.form.get("question", "")
    if not question.strip() and ("age" in request.form or "area" in request.form):
        question = _changed(request.form.get("age", "").strip(), request.form.get("area", ""))
    return question, request.form.get("conversation", "")


def _changed(age: str, area: str) -> str:
    name = site().live.current().area_names.get(area, "")
    years = int(age) if age.isdecimal() and age.isascii() and int(age) <= OLDEST else None
    if years is not None:
        child = "a baby under 1" if years == 0 else f"a {years} year old"
        return f"For {child} in {name}." if name else f"For {child}."
    return f"In {name}." if name else ""


def _status(question: str) -> int:
    if closed(Channel.WEB):
        return 503
    return 413 if len(question) > site().live.current().questions_limit else 400


def _page(exchanges: list[Exchange], conversation: str, *, notice: str = "", error: str = "", typed: str = "", status: int = 200) -> Response:
    """The page; ``exchanges`` newest first."""
    html = render_template(
        "chat.html",
        exchanges=exchanges,
        conversation=conversation,
        notice=notice,
        closed=closed(Channel.WEB),
        error=error,
        typed=typed,
        look=look(),
        room=request.blueprint,
    )
    return make_response(html, status)


