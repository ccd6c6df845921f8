"""Opens the database. SQLite runs in WAL with a busy timeout, writes take the lock at once, and deleted text is overwritten.

One transaction writes at a time, in PostgreSQL too: what a writer has read, such as that nobody has a job, stays true until it commits.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from indexer.errors import ConfigError
from web.models import Base
from web.settings import WebSettings
from web.staff import tables  # noqa: F401 - its tables are made too

_WRITING = "BEGIN IMMEDIATE"
_WRITERS_LOCK = int.from_bytes(b"waymark")


class Database:
    """A pool of connections with two kinds of session: ``reads`` and ``writes``. Safe to share between threads."""

    def __init__(self, settings: WebSettings) -> None:
        """Open the database and make its tables where they are missing.

        Raises:
            ConfigError: if it cannot be opened.
        """
        url = make_url(settings.database_url)
        options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True, "pool_size": max(5, settings.threads)}
        self._sqlite = url.get_backend_name() == "sqlite"
        try:
            if self._sqlite:
                options["connect_args"] = {"timeout": settings.database_wait_seconds, "check_same_thread": False}
                _private_file(Path(str(url.database)))
            self.engine: Engine = create_engine(url, **options)
            if self._sqlite:
                event.listen(self.engine, "connect", lambda connection, _record: _prepare(connection, settings.database_wait_seconds))
                event.listen(self.engine, "begin", _begin)
            elif url.get_backend_name() == "postgresql":
                event.listen(self.engine, "begin", wait_for_writer)
            writing = self.engine.execution_options(begin=_WRITING)
            with writing.begin() as connection:
                Base.metadata.create_all(connection)
        except (SQLAlchemyError, OSError, ImportError) as fault:
            why = str(fault).splitlines()[0]
            raise ConfigError(f"cannot open the database {url.render_as_string()}: {why}; see [web] database_url") from fault
        self.reads: sessionmaker[Session] = sessionmaker(self.engine)
        self.writes: sessionmaker[Session] = sessionmaker(writing)

    def forget_connections(self) -> None:
        """For a process just forked: leave the parent's connections alone and open new ones."""
        self.engine.dispose(close=False)

    def tidy(self) -> None:
        """Empty SQLite's write-ahead log, in which what has been deleted can otherwise still be read."""
        if self._sqlite:
            with self.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _private_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: Any, seconds: float) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver
    cursor = connection.cursor()
    _write_ahead(cursor, time.monotonic() + seconds)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor, until: float) -> None:
    """Switch to the write-ahead log. Of several that open a new file at once, SQLite refuses some without having them wait."""
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as fault:
            if "locked" not in str(fault) or time.monotonic() >= until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def wait_for_writer(connection: Connection) -> None:
    """Have a transaction of PostgreSQL that writes wait until no other does; it is let go when the transaction ends."""
    if connection.get_execution_options().get("begin") == _WRITING:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")
