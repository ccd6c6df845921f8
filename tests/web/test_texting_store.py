"""The tables of texts: every step is taken by one only, happens whole or not at all, and leaves nothing that could be read."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from bot.records import Channel
from tests.web.bench import OURS
from tests.web.conftest import NUMBER
from web.texting.records import DAY, FAILED, HELD, HOUR, OWED, RECEIVED, SENDING, Verdict
from web.texting.store import LEASE

SAID, REPLY = "my daughter Zebedina cannot read", "Start with the Quill of Nowhere Lane."
VERDICT = Verdict(REPLY, "answered", 2, keep=SAID)


def settled(bench, verdict=VERDICT, later=False, **more):
    """The number of a text that is owed a reply."""
    number = bench.receive(more.pop("said", SAID), **more)
    bench.texts.settle(number, verdict, later)
    return number


# Receiving


def test_a_text_is_kept_once_however_often_it_is_delivered(bench):
    text = bench.text(SAID)
    number = bench.texts.receive(text)
    assert [bench.texts.receive(text) for _ in range(3)] == [None] * 3
    row = bench.row(number)
    assert (row.state, row.due, row.created, row.tries) == (RECEIVED, bench.clock() + LEASE, bench.clock(), 0)
    assert (row.provider, row.channel) == ("twilio", "sms")
    assert bench.sender().in_hour == bench.sender().in_day == 1
    assert bench.texts.use(HOUR) == (1, 0, 0)


def test_a_text_is_known_again_after_it_has_been_answered(bench):
    text = bench.text(SAID)
    number = bench.texts.receive(text)
    bench.texts.settle(number, VERDICT, later=False)
    bench.texts.hand_over(number)
    bench.texts.done(number)
    assert bench.texts.receive(text) is None
    assert bench.texts.reclaim(bench.texts.ref(text.provider, text.id)) is None


def test_the_same_id_of_another_carrier_is_another_text(bench):
    assert bench.texts.receive(bench.text(id="SM1")) != bench.texts.receive(bench.text(id="SM1", provider="notify"))
    assert bench.texts.ref("twilio", "SM1") != bench.texts.ref("notify", "SM1")
    assert re.fullmatch("[0-9a-f]{64}", bench.texts.ref("twilio", "SM1"))


def test_of_fifty_deliveries_at_once_one_is_kept(bench):
    text = bench.text(SAID)
    with ThreadPoolExecutor(20) as pool:
        numbers = list(pool.map(lambda _: bench.texts.receive(text), range(50)))
    assert sorted(map(str, numbers)) == ["1"] + ["None"] * 49
    assert bench.sender().in_hour == 1


def test_of_many_texts_at_once_all_are_kept_and_counted(bench):
    with ThreadPoolExecutor(20) as pool:
        numbers = list(pool.map(lambda n: bench.texts.receive(bench.text(id=f"SM-{n}")), range(30)))
    assert sorted(numbers) == list(range(1, 31))
    assert (bench.sender().in_hour, bench.texts.use(HOUR)[0]) == (30, 30)


def test_numbers_only_rise(bench):
    first = bench.receive()
    bench.texts.settle(first, Verdict("", "", 0), later=False)
    assert bench.states() == []
    assert bench.receive() > first


# Taking up what nobody sees to


@pytest.mark.parametrize("state", [RECEIVED, HELD])
def test_a_text_delivered_again_is_taken_up_when_its_time_has_come(bench, clock, state):
    number = bench.receive(id="SM1")
    if state == HELD:
        bench.texts.hold(number, LEASE)
    ref = bench.texts.ref("twilio", "SM1")
    assert bench.texts.reclaim(ref) is None
    clock.now += LEASE
    assert bench.texts.reclaim(ref) == number
    assert (bench.row(number).state, bench.row(number).due) == (state, clock() + LEASE)
    assert bench.texts.reclaim(ref) is None


def test_a_reply_is_taken_up_at_once_when_its_text_is_delivered_again(bench):
    """Whoever hands it over first has it, so that waiting for its time could only lose it: this delivery is the carrier's last."""
    number = settled(bench, id="SM1")
    assert bench.texts.reclaim(bench.texts.ref("twilio", "SM1")) == number
    assert bench.texts.hand_over(number).reply == REPLY
    assert bench.texts.hand_over(number) is None


