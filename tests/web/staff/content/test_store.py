"""Content files are changed whole or not at all, and the audit trail says truly which."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.web.staff.conftest import write_config
from web.staff.content import files
from web.staff.content.files import FileError
from web.staff.content.store import UNCLEAR, Draft, StaleError, Store

PATH = "topics/bus-pass.md"
STEPS = ("begun", "write", "replace", "sync", "settle")


class KilledError(Exception):
    """Stands in for a kill: nothing in the code under test catches it."""


def killed_at(step):
    def at(reached):
        if reached == step:
            raise KilledError

    return at


def states(desk):
    return [(row.action, row.state) for row in desk.room.audit.listed() if row.subject == PATH]


def test_a_change_is_written_and_recorded_with_both_texts(desk, store, draft, content):
    before = (content / PATH).read_text(encoding="utf-8")
    store.change(draft(), desk.who(), "because")
    after = (content / PATH).read_text(encoding="utf-8")
    row = desk.room.audit.listed()[0]
    assert "for nothing" in after
    assert (row.state, row.who, row.reason, row.before, row.after) == ("done", desk.who().name, "because", before, after)


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_between_any_two_steps_leaves_a_whole_file_and_a_true_record(desk, store, draft, content, step):
    change, before = draft(), (content / PATH).read_bytes()
    with pytest.raises(KilledError):
        store.change(change, desk.who(), "because", killed_at(step))
    now = (content / PATH).read_bytes()
    assert now in (before, change.text.encode())
    assert states(desk) == [("edit entry", "begun")]
    store.reconcile()
    assert states(desk) == [("edit entry", "done" if now != before else "not done")]
    assert [p.name for p in (content / "topics").iterdir()] == ["bus-pass.md"]


@pytest.mark.parametrize("step", ["write", "replace", "sync"])
def test_a_process_that_is_really_killed_leaves_a_whole_file(desk, store, draft, content, small_settings, tmp_path, step):
    change, before = draft(), (content / PATH).read_bytes()
    config = write_config(small_settings, tmp_path / "killed.toml", tmp_path / "waymark.db")
    script = (
        "import os, signal, sys; from pathlib import Path; from web.database import Database; from web.settings import load_web_settings\n"
        "from web.staff.room import Room; from web.staff.content.store import Store, Draft; from web.staff.audit import Who\n"
        "config = Path(sys.argv[1]); settings = load_web_settings(config); store = Store(Room(settings, Database(settings), config))\n"
        "at = lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == sys.argv[2] else None\n"
        "store.change(Draft(sys.argv[3], sys.argv[4], sys.stdin.read(), 'edit entry', sys.argv[3]), Who('e', 'editor'), 'because', at)\n"
    )
    command = [sys.executable, "-c", script, str(config), step, PATH, change.seen]
    done = subprocess.run(command, input=change.text, text=True, cwd=ROOT, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == -signal.SIGKILL
    now = (content / PATH).read_bytes()
    assert now == (change.text.encode() if step == "sync" else before)
    store.reconcile()
    assert states(desk) == [("edit entry", "done" if step == "sync" else "not done")]
    assert [p.name for p in (content / "topics").iterdir()] == ["bus-pass.md"]


def test_where_nobody_can_tell_any_more_the_record_says_so(desk, store, draft, content):
    with pytest.raises(KilledError):
        store.change(draft(), desk.who(), "because", killed_at("settle"))
    (content / PATH).write_text("something else", encoding="utf-8")
    store.reconcile()
    assert states(desk) == [("edit entry", UNCLEAR)]


def test_a_file_that_has_changed_since_is_left_alone_and_both_are_at_hand(desk, store, draft):
    first, second = draft(), draft(new="at no cost")
    store.change(first, desk.who(), "because")
    with pytest.raises(StaleError) as told:
        store.change(second, desk.who(), "because")
    assert "for nothing" in told.value.now.text
    assert len(states(desk)) == 1


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written to")])
def test_a_disk_that_takes_nothing_leaves_the_old_file(desk, store, draft, content, monkeypatch, number, words):
    before = (content / PATH).read_bytes()

    def full(_handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(FileError, match=words):
        store.change(draft(), desk.who(), "because")
    assert (content / PATH).read_bytes() == before
    assert states(desk) == [("edit entry", "not done")]
    assert [p.name for p in (content / "topics").iterdir()] == ["bus-pass.md"]


@pytest.mark.parametrize(
    "path",
    ["../x.md", "services/../../x.md", "/etc/passwd", "services/A.md", "services/.md", "services/a/b.md", "words.toml", "services/a.txt", ""],
)
def test_other_files_cannot_be_reached(desk, store, path):
    with pytest.raises(FileError, match="can be changed here"):
        store.change(Draft(path, "", "x", "edit entry", path), desk.who(), "because")
    assert desk.room.audit.listed() == [row for row in desk.room.audit.listed() if row.action == "add account"]


@pytest.mark.parametrize("id", ["", "..", "A b", "a/b", "x" * 200, "a--b"])
def test_what_is_no_slug_is_no_id(id):
    with pytest.raises(FileError, match="no id"):
        files.entry_path("service", id)


def test_links_out_of_the_folder_are_not_followed(desk, store, content, tmp_path):
    outside = tmp_path / "outside.md"
    outside.write_text("outside", encoding="utf-8")
    (content / "topics" / "linked.md").symlink_to(outside)
    (content / "topics").rename(tmp_path / "elsewhere")
    (content / "topics").symlink_to(tmp_path / "elsewhere")
    for path in ("topics/linked.md", PATH):
        with pytest.raises(FileError, match="symbolic link"):
            store.change(Draft(path, "", "x", "edit entry", path), desk.who(), "because")
    assert outside.read_text(encoding="utf-8") == "outside"


def test_two_who_save_at_once_wait_for_each_other(desk, store, draft):
    first, reached, go = draft(), threading.Event(), threading.Event()

    def at(step):
        if step == "replace":
            reached.set()
            assert go.wait(20)

    one = threading.Thread(target=store.change, args=(first, desk.who(), "first", at))
    one.start()
    assert reached.wait(20)
    second, faults = draft(new="at no cost"), []

    def other():
        try:
            Store(desk.room).change(second, desk.who(), "second")
        except StaleError as fault:
            faults.append(fault)

    two = threading.Thread(target=other)
    two.start()
    assert faults == []
    go.set()
    one.join()
    two.join()
    assert len(faults) == 1
    assert "for nothing" in store.read(PATH).text


def test_whoever_waits_too_long_is_told(desk, store, draft, monkeypatch):
    monkeypatch.setattr("web.staff.content.store._WAIT_SECONDS", 0.1)
    with store.locked(), pytest.raises(FileError, match="Someone else is saving"):
        Store(desk.room).change(draft(), desk.who(), "because")


def test_where_nothing_may_be_written_a_change_is_offered_and_built_upon(make_console, config, content):
    desk = make_console(config=config, content_writes=False)
    store, before = Store(desk.room), (content / PATH).read_bytes()
    for old, new in (("for free", "for nothing"), ("for nothing", "at no cost")):
        file = store.read(PATH)
        number = store.change(Draft(PATH, file.digest, file.text.replace(old, new), "edit entry", PATH), desk.who(), "because")
    assert (content / PATH).read_bytes() == before
    assert {n: "at no cost" in file.text for n, file in store.offers().items()} == {number: True}
    assert {row.action for row in desk.room.audit.listed() if row.subject == PATH} == {"offer: edit entry"}
    (content / PATH).write_text(store.read(PATH).text, encoding="utf-8")
    assert store.offers() == {}


def test_an_offer_is_withdrawn_once(make_console, config, content):
    desk = make_console(config=config, content_writes=False)
    store = Store(desk.room)
    number = store.change(Draft("topics/new-one.md", "", "text\n", "add entry", "topics/new-one.md"), desk.who(), "because")
    assert [store.withdraw(number, desk.who(), "no") for _ in range(2)] == [True, False]
    assert store.offers() == {}
    assert not Path(content / "topics/new-one.md").exists()
