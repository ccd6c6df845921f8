"""Puts the console of one app together."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask

from web.database import Database
from web.settings import WebSettings
from web.staff import ask, door, home, present, progress, sign
from web.staff.attention import desk as attention
from web.staff.consistency import views as consistency
from web.staff.content import changes, entries, pins, previews, publish, wordings
from web.staff.figures import desk as figures
from web.staff.foreman import Foreman
from web.staff.questions import views as questions
from web.staff.room import Room
from web.staff.switches import desk as switches
from web.staff.year import desk as year
from web.texting import phone

DESKS = (sign, home, ask, consistency, questions, attention, figures, year, switches, entries, pins, wordings, previews, publish, changes, progress)


def open_console(app: Flask, settings: WebSettings, secret: bytes, database: Database, config: Path | None) -> None:
    """Add the console to an app. Its foreman is started by the server, since only there is work to be done in the background."""
    room = Room(settings, database, config)
    app.extensions["waymark.staff"] = room
    app.extensions["waymark.foreman"] = Foreman(room.jobs, config)
    door.init_app(app, hashlib.blake2b(secret, person=b"staff-cookie").digest(), settings.public_url)
    sign.init_app(app, settings)
    for desk in DESKS:
        app.register_blueprint(desk.blueprint)
    if settings.development:
        app.register_blueprint(phone.blueprint)
    app.context_processor(present.for_templates)
