"""Replies reach the carrier exactly once, by its own client, or are shown as failed: whatever breaks, and whenever."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy.exc import OperationalError

from tests.web.bench import OURS, Notes
from tests.web.conftest import NUMBER
from web.texting import by_notify, by_twilio
from web.texting.dispatch import BACK_OFF
from web.texting.records import DAY, FAILED, HELD, HOUR, OWED, RECEIVED, SENDING
from web.texting.store import LEASE

NAMES = ("twilio", "notify")
PORTAGE = "Message 1 leads to Portage.\nPlay at home.\nAsk."


@pytest.fixture
def bench(make_bench, carriers):
    return make_bench(**carriers, text_answer_seconds=10)


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def carrier(request, name):
    """The stand-in of the carrier, with a list of the calls it got."""
    stand_in = request.getfixturevalue(name)
    stand_in.calls, answer = [], stand_in.answer

    def note(call):
        stand_in.calls.append(call.method)
        return answer(call)

    stand_in.answer = note
    return stand_in


def take(bench, name, *args, **more):
    """A text comes in and is seen to as Notify's are: its webhook has been acknowledged already."""
    bench.dispatch.take(bench.text(*args, provider=name, **more))
    bench.worked()


def go_on(bench, clock, most=60):
    """See to whatever is due, when it is due, until nothing is left to do; the waits in between."""
    waits = []
    while owed := [text for text in bench.texts.listed() if text.state != FAILED]:
        assert len(waits) < most
        waits.append(max(0.0, owed[0].due - clock.now))
        clock.now += waits[-1] + 0.001
        bench.dispatch.see_to_due()
    return waits


def nothing_readable(text):
    return (text.sender, text.address, text.said, text.reply) == ("", "", "", "")


# All goes well


def test_a_reply_is_sent_once(bench, carrier, name, clock):
    take(bench, name)
    ((to, body),) = [(sent.to, sent.body) for sent in carrier.sent]
    assert (to, body) == (NUMBER, PORTAGE)
    assert carrier.calls == ["POST"]
    assert bench.states() == []
    assert bench.texts.use(HOUR) == (1, 1, 1)
    clock.now += DAY
    assert bench.dispatch.see_to_due() == 0


def test_a_text_delivered_again_and_again_is_answered_once(bench, carrier, name, clock):
    text = bench.text(provider=name)
    for wait in (0, 1, LEASE, HOUR, DAY):
        clock.now += wait
        bench.dispatch.take(text)
        bench.worked()
        bench.dispatch.see_to_due()
    assert len(carrier.sent) == len(bench.engine.asked) == 1


def test_replies_to_many_are_each_sent_once_and_to_whom_they_belong(make_bench, carriers, carrier, name):
    bench = make_bench(**carriers, threads=1)
    texts = [bench.text(f"question {n}", sender=f"+4477009001{n:02}", provider=name) for n in range(20)]
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(bench.dispatch.take, [*texts, *texts]))
    bench.worked()
    assert sorted(sent.to for sent in carrier.sent) == [f"+4477009001{n:02}" for n in range(20)]
    assert bench.states() == []


def test_twilio_sends_from_the_number_that_was_texted_and_reports_to_us(make_bench, carriers, twilio):
    bench = make_bench(**carriers, public_url="https://waymark.example/way/")
    take(bench, "twilio", sender="whatsapp:" + NUMBER)
    (sent,) = twilio.sent
    assert (sent.to, sent.sender, sent.direction) == ("whatsapp:" + NUMBER, OURS, "outbound-api")
    assert twilio.callbacks == {sent.sid: "https://waymark.example/way/sms/status"}


def test_without_a_public_address_twilio_reports_nowhere(bench, twilio):
    take(bench, "twilio")
    assert (len(twilio.sent), twilio.callbacks) == (1, {})


