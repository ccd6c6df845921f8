"""``/my-page``: the page to take along, as a page to print and as a PDF. It is made from the conversation each time and kept nowhere."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from bot.records import Channel
from web.conversations import is_public_id
from web.pdf import Cover, as_pdf
from web.present import in_words
from web.site import log, site
from web.take_along import TakeAlong, details, take_along
from web.views import Exchange

blueprint = Blueprint("along", __name__)


@blueprint.get("/my-page")
def page() -> Response:
    """The page of ``?conversation=``; 404 where that is not kept any more."""
    conversation = request.args.get("conversation", "")
    found = _found(conversation)
    if found is None:
        return _gone()
    minutes = site().settings.conversation_minutes
    facts = {"conversation": conversation, "made": _today(), "base": _base(), "minutes": minutes, "details": details}
    return make_response(render_template("my_page.html", page=found, **facts))


@blueprint.get("/my-page.pdf")
def pdf() -> Response:
    """The same as a PDF that screen readers can read."""
    found = _found(request.args.get("conversation", ""))
    if found is None:
        return _gone()
    settings = site().settings
    response = make_response(as_pdf(found, Cover(settings.service_name, settings.council_name, _today(), _base())))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="my-page.pdf"'
    return response


def _found(conversation: str) -> TakeAlong | None:
    """The page of a conversation; None if there is no such conversation, or the database is out of reach."""
    if not is_public_id(conversation):
        return None
    try:
        turns = site().conversations.turns(conversation)
    except SQLAlchemyError:
        log.exception("conversation not read")
        return None
    engine = site().live.current()
    exchanges = [Exchange(turn, engine.reply(turns[: n + 1], Channel.WEB)) for n, turn in enumerate(turns)]
    return take_along(exchanges, engine.entries, engine.groups) if exchanges else None


def _gone() -> Response:
    return make_response(render_template("my_page.html", page=None), 404)


def _today() -> str:
    return in_words(date.today())  # noqa: DTZ011 - the day on the clock of the place where the page is made


def _base() -> str:
    """The site's public address, without a slash at its end."""
    return (site().settings.public_url or request.url_root).rstrip("/")
