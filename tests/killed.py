"""Kills the server while texts are in flight, and counts what each sender got: ``python -m tests.killed [--kills 20] [--texts 200]``.

The server is the real one over the live release, with every process of it killed (SIGKILL) at a random moment of each round. Half of the texts
come by a local stand-in of Twilio and half by one of GOV.UK Notify. Both deliver again where they get no answer, as the real ones do where
they are set up as README.md says. Each text has a number of its own, so a number's replies can be counted.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.conftest import ROOT
from tests.web.providers import NotifyStandIn, TwilioStandIn

ACCOUNT, TOKEN, BEARER = "AC" + "0" * 32, "an-auth-token-for-tests", "a-bearer-token-for-tests"
KEY = "tests-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"
QUESTIONS = ("my son is 3 and isnt talking", "how do i ask for an ehc plan", "where is portage", "she wont go to school", "who do i ring about adhd")
START_SECONDS, END_SECONDS = 120.0, 900.0


@dataclass
class Counted:
    """What became of all texts: how many there were, how many got no reply, one, or more, and what is still in the database."""

    texts: int
    none: int
    one: int
    more: int
    left: list[str]


class Server:
    """The real server in processes of its own."""

    def __init__(self, port: int, settings: Mapping[str, str], command: list[str]) -> None:
        self._port, self._command = port, command
        self._settings = {**os.environ, **settings, "PORT": str(port), "HF_HUB_OFFLINE": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and come back when it is ready."""
        self._process = subprocess.Popen(self._command, env=self._settings, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                with urlopen(f"http://127.0.0.1:{self._port}/healthz", timeout=1):
                    return
            except (URLError, OSError):
                if self._process.poll() is not None:
                    raise RuntimeError("the server ended by itself") from None
                time.sleep(0.1)
        raise RuntimeError("the server did not start in time")

    def kill(self) -> None:
        """End every process of it at once."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def run(kills: int, texts: int, folder: Path, port: int, settings: Mapping[str, str], command: list[str], say: bool = False) -> Counted:
    """Deliver ``texts`` in each of ``kills`` rounds, kill the server in each, and count once nothing is owed any more."""
    database = folder / "waymark.db"
    number = 0
    retries = {"retries": 400, "retry_seconds": 0.5}
    with TwilioStandIn(ACCOUNT, TOKEN, **retries) as twilio, NotifyStandIn(KEY, BEARER, **retries) as notify:  # type: ignore[arg-type]
        server = Server(port, settings | given(database, twilio.url, notify.url), command)
        server.start()
        site = f"http://127.0.0.1:{port}"
        try:
            with ThreadPoolExecutor(texts) as pool:
                for kill in range(kills):
                    steps = []
                    for _ in range(texts):
                        number += 1
                        said = random.choice(QUESTIONS)
                        if number % 2:
                            steps.append(pool.submit(twilio.deliver, f"{site}/sms", said, f"+4477{number:08d}"))
                        else:
                            steps.append(pool.submit(notify.deliver, f"{site}/notify/sms", said, f"4477{number:08d}"))
                    time.sleep(random.uniform(0.05, 3.0))
                    done = sum(step.done() for step in steps)
                    server.kill()
                    server.start()
                    wait(steps)
                    refused = [step.result() for step in steps if step.result() not in (200, 204)]
                    if refused:
                        raise RuntimeError(f"not acknowledged: {refused}")
                    if say:
                        print(f"kill {kill + 1}: {done} of {texts} acknowledged before it, {owed(database)} owed after the restart", flush=True)
            until = time.monotonic() + END_SECONDS
            while owed(database) and time.monotonic() < until:
                time.sleep(0.5)
        finally:
            server.kill()
        counts = Counter(sent.to.lstrip("+") for sent in (*twilio.sent, *notify.sent))
    got = Counter(min(counts[f"4477{n:08d}"], 2) for n in range(1, number + 1))
    return Counted(number, got[0], got[1], got[2], left(database))


def given(database: Path, twilio: str, notify: str) -> dict[str, str]:
    """The settings of the server's environment."""
    values = {
        "database_url": f"sqlite:///{database}",
        "secret_key": "a secret key for tests only",
        "twilio_auth_token": TOKEN,
        "twilio_account_sid": ACCOUNT,
        "twilio_api_url": twilio,
        "notify_bearer_token": BEARER,
        "notify_api_key": KEY,
        "notify_api_url": notify,
        "notify_template_id": "33333333-3333-4333-8333-333333333333",
        "texts_per_hour": "1000000",
        "text_segments_per_day": "1000000",
    }
    return {f"WAYMARK_WEB__{name.upper()}": value for name, value in values.items()}


def owed(database: Path) -> int:
    """Texts that still stand in the database, those given up included."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        return int(connection.execute("SELECT count(*) FROM texts").fetchone()[0])


def left(database: Path) -> list[str]:
    """What those texts are: state, provider, tries and why."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        return [" ".join(map(str, row)) for row in connection.execute("SELECT state, provider, tries, why FROM texts")]


def main() -> int:
    """Run it and print what was counted; 1 where any text did not get exactly one reply."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--port", type=int, default=8199)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counted = run(options.kills, options.texts, Path(folder), options.port, {}, [sys.executable, "-m", "web", "serve"], say=True)
    print(counted)
    return int(counted.one != counted.texts or bool(counted.left))


if __name__ == "__main__":
    sys.exit(main())
