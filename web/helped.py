"""“Did this help?”: ``POST /helped`` keeps a yes or a no, ``/helped/<reference>`` says thank you. A no is asked why before it is kept.

Neither the question nor the conversation is kept: the conversation's id only leads back to the answer. ``chat.js`` sends the same forms
with the header ``X-Requested-With: waymark`` and gets pieces of the page instead of pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from bot.records import Channel, Outcome
from indexer.entries import Entry
from web.comments import LONGEST, release_named, too_long, words_around
from web.conversations import is_public_id
from web.feedback import TooMany
from web.redact import redact
from web.site import clean, site

blueprint = Blueprint("helped", __name__)

WHY = {
    "place": lazy_gettext("It sent us to the wrong place"),
    "unclear": lazy_gettext("It is not clear what to do"),
    "facts": lazy_gettext("A number or fact is wrong"),
    "question": lazy_gettext("It did not answer the question"),
    "other": lazy_gettext("Something else"),
}
"""What can be wrong with an answer, as it is stored and as the form says it."""


@dataclass(frozen=True)
class Given:
    """What a form says of an answer. ``told`` is whether the person has been asked what was wrong."""

    helped: bool
    outcome: str
    entries: tuple[Entry, ...]
    release: str
    conversation: str
    why: str
    text: str
    told: bool

    @property
    def ids(self) -> str:
        """The ids of the places that the answer named, as they are stored."""
        return ",".join(entry.id for entry in self.entries)


@blueprint.post("/helped")
def send() -> Response:
    """Keep a yes, or a no with its reason; a no without one gets the form that asks for it."""
    given = _given()
    if given is None:
        if not _piece():
            abort(400)
        return _thanks_piece(_("Sorry, we could not keep that. Please load the page again."), 400)
    if not given.helped and not given.told:
        return _form(given)
    if len(given.text) > LONGEST:
        return _form(given, too_long(given.text), 400)
    text = redact(given.text, words_around(given.entries)) if given.text else ""
    answer = (given.outcome, given.ids, given.release, Channel.WEB.value)
    try:
        reference = site().answer_feedback.keep(given.helped, *answer, why=given.why, text=text)
    except TooMany:
        return _too_many(given)
    if _piece():
        return _thanks_piece(_("Thank you. We are glad that it helped.") if given.helped else _("Thank you. We will look at this answer."))
    back = given.conversation or None
    return make_response(redirect(url_for(".thanks", reference=reference, conversation=back), 303))


@blueprint.get("/helped/<reference>")
def thanks(reference: str) -> str:
    """Thank you, with the reference number and the way back to the answer."""
    helped = site().answer_feedback.helped(reference)
    if helped is None:
        abort(404)
    return render_template("helped_thanks.html", reference=reference, helped=helped, conversation=_conversation(request.args.get("conversation", "")))


def _given() -> Given | None:
    """The form that was sent; None where it is not one of ours."""
    form, known = request.form, site().live.current().every_entry
    ids = tuple(dict.fromkeys(id for id in form.get("entries", "").split(",") if id))
    helped, outcome, why = form.get("helped", ""), form.get("outcome", ""), form.get("why", "")
    if helped not in ("yes", "no") or outcome not in [o.value for o in Outcome] or why not in ("", *WHY) or any(id not in known for id in ids):
        return None
    no = helped == "no"
    text = clean(form.get("text", "")).replace("\r\n", "\n").strip() if no else ""
    entries, told = tuple(known[id] for id in ids), bool(why) or "text" in form
    return Given(not no, outcome, entries, release_named(), _conversation(form.get("conversation", "")), why if no else "", text, told)


def _conversation(id: str) -> str:
    return id if is_public_id(id) else ""


def _piece() -> bool:
    """Whether only a piece of the page is wanted."""
    return request.headers.get("X-Requested-With") == "waymark"


def _form(given: Given, error: str = "", status: int = 200) -> Response:
    template = "fragment_helped.html" if _piece() else "helped.html"
    return make_response(render_template(template, given=given, whys=WHY, longest=LONGEST, error=error), status)


def _thanks_piece(line: str, status: int = 200) -> Response:
    return make_response(render_template("fragment_helped_thanks.html", line=line), status)


def _too_many(given: Given) -> Response:
    """Says so. What was typed stays on the page, to be sent later."""
    line = _("Many people have told us about answers just now. Please send yours again in an hour.")
    response = _thanks_piece(line, 429) if given.helped and _piece() else _form(given, line, 429)
    response.headers["Retry-After"] = "3600"
    return response
