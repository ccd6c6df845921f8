"""``python -m web serve``, ``purge``, ``texts``, ``comments``, ``staff`` and ``digest``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.errors import WaymarkError
from indexer.output import until_closed
from web import comments_cli
from web.staff import commands as staff
from web.staff.attention import commands as attention


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 1 where a readable error was printed."""
    parser = argparse.ArgumentParser(prog="python -m web", description="The Waymark site.")
    parser.add_argument("--config", type=Path, help="configuration file (config.toml)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve the site; PORT and HOST in the environment choose where")
    commands.add_parser("purge", help="delete conversations and files of questions that have been kept long enough")
    commands.add_parser("texts", help="show replies to text messages that are owed or were not sent, and how many there were")
    comments_cli.add_commands(commands)
    staff.add_commands(commands)
    attention.add_commands(commands)
    work = commands.add_parser("work", help="do one piece of background work; the server starts this by itself")
    work.add_argument("number", type=int)
    work.add_argument("worker")
    given = parser.parse_args(arguments)
    try:
        if given.command == "serve":
            from web.serve import serve

            serve(given.config)
        elif given.command == "comments":
            comments_cli.run(given)
        elif given.command == "staff":
            staff.run(given)
        elif given.command == "digest":
            attention.run(given)
        elif given.command == "work":
            from web.staff.work import main as work_on

            work_on(given.config, given.number, given.worker)
        elif given.command == "texts":
            print("\n".join(_texts(given.config)))
        else:
            print(f"{_purge(given.config)} expired conversations deleted")
    except WaymarkError as fault:
        print(f"waymark: {fault}", file=sys.stderr)
        return 1
    return 0


def _texts(config: Path | None) -> Iterator[str]:
    from web.conversations import Conversations
    from web.database import Database
    from web.present import moment
    from web.settings import load_web_settings, secret_key
    from web.texting.numbers import Vault
    from web.texting.records import DAY, FAILED, HOUR
    from web.texting.store import Texts

    settings = load_web_settings(config)
    database = Database(settings)
    try:
        texts = Texts(database, Conversations(database, settings.conversation_minutes), Vault(secret_key(settings)))
        for seconds, name in ((HOUR, "hour"), (DAY, "day")):
            received, sent, segments = texts.use(seconds)
            cost = f", {segments * settings.text_segment_pence / 100:.2f} pounds" if settings.text_segment_pence else ""
            yield f"last {name}: {received} came in, {sent} replies in {segments} segments{cost}"
        listed = texts.listed()
        yield f"{sum(text.state != FAILED for text in listed)} replies owed, {sum(text.state == FAILED for text in listed)} not sent"
        for text in listed:
            facts = (moment(text.created), text.state, text.provider, text.channel, text.outcome or "-", f"tries {text.tries}", text.why)
            yield "  ".join(facts).rstrip()
    finally:
        database.close()


def _purge(config: Path | None) -> int:
    from web.conversations import Conversations
    from web.database import Database
    from web.settings import load_web_settings
    from web.staff.questions.store import Files

    settings = load_web_settings(config)
    database = Database(settings)
    try:
        Files(database).forget()
        return Conversations(database, settings.conversation_minutes).purge()
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(until_closed(main))
