"""The interface in other languages: gettext catalogues under ``web/translations/<code>.po``, chosen by ``?lang=`` and carried from link to link.

Nothing is stored and no language is guessed from the browser: answers and entries are in English, and whoever wants the words around them in
another language asks for it. A catalogue says in its header ``X-Checked`` whether a person has read it; where none has, every page says so.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain, get_locale

CATALOGUES = Path(__file__).parent / "translations"
ENGLISH = "en"
NAMES = {
    "en": "English",
    "pl": "Polski",
    "ro": "Română",
    "uk": "Українська",
    "ur": "اردو",
    "ar": "العربية",
    "fa": "فارسی",
    "zh": "中文",
}
"""Languages of the interface by code, each as its speakers call it."""
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur"})
PARAMETER = "lang"
CARRIED = frozenset({"chat", "panel", "browse", "entries", "framework", "comments", "pages", "along", "said", "helped"})
"""Blueprints whose addresses carry the language on."""


def chosen() -> str:
    """Code of the language that this request asks for; English where it asks for none that there is."""
    code = request.args.get(PARAMETER, "") if has_request_context() else ""
    return code if code in NAMES else ENGLISH


@cache
def catalogue(code: str) -> tuple[Translations | NullTranslations, bool]:
    """A language's translations, and whether a person has checked them.

    Raises:
        FileNotFoundError: if there is no such catalogue.
    """
    if code == ENGLISH:
        return NullTranslations(), True
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        read = read_po(file, locale=code)
    checked = any(name == "X-Checked" and value == "yes" for name, value in read.mime_headers)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return Translations(compiled), checked


class Catalogues(Domain):  # type: ignore[misc]
    """Reads the catalogues as they are written, so that none has to be compiled first."""

    def get_translations(self) -> Translations | NullTranslations:
        """The translations of the language chosen."""
        locale = get_locale()
        return catalogue(locale.language if locale and locale.language in NAMES else ENGLISH)[0]


_CATALOGUES = Catalogues()


class _Babel(Babel):  # type: ignore[misc]
    @property
    def domain_instance(self) -> Catalogues:
        return _CATALOGUES


def carried(address: str) -> str:
    """An address of this site with the language chosen added."""
    if chosen() == ENGLISH or not address.startswith("/"):
        return address
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != PARAMETER]
    return urlunsplit(parts._replace(query=urlencode([*query, (PARAMETER, chosen())])))


def in_language(code: str) -> str:
    """Address of the page shown, in another language. A page that answers a form is shown by its own address."""
    query = [(name, value) for name, value in request.args.items(multi=True) if name != PARAMETER]
    if code != ENGLISH:
        query.append((PARAMETER, code))
    return request.path + (f"?{urlencode(query)}" if query else "")


def init_app(app: Flask) -> None:
    """Let templates translate, and every address of a page carry the language on."""
    _Babel(app, locale_selector=chosen, default_locale=ENGLISH)

    @app.url_defaults
    def carry(endpoint: str, values: dict[str, Any]) -> None:
        if has_request_context() and endpoint.partition(".")[0] in CARRIED and PARAMETER not in values and chosen() != ENGLISH:
            values[PARAMETER] = chosen()

    @app.context_processor
    def language() -> dict[str, Any]:
        code = chosen()
        return {
            "language": code,
            "languages": NAMES,
            "direction": "rtl" if code in RIGHT_TO_LEFT else "ltr",
            "machine_made": not catalogue(code)[1],
            "in_language": in_language,
        }

    app.jinja_env.filters["carried"] = carried
