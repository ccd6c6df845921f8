"""Background work: claimed once, taken up again where a process dies, never left looking as if it went on."""

from __future__ import annotations

import threading

import pytest

from web.staff import work as working
from web.staff.audit import Who
from web.staff.jobs import ASKING, BROKEN, BUILDING, DONE, LEASE_SECONDS, RUNNING, STOPPED, TRIES, WAITING, Jobs
from web.staff.work import StoppedError

SAM = Who("sam@example.org", "editor")


@pytest.fixture
def jobs(database, clock):
    return Jobs(database, 3, clock)


def test_a_job_is_claimed_once_and_ends(jobs):
    number = jobs.add("sums", ASKING, {"n": 2}, SAM)
    task = jobs.claim("one")
    assert (task.number, task.state, task.args, task.who) == (number, RUNNING, {"n": 2}, SAM.name)
    assert jobs.claim("two") is None
    assert jobs.renew(number, "one", done=1, total=4)
    assert jobs.find(number).share == 25
    assert jobs.end(number, "one", DONE, result={"sum": 4})
    assert (jobs.find(number).result, jobs.find(number).over) == ({"sum": 4}, True)


def test_many_who_look_at_once_find_it_once(jobs):
    jobs.add("sums", ASKING, {}, SAM)
    found = []
    threads = [threading.Thread(target=lambda n=n: found.append(jobs.claim(str(n)))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([task for task in found if task]) == 1


def test_lanes_do_not_wait_for_each_other(jobs):
    first, second, other = (jobs.add("sums", lane, {}, SAM) for lane in (ASKING, ASKING, BUILDING))
    assert [jobs.claim(name).number for name in "ab"] == [first, other]
    assert jobs.claim("c") is None
    jobs.end(first, "a", DONE)
    assert jobs.claim("c").number == second


def test_a_job_whose_worker_falls_silent_is_taken_up_again_and_then_broken(jobs, clock):
    number = jobs.add("sums", ASKING, {}, SAM)
    for turn in range(TRIES):
        assert jobs.claim(f"worker {turn}").number == number
        assert jobs.claim("another") is None
        clock.now += LEASE_SECONDS + 1
    assert jobs.claim("last") is None
    assert jobs.find(number).state == BROKEN
    assert "Broken off 3 times" in jobs.find(number).note


def test_a_worker_that_lost_its_job_can_change_nothing(jobs, clock):
    number = jobs.add("sums", ASKING, {}, SAM)
    jobs.claim("slow")
    clock.now += LEASE_SECONDS + 1
    jobs.claim("quick")
    assert not jobs.renew(number, "slow", done=9)
    assert not jobs.end(number, "slow", DONE)
    assert (jobs.find(number).worker, jobs.find(number).done) == ("quick", 0)


def test_a_worker_that_dies_gives_its_job_back_at_once(jobs):
    number = jobs.add("sums", ASKING, {}, SAM)
    jobs.claim("dies")
    jobs.lose(number, "another")
    assert jobs.find(number).state == RUNNING
    jobs.lose(number, "dies")
    assert jobs.find(number).state == WAITING


def test_a_job_can_be_stopped(jobs):
    number = jobs.add("sums", ASKING, {}, SAM)
    jobs.claim("one")
    assert jobs.stop(number)
    assert not jobs.renew(number, "one")
    assert not jobs.stop(number)
    assert jobs.find(number).state == STOPPED


def test_nothing_is_stopped_without_its_line_in_the_audit_trail(console, monkeypatch):
    number = console.room.jobs.add("sums", ASKING, {}, SAM)
    browser = console.sign_in()

    def fails(*_given, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(console.room.audit, "record", fails)
    assert browser.post(f"/staff/work/{number}/stop").status_code == 500
    assert console.room.jobs.find(number).state == WAITING


def test_only_so_many_are_kept(jobs):
    for _ in range(6):
        number = jobs.add("sums", ASKING, {}, SAM)
        jobs.end(number, jobs.claim("one").worker, DONE)
    assert len(jobs.listed("sums")) == 4  # three that had ended, and the one that was added then


def sums(bench):
    for done in range(3):
        bench.step(done, 3, "adding")
    return {"sum": 3}


def fails(_bench):
    raise ZeroDivisionError


def stops(bench):
    bench.room.jobs.stop(bench.task.number)
    bench.step(1, 2)


@pytest.fixture
def kinds(monkeypatch):
    monkeypatch.setattr(working, "KINDS", {name: f"{__name__}:{name}" for name in ("sums", "fails", "stops")})


@pytest.mark.usefixtures("kinds")
@pytest.mark.parametrize(("kind", "state", "note"), [("sums", DONE, ""), ("fails", BROKEN, "ZeroDivisionError"), ("stops", STOPPED, "")])
def test_what_came_of_work_is_said(console, kind, state, note):
    number = console.room.jobs.add(kind, ASKING, {}, SAM)
    console.do_work()
    task = console.room.jobs.find(number)
    assert task.state == state
    assert note in task.note
    assert task.over
    assert console.sign_in().get(f"/staff/work/{number}").status_code == 200
    assert console.sign_in().get(f"/staff/work/{number}.json").json["state"] == state


def test_a_bench_without_its_job_stops(console):
    number = console.room.jobs.add("sums", ASKING, {}, SAM)
    task = console.room.jobs.claim("one")
    console.room.jobs.stop(number)
    with pytest.raises(StoppedError):
        working.Bench(console.room, task).step(1, 3)
