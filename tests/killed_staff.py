"""Kills the server while staff are at work, and looks for anything half done: ``python -m tests.killed_staff [--kills 5]``.

The server is the real one, over a copy of the content and of the live release. In every round it is killed (SIGKILL) at a random moment of a
consistency run, of a publish and of a series of edits; every second time the processes that work in the background are killed with it, as when a
machine goes away. After each restart the run has to end with every question answered once, the live release to be a whole one, every file to hold
what somebody saved whole, and the audit trail to say of each change whether it was made.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from indexer import release
from indexer.entries import parse_entry
from tests.conftest import ROOT
from tests.killed import Server

NAME, PASSWORD = "editor@example.org", "a long password"
ENTRY = "topics/ebsa.md"
END_SECONDS = 300.0
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_SEEN = re.compile(r'name="seen" value="([^"]*)"')
_OVERRULED = re.compile(r'name="overruled" value="([^"]*)"')


@dataclass
class Found:
    """What was seen: rounds of each kind, and everything that was not as it has to be."""

    runs: int = 0
    publishes: int = 0
    edits: int = 0
    taken_up: int = 0
    faults: list[str] = field(default_factory=list)


class Folder:
    """A copy of content and live release, with a configuration file for them and a database."""

    def __init__(self, folder: Path, content: Path, release_dir: Path) -> None:
        self.content, self.releases, self.database = folder / "content", folder / "releases", folder / "waymark.db"
        self.config = folder / "config.toml"
        shutil.copytree(content, self.content)
        self.releases.mkdir()
        live = release.live_id(release_dir) or ""
        shutil.copytree(release_dir / live, self.releases / live)
        shutil.copyfile(release_dir / "embeddings.sqlite", self.releases / "embeddings.sqlite")
        release.switch(self.releases, live)
        self.config.write_text(
            f'[indexer]\ncontent = "{self.content}"\nrelease_dir = "{self.releases}"\nmodel_dir = "{ROOT}/var/models"\n'
            f'model_lock = "{ROOT}/model.lock"\nadapter = "{ROOT}/adapter.safetensors"\n'
            f'[web]\ndatabase_url = "sqlite:///{self.database}"\nsecret_key = "a secret key for tests only"\nworkers = 1\n',
            encoding="utf-8",
        )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the database holds."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection:
            return connection.execute(query).fetchall()


class Staff:
    """An editor at a browser of their own."""

    def __init__(self, site: str) -> None:
        self.site, self.session = site, requests.Session()
        self.post("/staff/sign-in", {"name": NAME, "password": PASSWORD}, "/staff/sign-in")

    def get(self, path: str) -> str:
        return self.session.get(self.site + path, timeout=60).text

    def post(self, path: str, form: dict[str, object], page: str = "/staff/") -> requests.Response:
        token = _TOKEN.search(self.get(page))
        if token is None:
            raise RuntimeError(f"no form on {page}")
        return self.session.post(self.site + path, data={"csrf_token": token[1], **form}, timeout=60)

    def edit(self, path: str, text: str) -> requests.Response:
        """Save a whole file; notes are overruled."""
        page = f"/staff/entries/{Path(path).stem}"
        form: dict[str, object] = {"as": "file", "text": text, "reason": "a test of being killed", "do": "save"}
        shown = self.get(f"{page}?as=file")
        seen = _SEEN.search(shown)
        answer = self.post(page, {**form, "seen": seen[1] if seen else ""}, page)
        if answer.status_code == 422 and (overruled := _OVERRULED.search(answer.text)):
            answer = self.post(page, {**form, "seen": seen[1] if seen else "", "overruled": overruled[1]}, page)
        return answer


def run(folder: Folder, port: int, kills: int, say: bool = False) -> Found:
    """Kill it in so many rounds of each kind, and say what was found."""
    found = Found()
    command = [sys.executable, "-m", "web", "--config", str(folder.config)]
    add = [*command, "staff", "add", NAME, "--role", "editor"]
    subprocess.run(add, input=PASSWORD + "\n", text=True, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    server = Server(port, {}, [*command, "serve"])
    server.start()
    try:
        for number in range(kills):
            with_work = number % 2 == 0
            for kind in (_run, _publish, _edits):
                before = len(found.faults)
                kind(folder, server, Staff(f"http://127.0.0.1:{port}"), found, with_work)
                _look(folder, found)
                if say:
                    told = "; ".join(found.faults[before:]) or "as it should be"
                    left = "killed too" if with_work else "left"
                    print(f"round {number + 1}, {kind.__name__.strip('_')}, background work {left}: {told}", flush=True)
    finally:
        server.kill()
        kill_work(folder.config)
    found.taken_up = int(str(folder.rows("SELECT count(*) FROM jobs WHERE tries > 1")[0][0]))
    return found


def kill_work(config: Path) -> None:
    """Kill the processes that work in the background for this configuration, and no others."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = process.read_bytes().split(b"\0")
            if str(config).encode() in words and b"work" in words:
                os.kill(int(process.parent.name), signal.SIGKILL)


def _die(folder: Folder, server: Server, seconds: float, with_work: bool) -> None:
    time.sleep(random.uniform(0, seconds))
    server.kill()
    if with_work:
        kill_work(folder.config)
    server.start()


