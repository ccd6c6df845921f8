"""What is off, as the database has it, and the trail of each change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.off import NOTHING_OFF
from web.staff.audit import Audit, Who
from web.staff.switches.store import WHOLE, Switches, What

WHO = Who("ed@example.org", "editor")
LINE = "Closed for repairs this week."
TODAY = date(2023, 11, 14)


@pytest.fixture
def switches(database, clock):
    return Switches(database, clock)


def test_nothing_is_off_at_first(switches):
    assert switches.off() is NOTHING_OFF
    assert switches.listed() == []


def test_each_sort_is_off_by_its_own_line(switches):
    for what, id in ((What.ENTRY, "portage"), (What.TOPIC, "play"), (What.CHANNEL, "sms"), (What.SERVICE, WHOLE)):
        switches.switch_off(what, id, f"{what}: {LINE}", None, WHO, "a reason")
    off = switches.off()
    assert (off.entries, off.topics, off.channels) == ({"portage": f"entry: {LINE}"}, {"play": f"topic: {LINE}"}, {"sms": f"channel: {LINE}"})
    assert off.service == f"service: {LINE}"


def test_after_its_last_day_it_is_on_by_itself(switches, clock):
    switches.switch_off(What.ENTRY, "portage", LINE, TODAY + timedelta(1), WHO, "a reason")
    clock.now += 86_400
    assert switches.off().entries == {"portage": LINE}
    clock.now += 86_400
    assert switches.off() is NOTHING_OFF
    assert [switched.over for switched in switches.listed()] == [True]


def test_a_new_line_keeps_the_moment_it_went_off_unless_it_was_on_between(switches, clock):
    switches.switch_off(What.ENTRY, "portage", LINE, TODAY, WHO, "a reason")
    clock.now += 60
    switches.switch_off(What.ENTRY, "portage", "Closed for longer.", TODAY, WHO, "a reason")
    assert [(s.since, s.line) for s in switches.listed()] == [(int(clock.now) - 60, "Closed for longer.")]
    clock.now += 2 * 86_400
    switches.switch_off(What.ENTRY, "portage", LINE, None, WHO, "a reason")
    assert [s.since for s in switches.listed()] == [int(clock.now)]


def test_it_is_on_again_at_once_and_only_what_was_there(switches):
    switches.switch_off(What.ENTRY, "portage", LINE, None, WHO, "a reason")
    assert switches.switch_on(What.ENTRY, "portage", WHO, "repaired")
    assert switches.off() is NOTHING_OFF
    assert not switches.switch_on(What.ENTRY, "portage", WHO, "repaired")


def test_the_trail_has_both_with_what_stood_before_and_after(switches, database):
    switches.switch_off(What.ENTRY, "portage", LINE, TODAY, WHO, "the roof")
    switches.switch_on(What.ENTRY, "portage", WHO, "repaired")
    on, off = Audit(database).listed()
    assert (off.action, off.subject, off.reason) == ("switch off", "entry portage", "the roof")
    assert (off.before, off.after) == ("on", f"off until 2023-11-14: {LINE}")
    assert (on.action, on.subject, on.before, on.after, on.reason) == ("switch on", "entry portage", off.after, "on", "repaired")
