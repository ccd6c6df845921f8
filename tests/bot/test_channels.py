"""How one answer looks on each channel: all of it as plain text, or what fits a text message."""

from __future__ import annotations

import pytest

from bot import gsm
from bot.channels import full_text, shape, sms_text
from bot.records import Answer, Channel, Citation, Outcome, Part, Statement
from tests.bot.conftest import Asked

LONG = "This sentence is here to fill a text message until no more of it can be sent at once to anybody at all."


def answer(*parts: Part, **more: object) -> Answer:
    return Answer(**{"outcome": Outcome.ANSWERED, "parts": parts} | more)  # type: ignore[arg-type]


def citation(n: int, section: str = "What it is") -> Citation:
    return Citation(n, "Toy library", section, "/services/toy-library", "Words.", "2025", None)


def test_the_whole_answer_as_text() -> None:
    whole = answer(
        Part("where", "Where to go", (Statement("Start with: Toy library.", 1), Statement("It lends toys.", 1))),
        Part("note", "Please note", (Statement("Nobody can promise that."),)),
        citations=(citation(1), citation(2, "")),
        choices=("Under 5", "5 or over"),
    )
    assert full_text(whole) == (
        "Where to go\nStart with: Toy library. [1]\nIt lends toys. [1]\n\nPlease note\nNobody can promise that.\n\n1. Under 5\n2. 5 or over\n\n"
        "Sources\n[1] Toy library, What it is\n[2] Toy library"
    )


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.WHATSAPP, Channel.API, Channel.STAFF])
def test_only_a_text_message_is_cut(channel: Channel) -> None:
    whole = answer(Part("where", "Where to go", (Statement("Start with: Toy library.", 1),)), citations=(citation(1),))
    reply = shape(whole, channel, "r1", 3)
    assert (reply.text, reply.sms, reply.release, reply.channel, reply.answer) == (full_text(whole), None, "r1", channel, whole)


def test_a_text_message_says_how_it_is_sent() -> None:
    reply = shape(answer(Part("where", "Where to go", (Statement("Start with: Toy library.", 1),)), citations=(citation(1),)), Channel.SMS, "r1", 3)
    assert reply.sms is not None
    assert (reply.text, reply.sms.encoding, reply.sms.segments) == ("Start with: Toy library.", "GSM-7", 1)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_text_message_holds_no_more_than_it_may(most: int) -> None:
    long = answer(Part("where", "Where to go", tuple(Statement(f"{n} {LONG}", 1, weight=float(n)) for n in range(12))), citations=(citation(1),))
    text = sms_text(long, most)
    assert gsm.segments(text) <= most
    assert text.startswith("0 ")  # where to start is never left out
    assert [line for line in text.splitlines() if line[0].isdigit()] == text.splitlines()


def test_a_text_message_keeps_the_order_of_the_answer_and_says_nothing_twice() -> None:
    parts = (
        Part(
            "where",
            "Where to go",
            (Statement("Start with: Toy library.", 1), Statement("It lends toys.", 1, 0.1), Statement("Phone: 0161 496 0101", 2)),
        ),
        Part("expect", "What to expect", (Statement("A worker comes.", 1, 0.9), Statement("It lends toys.", 1, 0.1))),
        Part("else", "If that does not work", (Statement("Ask the club.", 1),)),
    )
    whole = answer(*parts, citations=(citation(1), citation(2, "How to reach them")))
    assert sms_text(whole, 3).splitlines() == [
        "Start with: Toy library.",
        "It lends toys.",
        "Phone: 0161 496 0101",
        "A worker comes.",
        "Ask the club.",
    ]


def test_the_way_to_reach_them_comes_before_the_rest() -> None:
    parts = (Part("where", "Where to go", (Statement("Start with: Toy library.", 1), Statement(LONG, 1, 0.9), Statement("Phone: 0161 496 0101", 2))),)
    whole = answer(*parts, citations=(citation(1), citation(2, "How to reach them")))
    assert sms_text(whole, 1).splitlines()[:1] + sms_text(whole, 1).splitlines()[-1:] == ["Start with: Toy library.", "Phone: 0161 496 0101"]


def test_a_limit_comes_before_where_to_go_in_a_text_message() -> None:
    parts = (
        Part("note", "Please note", (Statement("Nobody can promise that."),)),
        Part("where", "Where to go", (Statement("Start with: Toy library.", 1),)),
    )
    assert sms_text(answer(*parts, citations=(citation(1),)), 3) == "Nobody can promise that.\nStart with: Toy library."


def test_danger_keeps_what_to_do_and_the_numbers() -> None:
    now = (Statement("Ring 999 now."), *(Statement(f"{n} {LONG}", 1) for n in range(5)), Statement("Phone: 999", 2), Statement("Phone: 111", 2))
    whole = answer(Part("now", "What to do now", now), outcome=Outcome.URGENT, citations=(citation(1), citation(2, "How to reach them")))
    lines = sms_text(whole, 2).splitlines()
    assert (lines[0], lines[-2:]) == ("Ring 999 now.", ["Phone: 999", "Phone: 111"])


def test_choices_are_numbered() -> None:
    whole = answer(Part("note", "Please note", (Statement("How old?"),)), outcome=Outcome.CLARIFY, choices=("Under 5", "5 or over"))
    assert sms_text(whole, 3) == "How old?\n1 Under 5\n2 5 or over"


def test_text_messages_are_folded_into_the_alphabet() -> None:
    whole = answer(Part("note", "Please note", (Statement("It’s “here” – naïve"),)))
    assert sms_text(whole, 3) == 'It\'s "here" - naive'


def test_every_text_reply_fits(asked: list[Asked]) -> None:
    for item in asked:
        assert item.sms.sms is not None
        assert (gsm.encoding(item.sms.text), gsm.segments(item.sms.text)) == (item.sms.sms.encoding, item.sms.sms.segments)
        assert 1 <= item.sms.sms.segments <= 3, item.turns
        assert item.sms.sms.encoding == "GSM-7" or not item.turns[-1].isascii(), item.turns
        assert item.sms.text.strip(), item.turns


def test_a_text_reply_says_nothing_that_the_whole_answer_does_not(asked: list[Asked]) -> None:
    for item in asked:
        said = {gsm.fold(s.text) for part in item.web.answer.parts for s in part.statements}
        said |= {f"{n} {gsm.fold(choice)}" for n, choice in enumerate(item.web.answer.choices, 1)}
        assert set(item.sms.text.split("\n")) <= said, item.turns


def test_a_text_reply_names_where_to_start_or_what_to_do(asked: list[Asked]) -> None:
    for item in asked:
        if item.sms.outcome is Outcome.ANSWERED:
            assert item.sms.answer.signposts[0].name.replace("’", "'") in item.sms.text, item.turns
        if item.sms.outcome is Outcome.URGENT:
            assert item.sms.text.startswith(item.web.answer.parts[0].statements[0].text), item.turns
