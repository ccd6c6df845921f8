"""``python -m web digest``: the weekly digest of what needs attention, to be sent by whatever sends the council's e-mail."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import WaymarkError
from web.out import give

if TYPE_CHECKING:
    from web.staff.attention.gather import Gathering


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``digest`` to a command line."""
    command = commands.add_parser("digest", help="print the weekly digest of what needs attention")
    command.add_argument("--out", type=Path, metavar="FILE", help="write it to this file instead")
    command.add_argument("--eml", action="store_true", help="as a whole e-mail, to --to")
    command.add_argument("--to", metavar="ADDRESS", help="whom the e-mail is for")


def run(given: argparse.Namespace) -> None:
    """Print the digest, or write it.

    Raises:
        WaymarkError: with a readable message, where it cannot be done.
    """
    from web.staff.attention.digest import as_mail, digest

    if given.eml != bool(given.to):
        raise WaymarkError("give --eml and --to ADDRESS together")
    with opened(given.config) as gathering:
        settings = gathering.room.settings
        address = f"{settings.public_url.rstrip('/')}/staff/attention" if settings.public_url else ""
        text = digest(gathering.board(), settings.service_name, address)
    data = as_mail(text, given.to, settings.council_email).as_bytes() if given.eml else text.encode()
    give(data, given.out)


@contextmanager
def opened(config: Path | None) -> Iterator[Gathering]:
    """What needs attention, without the server; the content is looked at first where it has changed."""
    from web.asked import Asked
    from web.conversations import Conversations
    from web.database import Database
    from web.settings import load_web_settings, secret_key
    from web.staff.attention.checking import look
    from web.staff.attention.gather import Gathering
    from web.staff.attention.looks import CONTENT, state_of
    from web.staff.room import Room
    from web.texting.numbers import Vault
    from web.texting.store import Texts

    settings = load_web_settings(config)
    database = Database(settings)
    try:
        room = Room(settings, database, config)
        texts = Texts(database, Conversations(database, settings.conversation_minutes), Vault(secret_key(settings)))
        gathering = Gathering(room, Asked(database), texts.listed)
        seen, content = gathering.looks.last(CONTENT), room.indexer.content
        if seen is None or seen.state != state_of(content, gathering.looks.today()):
            look(content, gathering.looks)
        yield gathering
    finally:
        database.close()