def test_notify_is_given_the_texts_reference_and_the_sender_that_is_set(make_bench, carriers, notify):
    bodies, answer = [], notify.answer
    notify.answer = lambda call: (bodies.append(call.body), answer(call))[1]
    sender = str(uuid.uuid4())
    bench = make_bench(**carriers, notify_sender_id=sender)
    take(bench, "notify", id="an-id-of-notify")
    assert f'"sms_sender_id": "{sender}"' in bodies[0]
    assert bench.texts.ref("notify", "an-id-of-notify") in bodies[0]
    assert bench.vault.key(NUMBER) not in bodies[0]


# What goes wrong on the way

TRANSIENT = [
    # fault, how the carrier is called until it has the reply, whether it may have had it at once
    ("drop", ["POST", "GET", "POST"], True),
    ("accept_and_drop", ["POST", "GET"], True),
    (500, ["POST", "GET", "POST"], True),
    (502, ["POST", "GET", "POST"], True),
    (503, ["POST", "GET", "POST"], True),
    (429, ["POST", "POST"], False),
]


@pytest.mark.parametrize(("fault", "calls", "doubt"), TRANSIENT)
def test_after_a_fault_a_reply_is_sent_again_later_and_arrives_once(bench, carrier, name, clock, fault, calls, doubt):
    carrier.faults.append(fault)
    take(bench, name)
    (text,) = bench.texts.listed()
    assert text.state == (SENDING if doubt else OWED)
    assert text.why
    assert 0.8 * BACK_OFF[0] <= text.due - clock() <= 1.2 * BACK_OFF[0]
    clock.now = text.due - 0.01
    assert bench.dispatch.see_to_due() == 0
    go_on(bench, clock)
    assert [(sent.to, sent.body) for sent in carrier.sent] == [(NUMBER, PORTAGE)]
    assert carrier.calls == calls
    assert bench.texts.use(DAY) == (1, 1, 1)
    assert len(bench.engine.asked) == 1