def test_a_reply_that_was_being_sent_counts_as_not_sent_when_its_text_is_delivered_again(bench, clock):
    number = settled(bench, id="SM1")
    bench.texts.hand_over(number)
    ref = bench.texts.ref("twilio", "SM1")
    assert bench.texts.reclaim(ref) is None
    clock.now += LEASE
    assert bench.texts.reclaim(ref) == number
    assert bench.row(number).state == OWED
    assert bench.texts.hand_over(number).tries == 2


def test_what_was_given_up_is_not_taken_up_again(bench, clock):
    number = settled(bench, id="SM1")
    bench.texts.give_up(number, "refused")
    clock.now += DAY
    assert bench.texts.reclaim(bench.texts.ref("twilio", "SM1")) is None
    assert bench.texts.reclaim("f" * 64) is None
    assert bench.texts.due(50) == []


def test_texts_are_due_oldest_first_and_not_before_their_time(bench, clock):
    numbers = [bench.receive() for _ in range(4)]
    bench.texts.hold(numbers[2], 5)
    bench.texts.settle(numbers[1], VERDICT, later=True)
    assert bench.texts.due(50) == [(numbers[1], OWED)]
    clock.now += 5
    assert bench.texts.due(50) == [(numbers[1], OWED), (numbers[2], HELD)]
    clock.now += LEASE
    assert bench.texts.due(50) == [(numbers[0], RECEIVED), (numbers[1], OWED), (numbers[2], HELD), (numbers[3], RECEIVED)]
    assert bench.texts.due(2) == [(numbers[0], RECEIVED), (numbers[1], OWED)]


@pytest.mark.parametrize("state", [RECEIVED, HELD, OWED, SENDING])
def test_of_many_who_claim_a_text_at_once_one_has_it(bench, clock, state):
    number = bench.receive()
    if state == HELD:
        bench.texts.hold(number, LEASE)
    if state in (OWED, SENDING):
        bench.texts.settle(number, VERDICT, later=False)
    if state == SENDING:
        bench.texts.hand_over(number)
    assert not bench.texts.claim(number, state)
    clock.now += LEASE
    assert not bench.texts.claim(number, next(other for other in (RECEIVED, SENDING) if other != state))
    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(lambda _: bench.texts.claim(number, state), range(10))) == [False] * 9 + [True]
    assert bench.row(number).due == clock() + LEASE


def test_of_many_who_hand_a_reply_over_at_once_one_has_it(bench):
    number = settled(bench)
    with ThreadPoolExecutor(10) as pool:
        found = [owed for owed in pool.map(lambda _: bench.texts.hand_over(number), range(10)) if owed]
    assert [owed.tries for owed in found] == [1]


def test_a_text_has_its_turn_after_those_before_it(bench, clock):
    first, second = bench.receive("one"), bench.receive("two")
    other = bench.receive("three", sender="+447700900124")
    assert [bench.texts.has_turn(number) for number in (first, second, other, 999)] == [True, False, True, True]
    bench.texts.hold(first, 5)
    assert bench.texts.has_turn(second)
    third = bench.receive("four")
    assert not bench.texts.has_turn(third)
    bench.texts.settle(second, VERDICT, later=False)
    assert bench.texts.has_turn(third)


def test_a_text_that_nobody_sees_to_keeps_no_other_waiting(bench, clock):
    bench.receive("one")
    clock.now += LEASE - 1
    second = bench.receive("two")
    assert not bench.texts.has_turn(second)
    clock.now += 1
    assert bench.texts.has_turn(second)


# Opening


def test_a_text_is_opened_with_what_is_known_of_its_sender(bench, clock):
    bench.say("one")
    clock.now += 3
    number = bench.receive("two", sender="whatsapp:" + NUMBER)
    found = bench.texts.open(number, 5)
    assert (found.number, found.key, found.provider, found.channel) == (number, bench.vault.key(NUMBER), "twilio", Channel.WHATSAPP)
    assert (found.pieces, found.turns, found.began) == (["two"], ["one"], "one")
    assert (found.sender.in_hour, found.in_last_hour, found.segments_today) == (2, 2, 1)
    clock.now += 3
    assert bench.texts.open(number, 5).began == ""


def test_opening_joins_the_pieces_that_were_held_and_leaves_one_text(bench):
    for said in ("one", "two"):
        bench.texts.hold(bench.receive(said), 60)
    bench.texts.hold(bench.receive("not mine", sender="+447700900124"), 60)
    number = bench.receive("three")
    assert bench.texts.open(number, 0).pieces == ["one", "two", "three"]
    assert [text.number for text in bench.texts.listed()] == [3, number]
    assert bench.texts.open(number, 0).pieces == ["one", "two", "three"]  # and again, after a crash


