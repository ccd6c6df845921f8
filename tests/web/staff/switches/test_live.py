"""The live engine without what is off: a look a second, by one thread, and the last known state where the database is gone."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.exc import OperationalError

from bot.off import NOTHING_OFF, Off
from tests.web.conftest import StandIn
from web.staff.switches.live import SwitchedLive

CLOSED = Off(entries={"portage": "Closed for repairs."})


class Switches:
    def __init__(self):
        self.state, self.looks, self.broken = NOTHING_OFF, 0, False

    def off(self):
        self.looks += 1
        if self.broken:
            raise OperationalError("SELECT", {}, Exception("gone"))
        return self.state


@pytest.fixture
def switches():
    return Switches()


@pytest.fixture
def live(switches, clock):
    return SwitchedLive(StandIn(), switches, clock)


def test_with_nothing_off_it_is_the_engine_itself(live):
    assert live.current() is live._live


def test_it_looks_once_a_second(live, switches, clock):
    for _ in range(5):
        live.current()
    assert switches.looks == 1
    switches.state = CLOSED
    clock.now += 0.9
    assert "portage" in live.current().entries
    clock.now += 0.2
    assert "portage" not in live.current().entries
    assert "portage" in live.current().every_entry
    assert switches.looks == 2


def test_whoever_makes_a_change_knows_it_at_once(live, switches):
    live.current()
    switches.state = CLOSED
    live.look_now()
    assert live.current().off is CLOSED


def test_without_the_database_what_was_off_stays_off(live, switches, clock):
    switches.state = CLOSED
    live.current()
    switches.broken = True
    clock.now += 5
    assert live.current().off is CLOSED
    live.current()
    assert switches.looks == 2


def test_while_one_looks_the_others_go_on(live, switches, clock):
    live.current()
    clock.now += 5
    begun, go_on, inside = threading.Event(), threading.Event(), switches.off

    def slow():
        begun.set()
        assert go_on.wait(10)
        return inside()

    switches.off = slow
    thread = threading.Thread(target=live.current)
    thread.start()
    assert begun.wait(10)
    assert live.current() is live._live
    go_on.set()
    thread.join()
    assert switches.looks == 2
