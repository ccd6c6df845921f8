"""Headers on every response: nothing inline, nothing from elsewhere, nothing sent on."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
FRAMED = ("panel.", "embed.search", "helped.")
"""Endpoints that other sites may show in a frame, if the configuration names them."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
KEPT = ("entries.show", "framework.overview", "pages.")
"""Endpoints whose pages say the same to everybody, and may be kept for five minutes."""
LASTING = frozenset({"static", "theme.style", "theme.logo", "embed.script"})
"""Endpoints that browsers may keep: for a year where the address holds a checksum, else for an hour."""
YEAR = 365 * 24 * 3600


def init_app(app: Flask, embed_hosts: Sequence[str] = ()) -> None:
    """Set the headers. Pages are not stored, since they hold what someone asked; static files are, for their address holds a checksum."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        framed = embed_hosts and (request.endpoint or "").startswith(FRAMED)
        ancestors = " ".join(["'self'", *(embed_hosts if framed else ())])
        response.headers["Content-Security-Policy"] = f"{POLICY}; frame-ancestors {ancestors}"
        if not framed:
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
        if request.endpoint in LASTING and response.status_code == 200:
            response.headers["Cache-Control"] = f"public, max-age={YEAR if 'v' in request.args else 3600}"
        elif (request.endpoint or "").startswith(KEPT) and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=300"
        else:
            response.headers["Cache-Control"] = "no-store"
        return response