def _run(folder: Folder, server: Server, staff: Staff, found: Found, with_work: bool) -> None:
    form = {"release": release.live_id(folder.releases), "channel": ["web", "sms", "staff"], "which": "all"}
    staff.post("/staff/consistency", form, "/staff/consistency")
    _die(folder, server, 12.0, with_work)
    _wait(folder, found)
    found.runs += 1
    number, questions, ended = folder.rows("SELECT number, questions, ended FROM consistency_runs ORDER BY number DESC LIMIT 1")[0]
    told = folder.rows(f"SELECT count(*) FROM consistency_told t JOIN consistency_wordings w ON w.id = t.wording WHERE w.run = {number}")[0][0]
    if told != questions or not ended:
        found.faults.append(f"run {number}: {told} of {questions} answered, ended {ended}")


def _publish(folder: Folder, server: Server, staff: Staff, found: Found, with_work: bool) -> None:
    path = folder.content / ENTRY
    line = f"Changed in publish {found.publishes}."
    text = re.sub(r"^alert:.*\n", "", path.read_text(encoding="utf-8"), flags=re.M).replace("\nkind:", f"\nalert: {line}\nkind:", 1)
    answer = staff.edit(ENTRY, text)
    if path.read_text(encoding="utf-8") != text:
        found.faults.append(f"publish: the edit before it was not saved ({answer.status_code})")
    staff.post("/staff/publish", {"reason": "a test of being killed"}, "/staff/publish")
    _die(folder, server, 10.0, with_work)
    live = release.live_id(folder.releases)
    try:
        release.verify(folder.releases / str(live))
    except Exception as fault:
        found.faults.append(f"publish: the live release is not whole: {fault}")
    _wait(folder, found)
    found.publishes += 1
    live = release.live_id(folder.releases)
    if line not in (folder.releases / str(live) / "entries.json").read_text(encoding="utf-8"):
        found.faults.append(f"publish: what was published does not hold {line!r}")
    staff = Staff(staff.site)
    if line not in staff.get("/topics/ebsa"):
        time.sleep(2)
        if line not in staff.get("/topics/ebsa"):
            found.faults.append(f"publish: families do not see {line!r}")


def _edits(folder: Folder, server: Server, staff: Staff, found: Found, with_work: bool) -> None:
    path = folder.content / ENTRY
    texts = {path.read_text(encoding="utf-8")}
    base = re.sub(r"^alert:.*\n", "", next(iter(texts)), flags=re.M)
    for _ in range(random.randint(1, 4)):
        text = base.replace("\nkind:", f"\nalert: Edit {random.randrange(10**9)}.\nkind:", 1)
        texts.add(text)
        with suppress(requests.RequestException, RuntimeError):
            staff.edit(ENTRY, text)
            found.edits += 1
    _kill_while_editing(server, staff, base, texts)
    if with_work:
        kill_work(folder.config)
    server.start()
    now = path.read_text(encoding="utf-8")
    parse_entry(now, ENTRY)
    if now not in texts:
        found.faults.append("edits: the file holds what nobody saved")
    Staff(staff.site).get("/staff/entries")  # where the desk finds out what became of changes that were broken off
    done = folder.rows(f"SELECT after FROM audit WHERE subject LIKE '%{ENTRY}%' AND state = 'done' ORDER BY number DESC LIMIT 1")
    if done and str(done[0][0]) != now:
        found.faults.append("edits: the last change that the audit trail calls done is not what the file holds")


def _kill_while_editing(server: Server, staff: Staff, base: str, texts: set[str]) -> None:
    """Kill the server a few milliseconds after an edit was sent."""
    text = base.replace("\nkind:", f"\nalert: Edit {random.randrange(10**9)}.\nkind:", 1)
    texts.add(text)
    code = (
        "import sys, requests\nfrom tests.killed_staff import Staff\n"
        f"staff = Staff({staff.site!r})\nprint('go', flush=True)\ntry:\n    staff.edit({ENTRY!r}, sys.stdin.read())\nexcept Exception:\n    pass\n"
    )
    sender = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert sender.stdin
    assert sender.stdout
    sender.stdin.write(text)
    sender.stdin.close()
    sender.stdout.readline()
    time.sleep(random.uniform(0, 1.5))
    server.kill()
    sender.wait()
    sender.stdout.close()


def _wait(folder: Folder, found: Found) -> None:
    """Until all background work has ended."""
    until = time.monotonic() + END_SECONDS
    going = "SELECT number, kind, state, note FROM jobs WHERE state NOT IN ('done', 'broken', 'stopped')"
    while folder.rows(going):
        if time.monotonic() > until:
            found.faults.append(f"still at work: {folder.rows(going)}")
            return
        time.sleep(0.3)
    if broken := folder.rows("SELECT number, kind, note FROM jobs WHERE state = 'broken'"):
        found.faults.append(f"broken: {broken}")


def _look(folder: Folder, found: Found) -> None:
    """Whether anything is left lying about."""
    left = [str(path.relative_to(folder.content)) for path in folder.content.rglob(".*")]
    if left := [name for name in left if "lock" not in name]:
        found.faults.append(f"left in the content folder: {left}")
    if begun := folder.rows("SELECT number, action, subject FROM audit WHERE state = 'begun'"):
        found.faults.append(f"not known what became of: {begun}")


def main() -> int:
    """Run it and print what was found; 1 where anything was not as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--port", type=int, default=8198)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Folder(Path(folder), ROOT / "content", ROOT / "var" / "releases"), options.port, options.kills, say=True)
    print(found)
    return int(bool(found.faults))


if __name__ == "__main__":
    sys.exit(main())
