"""Pins: which questions belong to one, what it changes, and that nothing else moves."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from bot.engine import Engine
from bot.explain import explain
from bot.off import Off
from bot.pins import alike
from bot.records import Channel, Outcome
from indexer.pins import Pin
from tests.bot.questions import everything

ASKED = "who do we see about a blue badge for our lad, he is 9"
PIN = {
    "id": "blue-badge",
    "start": "short-breaks",
    "also": ("family-hubs",),
    "wordings": (ASKED, "how do i get a blue badge"),
    "reason": "Agreed with the short breaks team.",
    "agreed": dt.date(2026, 11, 30),
    "review_due": dt.date(2027, 5, 30),
    "rests_on": "0",
}


def pinned(engine: Engine, *rows: dict[str, object]) -> Engine:
    """An engine over the same release with some pins."""
    pins = tuple(Pin.model_validate(PIN | row) for row in rows or ({},))
    wording, encoder = engine.release.wording, engine.release.encoder
    texts = [wording.learnable(wording.repair(text))[1] for pin in pins for text in pin.wordings]
    vectors = np.stack([encoder.both(text)[1] for text in texts])
    return Engine(engine.settings, dataclasses.replace(engine.release, pins=pins, pin_vectors=vectors))


@pytest.fixture(scope="module")
def badge(engine: Engine) -> Engine:
    return pinned(engine)


def pin_of(engine: Engine, *turns: str) -> str | None:
    pin = engine.consider(turns).decision.pin
    return pin.id if pin else None


def starts(engine: Engine, *turns: str, channel: Channel = Channel.WEB) -> list[str]:
    return [signpost.id for signpost in engine.reply(turns, channel).answer.signposts]


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize(
    "text",
    [ASKED, ASKED.upper() + "?!", "how do I get a blue badge", "How do I get a 'blue badge'?", " how  do i get a blue-badge "],
)
def test_the_same_words_start_with_the_pinned_place_on_every_channel(engine: Engine, badge: Engine, text: str, channel: Channel) -> None:
    assert starts(engine, text, channel=channel)[:1] != ["short-breaks"]
    reply = badge.reply([text], channel)
    assert reply.outcome is Outcome.ANSWERED
    assert [signpost.id for signpost in reply.answer.signposts][:2] == ["short-breaks", "family-hubs"]
    assert len(reply.answer.signposts) == 3
    if channel.texted:
        assert badge.every_entry["short-breaks"].name in reply.text


NEAR = ["how can i get a blue badge", "how do we get a blue badge?", "how do i get a blue badge please"]
OTHER = [
    "how do i get a bus pass",
    "how do i get an ehc plan",
    "how do i get a diagnosis",
    "who do we see about autism for our lad, he is 9",
    "who do we see about speech therapy for our lad, he is 9",
    "who do we see about a wheelchair for our lad, he is 9",
    "he got a badge at cubs, where can disabled children join scouts",
]


@pytest.mark.parametrize("text", NEAR)
def test_nearly_the_same_words_belong_to_the_pin(badge: Engine, text: str) -> None:
    assert pin_of(badge, text) == "blue-badge"


@pytest.mark.parametrize("text", OTHER)
def test_another_need_in_like_words_does_not(engine: Engine, badge: Engine, text: str) -> None:
    assert pin_of(badge, text) is None
    assert badge.reply([text], Channel.WEB) == engine.reply([text], Channel.WEB)


def test_nothing_else_moves(engine: Engine, badge: Engine) -> None:
    for turns in everything():
        assert badge.answer(turns) == engine.answer(turns), turns


@pytest.mark.parametrize(
    ("wording", "usual"),
    [
        ("hello", Outcome.CLARIFY),
        ("when are the bins emptied", Outcome.OUT_OF_SCOPE),
        ("Czy mogę dostać zniżkę na basen", Outcome.ANSWERED),
    ],
)
def test_a_pinned_question_is_answered_whatever_it_would_have_been(engine: Engine, wording: str, usual: Outcome) -> None:
    assert engine.reply([wording], Channel.WEB).outcome is usual
    reply = pinned(engine, {"wordings": (wording,)}).reply([wording], Channel.WEB)
    assert (reply.outcome, reply.answer.signposts[0].id) == (Outcome.ANSWERED, "short-breaks")


def test_a_refusing_limit_keeps_its_outcome_and_the_pinned_place_comes_first(engine: Engine) -> None:
    wording = "what did the panel say about my son's plan"
    assert engine.reply([wording], Channel.WEB).outcome is Outcome.NOT_FOUND
    reply = pinned(engine, {"wordings": (wording,)}).reply([wording], Channel.WEB)
    assert (reply.outcome, reply.answer.signposts[0].id) == (Outcome.NOT_FOUND, "short-breaks")


@pytest.mark.parametrize("text", ["I want to kill myself", "my daughter is not breathing", "we live in leeds and need a plan", "we live in dublin"])
def test_danger_and_another_area_come_before_a_pin(engine: Engine, text: str) -> None:
    held = pinned(engine, {"wordings": (text,)})
    for channel in Channel:
        assert held.reply([text], channel) == engine.reply([text], channel)


def test_a_message_that_only_asks_on_stays_with_the_pin(engine: Engine, badge: Engine) -> None:
    for after in ("who do i ring?", "and how long does it take?", "ok and where are they"):
        assert starts(badge, ASKED, after)[0] == "short-breaks"
        assert badge.consider([ASKED, after]).decision.pin
    assert starts(badge, ASKED, "who do i ring?", "and how long does it take?")[0] == "short-breaks"


def test_a_new_subject_or_a_pick_leaves_the_pin(engine: Engine, badge: Engine) -> None:
    other = "different question, how do i claim dla for my son"
    assert starts(badge, ASKED, other) == starts(engine, ASKED, other)
    assert pin_of(badge, ASKED, "the second one") is None
    assert starts(badge, ASKED, "the second one")[0] == "family-hubs"


def test_a_bare_wording_is_no_pin_for_what_was_said_before(engine: Engine) -> None:
    held = pinned(engine, {"wordings": ("who do i ring?", "Help in school")})
    before = "my 3 year old isnt talking, we live in reddish"
    assert pin_of(held, "who do i ring") == "blue-badge"
    assert held.answer([before, "who do i ring?"]) == engine.answer([before, "who do i ring?"])
    assert held.answer(["hello", "4"]) == engine.answer(["hello", "4"])


def test_in_another_language_only_the_same_words_count(engine: Engine) -> None:
    held = pinned(engine, {"wordings": ("Gdzie dostanę niebieską kartę dla dziecka?",)})
    assert pin_of(held, "gdzie dostanę niebieską kartę dla dziecka") == "blue-badge"
    assert pin_of(held, "Gdzie dostanę tę niebieską kartę dla dziecka?") is None


def test_ages_that_exclude_each_other_are_not_the_same_question(engine: Engine) -> None:
    held = pinned(engine, {"wordings": ("who can help my daughter sleep, she is 3",)})
    assert pin_of(held, "who could help my daughter sleep, she is 3") == "blue-badge"
    assert pin_of(held, "who could help my daughter sleep, she is 14") is None


def test_an_age_that_the_place_depends_on_has_to_be_said(engine: Engine) -> None:
    said = "who can help my daughter sleep please, she is 3"
    assert engine.entries["autism-assessment-under-5"].maximum_age == 4
    assert engine.entries["family-hubs"].maximum_age == 25
    reading = engine.reader.read([said])
    without = dataclasses.replace(reading, age=None)
    assert not alike(reading, without, engine.entries["autism-assessment-under-5"])
    assert alike(reading, without, engine.entries["family-hubs"])
    assert not alike(reading, dataclasses.replace(reading, age=14.0), engine.entries["family-hubs"])
    assert not alike(without, dataclasses.replace(reading, age=14.0), engine.entries["autism-assessment-under-5"])
    assert alike(without, reading, engine.entries["autism-assessment-under-5"])


def test_of_two_pins_the_nearer_counts(engine: Engine) -> None:
    get, renew = "how do i get a blue badge for my son", "how do i renew a blue badge"
    held = pinned(engine, {"wordings": (get,)}, {"id": "renew", "start": "family-hubs", "wordings": (renew,)})
    assert pin_of(held, "how do i get a blue badge for my son") == "blue-badge"
    assert pin_of(held, "how do i renew a blue badge") == "renew"


def test_a_trace_shows_the_pin(engine: Engine, badge: Engine) -> None:
    line = "pinned: blue-badge: Agreed with the short breaks team. (agreed 2026-11-30, review due 2027-05-30)"
    assert line in explain(badge, [ASKED]).splitlines()
    assert "pinned: " not in explain(badge, ["my son is 5 and not talking"])
    assert "pinned: " not in explain(engine, [ASKED])


def test_a_pin_whose_start_is_off_says_so_and_goes_on_to_the_next_place(badge: Engine) -> None:
    answer = badge.without(Off(entries={"short-breaks": "Closed today."})).answer([ASKED])
    assert (answer.outcome, answer.signposts[0].id) == (Outcome.ANSWERED, "family-hubs")
    assert answer.parts[0].statements[0].text == "Closed today."


def test_a_pin_whose_places_are_all_off_and_that_nothing_else_fits_is_not_found(engine: Engine) -> None:
    held = pinned(engine, {"wordings": ("when are the bins emptied",), "also": ()})
    answer = held.without(Off(entries={"short-breaks": "Closed today."})).answer(["when are the bins emptied"])
    assert (answer.outcome, answer.signposts) == (Outcome.NOT_FOUND, ())
    assert answer.parts[0].statements[0].text == "Closed today."


def test_a_release_without_pins_looks_nothing_up(engine: Engine) -> None:
    assert not engine.pinned
    assert engine.release.pins == ()
