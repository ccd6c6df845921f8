"""What becomes of a reading: each outcome, from evidence made by hand."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from bot.danger import Danger, DangerRules
from bot.decide import decide, leave_out, urgent
from bot.evidence import Candidate, Evidence
from bot.off import Switched
from bot.phrases import Limit, load_phrases
from bot.places import load_places
from bot.reading import Before, Reader, Reading
from bot.records import Outcome
from bot.settings import BotSettings
from indexer.entries import Entry
from indexer.messages import OUT_OF_SCOPE
from indexer.pins import Pin
from indexer.wording import load_wording

CONTENT = Path(__file__).parents[2] / "content"


def entry(id: str, **more: object) -> Entry:
    facts = {
        "id": id,
        "kind": "service",
        "name": id.title(),
        "description": f"It is {id}.",
        "review_due": "2099-01-01",
        "sources": [{"title": "A page", "dated": "2025", "certainty": 3}],
        "path": f"services/{id}.md",
    } | more
    return Entry.model_validate(facts)


ENTRIES = {
    e.id: e
    for e in (
        entry("a", related=["d", "c"]),
        entry("b"),
        entry("c"),
        entry("d"),
        entry("young", maximum_age=4),
        entry("old", minimum_age=5, maximum_age=18),
    )
}


def evidence(**shares: float) -> Evidence:
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    return Evidence(
        tuple(Candidate(id.replace("not_ours_", "!").replace("_", "-"), share, 0.0, 0.0) for id, share in ordered), (), np.zeros(3, dtype=np.float32)
    )


@pytest.fixture(scope="module")
def reader() -> Reader:
    wording = load_wording(CONTENT)
    return Reader(wording, load_places(CONTENT), DangerRules({}, wording), load_phrases(CONTENT))


@pytest.fixture(scope="module")
def plain(reader: Reader) -> Reading:
    return reader.read(["who can help with my son's speech"])


def test_the_likeliest_entries_are_named_best_first(plain: Reading) -> None:
    decision = decide(BotSettings(), ENTRIES, plain, evidence(a=0.5, b=0.3, c=0.1, d=0.05))
    assert (decision.outcome, [e.id for e in decision.starts], decision.ask) == (Outcome.ANSWERED, ["a", "b", "c"], None)


def test_where_no_other_is_likely_the_related_ones_follow(plain: Reading) -> None:
    decision = decide(BotSettings(), ENTRIES, plain, evidence(a=0.95, b=0.02, c=0.01))
    assert [e.id for e in decision.starts] == ["a", "d", "c"]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_more_places_than_the_setting_allows(plain: Reading, most: int) -> None:
    decision = decide(BotSettings(signposts=most), ENTRIES, plain, evidence(a=0.5, b=0.3, c=0.1, d=0.05))
    assert len(decision.starts) == most


def test_below_the_floor_we_do_not_know(plain: Reading) -> None:
    low = evidence(a=0.05, b=0.04, c=0.03)
    assert decide(BotSettings(answer_floor=0.06), ENTRIES, plain, low).outcome is Outcome.NOT_FOUND
    assert decide(BotSettings(answer_floor=0.05), ENTRIES, plain, low).outcome is Outcome.ANSWERED


def test_what_is_not_ours(plain: Reading) -> None:
    found = evidence(a=0.4, b=0.1, **{OUT_OF_SCOPE: 0.5})
    settings = BotSettings(outside_floor=-1.0)
    assert decide(settings, ENTRIES, plain, dataclasses.replace(found, outside=-0.9)).outcome is Outcome.OUT_OF_SCOPE
    held = dataclasses.replace(plain, limits=(Limit("x", re.compile("x"), "We hold nothing on that.", ours=True),))
    assert decide(settings, ENTRIES, held, dataclasses.replace(found, outside=-0.9)).outcome is Outcome.NOT_FOUND
    likelier = decide(settings, ENTRIES, plain, dataclasses.replace(evidence(a=0.4, **{OUT_OF_SCOPE: 0.3}), outside=-0.9))
    assert (likelier.outcome, likelier.starts[0].id) == (Outcome.NOT_FOUND, "a")
    assert decide(settings, ENTRIES, plain, dataclasses.replace(found, outside=-1.1)).outcome is Outcome.ANSWERED
    hello = decide(settings, ENTRIES, plain, dataclasses.replace(found, outside=-2.0, chat=0.1))
    assert (hello.outcome, hello.ask) == (Outcome.CLARIFY, "small_talk")


def test_a_family_in_a_country_of_other_law_is_told_so(reader: Reader) -> None:
    decision = decide(BotSettings(), ENTRIES, reader.read(["we live in dublin and he needs a plan"]), evidence(a=0.9, b=0.05))
    assert (decision.outcome, decision.ask) == (Outcome.OUT_OF_SCOPE, "abroad")


def test_another_need_in_the_same_message_is_named_second(plain: Reading) -> None:
    found = dataclasses.replace(evidence(a=0.5, b=0.3, c=0.1, d=0.05), second="d")
    assert [e.id for e in decide(BotSettings(), ENTRIES, plain, found).starts] == ["a", "d", "b"]
    unknown = dataclasses.replace(found, second="gone")
    assert [e.id for e in decide(BotSettings(), ENTRIES, plain, unknown).starts] == ["a", "b", "c"]


PIN = Pin.model_validate(
    {
        "id": "agreed",
        "start": "d",
        "also": ["old"],
        "wordings": ["who can help"],
        "reason": "Agreed.",
        "agreed": "2026-11-30",
        "review_due": "2027-05-30",
        "rests_on": "0",
    }
)


def test_a_pinned_place_leads_whatever_else_is_likely(plain: Reading) -> None:
    decision = decide(BotSettings(), ENTRIES, plain, evidence(a=0.5, b=0.3, c=0.1, d=0.01), pin=PIN)
    assert (decision.outcome, [e.id for e in decision.starts], decision.pin) == (Outcome.ANSWERED, ["d", "old", "a"], PIN)
    assert [e.id for e in decide(BotSettings(signposts=1), ENTRIES, plain, evidence(a=0.5, b=0.3), pin=PIN).starts] == ["d"]


@pytest.mark.parametrize(
    ("found", "change", "usual"),
    [
        (evidence(young=0.4, old=0.3, a=0.1), {}, Outcome.CLARIFY),
        (evidence(a=0.5, b=0.3), {"chat": 0.1}, Outcome.CLARIFY),
        (evidence(a=0.1, not_ours_out_of_scope=0.9), {"outside": 5.0}, Outcome.OUT_OF_SCOPE),
        (evidence(a=0.005, b=0.004), {}, Outcome.NOT_FOUND),
    ],
)
def test_a_pinned_question_is_neither_asked_back_nor_refused(
    plain: Reading, found: Evidence, change: dict[str, float], usual: Outcome
) -> None:
    told = dataclasses.replace(found, **change)  # type: ignore[arg-type]
    assert decide(BotSettings(), ENTRIES, plain, told).outcome is usual
    decision = decide(BotSettings(), ENTRIES, plain, told, pin=PIN)
    assert (decision.outcome, decision.starts[0].id) == (Outcome.ANSWERED, "d")


def test_another_area_comes_before_a_pin(reader: Reader) -> None:
    for text in ("we live in leeds and he needs a plan", "we live in dublin and he needs a plan"):
        reading = reader.read([text])
        assert decide(BotSettings(), ENTRIES, reading, evidence(a=0.9, b=0.05), pin=PIN) == decide(
            BotSettings(), ENTRIES, reading, evidence(a=0.9, b=0.05)
        )


GONE = {id: Switched("entry", id, f"{id} is closed.") for id in ("a", "b")}
SHUT = {id: Switched("topic", "toys", "No toys now.") for id in ("c", "d")}


@pytest.mark.parametrize(
    ("shares", "gone", "shut", "starts", "lines"),
    [
        ({"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.05}, ["a"], [], ["b", "c", "d"], ["a is closed."]),
        ({"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.05}, ["b"], [], ["a", "c", "d"], []),
        ({"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.05}, ["a", "b"], [], ["c", "d"], ["a is closed."]),
        ({"a": 0.95, "b": 0.009, "c": 0.001}, ["a"], [], [], ["a is closed."]),
        ({"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.05}, [], ["c", "d"], ["a", "b"], []),
        ({"c": 0.5, "a": 0.3, "b": 0.1}, [], ["c", "d"], [], ["No toys now."]),
        ({"a": 0.5, "c": 0.3, "b": 0.1}, ["a"], ["c", "d"], [], ["a is closed.", "No toys now."]),
    ],
)
def test_what_is_off_is_left_out_and_told_where_it_would_have_led(
    plain: Reading, shares: dict[str, float], gone: list[str], shut: list[str], starts: list[str], lines: list[str]
) -> None:
    found = evidence(**shares)
    usual = decide(BotSettings(), ENTRIES, plain, found)
    off = {id: GONE[id] for id in gone}, {id: SHUT[id] for id in shut}
    decision = leave_out(BotSettings(), ENTRIES, usual, found, *off)
    assert ([e.id for e in decision.starts], list(decision.lines)) == (starts, lines)
    assert decision.outcome is (Outcome.ANSWERED if starts else Outcome.NOT_FOUND)
    assert set(lines) <= {switched.line for switched in decision.off}


def test_nothing_off_changes_nothing(plain: Reading) -> None:
    usual = decide(BotSettings(), ENTRIES, plain, evidence(a=0.5, b=0.3))
    assert leave_out(BotSettings(), ENTRIES, usual, evidence(a=0.5, b=0.3), {}, {}) == usual


def test_danger_names_its_places_first_to_last_as_far_as_they_exist() -> None:
    danger = Danger("k", "K", "Ring 999 now.", "b", ("a", "gone", "c", "d"), "r", "")
    decision = urgent(ENTRIES, danger)
    assert (decision.outcome, [e.id for e in decision.starts], decision.danger) == (Outcome.URGENT, ["b", "a", "c"], danger)


def test_a_class_that_is_not_ours_is_never_a_signpost(plain: Reading) -> None:
    decision = decide(BotSettings(), ENTRIES, plain, evidence(a=0.5, not_ours_out_of_scope=0.4, b=0.1))
    assert all(not e.id.startswith("!") for e in decision.starts)


def test_an_age_is_asked_for_only_where_it_decides(reader: Reader, plain: Reading) -> None:
    split = evidence(young=0.4, old=0.3, a=0.1)
    asked = decide(BotSettings(), ENTRIES, plain, split)
    assert (asked.outcome, asked.ask, asked.starts) == (Outcome.CLARIFY, "age", ())
    known = reader.read(["who can help with my son's speech, he is 3"])
    assert decide(BotSettings(), ENTRIES, known, split).outcome is Outcome.ANSWERED
    assert decide(BotSettings(), ENTRIES, plain, evidence(young=0.4, old=0.1, a=0.1)).outcome is Outcome.ANSWERED
    assert decide(BotSettings(), ENTRIES, plain, evidence(old=0.4, a=0.35, b=0.1)).outcome is Outcome.ANSWERED


def test_a_follow_up_is_not_asked_for_the_age_again(reader: Reader) -> None:
    follow = reader.read(["who can help with my son's speech", "i do not know how old he is"])
    assert follow.follows_on
    assert decide(BotSettings(), ENTRIES, follow, evidence(young=0.4, old=0.3, a=0.1)).outcome is Outcome.ANSWERED


@pytest.mark.parametrize("text", ["help", "x1", "help me", "hi"])
def test_a_message_that_says_nothing_is_asked_back(reader: Reader, text: str) -> None:
    decision = decide(BotSettings(), ENTRIES, reader.read([text]), evidence(a=0.5, b=0.3, c=0.1))
    assert (decision.outcome, decision.ask) == (Outcome.CLARIFY, "need")


@pytest.mark.parametrize("text", ["ehcp", "dla", "autism", "stammer", "speech therapy"])
def test_one_word_that_says_something_is_answered(reader: Reader, text: str) -> None:
    assert decide(BotSettings(), ENTRIES, reader.read([text]), evidence(a=0.5, b=0.3, c=0.1)).outcome is Outcome.ANSWERED


def test_families_elsewhere_are_told_so_before_anything_else(reader: Reader) -> None:
    reading = reader.read(["we live in leeds and he needs a plan"])
    assert decide(BotSettings(), ENTRIES, reading, evidence(a=0.9, b=0.05, c=0.01)).outcome is Outcome.NOT_FOUND


def test_another_language_is_answered_too(reader: Reader) -> None:
    reading = reader.read(["Mój syn ma pięć lat i nie mówi. Gdzie mogę szukać pomocy?"])
    assert decide(BotSettings(), ENTRIES, reading, evidence(a=0.2, b=0.1, c=0.1)).outcome is Outcome.ANSWERED


def test_nothing_is_asked_twice(reader: Reader) -> None:
    asked = Before(asked=True)
    split = evidence(young=0.4, old=0.3, a=0.1)
    assert decide(BotSettings(), ENTRIES, reader.read(["speech", "help"], asked), split).outcome is Outcome.ANSWERED
    assert decide(BotSettings(), ENTRIES, reader.read(["who can help with my son's speech"], asked), split).outcome is Outcome.ANSWERED


def test_the_same_evidence_gives_the_same_decision(plain: Reading) -> None:
    found = evidence(a=0.5, b=0.3, c=0.1, d=0.05)
    assert decide(BotSettings(), ENTRIES, plain, found) == decide(BotSettings(), ENTRIES, plain, found)


def test_what_nobody_here_can_see_is_refused_with_whom_to_ask(reader: Reader, plain: Reading) -> None:
    told, refusing = evidence(a=0.6, b=0.3), reader.phrases.refusing
    assert "own-case" in refusing
    asked = reader.read(["what did the panel say about my son's plan"])
    decision = decide(BotSettings(), ENTRIES, asked, told, refusing)
    assert (decision.outcome, [e.id for e in decision.starts][:2]) == (Outcome.NOT_FOUND, ["a", "b"])
    for learned, outcome in (({"own-case"}, Outcome.NOT_FOUND), ({"wait"}, Outcome.ANSWERED)):
        sure = dataclasses.replace(told, asks=frozenset(learned), surely=frozenset(learned))
        assert decide(BotSettings(), ENTRIES, plain, sure, refusing).outcome is outcome
        unsure = dataclasses.replace(told, asks=frozenset(learned))
        assert decide(BotSettings(), ENTRIES, plain, unsure, refusing).outcome is Outcome.ANSWERED


def test_an_age_is_not_asked_for_where_nobody_here_can_see_the_answer(reader: Reader) -> None:
    asked = reader.read(["what time is my appointment"])
    assert decide(BotSettings(), ENTRIES, asked, evidence(young=0.5, old=0.4), reader.phrases.refusing).outcome is Outcome.NOT_FOUND