def test_a_piece_opened_before_an_earlier_one_comes_after_it(bench):
    first, second = bench.receive("one"), bench.receive("two")
    bench.texts.hold(second, 60)
    assert bench.texts.open(first, 0).pieces == ["one", "two"]
    assert bench.row(second) is None


def test_nothing_is_opened_that_is_settled_or_not_there(bench):
    number = settled(bench)
    assert bench.texts.open(number, 0) is None
    assert bench.texts.open(999, 0) is None


def test_what_the_provider_answered_itself_is_known_until_the_text_is_gone(bench):
    number = bench.receive("STOP", handled="STOP")
    assert (bench.texts.handled(number), bench.texts.handled(bench.receive()), bench.texts.handled(999)) == ("STOP", "", "")


# Settling


def test_settling_keeps_the_message_the_state_and_the_reply(bench):
    number = bench.receive(SAID)
    bench.texts.settle(number, Verdict(REPLY, "answered", 2, keep=SAID, changes={"repeats": 7, "heard": "h"}), later=False)
    row = bench.row(number)
    assert (row.state, row.outcome, row.segments, row.said, row.due) == (OWED, "answered", 2, "", bench.clock() + LEASE)
    assert bench.turns() == [SAID]
    assert (bench.sender().repeats, bench.sender().heard) == (7, "h")


def test_a_reply_to_send_later_is_due_now(bench):
    assert bench.row(settled(bench, later=True)).due == bench.clock()


def test_where_there_is_no_reply_nothing_of_the_text_stays(bench):
    settled(bench, Verdict("", "", 0, changes={"repeats": 7}))
    assert (bench.states(), bench.turns(), bench.sender().repeats) == ([], [], 7)


def test_the_last_message_can_be_replaced_by_the_whole_of_it(bench):
    settled(bench, Verdict(REPLY, "answered", 1, keep="one"))
    settled(bench, Verdict(REPLY, "answered", 1, keep="tw"))
    settled(bench, Verdict(REPLY, "answered", 1, keep="two", instead=True))
    assert bench.turns() == ["one", "two"]


@pytest.mark.parametrize("settle_first", [SENDING, FAILED, OWED])
def test_a_text_is_settled_once(bench, settle_first):
    number = settled(bench)
    if settle_first == SENDING:
        bench.texts.hand_over(number)
    if settle_first == FAILED:
        bench.texts.give_up(number, "refused")
    bench.texts.settle(number, Verdict("Another reply.", "answered", 9, keep="again", changes={"repeats": 7}), later=False)
    bench.texts.settle(999, VERDICT, later=False)
    assert (bench.row(number).state, bench.row(number).segments, bench.turns(), bench.sender().repeats) == (settle_first, 2, [SAID], 0)


