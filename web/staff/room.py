"""What every desk of the console shares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

from flask import current_app

from bot.settings import BotSettings
from indexer.config import IndexerSettings, load_settings
from web.database import Database
from web.settings import WebSettings
from web.staff.accounts import Accounts
from web.staff.audit import Audit
from web.staff.jobs import Jobs


@dataclass(frozen=True)
class Room:
    """The console of one app, or of one command: where it keeps things, and the configuration file from which the other rooms' settings come."""

    settings: WebSettings
    database: Database
    config: Path | None = None

    @cached_property
    def audit(self) -> Audit:
        """The audit trail."""
        return Audit(self.database)

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts and sessions."""
        return Accounts(self.settings, self.database, self.audit)

    @cached_property
    def jobs(self) -> Jobs:
        """Background work."""
        return Jobs(self.database, self.settings.runs_kept)

    @cached_property
    def indexer(self) -> IndexerSettings:
        """The ``[indexer]`` table."""
        return load_settings(IndexerSettings, "indexer", self.config)

    @cached_property
    def bot(self) -> BotSettings:
        """The ``[bot]`` table."""
        return load_settings(BotSettings, "bot", self.config)


def room() -> Room:
    """The console of the app that serves this request."""
    return cast(Room, current_app.extensions["waymark.staff"])
