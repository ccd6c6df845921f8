"""Evidence: entries ranked as places to start, passages ranked by what they say, and how age, danger lines and earlier messages weigh."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from bot.engine import Engine, open_engine
from bot.evidence import AGE_PENALTY, Evidence, Gatherer, ages_of
from bot.settings import BotSettings
from indexer.config import IndexerSettings
from indexer.messages import NOT_OURS


@pytest.fixture(scope="module")
def small(small_built: IndexerSettings) -> Engine:
    return open_engine(BotSettings(), small_built)


def gather(engine: Engine, *turns: str, most: int = 20) -> Evidence:
    return engine.gatherer.gather(engine.reader.read(turns), most)


def probability(evidence: Evidence, id: str) -> float:
    return next(c.probability for c in evidence.candidates if c.id == id)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("where could we borrow some toys", "toy-library"),
        ("can my daughter have swimming lessons", "swimming-club"),
        ("swiming for my son", "swimming-club"),
        ("how do we get a bus pass", "bus-pass"),
        ("free travel on the bus", "bus-pass"),
        ("write a poem about france", "!out-of-scope"),
    ],
)
def test_the_best_candidate(small: Engine, text: str, id: str) -> None:
    assert gather(small, text).candidates[0].id == id


def test_candidates_are_all_entries_and_classes_best_first(small: Engine) -> None:
    evidence = gather(small, "toys for a baby")
    shares = [c.probability for c in evidence.candidates]
    assert {c.id for c in evidence.candidates} == {"toy-library", "swimming-club", "bus-pass", "!out-of-scope"}
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert [c.id for c in evidence.ours()] == [c.id for c in evidence.candidates if not c.id.startswith(NOT_OURS)]


def test_passages_come_best_first_and_no_more_than_asked_for(small: Engine) -> None:
    found = gather(small, "how long must the bus company take to answer", most=3).passages
    assert len(found) == 3
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
    assert found[0].passage.id == "bus-pass#time-limits"
    assert len({f.passage.id for f in gather(small, "toys", most=500).passages}) == len(small.release.passages)


def test_the_vector_is_that_of_the_question(small: Engine) -> None:
    evidence = gather(small, "toys for a baby")
    assert evidence.vector.shape == (small.release.vectors.d,)
    assert float(np.linalg.norm(evidence.vector)) == pytest.approx(1, abs=1e-3)


def test_a_child_of_another_age_makes_a_place_less_likely(small: Engine) -> None:
    plain, older = gather(small, "toys to play with"), gather(small, "toys to play with, he is 12 years old")
    assert probability(older, "toy-library") < probability(plain, "toy-library")


def test_an_age_that_fits_costs_nothing(small: Engine) -> None:
    reading = small.reader.read(["toys to play with"])
    fits = small.gatherer.gather(dataclasses.replace(reading, age=3.0))
    plain = small.gatherer.gather(reading)
    assert probability(fits, "toy-library") > probability(plain, "toy-library")  # since the swimming club falls back
    assert probability(fits, "swimming-club") < probability(plain, "swimming-club")


def test_a_detail_builds_on_what_was_said(small: Engine) -> None:
    assert gather(small, "where can he learn to swim", "he is 9").candidates[0].id == "swimming-club"
    assert gather(small, "how do i get a bus pass", "he is 9").candidates[0].id == "bus-pass"


def test_the_same_question_gives_the_same_evidence(small: Engine) -> None:
    first, second = gather(small, "toys for a baby"), gather(small, "toys for a baby")
    assert [(c.id, c.probability) for c in first.candidates] == [(c.id, c.probability) for c in second.candidates]


def test_weights_come_from_the_settings(small: Engine) -> None:
    reading = small.reader.read(["toys for a baby"])
    learned = Gatherer(BotSettings(retrieval_weight=0), small.release).gather(reading)
    assert [c.id for c in learned.candidates] == [c.id for c in sorted(learned.candidates, key=lambda c: -c.learned)]
    dense = Gatherer(BotSettings(dense_weight=1), small.release).gather(reading)
    keyword = Gatherer(BotSettings(dense_weight=0), small.release).gather(reading)
    assert [f.score for f in dense.passages] != [f.score for f in keyword.passages]


def test_a_crisis_line_leads_only_where_it_is_named(engine: Engine) -> None:
    crisis = {id for id, entry in engine.entries.items() if entry.crisis}
    assert crisis
    calm = ["she gets low about exams, who can she talk to at school", "he worries at night and cannot sleep", "my daughter has no confidence"]
    assert not {gather(engine, text).candidates[0].id for text in calm} & crisis
    assert gather(engine, "what is the samaritans number").candidates[0].id == "samaritans"


@pytest.mark.parametrize(
    ("age", "toys", "pool"),
    [(0.1, True, False), (4.4, True, False), (4.5, True, True), (5.4, True, True), (5.5, False, True), (16.4, False, True), (16.5, False, False)],
)
def test_ages_that_suit_give_or_take_half_a_year(small: Engine, age: float, toys: bool, pool: bool) -> None:
    """The toy library is for ages 0 to 4, the swimming club for 5 to 15; the bus pass for all."""
    fit = dict(zip(small.release.learned.heads["places"].labels, small.gatherer._age_fit(age), strict=True))
    assert {id: fit[id] == 0 for id in ("toy-library", "swimming-club", "bus-pass")} == {"toy-library": toys, "swimming-club": pool, "bus-pass": True}
    assert set(fit.values()) <= {0.0, -AGE_PENALTY}


@pytest.mark.parametrize(
    ("youngest", "oldest", "ages"), [(None, None, (0, 130)), (5, 15, (5, 15)), (None, 4, (0, 4)), (16, None, (16, 130)), (0, 0, (0, 0))]
)
def test_an_entry_without_limits_is_for_all_ages(youngest: int | None, oldest: int | None, ages: tuple[int, int], small: Engine) -> None:
    entry = small.entries["bus-pass"].model_copy(update={"minimum_age": youngest, "maximum_age": oldest})
    assert ages_of(entry) == ages
