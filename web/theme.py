"""The council's colours and logo, from the configuration: a small style sheet and a picture, each kept by browsers until it changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, current_app, send_file, url_for

from indexer.errors import ConfigError
from web.settings import WebSettings

blueprint = Blueprint("theme", __name__)
_CSS = """@media not all and (prefers-color-scheme: dark) {{
  :root {{ --top: {header}; --link: {link}; --button: {button}; --button-hover: {hover}; }}
}}
"""


@dataclass(frozen=True)
class Theme:
    """What templates need of it: the addresses of the style sheet and the logo. The logo's is empty where there is none."""

    css: str
    logo_digest: str

    @property
    def address(self) -> str:
        """Address of the style sheet; empty where the colours are the page's own, which saves a request."""
        return "" if self.css == _DEFAULT else url_for("theme.style", v=hashlib.sha256(self.css.encode()).hexdigest()[:12])

    @property
    def logo(self) -> str:
        """Address of the logo."""
        return url_for("theme.logo", v=self.logo_digest) if self.logo_digest else ""


def init_app(app: Flask, settings: WebSettings) -> None:
    """Make the theme known to templates.

    Raises:
        ConfigError: if the logo cannot be read.
    """
    digest = ""
    if settings.logo:
        try:
            digest = hashlib.sha256(settings.logo.read_bytes()).hexdigest()[:12]
        except OSError as fault:
            raise ConfigError(f"cannot read the logo {settings.logo}: {fault.strerror}; see [web] logo") from fault
    css = _css(settings)
    app.config["WAYMARK_LOGO"] = settings.logo
    app.extensions["waymark-theme"] = app.jinja_env.globals["theme"] = Theme(css, digest)
    app.register_blueprint(blueprint)


def _css(settings: WebSettings) -> str:
    return _CSS.format(
        header=settings.header_colour, link=settings.link_colour, button=settings.button_colour, hover=_darker(settings.button_colour)
    )


def _darker(colour: str) -> str:
    """Four fifths of a colour's light (``#rrggbb``)."""
    return "#" + "".join(f"{int(colour[at : at + 2], 16) * 4 // 5:02x}" for at in (1, 3, 5))


_DEFAULT = _css(WebSettings())


@blueprint.get("/theme.css")
def style() -> Response:
    """The colours as custom properties."""
    return Response(current_app.extensions["waymark-theme"].css, content_type="text/css; charset=utf-8")


@blueprint.get("/theme/logo")
def logo() -> Response:
    """The council's logo."""
    path = current_app.config["WAYMARK_LOGO"]
    if path is None:
        abort(404)
    return send_file(path)
