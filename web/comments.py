"""“This is wrong”: a comment on an entry. ``POST /feedback`` keeps it without personal data, ``/feedback/<reference>`` says thank you.

The form needs no token against cross-site requests: there is no session that a foreign page could borrow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from indexer.entries import Entry
from web.feedback import TooMany
from web.lookup import words_of
from web.redact import redact
from web.site import clean, site

blueprint = Blueprint("comments", __name__)

ABOUT = {
    "contact": lazy_gettext("A phone number, e-mail or address is wrong"),
    "gone": lazy_gettext("It has closed, moved or changed its name"),
    "facts": lazy_gettext("Something else on the page is wrong"),
    "unclear": lazy_gettext("It is hard to understand"),
    "other": lazy_gettext("Something else"),
}
"""What a comment can be about, as it is stored and as the form says it."""
LONGEST = 1000
"""Characters of a comment."""
_RELEASE = re.compile(r"[0-9A-Za-z-]{1,40}")


@blueprint.post("/feedback")
def send() -> Response:
    """Keep a comment, then send the browser to its page, so that a reload sends nothing twice."""
    entry = site().live.current().entries.get(request.form.get("entry", ""))
    if entry is None:
        abort(404)
    about, text = request.form.get("about", ""), clean(request.form.get("text", "")).replace("\r\n", "\n").strip()
    if about not in ABOUT:
        about = "" if text == "" else "other"
    if not about or (about == "other" and not any(c.isalnum() for c in text)):
        return _again(entry, _("Say what is wrong, or choose one of the lines."), about, text, 400)
    if len(text) > LONGEST:
        return _again(entry, too_long(text), about, text, 400)
    try:
        reference = site().feedback.keep(entry.id, release_named(), about, redact(text, words_around([entry])))
    except TooMany:
        response = _again(entry, _("Many comments have come in just now. Please send yours again in an hour."), about, text, 429)
        response.headers["Retry-After"] = "3600"
        return response
    return make_response(redirect(url_for("comments.thanks", reference=reference), 303))


@blueprint.get("/feedback/<reference>")
def thanks(reference: str) -> str:
    """Thank you, with the reference number."""
    id = site().feedback.entry_of(reference)
    if id is None:
        abort(404)
    return render_template("thanks.html", reference=reference, entry=site().live.current().entries.get(id))


def too_long(text: str) -> str:
    """What to say of a comment that is too long."""
    return str(_("Your comment is too long. Use at most %(most)s letters; you have used %(used)s.", most=LONGEST, used=len(text)))


def release_named() -> str:
    """The release that the form says it was shown from; the live one where it says nothing that could be one."""
    release = request.form.get("release", "")
    return release if _RELEASE.fullmatch(release) else site().live.current().release_id


def words_around(entries: Sequence[Entry]) -> set[str]:
    """Words that a capital letter does not make a person's name: those of the entries, of the grouped entries' names, of needs and places."""
    engine = site().live.current()
    grouped = chain.from_iterable(group.entries for group in engine.groups.groups)
    names = (engine.entries[id].name for id in grouped if id in engine.entries)
    return known_words(entries, chain(names, engine.need_names.values(), engine.area_names.values()))


def known_words(entries: Sequence[Entry], names: Iterable[str]) -> set[str]:
    """The words of some entries and names."""
    own = (
        (e.name, *e.alternate_names, e.description, e.eligibility_description or "", e.application_process or "", *(s.text for s in e.sections))
        for e in entries
    )
    return {word for text in chain(*own, names) for word in words_of(text)}


def _again(entry: Entry, error: str, about: str, text: str, status: int) -> Response:
    release = request.form.get("release", "")
    return make_response(
        render_template("feedback.html", entry=entry, abouts=ABOUT, longest=LONGEST, error=error, about=about, typed=text, release=release), status
    )
