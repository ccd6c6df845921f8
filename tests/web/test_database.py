"""Opening the database."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from indexer.errors import ConfigError
from web.database import Database, wait_for_writer
from web.settings import WebSettings


def test_sqlite_waits_logs_ahead_and_wipes(settings):
    with closing(Database(settings)) as database, database.reads() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "busy_timeout", "foreign_keys", "secure_delete")}
    assert found == {"journal_mode": "wal", "busy_timeout": 60_000, "foreign_keys": 1, "secure_delete": 1}


def test_only_the_owner_can_read_it(settings):
    with closing(Database(settings)):
        assert stat.S_IMODE(Path(settings.database_url.removeprefix("sqlite:///")).stat().st_mode) == 0o600


def test_twenty_can_open_a_new_one_at_once(settings, tmp_path):
    """Twenty times over: SQLite lets it go wrong once in fifty."""
    with ThreadPoolExecutor(20) as pool:
        for file in range(20):
            new = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/{file}.db"})
            list(pool.map(lambda _, new=new: Database(new).close(), range(20)))


@pytest.mark.parametrize("url", ["sqlite:////proc/none/waymark.db", "nosuchdialect://user:hunter2@host/db"])
def test_a_database_out_of_reach_is_explained_without_its_password(url):
    with pytest.raises(ConfigError, match="database_url") as fault:
        Database(WebSettings(database_url=url))
    assert "hunter2" not in str(fault.value)


def test_a_file_that_is_no_database_is_explained(tmp_path):
    (tmp_path / "text.db").write_text("not a database " * 100)
    with pytest.raises(ConfigError, match="cannot open the database"):
        Database(WebSettings(database_url=f"sqlite:///{tmp_path}/text.db"))


@pytest.mark.parametrize(("begin", "asked"), [(None, []), ("BEGIN IMMEDIATE", ["SELECT pg_advisory_xact_lock(33602696382607979)"])])
def test_one_transaction_at_a_time_writes_to_postgresql(begin, asked):
    said = []
    wait_for_writer(SimpleNamespace(get_execution_options=lambda: {"begin": begin} if begin else {}, exec_driver_sql=said.append))
    assert said == asked
