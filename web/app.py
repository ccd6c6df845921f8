"""The application factory."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, url_for
from flask_compress import Compress
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from web import (
    along,
    api,
    browse,
    chat,
    comments,
    embed,
    entries,
    framework,
    health,
    helped,
    languages,
    logs,
    open_referral,
    pages,
    present,
    problems,
    said,
    security,
    theme,
)
from web.answer_feedback import AnswerFeedbackStore
from web.asked import Asked
from web.conversations import Conversations
from web.database import Database
from web.feedback import Feedback
from web.settings import WebSettings, load_web_settings, secret_key
from web.site import Site, SupportsCurrent
from web.staff.console import open_console
from web.staff.switches.live import SwitchedLive
from web.staff.switches.store import Switches
from web.texting import webhooks
from web.texting.open import open_dispatch

HERE = Path(__file__).parent


def create_app(settings: WebSettings | None = None, live: SupportsCurrent | None = None, config: Path | None = None) -> Flask:
    """The site as a WSGI application.

    Args:
        settings: the ``[web]`` table; read from the configuration by default.
        live: where the engine comes from; the published release by default.
        config: the configuration file, from which staff pages take the other rooms' settings.

    Raises:
        WaymarkError: with a readable message, where a setting is wrong, the database cannot be opened or there is no usable release.
    """
    settings = settings or load_web_settings()
    app = Flask(__name__)
    app.config.update(COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=4)
    app.config.update(MAX_CONTENT_LENGTH=settings.max_body_bytes, MAX_FORM_MEMORY_SIZE=settings.max_body_bytes)
    database = Database(settings)
    conversations = Conversations(database, settings.conversation_minutes)
    feedback = Feedback(database, settings.feedback_on_one_entry, settings.feedback_on_all)
    answers = AnswerFeedbackStore(database, settings.feedback_on_one_entry, settings.feedback_on_all)
    key, switches = secret_key(settings), Switches(database)
    live = SwitchedLive(live or open_live(), switches)
    asked = Asked(database)
    dispatch = open_dispatch(settings, key, live, database, conversations, asked.count)
    app.extensions["waymark"] = Site(settings, live, database, conversations, feedback, answers, dispatch, asked)
    app.extensions["waymark.switches"] = switches
    for part in (languages, logs, problems):
        part.init_app(app)
    security.init_app(app, settings.embed_hosts)
    theme.init_app(app, settings)
    Compress(app)
    for room in (chat, browse, embed, entries, framework, comments, api, webhooks, health, open_referral, along, pages, helped, said):
        app.register_blueprint(room.blueprint)
    open_console(app, settings, key, database, config)
    app.register_blueprint(chat.blueprint, name=chat.PANEL, url_prefix="/panel")
    app.jinja_loader = ChoiceLoader([app.jinja_loader, PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})])  # type: ignore[list-item]
    _teach_templates(app, settings)
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    return app


def open_live(config: Path | None = None) -> SupportsCurrent:
    """The published release, as the configuration names it.

    Raises:
        WaymarkError: where there is no usable release.
    """
    from bot.engine import LiveEngine
    from bot.settings import BotSettings
    from indexer.config import IndexerSettings, load_settings

    live: SupportsCurrent = LiveEngine(load_settings(BotSettings, "bot", config), load_settings(IndexerSettings, "indexer", config))
    live.current()
    return live


def _teach_templates(app: Flask, settings: WebSettings) -> None:
    sums = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:12] for p in (HERE / "static").iterdir() if p.is_file()}

    def asset(name: str) -> str:
        """Address of a static file, with a checksum so that it can be kept for long."""
        return url_for("static", filename=name, v=sums[name])

    for function in (present.in_words, present.moment, present.source_line, present.checked_line, present.contact_href, present.safe_href):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters.update(alike=present.alike, bare=present.bare, shown=present.shown, plain=present.plain, markdown=present.markdown)
    app.jinja_env.globals.update(asset=asset, settings=settings, certainty_words=present.CERTAINTY)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
