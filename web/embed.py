"""Waymark inside other sites' pages: one script puts a frame where it stands; the frame shows ``/panel``.

The frame has another origin than the page around it, so neither can read the other. All that passes between them is the frame's height.
Which sites may show it is in the configuration (``embed_hosts``), and browsers hold to it (``frame-ancestors``).
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template

blueprint = Blueprint("embed", __name__)


@blueprint.get("/embed.js")
def script() -> Response:
    """The script that other sites load, at an address that never changes."""
    response = current_app.send_static_file("embed.js")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/panel/search")
def search() -> str:
    """One box and a button for a site's own search page; the answer opens in place of that page."""
    return render_template("panel_search.html", room="chat")
