"""What becomes of a text: STOP and its kin, limits, and conversations with other machines. Danger is answered whatever stands against it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.web.bench import Notes
from tests.web.conftest import NUMBER, PHRASES
from web.texting import FAULT
from web.texting.limits import REPEATS
from web.texting.records import DAY, HOUR

SAID = PHRASES.texting
OTHER = "+447700900124"
WHATSAPP = "whatsapp:" + NUMBER
FEW = {"texts_per_number_hour": 3, "texts_per_number_day": 5, "texts_per_hour": 1000, "text_segments_per_day": 1000}


def different(count):
    return [f"question {n}" for n in range(count)]


# STOP, START, HELP and DELETE


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop! ", "STOP please", "unsubscribe", "quit", "opt out", "stpo"])
def test_stop_is_confirmed_once_and_then_there_is_silence(bench, word):
    assert "Portage" in bench.say()
    assert bench.say(word) == SAID["stop"]
    assert bench.sender().stopped
    assert [bench.say(said) for said in (word, "STOP", "where do i go", "MORE", "1", "SOURCES", "", word)] == [""] * 8
    assert bench.sender().stopped
    assert bench.states() == []


def test_after_stop_danger_is_still_answered(bench):
    bench.say("STOP")
    for n in range(6):
        assert "999" in bench.say("danger" if n < 5 else "the danger is here")
        assert bench.say("where do i go") == ""
    assert bench.sender().stopped


def test_after_stop_help_is_answered(bench):
    bench.say("STOP")
    assert "Portage" in bench.say("HELP")  # which the engine of these tests takes for any question
    assert bench.say("where do i go") == ""
    assert bench.sender().stopped


@pytest.mark.parametrize("word", ["START", "unstop", "Subscribe", "resume please"])
def test_start_ends_it(bench, word):
    bench.say("STOP")
    assert bench.say(word) == SAID["start"]
    assert not bench.sender().stopped
    assert "Portage" in bench.say()
    assert bench.say("STOP") == SAID["stop"]


def test_stop_holds_for_one_number_and_for_every_way_it_writes(bench):
    bench.say("STOP")
    assert bench.say(sender=WHATSAPP) == ""
    assert "Portage" in bench.say(sender=OTHER)


def test_what_was_said_while_stopped_is_not_kept(bench):
    bench.say("one")
    bench.say("STOP")
    bench.say("two")
    bench.say("START")
    bench.say("three")
    assert bench.turns() == ["one", "three"]


@pytest.mark.parametrize("said", ["please stop him hitting me", "where can he start", "how do i delete a plan", "he will not stop", "no more"])
def test_a_question_with_such_a_word_is_a_question(bench, said):
    assert "Portage" in bench.say(said)
    assert not bench.sender().stopped


@pytest.mark.parametrize("word", ["DELETE", "forget me", "delete my data", "delet"])
def test_delete_wipes_all_that_is_known_of_a_sender(bench, rows, word):
    for said in ("where do i go", "danger", "STOP", "HELP", "MORE"):
        bench.say(said)
    bench.texts.hold(bench.receive("1/2 my son"), 5)
    bench.desk.settle(bench.receive("danger again"))
    bench.receive("not answered yet")
    key = bench.vault.key(NUMBER)
    assert sum(key in row for row in rows()) >= 5
    number = bench.receive(word)
    bench.desk.settle(number)
    assert not [row for row in rows() if key in row]
    assert bench.texts.hand_over(number).reply == SAID["delete"]
    bench.texts.done(number)
    assert {row.split()[0] for row in rows()} == {"deliveries", "text_use"}


def test_delete_takes_text_messages_and_whatsapp_of_a_number_and_nothing_of_others(bench, rows):
    for sender in (NUMBER, WHATSAPP, OTHER):
        bench.say("where do i go", sender=sender)
        bench.say("STOP", sender=sender)
    assert bench.say("delete", sender=WHATSAPP) == SAID["delete"]
    assert not [row for row in rows() if bench.vault.key(NUMBER) in row]
    assert bench.turns(OTHER) == ["where do i go"]
    assert bench.sender(OTHER).stopped
    bench.say("delete", sender=OTHER)
    assert not [row for row in rows() if bench.vault.key(OTHER) in row]


def test_after_delete_a_sender_is_new(bench):
    bench.say("one")
    bench.say("DELETE")
    assert bench.say("two") == "Message 1 leads to Portage.\nPlay at home.\nAsk."
    assert bench.sender().in_day == 1


def test_delete_is_confirmed_after_stop(bench):
    bench.say("STOP")
    assert bench.say("DELETE") == SAID["delete"]


# What the carrier has answered itself


@pytest.mark.parametrize("said", ["STOP", "REVOKE", "arrêt"])
def test_where_twilio_has_answered_stop_we_are_silent_and_keep_it(bench, said):
    assert bench.say(said, handled="STOP") == ""
    assert bench.sender().stopped
    assert bench.say("where do i go") == ""
    assert bench.say("STOP") == ""


@pytest.mark.parametrize("said", ["START", "YES", "revenir"])
def test_where_twilio_has_answered_start_we_are_silent_and_keep_it(bench, said):
    bench.say("STOP")
    assert bench.say(said, handled="START") == ""
    assert not bench.sender().stopped
    assert "Portage" in bench.say()


@pytest.mark.parametrize("said", ["HELP", "INFO", "aide"])
def test_where_twilio_has_answered_help_we_are_silent(bench, said):
    assert bench.say(said, handled="HELP") == ""
    assert bench.turns() == []
    assert "Portage" in bench.say()


def test_danger_is_answered_though_twilio_has_answered_help(bench):
    assert "999" in bench.say("danger help", handled="HELP")


# Limits


def test_one_number_is_told_once_in_an_hour_and_answered_again_after_it(make_bench, clock):
    bench = make_bench(**FEW)
    assert all("Portage" in bench.say(said) for said in different(3))
    clock.now += 1800
    assert bench.say("question 4") == SAID["too_many"].format(hours="an hour")
    assert [bench.say(said) for said in ("question 5", "HELP", "MORE", "question 6")] == [""] * 4
    assert "Portage" in bench.say(sender=OTHER)
    assert bench.turns() == different(3)
    clock.now += 1799
    assert bench.say("question 7") == ""
    clock.now += 1
    assert bench.say("question 8") == SAID["too_many"].format(hours="23 hours")  # the day's are used up too
    assert bench.say("question 9") == ""
    clock.now += DAY - HOUR
    assert "Portage" in bench.say("question 10")


def test_one_number_is_answered_again_every_hour(make_bench, clock):
    bench = make_bench(**FEW | {"texts_per_number_day": 100})
    for hour in range(4):
        replies = [bench.say(f"question {hour} {n}") for n in range(6)]
        assert [bool(reply) for reply in replies] == [True] * 4 + [False] * 2
        assert replies[3] == SAID["too_many"].format(hours="an hour")
        clock.now += HOUR


def test_one_number_has_its_share_of_a_day(make_bench, clock):
    bench = make_bench(**FEW)
    for n in range(5):
        assert "Portage" in bench.say(f"question {n}")
        clock.now += HOUR
    assert bench.say("question 6") == SAID["too_many"].format(hours="19 hours")
    clock.now += 19 * HOUR - 1
    assert bench.say("question 7") == ""
    clock.now += 1
    assert "Portage" in bench.say("question 8")


def test_all_numbers_together_have_their_share_of_an_hour(make_bench, clock):
    bench = make_bench(**FEW | {"texts_per_hour": 10})
    for n in range(10):
        assert "Portage" in bench.say(sender=f"+4477009001{n:02}")
    assert bench.say(sender=OTHER) == SAID["busy"]
    assert bench.say("HELP", sender=OTHER) == ""
    assert bench.say(sender="+447700900100") == SAID["busy"]
    clock.now += HOUR
    assert "Portage" in bench.say(sender=OTHER)
    assert "Portage" in bench.say(sender="+447700900100")


def test_what_all_replies_of_a_day_cost_is_limited(make_bench, clock):
    bench = make_bench(**FEW | {"text_segments_per_day": 10})
    for n in range(10):
        assert "Portage" in bench.say(sender=f"+4477009001{n:02}")
    assert bench.texts.use(DAY) == (10, 10, 10)
    clock.now += 3 * HOUR
    assert bench.say(sender=OTHER) == SAID["busy"]
    assert bench.say("question 2", sender=OTHER) == ""
    clock.now += 21 * HOUR
    assert "Portage" in bench.say("question 3", sender=OTHER)


@pytest.mark.parametrize("changes", [{}, {"texts_per_hour": 3}, {"text_segments_per_day": 3}])
def test_danger_is_never_held_back(make_bench, changes):
    bench = make_bench(**FEW | changes)
    for n in range(12):
        bench.say(f"question {n}")
    assert bench.say("question 13") == ""
    assert all("999" in bench.say(said) for said in ["danger"] * 5 + [f"danger {n}" for n in range(5)])
    assert "999" in bench.say("danger", sender=OTHER)
    assert bench.say("question 14") == ""


def test_danger_counts_like_any_text(make_bench):
    bench = make_bench(**FEW)
    for _ in range(3):
        assert "999" in bench.say("danger")
    assert bench.say("question 1") == SAID["too_many"].format(hours="an hour")


def test_stop_is_obeyed_beyond_the_limit(make_bench):
    bench = make_bench(**FEW)
    for said in different(5):
        bench.say(said)
    bench.say("STOP")
    assert bench.sender().stopped


@pytest.mark.parametrize("word", ["START", "DELETE"])
def test_a_machine_that_says_a_word_to_us_for_ever_does_not_get_a_reply_for_ever(make_bench, word):
    bench = make_bench(**FEW | {"text_segments_per_day": 20})
    replies = [bench.say(word) for _ in range(60)]
    assert sum(map(bool, replies)) <= 25


def test_words_to_us_are_obeyed_even_where_they_are_not_confirmed_any_more(make_bench, rows):
    bench = make_bench(**FEW)
    for said in different(5):
        bench.say(said)
    bench.say("DELETE")
    assert not [row for row in rows() if bench.vault.key(NUMBER) in row]
    assert "Portage" in bench.say()
    for word, stopped in (("STOP", True), ("START", False), ("STOP", True), ("START", False)):
        bench.say(word)
        assert bench.sender().stopped is stopped


# Other machines


@pytest.mark.parametrize("said", ["I am away until Monday", "HELP", "SOURCES", "", "unknown", "clarify", "explain"])
def test_the_same_text_again_and_again_is_answered_a_few_times(bench, said):
    replies = [bench.say(variant) for variant in (said, said.upper(), f"  {said} ", said, said, said, said)]
    assert [bool(reply) for reply in replies] == [True] * REPEATS + [False] * (len(replies) - REPEATS)
    assert "Portage" in bench.say("where do i go")
    assert bench.say(said)


@pytest.mark.parametrize("word", ["MORE", "more please", "1", "two", "next"])
def test_more_and_numbers_can_be_said_again_and_again(bench, word):
    bench.say()
    assert all(bench.say(word) for _ in range(8))


def test_danger_can_be_said_again_and_again(bench):
    assert all("999" in bench.say("danger") for _ in range(10))


@pytest.mark.parametrize("first", ["where do i go", "danger", "HELP", "unknown", "clarify"])
def test_our_own_reply_echoed_is_met_with_silence(bench, first):
    reply = bench.say(first)
    assert reply
    assert [bench.say(reply), bench.say(reply.upper()), bench.say(f" {reply} ")] == [""] * 3
    assert bench.turns() == [first]
    assert "Portage" in bench.say("a real question")


def test_our_own_words_are_met_with_silence_though_they_speak_of_danger(bench, monkeypatch):
    answer = bench.engine.answer
    monkeypatch.setattr(bench.engine, "answer", lambda turns: answer([turns[-1].replace("999", "danger")]))
    reply = bench.say("danger")
    assert "999" in bench.say("i rang 999")
    assert bench.say(reply) == ""
    assert "999" in bench.say("danger")


@pytest.mark.parametrize("first", ["STOP", "START", "DELETE", "HELP", "MORE", "where do i go", "danger", "", "explode"])
def test_a_machine_that_sends_back_whatever_it_gets_is_soon_left_alone(bench, first):
    said, count = first, 0
    while said := bench.say(said):
        count += 1
        assert count < 5
    assert count >= 1


def test_two_texts_in_turn_end_at_the_limit(make_bench):
    bench = make_bench(**FEW)
    replies = [bench.say(said) for _ in range(20) for said in ("I am a robot", "I am another")]
    assert [bool(reply) for reply in replies] == [True] * 4 + [False] * 36


# Faults


def test_a_failing_engine_gives_a_fixed_line_and_keeps_nothing(bench, rows):
    bench.engine.failing = True
    assert bench.say("danger") == FAULT
    assert bench.say("where do i go") == FAULT
    assert bench.turns() == []
    assert bench.states() == []
    bench.engine.failing = False
    assert "Portage" in bench.say("where do i go")


def test_a_text_sealed_with_another_secret_is_given_up(make_bench, clock, rows):
    bench = make_bench({"twilio": Notes()})
    number, owed = bench.receive("where do i go"), bench.receive("danger")
    bench.desk.settle(owed)
    with closing(make_bench({"twilio": (carrier := Notes())}, secret_key=type(bench.settings.secret_key)("another secret key here"))) as changed:
        clock.now += 16
        changed.dispatch.see_to_due()
        assert carrier.sent == []
        assert [(text.number, text.state, text.why) for text in changed.texts.listed()] == [
            (number, "failed", "the secret key has changed since"), (owed, "failed", "the secret key has changed since"),
        ]
        clock.now += 3600
        assert changed.dispatch.see_to_due() == 0


def test_a_text_waits_for_the_one_before_it(make_bench):
    bench = make_bench(text_answer_seconds=14)
    first, second = bench.receive("one"), bench.receive("two")
    with ThreadPoolExecutor(1) as pool:
        step = pool.submit(bench.desk.settle, second)
        with pytest.raises(TimeoutError):
            step.result(timeout=0.2)
        assert bench.engine.asked == []
        bench.desk.settle(first)
        step.result(timeout=10)
    assert [turns for turns, _ in bench.engine.asked] == [("one",), ("one", "two")]


def test_a_text_is_not_kept_waiting_for_ever(bench):
    bench.receive("one")
    assert "Portage" in bench.say("two")


def test_a_reply_without_the_database_knows_no_conversation(bench, rows):
    from bot.records import Channel

    bench.say("one")
    kept = rows()
    assert "999" in bench.desk.at_once("danger \ud83d", Channel.SMS)
    assert bench.engine.asked[-1] == (("danger ?",), Channel.SMS)
    assert rows() == kept
