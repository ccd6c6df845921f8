"""``python -m web serve``, ``python -m web purge`` and ``python -m web comments``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from indexer.errors import WaymarkError
from web import staff


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 1 where a readable error was printed."""
    parser = argparse.ArgumentParser(prog="python -m web", description="The Waymark site.")
    parser.add_argument("--config", type=Path, help="configuration file (config.toml)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve the site; PORT and HOST in the environment choose where")
    commands.add_parser("purge", help="delete conversations that have expired")
    staff.add_commands(commands)
    given = parser.parse_args(arguments)
    try:
        if given.command == "serve":
            from web.serve import serve

            serve(given.config)
        elif given.command == "comments":
            staff.run(given)
        else:
            print(f"{_purge(given.config)} expired conversations deleted")
    except WaymarkError as fault:
        print(f"waymark: {fault}", file=sys.stderr)
        return 1
    return 0


def _purge(config: Path | None) -> int:
    from web.conversations import Conversations
    from web.database import Database
    from web.settings import load_web_settings

    settings = load_web_settings(config)
    database = Database(settings)
    try:
        return Conversations(database, settings.conversation_minutes).purge()
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())
