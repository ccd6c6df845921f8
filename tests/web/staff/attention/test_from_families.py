"""What families said and asked, as items."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.web.staff.attention.conftest import NOON, TODAY, Counts
from web.answer_feedback import Unhelpful
from web.models import Text
from web.replies import Answered
from web.staff.attention.from_families import LATE_SECONDS, comments, texts, unanswered, unhelpful
from web.staff.attention.items import Step

SECRET = "Words that a family wrote"


def comment(number: int, entry: str = "a", about: str = "facts") -> Answered:
    return Answered(f"F-{number}", entry, about, NOON, SECRET, "", "", 0)


def answer(number: int, start: str = "a", why: str = "place", outcome: str = "answered") -> Unhelpful:
    return Unhelpful(f"A-{number}", outcome, start, why, SECRET, "web", "r", NOON)


def text(number: int, state: str = "failed", age: float = 0, outcome: str = "answered", provider: str = "twilio") -> Text:
    return Text(ref=f"r{number}", provider=provider, state=state, created=int(NOON - age), outcome=outcome, why="no such number")


def test_comments_are_one_item_for_each_entry(ground):
    items = {i.key: i for i in comments(ground({"a": 9}, entries={"a": {}}), [comment(1), comment(2), comment(3, "b", "contact")])}
    assert (items["comment:a"].title, items["comment:a"].step, items["comment:a"].amount) == ("2 comments to answer: A", Step.SAID, 7)
    assert (items["comment:b"].title, items["comment:b"].step) == ("1 comment to answer: B", Step.NUMBER)
    assert items["comment:a"].facts == {"F-1", "F-2"}


def test_a_comment_on_an_entry_that_replies_to_danger_stands_first(ground):
    assert next(comments(ground(entries={"a": {}}, danger=["a"]), [comment(1, about="unclear")])).step is Step.DANGER


@pytest.mark.parametrize(
    ("one", "step"),
    [
        (answer(1), Step.SAID),
        (answer(1, why="facts"), Step.NUMBER),
        (answer(1, outcome="urgent"), Step.DANGER),
        (answer(1, "saves"), Step.DANGER),
        (answer(1, ""), Step.SAID),
    ],
)
def test_answers_that_did_not_help_stand_where_they_could_do_harm(ground, one, step):
    item = next(unhelpful(ground(entries={"a": {}, "saves": {}}, danger=["saves"]), [one]))
    assert (item.step, item.key) == (step, f"unhelpful:{one.start or 'no-place'}")


def test_no_words_of_families_are_in_any_item(ground):
    items = [*comments(ground(entries={"a": {}}), [comment(1)]), *unhelpful(ground(entries={"a": {}}), [answer(1)])]
    assert len(items) == 2
    assert SECRET not in repr(items)


@pytest.fixture
def counts():
    """Counts of three months, in which every outcome is shown, and of the days before and after."""
    found = Counts()
    for month in (2, 3, 4, 5, 6):
        for measure, value in (("outcome", "answered"), ("outcome", "not_found"), ("channel", "web")):
            found.add(measure, value, 60 if measure == "channel" else 30, dt.date(2026, month, 5))
    return found


def test_questions_without_an_answer_are_grouped_by_need_and_small_numbers_hidden(ground, counts):
    counts.add("unanswered", "learning", 7)
    counts.add("unanswered", "learning", 8, dt.date(2026, 4, 20))
    counts.add("unanswered", "none", 2, dt.date(2026, 3, 1))
    counts.add("unanswered", "autism", 9, dt.date(2026, 2, 28))
    items = {i.key: i for i in unanswered(ground(), counts)}
    assert set(items) == {"unanswered:learning", "unanswered:none"}
    assert "15 questions about learning that" in items["unanswered:learning"].lines[0]
    assert "questions with no need that was understood, in numbers that are not shown, that" in items["unanswered:none"].lines[0]
    assert (items["unanswered:learning"].amount, items["unanswered:none"].amount) == (15, 1)


def test_of_questions_without_an_answer_no_more_is_told_than_by_the_figures(ground, counts):
    counts.add("unanswered", "learning", 7, dt.date(2026, 4, 20))
    counts.add("unanswered", "learning", 9)
    counts.add("unanswered", "none", 2)
    item = next(i for i in unanswered(ground(), counts) if i.subject == "learning")
    assert "12 or more questions about learning that" in item.lines[0]


def test_what_was_asked_since_the_last_month_that_is_over_changes_nothing(ground, counts):
    counts.add("unanswered", "learning", 7)
    before = list(unanswered(ground(), counts))
    counts.add("unanswered", "learning", 5, dt.date(2026, 6, 1))
    counts.add("unanswered", "autism", 5, TODAY)
    assert list(unanswered(ground(), counts)) == before


def test_a_later_month_with_such_questions_is_a_new_fact_and_the_same_month_is_not(ground, counts):
    counts.add("unanswered", "learning", 3, dt.date(2026, 4, 20))
    first = next(unanswered(ground(), counts)).facts
    counts.add("unanswered", "learning", 3, dt.date(2026, 4, 21))
    assert next(unanswered(ground(), counts)).facts == first
    counts.add("unanswered", "learning", 1)
    assert next(unanswered(ground(), counts)).facts > first


def test_texts_count_as_not_sent_once_given_up_or_long_owed():
    held = [text(1), text(2, "owed", LATE_SECONDS + 1), text(3, "owed", 5), text(4, provider="notify", outcome="urgent")]
    items = {i.key: i for i in texts(held, NOON)}
    assert (items["text:twilio"].title, items["text:twilio"].step) == ("2 replies not sent through Twilio", Step.SAID)
    assert (items["text:notify"].title, items["text:notify"].step) == ("1 reply not sent through Notify", Step.DANGER)
