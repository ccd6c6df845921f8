"""Disagreements of the latest consistency run, as items."""

from __future__ import annotations

from types import SimpleNamespace

from web.staff.attention.from_runs import disagreements, latest
from web.staff.attention.items import Step

RUN = SimpleNamespace(number=7, release="r1")


def told(*starts: str, outcome: str = "answered") -> list:
    return [(f"wording {n}", "web", start, outcome) for n, start in enumerate(starts)]


def test_a_need_is_weighed_by_how_many_were_sent_elsewhere(ground):
    item = next(disagreements(ground(entries={"a": {}}), RUN, [("Toys for a baby", told("a", "a", "a", "b", "not_found"))]))
    assert (item.step, item.amount, item.title, item.facts) == (Step.DIFFERS, 2, "Different answers: Toys for a baby", {"a", "b", "not_found"})
    assert item.lines[:2] == ("Run 7 over release r1 asked for it 5 times.", "Starts at A: 3")
    assert "Starts at not found: 1" in item.lines[1:] or "Starts at Not found: 1" in item.lines


def test_danger_that_only_some_wordings_show_stands_first(ground):
    apart = told("a", outcome="urgent") + told("b")
    assert next(disagreements(ground(), RUN, [("need", apart)])).step is Step.DANGER


def test_needs_that_begin_alike_have_keys_of_their_own(ground):
    needs = [("word " * 30 + end, told("a", "b")) for end in ("one", "two")]
    assert len({item.key for item in disagreements(ground(), RUN, needs)}) == 2


def test_the_run_over_the_live_release_is_taken_before_a_later_one_over_another():
    class Runs:
        def latest(self, release: str = "") -> SimpleNamespace | None:
            return {"live": RUN, "": SimpleNamespace(number=9, release="other")}.get(release)

        def disagreements(self, number: int) -> list:
            return [number]

    assert latest(Runs(), "live") == (RUN, [7])
    assert latest(Runs(), "unknown")[1] == [9]


def test_before_any_run_there_is_nothing(gathering):
    assert not [row for row in gathering.board().rows if row.item.kind == "disagreement"]
