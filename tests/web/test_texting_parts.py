"""Long messages that arrive in pieces: which are waited for, how they are put together, and how they are answered."""

from __future__ import annotations

from itertools import permutations

import pytest

from bot import gsm
from tests.web.bench import Notes
from web.texting.parts import goes_on, whole

WORDS = "my son is nearly nine and the school says he has to wait for a long time before anyone can see him so where do i go now and who "
FULL, REST = (WORDS * 2)[:149], "can help him with reading"
GREEK, CYRILLIC, ARABIC, URDU = "Ω", "я", "ه", "ہ"


def of(length: int, letter: str = "a") -> str:
    return letter * length


@pytest.mark.parametrize("piece", [
    of(145), of(152), of(153), of(154), of(160), FULL, FULL[:-1] + ",", FULL[:-1] + "-", of(151) + "€", of(76, "€"), of(153, GREEK),
    of(59, CYRILLIC), of(67, CYRILLIC), of(70, CYRILLIC), of(67, ARABIC), of(67, URDU), of(67, "中"), of(33, "😀"), of(59, "a") + "ŵ",
    "1/2 my son", "(1/2) my son", "[1/2] my son", "1/2: my son", "1/3) my son", "( 1 / 2 ) my son", "1of2 my son", "2/2 and reading",
    "my son (1/2)", "my son [2/3]", "2/3 my son.",
])
def test_a_piece_that_fills_a_segment_or_is_numbered_goes_on(piece):
    assert goes_on([piece])


@pytest.mark.parametrize("piece", [
    "", "where do i go", of(144), of(161), of(200), of(152) + ".", of(152) + "?", of(152) + "!", of(151) + ".)", of(150) + '!" ',
    of(66, ARABIC) + "…",
    of(58, CYRILLIC), of(71, CYRILLIC), of(144, "ŵ"), of(72, "€"), of(81, "€"),
    "he is 1/2 way there", "my son is in year 1/2", "1/2", "3/2 my son", "0/2 my son", "1/1 my son", "24/7 help", "11/12 year olds", "1/2term clubs",
    "2026/27 places", "my 1 of 2 sons", "1/2018 he was ill", "is he 9/10", "10/2 my son",
])
def test_other_messages_do_not(piece):
    assert not goes_on([piece])


@pytest.mark.parametrize(("pieces", "more"), [
    (["1/2 a", "2/2 b"], False), (["2/2 b", "1/2 a"], False), (["1/3 a", "2/3 b"], True), (["3/3 c", "1/3 a"], True),
    (["3/3 c", "1/3 a", "2/3 b"], False), (["1/2 a", "1/2 a"], True), ([FULL, FULL], True), ([FULL, REST], False), ([REST, FULL], True),
    ([FULL, of(152) + "."], False), (["1/2 a", "b"], False), (["1/2 a", FULL], True),
])
def test_several_pieces_go_on_until_all_are_there(pieces, more):
    assert goes_on(pieces) is more


@pytest.mark.parametrize(("pieces", "text"), [
    (["a"], "a"), (["1/2 a"], "1/2 a"), (["a", "b"], "a b"), (["1/2 my son", "2/2 cannot read"], "my son cannot read"),
    (["2/2 cannot read", "1/2 my son"], "my son cannot read"), (["(1/2) my son", "(2/2) cannot read"], "my son cannot read"),
    (["my son (1/2)", "cannot read (2/2)"], "my son cannot read"), (["cannot read [2of2]", "1 of 2: my son"], "my son cannot read"),
    (["1/2 a", "b"], "1/2 a b"), (["1/3 a", "2/3 b"], "1/3 a 2/3 b"), ([FULL, REST], FULL + " " + REST), ([FULL + " ", REST], f"{FULL}  {REST}"),
])
def test_pieces_make_a_whole(pieces, text):
    assert whole(pieces) == text


@pytest.mark.parametrize("parts", list(permutations(["1/4 my son", "2/4 who is nine", "3/4 cannot", "4/4 read yet"])))
def test_numbered_pieces_make_the_same_whole_in_any_order(parts):
    assert whole(parts) == "my son who is nine cannot read yet"
    assert not goes_on(parts)


@pytest.mark.parametrize("text", [(WORDS * 4)[:300], (WORDS * 4)[:459], ("hjälp åt min son på skolan " * 8).strip(), "[he is 9] who can help " * 9])
def test_a_message_that_a_phone_cuts_is_whole_again(text):
    """Cut as 3GPP TS 23.040 says, wherever that falls; spaces may be doubled, words may not be torn."""
    pieces = gsm.split(text)
    assert len(pieces) > 1
    for count in range(1, len(pieces)):
        assert goes_on(pieces[:count])
    assert whole(pieces).split() == text.split()


@pytest.mark.parametrize("text", [
    "мой сын не может читать и писать куда мне идти " * 3, "ابني لا يستطيع القراءة أين أذهب " * 4, "我儿子不能读书我该去哪里" * 12,
])
def test_a_message_in_another_script_is_waited_for_and_keeps_its_letters(text):
    pieces = gsm.split(text.strip())
    assert len(pieces) > 1
    assert all(goes_on(pieces[:count]) for count in range(1, len(pieces)))
    assert whole(pieces).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("length", [152, 153, 159, 160])
def test_a_word_that_is_cut_is_joined_and_a_new_word_is_not(length):
    torn = (WORDS * 2)[: length - 2] + "he"
    assert whole([torn, "lp him"]).endswith("help him")
    assert whole([torn, "Who can help"]).endswith("he Who can help")
    assert whole([torn[:-1] + ",", "then"]).endswith(", then")
    assert whole([torn, torn, "lp"]) == f"{torn}{torn}lp"