def test_after_an_answer_that_comes_too_late_a_reply_arrives_once(bench, carrier, name, clock, monkeypatch):
    monkeypatch.setattr(by_twilio, "_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(by_notify, "_TIMEOUT_SECONDS", 0.2)
    carrier.faults.append("slow")
    take(bench, name)
    assert bench.states() == [SENDING]
    monkeypatch.undo()
    bench.providers[name]._kept = threading.local()  # a client that waits for longer
    go_on(bench, clock)
    assert [(sent.to, sent.body) for sent in carrier.sent] == [(NUMBER, PORTAGE)]
    assert carrier.calls == ["POST", "GET"]


def test_where_the_carrier_is_not_there_a_reply_is_sent_when_it_is_back(bench, carrier, name, clock):
    carrier.__exit__(None)
    take(bench, name)
    assert bench.states() == [SENDING]
    carrier.__enter__()
    address = {"twilio": "twilio_api_url", "notify": "notify_api_url"}[name]
    bench.providers[name]._settings = bench.settings.model_copy(update={address: carrier.url})
    bench.providers[name]._kept = threading.local()
    go_on(bench, clock)
    assert len(carrier.sent) == 1


@pytest.mark.parametrize("faults", [
    ["drop", "accept_and_drop", 500, "drop", 429], ["drop", "drop", "drop", "accept_and_drop", "drop"], [429, 429, "accept_and_drop", 503, 503],
    ["accept_and_drop", "drop", "drop"], [500, 429, "drop"], ["accept_and_drop", 429, 500],
])
def test_after_several_faults_a_reply_arrives_once(bench, carrier, name, clock, faults):
    """A fault of the list that is asked whether the reply has arrived leaves that in doubt, so it is asked again."""
    carrier.faults.extend(faults)
    take(bench, name)
    go_on(bench, clock)
    assert not carrier.faults
    assert [(sent.to, sent.body) for sent in carrier.sent] == [(NUMBER, PORTAGE)]
    assert bench.states() == []


@pytest.mark.parametrize("fault", ["drop", 500, 429])
def test_waits_grow_and_a_reply_that_never_gets_through_is_shown_as_failed(bench, carrier, name, clock, fault, rows):
    carrier.faults.extend([fault] * 50)
    take(bench, name)
    waits = go_on(bench, clock)
    assert bench.settings.text_tries == len(waits) + 1 == 7
    for wait, usual in zip(waits, BACK_OFF, strict=True):
        assert 0.8 * usual <= wait <= 1.2 * usual
    assert all(later > sooner for sooner, later in pairwise(waits))
    (text,) = bench.texts.listed()
    assert (text.state, text.tries, carrier.sent) == (FAILED, 7, [])
    assert text.why
    assert nothing_readable(text)
    assert not [row for row in rows() if row.startswith("texts") and (NUMBER[1:] in row or bench.vault.key(NUMBER) in row)]
    clock.now += DAY
    assert bench.dispatch.see_to_due() == 0


def test_the_last_wait_holds_for_all_that_follow(make_bench, carriers, carrier, name, clock):
    bench = make_bench(**carriers, text_tries=10)
    carrier.faults.extend([429] * 9)
    take(bench, name)
    waits = go_on(bench, clock)
    assert len(waits) == 9
    assert all(0.8 * BACK_OFF[-1] <= wait <= 1.2 * BACK_OFF[-1] for wait in waits[5:])
    assert len(carrier.sent) == 1


def test_with_one_try_there_is_no_second(make_bench, carriers, carrier, name):
    bench = make_bench(**carriers, text_tries=1)
    carrier.faults.append(429)
    take(bench, name)
    assert (bench.states(), carrier.calls) == ([FAILED], ["POST"])


@pytest.mark.parametrize(("name", "fault", "why"), [
    ("twilio", (400, 21211), "21211"), ("twilio", (400, 21612), "21612"), ("twilio", (400, 21617), "21617"),
    ("notify", 400, "BadRequestError"), ("notify", (400, "ValidationError"), "ValidationError"),
])
def test_what_the_carrier_refuses_is_shown_as_failed_at_once(bench, carrier, name, clock, fault, why):
    carrier.faults.append(fault)
    take(bench, name)
    (text,) = bench.texts.listed()
    assert (text.state, carrier.sent, carrier.calls) == (FAILED, [], ["POST"])
    assert why in text.why
    assert nothing_readable(text)
    clock.now += DAY
    assert bench.dispatch.see_to_due() == 0


@pytest.mark.parametrize(("name", "fault"), [
    *(("notify", fault) for fault in (403, 401, 404, (429, "TooManyRequestsError"), (403, "AuthError"))),
    *(("twilio", fault) for fault in (403, 401, 404, 429)),
])
def test_where_no_key_is_taken_or_no_more_the_reply_waits(bench, carrier, name, clock, fault):
    carrier.faults.append(fault)
    take(bench, name)
    assert bench.states() == [OWED]
    go_on(bench, clock)
    assert len(carrier.sent) == 1


def test_a_text_behind_another_of_its_sender_keeps_no_thread_waiting(bench):
    first, second = bench.receive("one"), bench.receive("two")
    bench.desk.settle(second, later=True)
    assert bench.states() == [RECEIVED, RECEIVED]
    bench.desk.settle(first, later=True)
    bench.desk.settle(second, later=True)
    assert bench.states() == [OWED, OWED]
    assert bench.turns() == ["one", "two"]


def test_who_said_stop_to_twilio_is_owed_nothing_and_left_alone(bench, twilio):
    twilio.faults.append((400, 21610))
    take(bench, "twilio")
    assert (bench.states(), twilio.sent) == ([], [])
    assert bench.sender().stopped
    take(bench, "twilio", "where do i go now")
    assert (bench.states(), twilio.sent) == ([], [])
    take(bench, "twilio", "START")
    take(bench, "twilio", "where do i go then")
    assert len(twilio.sent) == 2


def test_a_message_of_the_same_words_is_not_taken_for_the_reply(bench, twilio, clock):
    """Twilio knows no reference: what was sent to somebody else or to us, or says something else, does not count."""
    client = bench.providers["twilio"]._client()
    client.messages.create(to="+447700900124", from_=OURS, body=PORTAGE)
    client.messages.create(to=NUMBER, from_=OURS, body=PORTAGE + " Or ring.")
    twilio.deliver("http://127.0.0.1:9/none", PORTAGE, sender=NUMBER, ours=OURS)  # no answer, but on Twilio's list
    twilio.deliver("http://127.0.0.1:9/none", PORTAGE, sender=OURS, ours=NUMBER)
    twilio.faults.append("drop")
    take(bench, "twilio")
    go_on(bench, clock)
    assert [sent.to for sent in twilio.sent] == ["+447700900124", NUMBER, NUMBER]
    assert twilio.sent[-1].body == PORTAGE


def test_a_message_sent_long_before_is_not_taken_for_the_reply(bench, twilio, clock):
    import time

    bench.providers["twilio"]._client().messages.create(to=NUMBER, from_=OURS, body=PORTAGE)
    clock.now = time.time() + 600  # as if that had been ten minutes ago
    number = bench.receive(provider="twilio")
    bench.desk.settle(number)
    assert not bench.providers["twilio"].has_sent(bench.texts.hand_over(number))


def test_a_reply_that_arrived_and_could_not_be_noted_is_not_sent_again(bench, carrier, name, clock, monkeypatch):
    def broken(*_: object) -> None:
        raise OperationalError("DELETE", {}, Exception("disk full"))

    monkeypatch.setattr(bench.texts, "done", broken)
    take(bench, name)
    monkeypatch.undo()
    assert (len(carrier.sent), bench.states()) == (1, [SENDING])
    go_on(bench, clock)
    assert carrier.calls == ["POST", "GET"]
    assert len(carrier.sent) == 1


# Processes that ended in the middle of a step


def leave(bench, name, state):
    """A text whose process ended in a state, and what the carrier has of it."""
    number = bench.receive(provider=name)
    if state == HELD:
        bench.texts.hold(number, 5)
    if state in (OWED, SENDING, "sent"):
        bench.desk.settle(number)
    if state in (SENDING, "sent"):
        owed = bench.texts.hand_over(number)
        if state == "sent":
            bench.providers[name].send(owed)


@pytest.mark.parametrize("state", [RECEIVED, HELD, OWED, SENDING, "sent"])
def test_a_text_whose_process_ended_is_taken_up_and_answered_once(bench, carrier, name, clock, state):
    leave(bench, name, state)
    assert bench.states() == [SENDING if state == "sent" else state]
    clock.now += 4.9
    assert bench.dispatch.see_to_due() == 0
    clock.now += LEASE
    assert bench.dispatch.see_to_due() == 1
    assert [(sent.to, sent.body) for sent in carrier.sent] == [(NUMBER, PORTAGE)]
    assert carrier.calls == {"sent": ["POST", "GET"], SENDING: ["GET", "POST"]}.get(state, ["POST"])
    assert bench.states() == []
    assert (bench.turns(), bench.texts.use(HOUR)) == (["where do i go"], (1, 1, 1))


def test_a_reply_that_went_out_in_a_webhooks_answer_is_not_sent_again(bench, twilio, clock):
    leave(bench, "twilio", SENDING)
    twilio._accept(NUMBER, OURS, PORTAGE, "outbound-reply")
    clock.now += LEASE
    bench.dispatch.see_to_due()
    assert (len(twilio.sent), bench.states()) == (1, [])


def test_texts_of_one_sender_are_taken_up_in_order(bench, carrier, name, clock):
    for said in ("one", "two", "three"):
        bench.receive(said, provider=name)
    clock.now += LEASE
    bench.dispatch.see_to_due()
    assert [turns for turns, _ in bench.engine.asked] == [("one",), ("one", "two"), ("one", "two", "three")]
    assert len(carrier.sent) == 3


@pytest.mark.parametrize("state", [RECEIVED, OWED, SENDING, "sent"])
def test_two_processes_that_take_up_the_same_texts_send_each_once(make_bench, carriers, carrier, name, clock, state):
    first, second = make_bench(**carriers), make_bench(**carriers)
    for n in range(10):
        number = first.receive(provider=name, sender=f"+4477009001{n:02}", id=f"SM-{n}")
        if state != RECEIVED:
            first.desk.settle(number)
        if state in (SENDING, "sent"):
            owed = first.texts.hand_over(number)
            if state == "sent":
                first.providers[name].send(owed)
    clock.now += LEASE
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda bench: bench.dispatch.see_to_due(), (first, second)))
    assert sorted(sent.to for sent in carrier.sent) == [f"+4477009001{n:02}" for n in range(10)]
    assert first.states() == []


