"""A form that came when nobody was signed in any more, or from a page older than the session: shown, so that nothing written is lost.

It is not carried out. Whoever is signed in sees where it goes and what it holds, and sends it again by a button of our own page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request, session, url_for

from web.staff.accounts import Member

TOKEN, SECRET = "csrf_token", "password"
"""What fields are called, in part, that are never shown or carried over."""


def send_again(who: Member | None) -> Response:
    """The page with what was sent, and a button to send it again; without either where it may come from another site."""
    ours = _ours()
    fields = [(name, value) for name, value in request.form.items(multi=True) if TOKEN not in name and SECRET not in name.lower()]
    query = request.query_string.decode(errors="replace")
    page = render_template(
        "staff/again.html",
        who=who,
        ours=ours,
        fields=fields if ours else [],
        files=any(file.filename for file in request.files.values()),
        address=url_for(request.endpoint or "", **(request.view_args or {})) + (f"?{query}" if query else ""),
    )
    return make_response(page, 400 if who else 401)


def _ours() -> bool:
    """Whether a page of ours sent the form. Browsers that do not say so tell at least another origin; else our cookie, which no other site sends."""
    said, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    if said is not None:
        return said in ("same-origin", "none")  # none: loaded anew by hand, which no page can bring about
    return urlsplit(origin).netloc == request.host if origin != "null" else bool(session)  # our pages send no Referer, and so null
