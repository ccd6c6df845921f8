"""``python -m web staff``: accounts, made and changed on the server by whoever may run commands there."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from web.staff.roles import Role

if TYPE_CHECKING:
    from web.staff.accounts import Accounts


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``staff`` and what it can do to a command line."""
    staff = commands.add_parser("staff", help="make accounts for the staff console, and change them")
    actions = staff.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="show every account")
    for action, text in (
        ("add", "make an account"),
        ("role", "give an account another role"),
        ("password", "set a new password, and lift a lock"),
        ("close", "close an account"),
        ("open", "open it again"),
    ):
        command = actions.add_parser(action, help=text)
        command.add_argument("name", metavar="EMAIL")
        if action in ("add", "role"):
            command.add_argument("--role", type=Role, choices=list(Role), required=True, metavar="ROLE", help="; ".join(Role))
        if action == "add":
            command.add_argument("--no-password", action="store_true", help="they sign in through OpenID Connect only")


def run(given: argparse.Namespace) -> None:
    """Carry out one command.

    Raises:
        WaymarkError: with a readable message, where it cannot be done.
    """
    from web.database import Database
    from web.settings import load_web_settings
    from web.staff.room import Room

    config: Path | None = given.config
    settings = load_web_settings(config)
    database = Database(settings)
    try:
        print("\n".join(_do(Room(settings, database, config).accounts, given)))
    finally:
        database.close()


def _do(accounts: Accounts, given: argparse.Namespace) -> Iterator[str]:
    if given.action == "list":
        for account in accounts.listed():
            state = "open" if account.active else "closed"
            yield "  ".join((account.name, account.role, state, *(["locked"] if account.locked_until else [])))
        return
    if given.action == "add":
        accounts.add(given.name, given.role, None if given.no_password else _password())
    elif given.action == "role":
        accounts.change(given.name, role=given.role)
    elif given.action == "password":
        accounts.change(given.name, password=_password())
    else:
        accounts.change(given.name, active=given.action == "open")
    yield f"{given.name}: done"


def _password() -> str:
    """The password, asked for at a terminal, else the first line of standard input."""
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