def test_a_process_that_was_only_slow_does_not_send_what_another_has_sent(make_bench, carriers, carrier, name, clock):
    """Its engine answers after its time: the text has been taken up, answered and sent by then."""
    slow, quick = make_bench(**carriers), make_bench(**carriers)
    number, began, go = slow.receive(provider=name), threading.Event(), threading.Event()
    answer = slow.engine.reply

    def wait(*args):
        if not began.is_set():
            began.set()
            assert go.wait(10)
        return answer(*args)

    slow.engine.reply = wait
    with ThreadPoolExecutor(1) as pool:
        step = pool.submit(slow.dispatch._see_to, number)
        assert began.wait(10)
        clock.now += LEASE
        assert quick.dispatch.see_to_due() == 1
        go.set()
        step.result(timeout=10)
    assert (len(carrier.sent), quick.states(), quick.turns()) == (1, [], ["where do i go"])


@pytest.mark.parametrize("state", [RECEIVED, HELD, OWED, SENDING])
def test_what_another_process_has_taken_up_since_it_was_found_due_is_left_to_it(bench, carrier, name, clock, state):
    leave(bench, name, state)
    clock.now += LEASE
    ((number, found),) = bench.texts.due(9)
    assert bench.texts.claim(number, found)  # by the other, which has LEASE from now on
    bench.dispatch._see_to_due(number, found)
    assert (bench.states(), carrier.calls, len(bench.engine.asked)) == ([state], [], state in (OWED, SENDING))


