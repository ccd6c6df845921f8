"""Consistency as a page: runs that survive being broken off, what they show, and two of them side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.consistency import Wording, ask_all
from bot.records import Answer, Channel, Outcome, Reply, Signpost
from indexer.config import IndexerSettings
from indexer.errors import ReleaseError
from tests.web.staff.conftest import Console, write_config
from web.staff.consistency import work
from web.staff.consistency.grid import grid
from web.staff.consistency.records import Need, shares
from web.staff.consistency.scope import in_words, learned_needs, own_needs, spread
from web.staff.consistency.store import Runs
from web.staff.jobs import BROKEN, DONE, STOPPED
from web.staff.roles import Role
from web.staff.room import Room

ALL = (Channel.WEB, Channel.SMS, Channel.STAFF)
WORDINGS = """
[[needs]]
need = "A pool"
parent = "where can he swim"
text_message = "pool 4 my lad"
professional = "=aquatics"

[[needs]]
need = "Toys"
parent = "where can i borrow toys"
text_message = "toys pls"
"""
POOL = {"where can he swim": "Swimming club", "pool 4 my lad": "Swimming club", "=aquatics": None}
OLD = {**POOL, "where can i borrow toys": "Toys", "toys pls": "Toys"}


class Spoken:
    """Stands in for the engine: sends each message to the place it was told, and can be broken off after some replies."""

    def __init__(self, starts: dict[str, str | None], most: int = 1000) -> None:
        self.starts, self.most, self.asked = starts, most, list[tuple[str, Channel]]()

    def reply(self, turns: Sequence[str], channel: Channel, site: str = "") -> Reply:
        if len(self.asked) >= self.most:
            raise SystemExit("killed")
        self.asked.append((turns[-1], channel))
        name = self.starts[turns[-1]]
        signposts = (Signpost(name.lower().replace(" ", "-"), "service", name, "why", None, None, (), "2025", None, 1),) if name else ()
        return Reply(f"Go to <{name}>.", channel, "r", Answer(Outcome.ANSWERED if name else Outcome.NOT_FOUND, (), signposts))


@pytest.fixture
def needs(tmp_path: Path) -> list[Need]:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "wordings.toml").write_text(WORDINGS, encoding="utf-8")
    return own_needs(tmp_path / "words")


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Spoken]:
    """The engines that answer, by release."""
    engines: dict[str, Spoken] = {}
    monkeypatch.setattr(work, "engine_of", lambda _room, release: engines[release])
    return engines


def add(console: Console, needs: Sequence[Need], *releases: str, channels: Sequence[Channel] = ALL) -> list[int]:
    return Runs(console.room.database).add(console.room.jobs, console.who(), releases, needs, channels, in_words(needs, len(needs)))


def done(console: Console, needs: Sequence[Need], speaks: dict[str, Spoken], **starts: dict[str, str | None]) -> list[int]:
    speaks.update({release: Spoken({**OLD, **changed}) for release, changed in starts.items()})
    numbers = add(console, needs, *starts)
    console.do_work()
    return numbers


def test_a_run_that_is_broken_off_goes_on_where_it_was_and_keeps_nothing_twice(console, needs, speaks) -> None:
    engine = speaks["r"] = Spoken(OLD, most=11)  # 9 questions of the first need, 2 of the 6 of the second
    [number] = add(console, needs, "r")
    with pytest.raises(SystemExit):
        console.do_work()
    runs = Runs(console.room.database)
    task = console.room.jobs.find(runs.find(number).job)
    assert (runs.asked(number), task.done, task.state, runs.find(number).ended) == (9, 9, "running", 0)
    page = console.sign_in().get(f"/staff/consistency/{number}").text
    assert "0 of 1 needs asked so far" in page
    assert 'data-work="/staff/work/1.json"' in page
    console.room.jobs.lose(task.number, task.worker)
    engine.most = 1000
    console.do_work()
    of_the_first_need = [asked for asked in engine.asked if asked[0] in ("where can he swim", "pool 4 my lad", "=aquatics")]
    assert len(of_the_first_need) == len(set(of_the_first_need)) == 9
    assert runs.asked(number) == 15
    assert console.room.jobs.find(task.number).state == DONE
    assert (runs.find(number).alike, runs.find(number).agreement) == (1, 0.5)


def test_what_another_worker_has_kept_is_not_kept_twice(console, needs, speaks) -> None:
    [number] = done(console, needs, speaks, r={})
    runs = Runs(console.room.database)
    before = runs.results(number)
    wording = Wording("parent", ("where can he swim",), Channel.WEB)
    runs.keep([1], next(ask_all(Spoken({"where can he swim": "Toys"}), {"A pool": [wording]})).told)
    assert runs.results(number) == before


def test_a_run_over_a_release_that_is_gone_is_marked_as_broken(console, needs) -> None:
    [number] = add(console, needs, "2020-01-01T00-00-00Z-000000")
    console.do_work()
    run = Runs(console.room.database).find(number)
    assert console.room.jobs.find(run.job).state == BROKEN
    page = console.sign_in().get(f"/staff/consistency/{number}").text
    assert "It is <strong>broken</strong>" in page
    assert "2020-01-01T00-00-00Z-000000" in page


def test_a_release_that_cannot_answer_does_not_keep_the_other_from_being_asked(console, needs, monkeypatch) -> None:
    def engine_of(_room: Room, release: str) -> Spoken:
        if release == "old":
            raise ReleaseError("it is of another kind")
        return Spoken(OLD)

    monkeypatch.setattr(work, "engine_of", engine_of)
    a, b = add(console, needs, "old", "new")
    console.do_work()
    runs = Runs(console.room.database)
    assert (runs.find(a).ended, runs.find(b).alike) == (0, 1)
    assert console.room.jobs.find(1).note == "Release old cannot answer: it is of another kind"
    page = console.sign_in().get(f"/staff/consistency/compare?a={a}&b={b}").text
    assert "it is of another kind" in page
    assert "answers move" not in page


def test_a_stopped_run_keeps_what_it_had_and_asks_no_more(console, needs, speaks) -> None:
    [number] = add(console, needs, "r")
    engine = speaks["r"] = Spoken(OLD)
    reply = engine.reply

    def then_stop(turns: Sequence[str], channel: Channel) -> Reply:
        console.room.jobs.stop(1)
        return reply(turns, channel)

    engine.reply = then_stop  # type: ignore[method-assign]
    console.do_work()
    assert (len(engine.asked), Runs(console.room.database).asked(number)) == (9, 9)
    assert console.room.jobs.find(1).state == STOPPED
    assert "what had been answered by then is kept" in console.sign_in().get(f"/staff/consistency/{number}").text


def test_channels_of_a_wording_are_asked_one_after_the_other(console, needs, speaks) -> None:
    done(console, needs, speaks, r={})
    assert speaks["r"].asked[:4] == [*(("where can he swim", channel) for channel in ALL), ("pool 4 my lad", Channel.WEB)]


def test_the_page_shows_disagreements_first_with_both_answers(console, needs, speaks) -> None:
    [number] = done(console, needs[::-1], speaks, r={})
    browser = console.sign_in(Role.READER)
    page = browser.get(f"/staff/consistency/{number}").text
    assert "50.0% agree" in page
    assert page.index('<th scope="row">A pool') < page.index('<th scope="row">Toys')
    assert page.count('class="strayed"') == 3
    assert page.count('class="with-most"') == 12
    assert '<td colspan="3" class="apart"><strong>B</strong>' in page
    assert "Go to &lt;Swimming club&gt;." in page.split('id="apart"')[1]
    assert "Go to &lt;None&gt;." in page.split('id="apart"')[1]
    assert "/staff/ask?q=%3Daquatics" in page
    assert 'style="' not in page
    only = browser.get(f"/staff/consistency/{number}?only=apart").text
    assert '<th scope="row">A pool' in only
    assert '<th scope="row">Toys' not in only


def test_files_hold_every_question_and_no_formula(console, needs, speaks) -> None:
    [number] = done(console, needs, speaks, r={})
    browser = console.sign_in()
    rows = list(csv.DictReader(io.StringIO(browser.get(f"/staff/consistency/{number}.csv").get_data().decode("utf-8-sig"))))
    assert len(rows) == 15
    assert [row["as most"] for row in rows if row["need"] == "A pool"] == ["yes"] * 6 + ["no"] * 3
    assert {row["question"] for row in rows if row["wording"] == "professional"} == {"'=aquatics"}
    sheet = load_workbook(io.BytesIO(browser.get(f"/staff/consistency/{number}.xlsx").get_data())).active
    assert sheet.max_row == 16
    assert {cell.data_type for cell in sheet["D"]} == {"s"}


def test_two_releases_in_one_go_show_who_is_now_sent_elsewhere(console, needs, speaks) -> None:
    a, b = done(console, needs, speaks, old={}, new={"=aquatics": "Swimming club", "toys pls": "Swimming club"})
    assert len(console.room.jobs.listed("consistency")) == 1
    runs = Runs(console.room.database)
    moved = runs.moved(a, b)
    assert (len(moved.moved), moved.asked, moved.only) == (6, 15, 0)
    assert {(m.before.question, m.before.start, m.after.start) for m in moved.moved} == {
        ("=aquatics", "not_found", "swimming-club"),
        ("toys pls", "toys", "swimming-club"),
    }
    page = console.sign_in().get(f"/staff/consistency/compare?a={a}&b={b}").text
    assert "6 of 15 answers move" in page
    assert "1 of 2 before, 1 of 2 after" in page
    text = console.sign_in().get(f"/staff/consistency/compare.csv?a={a}&b={b}").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["need"], rows[0]["start before"], rows[0]["start after"]) == ("A pool", "not_found", "swimming-club")
    assert {(r["release before"], r["release after"]) for r in rows} == {("old", "new")}


def test_runs_that_ask_different_questions_are_compared_where_they_meet(console, needs, speaks) -> None:
    [a] = done(console, needs, speaks, r={})
    [b] = done(console, needs[:1], speaks, r={"pool 4 my lad": None})
    moved = Runs(console.room.database).moved(a, b)
    assert (len(moved.moved), moved.asked, moved.only) == (3, 9, 6)


def test_the_oldest_runs_go_with_what_only_they_were_told(make_console, config, needs, speaks, rows) -> None:
    console = make_console(config=config, runs_kept=2)
    first = done(console, needs, speaks, r={"toys pls": "Nowhere else"})
    others = [done(console, needs, speaks, r={}) for _ in range(2)]
    assert [run.number for run in Runs(console.room.database).listed()] == [*others[1], *others[0]]
    assert console.sign_in().get(f"/staff/consistency/{first[0]}").status_code == 404
    texts = [row for row in rows() if row.startswith("consistency_texts")]
    assert len(texts) == 3
    assert not any("Nowhere else" in row for row in texts)
    assert sum(row.startswith("consistency_told") for row in rows()) == 30


def test_what_others_ask_of_the_runs(console, needs, speaks) -> None:
    runs = Runs(console.room.database)
    assert runs.latest() is None
    [number] = done(console, needs, speaks, r={})
    add(console, needs, "another")
    assert runs.latest().number == number
    assert runs.latest("another") is None
    [(need, told)] = runs.disagreements(number)
    assert (need, len(told), told[-1]) == ("A pool", 9, ("=aquatics", "staff", "not_found", "not_found"))
    assert {(s.name, s.with_most, s.asked) for s in shares(runs.results(number), "who")} == {
        ("parent", 6, 6),
        ("text_message", 6, 6),
        ("professional", 0, 3),
    }


def test_a_need_with_fewer_wordings_has_room_left(console, needs, speaks) -> None:
    [number] = done(console, needs, speaks, r={})
    drawn = grid(Runs(console.room.database).results(number), [c.value for c in ALL])
    assert drawn.wordings == ("parent", "text message", "professional")
    assert [None if cells is None else len(cells) for cells in drawn.rows[1].wordings] == [3, 3, None]
    assert drawn.rows[1].merged()[0][0].wide == 3
    assert "not asked" in console.sign_in().get(f"/staff/consistency/{number}").text


def test_messages_are_taken_evenly_from_all_over_a_file(tmp_path: Path) -> None:
    assert spread([str(n) for n in range(9)], 5) == ["0", "2", "4", "6", "8"]
    assert spread(["a", "b"], 5) == ["a", "b"]
    (tmp_path / "asked_as").mkdir()
    (tmp_path / "asked_as" / "pool.txt").write_text("\n".join(f"m{n}" for n in range(9)), encoding="utf-8")
    (tmp_path / "asked_as" / "one.txt").write_text("only this\n", encoding="utf-8")
    [need] = learned_needs(tmp_path, {})
    assert (need.name, need.learned, [w.turns[0] for w in need.wordings]) == ("pool (pool)", True, ["m0", "m2", "m4", "m6", "m8"])


@pytest.fixture
def real(make_console, small_built: IndexerSettings, small_content: Path, tmp_path: Path) -> Console:
    """A console over the small release, with needs of its own."""
    (small_content / "wordings.toml").write_text(WORDINGS, encoding="utf-8")
    return make_console(config=write_config(small_built.model_copy(update={"content": small_content}), tmp_path / "real.toml"))


def test_a_run_is_begun_by_the_form_and_asks_the_live_release(real, small_built) -> None:
    browser = real.sign_in(Role.READER)
    page = browser.get("/staff/consistency").text
    assert "All 2 needs of the content folder" in page
    assert "each of 3 entries" in page
    live = (small_built.release_dir / "current").readlink().name
    answer = browser.post("/staff/consistency", {"which": "first", "first": "1", "channel": ["web", "sms"], "release": live, "learned": "yes"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/consistency/1")
    run = Runs(real.room.database).find(1)
    assert (run.release, run.channels, run.needs) == (live, ("web", "sms"), 4)
    assert run.scope == "1 of 2 needs and 3 entries by the messages they are learned from"
    real.do_work()
    ended = Runs(real.room.database).find(1)
    assert ended.ended > 0
    assert Runs(real.room.database).asked(1) == run.questions == 2 * (3 + 4 + 3 + 3)
    assert f"{100 * ended.agreement:.1f}%" in browser.get("/staff/consistency").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"release": "no-such", "channel": "web"}, "Choose a release that is there."),
        ({"channel": ""}, "Choose a channel or more."),
        ({"which": "first", "first": "x"}, "Say how many needs, as a number from 1."),
        ({"which": "these"}, "Choose a need or more."),
        ({"which": "none"}, "Choose a need or more."),
    ],
)
def test_a_form_that_cannot_be_used_says_why_and_loses_nothing(real, small_built, form, said) -> None:
    live = (small_built.release_dir / "current").readlink().name
    answer = real.sign_in().post("/staff/consistency", {"which": "all", "release": live, "channel": "sms", **form})
    assert (answer.status_code, said in answer.text) == (400, True)
    assert Runs(real.room.database).listed() == []
    assert ('id="channel-sms" name="channel" value="sms" checked' in answer.text) == ("channel" not in form)


def test_two_releases_are_asked_by_one_form(real, small_release, small_content, make_console, tmp_path) -> None:
    live = (small_release.release_dir / "current").readlink().name
    other = f"{live[:-6]}abcdef"
    (small_release.release_dir / other).symlink_to(small_release.release_dir / live)
    config = write_config(small_release.model_copy(update={"content": small_content}), tmp_path / "two.toml")
    console = make_console(config=config, database_url=f"sqlite:///{tmp_path}/two.db")
    browser = console.sign_in()
    answer = browser.post("/staff/consistency", {"which": "these", "need": "Toys", "channel": "web", "release": live, "second": other})
    assert answer.headers["Location"] == "/staff/consistency/compare?a=1&b=2"
    assert "data-work=" in browser.get(answer.headers["Location"]).text
    assert [run.release for run in Runs(console.room.database).listed()] == [other, live]


def test_needs_that_cannot_be_read_are_said_on_the_page(console) -> None:
    page = console.sign_in().get("/staff/consistency").text
    assert "The needs of the content folder cannot be read" in page
