"""The ``[web]`` table of the configuration, and the secret key kept beside the database."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from indexer.config import DEFAULT_FILE, load_settings
from indexer.errors import ConfigError
from web.staff.settings import StaffSettings
from web.texting.settings import TextingSettings

_COLOUR = r"^#[0-9a-fA-F]{6}$"
_EMBEDDER = r"^https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$"
_CONTRAST = 4.5
"""Least contrast of text and its ground (WCAG 2.2, 1.4.3)."""
_LOGOS = (".svg", ".png", ".webp")
_ADDRESS = r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$"


class WebSettings(TextingSettings, StaffSettings):
    """The ``[web]`` table."""

    host: Annotated[str, Field(min_length=1, description="Address to listen on; HOST in the environment wins.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="Port to listen on; PORT in the environment wins.")] = 8000
    workers: Annotated[int, Field(ge=1, le=64, description="Server processes.")] = 2
    threads: Annotated[int, Field(ge=1, le=64, description="Threads of each process.")] = 4
    timeout_seconds: Annotated[int, Field(ge=5, le=600, description="A process silent for this long is replaced.")] = 60
    database_url: Annotated[
        str,
        Field(description="SQLAlchemy address of the database; a SQLite path is relative to this file. PostgreSQL needs the package psycopg."),
    ] = "sqlite:///var/waymark.db"
    database_wait_seconds: Annotated[int, Field(ge=1, le=60, description="How long a write waits for another to finish.")] = 15
    secret_key: Annotated[SecretStr, Field(description="Key that hides phone numbers; empty: made once and kept in secret_key_file.")] = (
        SecretStr("")
    )
    secret_key_file: Annotated[Path, Field(description="Where a key made here is kept, readable by its owner only.")] = Path("var/secret-key")
    conversation_minutes: Annotated[int, Field(ge=5, le=1440, description="A conversation untouched for this long is deleted.")] = 120
    feedback_on_one_entry: Annotated[int, Field(ge=1, le=1000, description="Comments on one entry that are taken in an hour.")] = 20
    feedback_on_all: Annotated[int, Field(ge=1, le=10_000, description="Comments on all entries that are taken in an hour.")] = 200
    public_url: Annotated[str, Field(pattern=_ADDRESS, description="Public address of the site; empty: as each request says.")] = ""
    trusted_proxies: Annotated[int, Field(ge=0, le=10, description="Proxies in front whose X-Forwarded headers are believed.")] = 0
    development: Annotated[bool, Field(description="Whether pages for trying things out are shown, such as a phone at /staff/phone.")] = False
    max_body_bytes: Annotated[int, Field(ge=16_384, le=1_048_576, description="Largest request body.")] = 131_072
    service_name: Annotated[str, Field(min_length=1, max_length=40, description="Name in the page header.")] = "Waymark"
    council_name: Annotated[str, Field(min_length=1, max_length=80, description="The council that offers the service.")] = "Stockport Council"
    council_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$", description="The council's website; empty: not shown.")] = "https://www.stockport.gov.uk"
    header_colour: Annotated[str, Field(pattern=_COLOUR, description="Colour of the bar at the top and of labels, as #rrggbb.")] = "#14476b"
    link_colour: Annotated[str, Field(pattern=_COLOUR, description="Colour of links on a light page.")] = "#1a5c94"
    button_colour: Annotated[str, Field(pattern=_COLOUR, description="Colour of buttons.")] = "#00703c"
    logo: Annotated[Path | None, Field(description="The council's logo for the top of the page, an SVG, PNG or WebP file; empty: its name.")] = None
    embed_hosts: Annotated[
        tuple[Annotated[str, Field(pattern=_EMBEDDER)], ...],
        Field(description="Sites that may show Waymark inside their pages, such as https://www.example.gov.uk or https://*.example.gov.uk."),
    ] = ()
    council_email: Annotated[
        str, Field(pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$", description="An address to write to about this site; empty: not shown.")
    ] = ""
    council_phone: Annotated[str, Field(pattern=r"^(\+?\d[\d ]+)?$", description="A number to ring about this site; empty: not shown.")] = ""

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 16:
            raise ValueError("give at least 16 characters, or leave it empty to have one made")
        return value

    @field_validator("header_colour", "link_colour", "button_colour")
    @classmethod
    def _readable(cls, value: str) -> str:
        found = contrast_with_white(value)
        if found < _CONTRAST:
            raise ValueError(f"white and {value} have a contrast of {found:.1f}; {_CONTRAST} are needed to be read")
        return value

    @field_validator("logo", mode="before")
    @classmethod
    def _no_logo(cls, value: object) -> object:
        return value or None

    @field_validator("logo")
    @classmethod
    def _picture(cls, value: Path | None) -> Path | None:
        if value is not None and value.suffix.lower() not in _LOGOS:
            raise ValueError(f"not one of {', '.join(_LOGOS)}")
        return value

    @field_validator("database_url")
    @classmethod
    def _usable(cls, value: str) -> str:
        try:
            url = make_url(value)
        except ArgumentError:
            raise ValueError("not a database address; for example sqlite:///var/waymark.db") from None
        if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("a database in memory cannot be shared by processes; name a file")
        return value


def contrast_with_white(colour: str) -> float:
    """Contrast of a colour (``#rrggbb``) with white, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def load_web_settings(file: Path | None = None) -> WebSettings:
    """The ``[web]`` table with every path, the database's too, resolved against the configuration file's folder.

    Raises:
        ConfigError: naming the key that is unknown or out of bounds.
    """
    settings = load_settings(WebSettings, "web", file)
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        path = (file or DEFAULT_FILE).parent.resolve() / url.database
        settings = settings.model_copy(update={"database_url": url.set(database=str(path)).render_as_string(hide_password=False)})
    return settings


def secret_key(settings: WebSettings) -> bytes:
    """The configured key, or the one kept in ``secret_key_file``, made on first use with mode 600; safe against a race.

    Raises:
        ConfigError: if the file cannot be read or made.
    """
    given = settings.secret_key.get_secret_value()
    if given:
        return given.encode()
    path = settings.secret_key_file
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-key-")  # mkstemp gives mode 600
            with os.fdopen(handle, "w", encoding="ascii") as out:
                out.write(secrets.token_urlsafe(32))
            with contextlib.suppress(FileExistsError):
                os.link(name, path)
            os.unlink(name)
        key = path.read_bytes().strip()
    except OSError as fault:
        raise ConfigError(f"cannot keep the secret key in {path}: {fault.strerror}; set [web] secret_key instead") from fault
    if len(key) < 16:
        raise ConfigError(f"the secret key in {path} is too short; delete the file to have a new one made")
    return key
