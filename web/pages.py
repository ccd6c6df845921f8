"""Pages about the guide itself: what it is, what it keeps, how to use it, how it decides, and how far everyone can use it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify, render_template

from web.site import site
from web.transparency import Facts, record

blueprint = Blueprint("pages", __name__)

PREPARED = date(2026, 11, 30)
"""The day on which the accessibility statement and the transparency record were written."""


@blueprint.get("/about")
def about() -> str:
    """How answers are made, what the guide is not, and how sure it is."""
    return render_template("about.html", rewords=_rewords())


@blueprint.get("/help")
def help() -> str:
    """How to ask, and what can be done with an answer."""
    return render_template("help.html", texting=_texting())


@blueprint.get("/privacy")
def privacy() -> str:
    """What is kept, for how long, and whom to ask about it."""
    return render_template("privacy.html", texting=_texting(), rewords=_rewords())


@blueprint.get("/accessibility")
def accessibility() -> str:
    """The accessibility statement that the regulations of 2018 ask for."""
    return render_template("accessibility.html", prepared=PREPARED)


@blueprint.get("/transparency")
def transparency() -> str:
    """The algorithmic transparency record."""
    return render_template("transparency.html", record=record(site().settings, _facts()), prepared=PREPARED)


@blueprint.get("/transparency.json")
def transparency_json() -> Response:
    """The same record for programs."""
    return jsonify(record(site().settings, _facts()))


def _facts() -> Facts:
    entries = site().live.current().entries.values()
    return Facts(len(entries), sum(entry.assured_date is not None for entry in entries), _texting(), _rewords(), PREPARED.isoformat())


def _texting() -> bool:
    """Whether text messages are taken."""
    return site().settings.texting


def _rewords() -> bool:
    """Whether a language model has been set up to reword answers."""
    return bool(getattr(getattr(site().live.current(), "settings", None), "reword_model", ""))
