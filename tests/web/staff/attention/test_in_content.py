"""What the looks at the content found, as items."""

from __future__ import annotations

import pytest

from web.staff.attention.ground import Ground
from web.staff.attention.in_content import in_content
from web.staff.attention.items import Step

PAGE = "https://example.org/page"


def found(ground: Ground) -> dict:
    return {item.key: item for item in in_content(ground)}


def test_before_anybody_has_looked_there_is_nothing(ground):
    assert list(in_content(Ground(ground().today))) == []


def test_a_review_is_overdue_due_soon_or_not_yet_shown(ground):
    days = {"late": "2026-06-09", "today": "2026-06-10", "soon": "2026-07-10", "later": "2026-07-11"}
    items = found(ground({"late": 57}, entries={id: {"review_due": day} for id, day in days.items()}))
    assert {key: item.step for key, item in items.items()} == {"review:late": Step.STALE, "review:today": Step.SOON, "review:soon": Step.SOON}
    late = items["review:late"]
    assert (late.title, late.amount) == ("Review overdue: Late", 50)
    assert late.lines == ("The review was due on 9 June 2026.", "From March 2026 to May 2026 50 or more answers named it.")


def test_a_review_that_was_done_ahead_comes_back_when_it_is_overdue(ground):
    ahead, over = (found(ground(entries={"a": {"review_due": day}}))["review:a"].facts for day in ("2026-06-10", "2026-06-09"))
    assert not over <= ahead


@pytest.mark.parametrize("rule", ["invalid-phone", "foreign-phone", "stray-phone"])
def test_a_wrong_number_stands_high_and_one_in_danger_highest(ground, rule):
    items = found(ground(entries={"a": {}, "b": {}}, danger=["b"], findings=[[rule, "error", id, "phones: 123 is wrong"] for id in "ab"]))
    assert [items[f"number:{id}"].step for id in "ab"] == [Step.NUMBER, Step.DANGER]
    assert items["number:a"].lines[0] == "Phones: 123 is wrong"


def test_two_hours_for_one_number_are_a_number_in_doubt_and_two_time_limits_a_fault(ground):
    said = ["0161 1 has the hours 'day' here and 'night' in b", "'6 weeks' against '8 weeks' in b"]
    assert set(found(ground(entries={"a": {}}, findings=[["contradiction", "error", "a", text] for text in said]))) == {"number:a", "error:a"}


def test_other_errors_are_one_item_for_each_entry_or_file(ground):
    findings = [["acronym", "error", "a", "ABC"], ["reading-age", "error", "a", "8"], ["unknown-id", "error", "urgent.toml", "no entry"]]
    items = found(ground(entries={"a": {}}, findings=findings))
    assert {key: item.step for key, item in items.items()} == {"error:a": Step.STALE, "error:urgent.toml": Step.DANGER}
    assert len(items["error:a"].facts) == 2


def test_overdue_reviews_are_worked_out_for_the_day_not_taken_from_the_look(ground):
    assert found(ground(entries={"a": {}}, findings=[["overdue-review", "error", "a", "review was due"]])) == {}


@pytest.mark.parametrize("rule", ["pin", "pin-changed", "pin-review"])
def test_pins_are_told_apart_and_weighed_by_where_they_start(ground, rule):
    items = found(ground({"a": 20}, entries={"a": {}}, pins={"blue-badge": "a"}, findings=[[rule, "note", "pins.toml", "blue-badge: look again"]]))
    item = items["pin:blue-badge"]
    assert (item.step, item.amount, item.entries) == (Step.DIFFERS, 20, ("a",))
    assert item.title == "The agreed place to start has to be looked at again: blue badge"


def test_links_are_surely_dead_or_perhaps_and_only_those_that_are_still_named(ground):
    links = [
        ["unreachable-page", "error", "a", f"{PAGE}: the server answers 404"],
        ["unreachable-page", "note", "b", f"{PAGE}: timed out"],
        ["changed-page", "note", "a", f"{PAGE} was changed on 2026-05-01, after 2026-04-01: read it again"],
        ["unreachable-page", "error", "a", "https://example.org/old: the server answers 404"],
        ["unreachable-page", "error", "no-entry", f"{PAGE}: the server answers 404"],
    ]
    items = found(ground(entries={"a": {"urls": [PAGE]}, "b": {"urls": [PAGE]}}, danger=["a", "b"], links=links))
    assert {key: item.step for key, item in items.items()} == {"link:a": Step.DANGER, "link:b": Step.STALE, "changed:a": Step.STALE}
    assert items["link:a"].facts == {PAGE}


def test_another_fault_of_the_same_page_is_no_new_fact(ground):
    facts = [
        found(ground(entries={"a": {"urls": [PAGE]}}, links=[["unreachable-page", "note", "a", f"{PAGE}: {fault}"]]))["link:a"].facts
        for fault in ("timed out", "connection refused")
    ]
    assert facts[0] == facts[1]


def test_contacts_are_one_item_for_each_entry_unless_the_name_says_whose_they_are(ground):
    waiting = [
        {"what": "phone number", "group": "Phone numbers", "entries": ["a", "b"]},
        {"what": "website", "group": "Web pages", "entries": ["a"]},
        {"what": "phone number and e-mail of the team", "group": "Phone numbers", "entries": ["a", "c"]},
        {"what": "phone number and e-mail of the team", "group": "E-mail addresses", "entries": ["a", "c"]},
    ]
    items = found(ground({"c": 10}, entries={id: {} for id in "abc"}, danger=["b"], waiting=waiting))
    assert set(items) == {"contact:a", "contact:b", "contact:phone-number-and-e-mail-of-the-team"}
    assert (items["contact:a"].title, items["contact:a"].step) == ("To supply for A: phone number, website", Step.MISSING)
    assert items["contact:b"].step is Step.DANGER
    shared = items["contact:phone-number-and-e-mail-of-the-team"]
    assert (shared.entries, shared.amount) == (("a", "c"), 10)


def test_duties_that_nothing_covers_stand_before_those_covered_in_part(ground):
    duties = [
        {"paragraph": "1(b)", "duty": "Swim.", "entries": ["a"], "needs": "The pool."},
        {"paragraph": "", "duty": "Read.", "entries": [], "needs": "The library."},
    ]
    items = found(ground({"a": 50}, entries={"a": {}}, duties=duties))
    assert items["duty:1-b"].title == "Covered in part: Swim. (paragraph 1(b))"
    assert items["duty:read"].title == "Not covered: Read."
    assert items["duty:read"].weight > items["duty:1-b"].weight