def test_what_is_due_is_seen_to_fifty_at_a_time(make_bench, clock):
    bench = make_bench({"twilio": (carrier := Notes())})
    for n in range(60):
        bench.receive(sender=f"+44770090{n:04}")
    clock.now += LEASE
    assert [bench.dispatch.see_to_due() for _ in range(3)] == [50, 10, 0]
    assert len({owed.sender for owed in carrier.sent}) == len(carrier.sent) == 60


# Where a reply cannot be sent


def test_without_an_account_a_reply_waits_to_be_delivered_again(make_bench, clock):
    bench = make_bench(text_answer_seconds=10)
    text = bench.text()
    owed = bench.dispatch.answer(text)  # and its process ends, so that Twilio gets no answer
    assert owed.reply == PORTAGE
    clock.now += LEASE
    for _ in range(7):
        bench.dispatch.see_to_due()
        assert bench.states() == [OWED]
        clock.now += 1
    again = bench.dispatch.answer(text)
    assert (again.number, again.reply, again.sender) == (owed.number, owed.reply, owed.sender)
    assert bench.dispatch.answer(text) is None
    bench.dispatch.handed_over(again)
    assert (bench.states(), len(bench.engine.asked)) == ([], 1)
    assert bench.dispatch.answer(text) is None


def test_without_an_account_a_reply_that_is_never_asked_for_again_is_shown_as_failed(make_bench, clock):
    bench = make_bench(text_answer_seconds=10)
    text, begun = bench.text(), clock()
    bench.dispatch.answer(text)
    go_on(bench, clock, most=1000)
    (failed,) = bench.texts.listed()
    assert 600 < clock() - begun < 620
    assert (failed.state, nothing_readable(failed)) == (FAILED, True)
    assert "twilio_account_sid" in failed.why
    assert bench.dispatch.answer(text) is None


