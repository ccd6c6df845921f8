"""Items: their keys, and the order in which they stand."""

from __future__ import annotations

import pytest

from web.staff.attention.items import KINDS, STEP_WORDS, Item, Step, counted, in_words, marks, ranked, slug


def item(step: Step, amount: int = 0, title: str = "x", kind: str = "review") -> Item:
    return Item(kind, title, title, (), frozenset(), step, amount)


def test_a_worse_step_stands_before_any_amount():
    assert [i.step for i in ranked([item(Step.SOON, 10**6), item(Step.STALE), item(Step.DANGER), item(Step.NUMBER, 5000)])] == [1, 2, 6, 9]


def test_within_a_step_the_larger_amount_comes_first_then_the_title():
    assert [i.title for i in ranked([item(Step.LAW, 1, "b"), item(Step.LAW, 1, "a"), item(Step.LAW, 7, "c")])] == ["c", "a", "b"]


def test_every_step_says_why_and_danger_is_the_worst():
    assert set(STEP_WORDS) == set(Step)
    assert item(Step.DANGER).why == "Step 1 of 9: someone in danger may be let down."


def test_marks_tell_facts_apart_without_holding_them():
    assert marks(["a", "b"]) == marks(["b", "a"]) != marks(["a"])
    assert all("secret" not in mark for mark in marks(["secret"]))


@pytest.mark.parametrize(("number", "words", "weighed"), [(0, "no answers", 0), (1, "fewer than 5 answers", 1), (4, "fewer than 5 answers", 1)])
def test_small_numbers_of_questions_are_not_told(number, words, weighed):
    assert (in_words(number, "answer"), counted(number)) == (words, weighed)


@pytest.mark.parametrize(
    ("number", "words", "weighed"), [(5, "5 or more answers", 5), (19, "10 or more answers", 10), (9999, "1000 or more answers", 1000)]
)
def test_larger_numbers_are_told_roughly(number, words, weighed):
    assert (in_words(number, "answer"), counted(number)) == (words, weighed)


def test_parts_of_keys_stay_plain_and_short():
    assert slug("Phone number & e-mail of the EHCP team!") == "phone-number-e-mail-of-the-ehcp-team"
    assert len(slug("word " * 100)) <= 80
    assert all(kind == slug(kind) for kind in KINDS)