def test_what_is_settled_is_settled_whole_or_not_at_all(bench, monkeypatch, rows):
    number = bench.receive(SAID)
    before = rows()

    def broken(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(bench.conversations, "_append", broken)
    with pytest.raises(OperationalError):
        bench.texts.settle(number, Verdict(REPLY, "answered", 2, keep=SAID, changes={"stopped": True}), later=False)
    assert rows() == before
    monkeypatch.undo()
    bench.texts.settle(number, VERDICT, later=False)
    assert (bench.row(number).state, bench.turns()) == (OWED, [SAID])


def test_a_wipe_that_fails_wipes_nothing(bench, monkeypatch, rows):
    bench.say("one")
    number = bench.receive("DELETE")
    before = rows()
    monkeypatch.setattr(bench.vault, "seal", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bench.texts.settle(number, Verdict("Deleted.", "clarify", 1, wipe=True), later=False)
    assert rows() == before


def test_a_wipe_takes_the_conversation_the_state_and_every_other_text(bench, rows):
    key = bench.vault.key(NUMBER)
    bench.say("one")
    held, owed, sent = bench.receive("1/2 two"), settled(bench), settled(bench)
    bench.texts.hold(held, 60)
    bench.texts.hand_over(sent)
    bench.receive("three")
    bench.say("one", sender="+447700900124")
    number = settled(bench, Verdict("Deleted.", "clarify", 1, wipe=True))
    assert not [row for row in rows() if key in row]
    assert [text.number for text in bench.texts.listed()] == [number]
    assert bench.turns("+447700900124") == ["one"]
    assert bench.texts.hand_over(number).reply == "Deleted."
    for gone in (held, owed, sent):
        bench.texts.done(gone)
        bench.texts.again(gone, 5, "x")
        bench.texts.give_up(gone, "x")
        bench.texts.settle(gone, VERDICT, later=False)
    assert [text.number for text in bench.texts.listed()] == [number]


# Sending


def test_a_reply_handed_over_says_whom_to_send_it_to(bench):
    number = settled(bench, sender="whatsapp:" + NUMBER, id="SM1")
    owed = bench.texts.hand_over(number)
    assert owed == bench.texts.owed(number)
    assert (owed.number, owed.ref, owed.provider, owed.channel) == (number, bench.texts.ref("twilio", "SM1"), "twilio", Channel.WHATSAPP)
    assert (owed.sender, owed.ours, owed.reply, owed.outcome, owed.tries, owed.created) == (
        "whatsapp:" + NUMBER, OURS, REPLY, "answered", 1, int(bench.clock()),
    )
    row = bench.row(number)
    assert (row.state, row.due) == (SENDING, bench.clock() + LEASE)


@pytest.mark.parametrize("state", [RECEIVED, HELD, SENDING, FAILED])
def test_only_what_is_owed_is_handed_over(bench, state):
    number = bench.receive()
    if state == HELD:
        bench.texts.hold(number, 5)
    if state in (SENDING, FAILED):
        bench.texts.settle(number, VERDICT, later=False)
        bench.texts.hand_over(number)
    if state == FAILED:
        bench.texts.give_up(number, "refused")
    assert bench.texts.hand_over(number) is None
    assert bench.texts.hand_over(999) is None
    assert (bench.texts.owed(number) is not None) == (state == SENDING)


def test_what_is_overdue_is_handed_over_when_its_time_has_come(bench, clock):
    number = settled(bench)
    assert bench.texts.hand_over(number, overdue=True) is None
    clock.now += LEASE
    assert bench.texts.hand_over(number, overdue=True).tries == 1


def test_what_is_done_is_counted_and_gone(bench, rows):
    number = settled(bench)
    bench.texts.done(number)  # it has not been handed over
    assert (bench.states(), bench.texts.use(HOUR)) == ([OWED], (1, 0, 0))
    bench.texts.hand_over(number)
    bench.texts.done(number)
    bench.texts.done(number)
    assert (bench.states(), bench.texts.use(HOUR)) == ([], (1, 1, 2))
    assert not any(row.startswith("texts") for row in rows())


@pytest.mark.parametrize(("doubt", "state"), [(False, OWED), (True, SENDING)])
def test_a_reply_to_be_sent_again_waits(bench, clock, doubt, state):
    number = settled(bench)
    bench.texts.hand_over(number)
    bench.texts.again(number, 30, "x" * 200, doubt)
    row = bench.row(number)
    assert (row.state, row.due, row.why, row.tries) == (state, clock() + 30, "x" * 80, 1)
    assert bench.texts.due(9) == []
    clock.now += 30
    assert bench.texts.due(9) == [(number, state)]


def test_every_try_is_counted_also_where_it_may_have_been_taken(bench, clock):
    number = settled(bench)
    for tries in range(1, 5):
        owed = bench.texts.hand_over(number) if tries == 1 else bench.texts.owed(number)
        assert owed.tries == tries
        bench.texts.again(number, 5, "no answer", doubt=True)
        clock.now += 5
        assert bench.texts.claim(number, SENDING)


@pytest.mark.parametrize("state", [OWED, SENDING])
def test_what_is_given_up_stays_without_words_and_number(bench, rows, state):
    number = settled(bench)
    if state == SENDING:
        bench.texts.hand_over(number)
    bench.texts.give_up(number, "y" * 200)
    row = bench.row(number)
    assert (row.state, row.why, row.sender, row.address, row.said, row.reply) == (FAILED, "y" * 80, "", "", "", "")
    (kept,) = [row for row in rows() if row.startswith("texts")]
    assert "gAAAA" not in kept
    assert bench.vault.key(NUMBER) not in kept


def test_who_opted_out_is_owed_nothing_and_remembered(bench):
    number = settled(bench)
    bench.texts.hand_over(number)
    bench.texts.opted_out(number)
    bench.texts.opted_out(999)
    assert bench.states() == []
    assert bench.sender().stopped
    assert bench.texts.use(HOUR) == (1, 0, 0)


def test_a_reported_failure_is_kept_once(bench):
    for _ in range(2):
        bench.texts.report_failed("notify", Channel.SMS, "a" * 64, "not delivered: " + "z" * 100)
    (row,) = bench.texts.listed()
    assert (row.state, row.provider, row.channel, row.ref, row.sender, row.address, row.said, row.reply, row.tries) == (
        FAILED, "notify", "sms", "a" * 64, "", "", "", "", 0,
    )
    assert row.why == ("not delivered: " + "z" * 100)[:80]
    assert bench.texts.due(9) == []


# Keeping and deleting


def test_deliveries_are_remembered_for_a_week(bench, clock, rows):
    text = bench.text()
    bench.texts.settle(bench.texts.receive(text), Verdict("", "", 0), later=False)
    clock.now += 7 * DAY - 1
    bench.texts.purge(30)
    assert bench.texts.receive(text) is None
    clock.now += 1
    bench.texts.purge(30)
    assert not any(row.startswith("deliveries") for row in rows())


def test_senders_are_forgotten_after_a_day_unless_they_said_stop(bench, clock):
    bench.say("one")
    bench.say("STOP", sender="+447700900124")
    clock.now += DAY - 1
    bench.texts.purge(30)
    assert bench.sender()
    clock.now += 1
    bench.texts.purge(30)
    assert bench.sender() is None
    clock.now += 400 * DAY
    bench.texts.purge(30)
    assert bench.sender("+447700900124").stopped
    assert bench.say("where do i go", sender="+447700900124") == ""


def test_failures_are_shown_for_as_long_as_is_set_and_what_is_owed_stays(bench, clock):
    failed, owed = settled(bench), settled(bench)
    bench.texts.give_up(failed, "refused")
    clock.now += 3 * DAY - 1
    bench.texts.purge(3)
    assert [text.number for text in bench.texts.listed()] == [failed, owed]
    clock.now += 1
    bench.texts.purge(3)
    assert [text.number for text in bench.texts.listed()] == [owed]


def test_use_is_counted_by_the_hour(bench, clock):
    bench.say("one")
    clock.now += HOUR
    bench.say("two")
    assert (bench.texts.use(HOUR), bench.texts.use(2 * HOUR), bench.texts.use(DAY)) == ((1, 1, 1), (2, 2, 2), (2, 2, 2))
    clock.now += 23 * HOUR
    assert bench.texts.use(DAY) == (1, 1, 1)


def test_a_senders_hour_and_day_begin_with_their_first_text(bench, clock):
    clock.now += 1000
    for wait, in_hour, in_day in ((0, 1, 1), (3599, 2, 2), (1, 1, 3), (3600, 1, 4), (DAY - 2 * HOUR - 1, 1, 5), (1, 2, 1)):
        clock.now += wait
        bench.receive()
        assert (bench.sender().in_hour, bench.sender().in_day) == (in_hour, in_day)


def every_value(settings):
    connection = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    values = {table: [str(value) for row in connection.execute(f"SELECT * FROM {table}") for value in row] for table in tables}
    connection.close()
    return values


def test_while_a_reply_is_owed_nothing_but_the_conversation_can_be_read(bench):
    senders = (NUMBER, "+447700900124", "whatsapp:" + NUMBER, "+447700900125")
    _, held, owed, sent = (bench.receive(SAID, sender=sender) for sender in senders)
    bench.texts.hold(held, 5)
    for number in (owed, sent):
        bench.texts.settle(number, VERDICT, later=False)
    bench.texts.hand_over(sent)
    values = every_value(bench.settings)
    assert bench.states() == [RECEIVED, HELD, OWED, SENDING]
    assert SAID in values.pop("turns")
    everything = "\n".join(value for kept in values.values() for value in kept)
    for readable in ("Zebedina", "Quill", "7700900", "7009001", "whatsapp:", OURS[1:]):
        assert readable not in everything
    assert len({text.sender for text in bench.texts.listed()}) == 3


def test_words_that_are_deleted_are_gone_from_the_file(bench):
    number = settled(bench)
    sealed = [bench.row(number).address, bench.row(number).reply]
    bench.texts.hand_over(number)
    bench.texts.done(number)
    settled(bench, Verdict("", "", 0, wipe=True))
    bench.close()
    with open(bench.settings.database_url.removeprefix("sqlite:///"), "rb") as file:
        kept = file.read()
    assert all(sealed)
    assert not [words for words in (*sealed, SAID, "Zebedina") if words.encode() in kept]