@pytest.mark.parametrize("length", [20, 145, 150, 151, 154, 158])
def test_a_message_of_its_own_is_not_stuck_to_the_one_before(length):
    assert whole([of(length), "overdose"]).endswith("a overdose")


# What becomes of them.


@pytest.fixture
def carrier():
    return Notes()


@pytest.fixture
def bench(make_bench, carrier):
    return make_bench({"twilio": carrier}, text_parts_seconds=5)


def asked(bench):
    return [turns for turns, _ in bench.engine.asked]


def test_the_first_part_is_held_and_both_are_answered_as_one(bench):
    assert bench.say(FULL) == ""
    assert bench.states() == ["held"]
    assert "Portage" in bench.say(REST)
    assert bench.states() == []
    assert bench.turns() == [f"{FULL} {REST}"]
    assert asked(bench)[-1] == (f"{FULL} {REST}",)


def test_numbered_parts_are_answered_as_one_in_either_order(bench):
    for first, second in (("1/2 my son", "2/2 cannot read"), ("2/2 cannot read", "1/2 my son")):
        assert bench.say(first) == ""
        assert "Portage" in bench.say(second)
        assert bench.turns()[-1] == "my son cannot read"
    assert len(bench.turns()) == 2


def test_three_parts_are_answered_as_one(bench):
    assert [bench.say(part) for part in ("3/3 c", "1/3 a")] == ["", ""]
    assert bench.states() == ["held"]
    assert "Portage" in bench.say("2/3 b")
    assert bench.turns() == ["a b c"]


@pytest.mark.parametrize("said", [
    FULL, "1/2 my son", "1/2 term clubs in reddish", "1 of 2 children cannot talk", "5/6 of his class", of(67, ARABIC), "2/2 cannot read",
])
def test_what_is_held_is_answered_as_it_is_if_nothing_comes(bench, carrier, clock, said):
    assert bench.say(said) == ""
    clock.now += 4.9
    assert bench.dispatch.see_to_due() == 0
    clock.now += 0.1
    assert bench.dispatch.see_to_due() == 1
    assert len(carrier.sent) == 1
    assert "Portage" in carrier.sent[0].reply
    assert bench.turns() == [said]
    assert bench.states() == []
    clock.now += 60
    assert bench.dispatch.see_to_due() == 0


def test_false_friends_are_never_cut(bench):
    for said in ("he is 1/2 way there", "24/7 help", "11/12 year olds", "my 1 of 2 sons"):
        assert "Portage" in bench.say(said)
        assert bench.turns()[-1] == said


def test_a_false_friend_and_the_next_question_are_both_read(bench):
    assert bench.say("1/2 term clubs") == ""
    assert "Portage" in bench.say("in reddish please")
    assert bench.turns() == ["1/2 term clubs in reddish please"]


def test_parts_of_two_people_are_kept_apart(bench):
    assert bench.say("1/2 my son") == ""
    assert "Portage" in bench.say("where do i go", sender="+447700900124")
    assert bench.say("2/2 cannot read")
    assert (bench.turns(), bench.turns("+447700900124")) == (["my son cannot read"], ["where do i go"])


def test_danger_in_the_first_part_is_answered_at_once_and_the_whole_again(bench, clock):
    first = ("danger " + FULL)[:149]
    assert "999" in bench.say(first)
    assert bench.states() == []
    clock.now += 3
    assert "999" in bench.say(REST)
    assert asked(bench)[-1] == (f"{first} {REST}",)
    assert bench.turns() == [f"{first} {REST}"]


def test_danger_in_the_second_part_is_answered_with_the_first(bench):
    assert bench.say(FULL) == ""
    assert "999" in bench.say("danger")
    assert bench.turns() == [f"{FULL} danger"]


def test_what_comes_after_the_wait_is_a_message_of_its_own(bench, clock):
    first = ("danger " + FULL)[:149]
    bench.say(first)
    clock.now += 6
    bench.say(REST)
    assert bench.turns() == [first, REST]


def test_nothing_is_held_where_no_reply_could_be_sent_later(make_bench):
    bench = make_bench({"twilio": Notes(can_send=False)})
    assert "Portage" in bench.say(FULL)
    assert "Portage" in bench.say(REST)
    assert asked(bench) == [(FULL,), (f"{FULL} {REST}",)]
    assert bench.turns() == [f"{FULL} {REST}"]


def test_parts_that_are_settled_in_the_wrong_order_are_read_in_the_order_they_came(bench):
    first, second, third = bench.receive(FULL), bench.receive(FULL.upper()), bench.receive(REST)
    bench.desk.settle(second)
    bench.desk.settle(first)
    bench.desk.settle(third)
    assert bench.turns() == [f"{FULL} {FULL.upper()} {REST}"]


@pytest.mark.parametrize("word", ["STOP", "Start", "delete", "unsubscribe"])
def test_a_word_to_us_is_no_part(bench, word):
    assert bench.say(FULL) == ""
    assert bench.say(word) == bench.engine.texting[bench.engine.commands.find(word).command]
    assert bench.states() == []
    assert bench.turns() == []


def test_stop_soon_after_danger_is_no_part(bench):
    assert "999" in bench.say(("danger " + FULL)[:149])
    assert bench.say("STOP") == bench.engine.texting["stop"]
    assert bench.sender().stopped
