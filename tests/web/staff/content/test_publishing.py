"""Trying a change out and publishing it, over a small release with the real model."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.engine import LiveEngine
from bot.records import Channel
from indexer import release
from tests.web.staff.conftest import write_config
from tests.web.staff.content.conftest import PINS, WORDINGS
from web.staff.audit import Audit
from web.staff.content import aside, publishing
from web.staff.content.store import Draft, Store
from web.staff.roles import Role

PATH = "topics/bus-pass.md"


class KilledError(BaseException):
    """Stands in for a kill: nothing in the code under test catches it."""


@pytest.fixture
def indexer(small_built, small_release, tmp_path):
    """A copy of a small release that is live, and of the content that it was built from, with needs and pins besides."""
    content = shutil.copytree(small_built.content, tmp_path / "own content")
    for name, text in {"wordings.toml": WORDINGS, "pins.toml": PINS, "duties.toml": "duties = []\n", "not-ours.toml": ""}.items():
        (content / name).write_text(text, encoding="utf-8")
    return small_release.model_copy(update={"content": content})


@pytest.fixture
def desk(make_console, indexer, tmp_path):
    return make_console(config=write_config(indexer, tmp_path / "own.toml"))


def live(desk) -> str:
    return release.live_id(desk.room.indexer.release_dir)


def change(desk, path=PATH, old="for free", new="for nothing") -> Draft:
    file = Store(desk.room).read(path)
    return Draft(path, file.digest, file.text.replace(old, new), "edit entry", path)


def left(desk) -> list[Path]:
    return list(desk.room.indexer.release_dir.glob(f"{aside.BEGINNING}*"))


def publish(desk, browser):
    number = int(browser.post("/staff/publish", {"reason": "ready"}).headers["Location"].rpartition("/")[2])
    desk.do_work()
    return desk.room.jobs.find(number)


def test_a_change_is_tried_out_and_saved_and_published(desk, indexer):
    browser, before = desk.sign_in(), live(desk)
    form = {"start": "swimming-club", "wordings": "how do i get a bus pass\nsomeone with a bus", "review_due": "2099-05-30", "reason": "agreed"}
    page = browser.post("/staff/pins", {**form, "do": "preview"}).headers["Location"]
    assert "Stop it" in browser.get(page).text
    desk.do_work()
    task = desk.room.jobs.find(int(page.rpartition("/")[2]))
    assert task.state == "done", task.note
    own = {row["text"]: (row["after"], row["pin"]) for row in task.result["own"]}
    assert own == dict.fromkeys(form["wordings"].split("\n"), ("swimming-club", "swimming-club"))
    moved = [row for row in task.result["moved"] if row["text"] == "how do i get a bus pass"]
    assert [(row["need"], row["before"], row["after"]) for row in moved] == [("Free bus", "bus-pass", "swimming-club")]
    assert not task.result["learned"]
    assert (live(desk), left(desk)) == (before, [])
    assert "[[pins]]" not in (indexer.content / "pins.toml").read_text(encoding="utf-8")
    assert "Swimming club" in browser.get(page).text

    assert browser.post(page, {"reason": "agreed by all"}).status_code == 303
    assert "pins.toml" in browser.get("/staff/publish").text
    answers = LiveEngine(desk.room.bot, indexer)
    done = publish(desk, browser)
    assert (done.state, done.result["changed"], done.result["before"]) == ("done", True, before)
    assert live(desk) == done.result["release"] != before
    assert [r["text"] for r in done.result["moved"]] == ["how do i get a bus pass"]
    for channel in (Channel.WEB, Channel.SMS):
        assert answers.current().reply(["how do i get a bus pass"], channel).answer.signposts[0].id == "swimming-club"
    row = next(row for row in desk.room.audit.listed() if row.action == "publish")
    assert (row.state, row.who, row.before, row.after, row.reason) == ("done", desk.who().name, before, live(desk), "ready")
    assert "Nothing: families see" in browser.get("/staff/publish").text
    assert publish(desk, browser).result["changed"] is False

    assert browser.post("/staff/publish/back", {"reason": "wrong after all"}).status_code == 303
    assert live(desk) == before
    assert answers.current().reply(["how do i get a bus pass"], Channel.WEB).answer.signposts[0].id == "bus-pass"
    assert browser.post("/staff/publish/back", {"reason": "again", "release": "../nowhere"}).status_code == 409


def test_a_preview_that_is_overtaken_is_not_saved_blindly(desk, indexer):
    browser, draft = desk.sign_in(), change(desk)
    number = desk.room.jobs.add("preview", "building", {"draft": asdict(draft), "wordings": [], "reason": "x y"}, desk.who())
    Store(desk.room).change(change(desk, new="at no cost"), desk.who(), "first")
    answer = browser.post(f"/staff/previews/{number}", {"reason": "x y"})
    assert (answer.status_code, "at no cost" in answer.text) == (409, True)
    assert "at no cost" in (indexer.content / PATH).read_text(encoding="utf-8")
    assert desk.sign_in(Role.READER).post(f"/staff/previews/{number}", {"reason": "x y"}).status_code == 403


def test_a_broken_file_is_told_whole_and_what_is_live_stays(desk, indexer):
    before = live(desk)
    for name in ("bus-pass", "other"):
        (indexer.content / f"topics/{name}.md").write_text("broken", encoding="utf-8")
    done = publish(desk, desk.sign_in())
    assert done.state == "broken"
    assert "topics/bus-pass.md" in done.note
    assert "topics/other.md" in done.note
    assert (live(desk), left(desk)) == (before, [])


@pytest.mark.parametrize("when", ["while it is built", "before it is live", "after it is live"])
def test_publishing_that_is_killed_leaves_a_whole_release_and_is_taken_up_again(desk, indexer, monkeypatch, when):
    before, browser = live(desk), desk.sign_in()
    Store(desk.room).change(change(desk), desk.who(), "because")
    where = {"while it is built": (publishing, "build_aside"), "before it is live": (release, "publish"), "after it is live": (Audit, "settle")}
    holder, name = where[when]
    real = getattr(holder, name)

    def killed(*given, **how):
        if when == "before it is live" and given[1] != indexer.release_dir:
            return real(*given, **how)  # the build aside publishes too, in its own folder
        if when == "while it is built":
            real(*given, **how)
        raise KilledError

    monkeypatch.setattr(aside.shutil, "rmtree", lambda *_, **__: None)  # whoever is killed tidies nothing
    monkeypatch.setattr(holder, name, killed)
    browser.post("/staff/publish", {"reason": "ready"})
    with pytest.raises(KilledError):
        desk.do_work()
    monkeypatch.undo()
    assert (live(desk) == before) == (when != "after it is live")
    release.verify(indexer.release_dir / live(desk))
    task = desk.room.jobs.listed("publish")[0]
    desk.room.jobs.lose(task.number, task.worker)
    desk.do_work()
    done = desk.room.jobs.find(task.number)
    assert (done.state, done.result["changed"], done.result["release"]) == ("done", True, live(desk))
    assert live(desk) != before
    assert left(desk) == []
    states = [row.state for row in desk.room.audit.listed() if row.action == "publish"]
    assert states == (["done", "not done"] if when == "before it is live" else ["done"])


def test_what_differs_is_told_file_by_file_once_published_from_here(desk, indexer):
    browser = desk.sign_in()
    Store(desk.room).change(change(desk), desk.who(), "because")
    page = browser.get("/staff/publish").text
    assert "Changed:" in page
    assert ">bus-pass<" in page
    publish(desk, browser)
    with (indexer.content / "asked_as" / "bus-pass.txt").open("a", encoding="utf-8") as file:
        file.write("a pass for the number 11\n")
    assert "asked_as/bus-pass.txt" in browser.get("/staff/publish").text
    done = publish(desk, browser)
    assert done.result["learned"] is True
    assert json.dumps(done.result)