def test_a_carrier_that_is_not_set_up_any_more_is_named(make_bench, carriers, clock):
    before = make_bench(**carriers)
    number = before.receive(provider="notify")
    bench = make_bench()
    clock.now += LEASE
    bench.dispatch.see_to_due()
    (failed,) = bench.texts.listed()
    assert (failed.number, failed.state, failed.why) == (number, FAILED, "notify is not set up any more")


# A webhook's answer


def test_an_answer_to_a_webhook_is_in_doubt_until_it_has_gone_out(bench, twilio, clock):
    owed = bench.dispatch.answer(bench.text())
    assert (owed.reply, owed.tries, bench.states()) == (PORTAGE, 1, [SENDING])
    bench.dispatch.handed_over(owed)
    assert bench.states() == []
    clock.now += DAY
    assert (bench.dispatch.see_to_due(), twilio.sent) == (0, [])


def test_a_webhook_does_not_wait_for_a_slow_engine(make_bench, carriers, twilio, clock):
    bench = make_bench(**carriers, text_answer_seconds=0.1)
    go, answer = threading.Event(), bench.engine.reply
    bench.engine.reply = lambda *args: (go.wait(10), answer(*args))[1]
    assert bench.dispatch.answer(bench.text()) is None
    assert bench.states() == [RECEIVED]
    go.set()
    bench.worked()
    assert bench.states() == [OWED]
    clock.now += LEASE
    bench.dispatch.see_to_due()
    assert [sent.body for sent in twilio.sent] == [PORTAGE]


def test_silence_is_no_answer(bench):
    bench.dispatch.handed_over(bench.dispatch.answer(bench.text("STOP")))
    assert bench.dispatch.answer(bench.text("where do i go")) is None
    assert bench.states() == []


def test_what_went_out_and_could_not_be_noted_is_only_logged(bench, monkeypatch, twilio):
    def broken(*_: object) -> None:
        raise OperationalError("DELETE", {}, Exception("disk full"))

    owed = bench.dispatch.answer(bench.text())
    monkeypatch.setattr(bench.texts, "done", broken)
    bench.dispatch.handed_over(owed)
    assert bench.states() == [SENDING]


# The thread that sees to them


def test_it_sees_to_texts_and_deletes_what_is_old_until_it_is_stopped(bench, carrier, name, clock, monkeypatch):
    old = bench.receive("old", sender="+447700900124", id="old-one")
    bench.desk.settle(old)
    bench.texts.give_up(old, "refused")
    clock.now += 31 * DAY
    bench.receive(provider=name)
    clock.now += LEASE
    due, asked = bench.texts.due, []

    def fails_first(most):
        asked.append(most)
        if len(asked) == 1:
            raise OperationalError("SELECT", {}, Exception("locked"))
        return due(most)

    def wait(_):
        if len(asked) == 3:
            bench.dispatch.stop()

    monkeypatch.setattr(bench.texts, "due", fails_first)
    monkeypatch.setattr(bench.dispatch._stopped, "wait", wait)
    bench.dispatch.run()
    assert (len(asked), bench.states()) == (3, [])
    assert [(sent.to, sent.body) for sent in carrier.sent] == [(NUMBER, PORTAGE)]
    assert bench.turns("+447700900124") == []


def test_its_own_thread_ends_when_it_is_stopped(bench, twilio, clock):
    bench.receive()
    clock.now += LEASE
    bench.dispatch.start()
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "texts"]
    assert thread.daemon
    for _ in range(1500):
        if twilio.sent:
            break
        threading.Event().wait(0.02)
    bench.dispatch.stop()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert (len(twilio.sent), bench.states()) == (1, [])
