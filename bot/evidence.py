"""Gathers evidence for a reading: entries ranked as places to start, passages ranked by what they say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bot.documents import JUDGED, Documents, Near
from bot.reading import Reading
from bot.settings import BotSettings
from indexer.encoder import Vectors
from indexer.entries import Entry
from indexer.heads import ASKS, DANGER, IN_DANGER, KINDS, PLACES, SCOPE
from indexer.learning import Features, Scores, log_softmax
from indexer.messages import NOT_OURS, OUT_OF_SCOPE, SMALL_TALK
from indexer.passages import Passage
from indexer.release import Release
from indexer.wording import any_of

OUTSIDE = {"bias": 3.3, "scope": 1.25, "need": -0.3, "age": -1.0, "margin": -0.7}
"""Log odds of lying outside the subject: the head's own, whether a need and an age are named, and the log of how much likelier the best entry is
than what is outside. A logistic regression over the practice questions (docs/experiments.md)."""
_TINY = 1e-9
AGE_PENALTY = 2.5
"""Log probability taken from an entry whose ages exclude the child's."""
AGE_SLACK = 0.5
"""Years beyond an entry's ages that are let pass: parents round."""
CRISIS_PENALTY = 2.0
"""Log probability taken from a crisis line where no danger was found and the line is not asked for by name."""
MOST_PARTS, SECOND_SHARE = 4, 0.4
"""Parts of a message that are looked at for another need, and the least probability at which one is taken to be there."""
WEIGHTS = {"dense": 0.45, "words": 2.75, "letters": 4.0}
WEIGHTS_FOREIGN = {"words": 5.0, "letters": 5.0}
"""How much each kind of feature counts in telling where to start: factors of its scores; chosen on questions (docs/experiments.md)."""
POINTED_AT = 3.0
"""Log probability given to an entry of the reply before that a message points at."""

_NEAR, _DOUBT = 0.21, 0.05
"""How far ahead of the entries documents are quoted, and what is added for each fall of the likeliest place's log probability by one (or
that of what is not ours, where it is likelier)."""
_ABOUT, _OUTSIDE, _SURELY_OUTSIDE = 0.315, 0.01, 8.0
"""How far ahead a document must be for its question to be answered although it would be outside the subject, and what is taken from that for each
unit of its log odds of being so, up to a most."""


@dataclass(frozen=True)
class Candidate:
    """An entry as a place to start. ``probability`` is over all entries and the classes of messages that are not ours."""

    id: str
    probability: float
    learned: float
    retrieved: float


@dataclass(frozen=True)
class Found:
    """A passage with its hybrid score (about 0 to 1) and its cosine to the question.

    ``unasked`` passages belong to no entry that can be a place to start: documents, and services imported from a feed.
    """

    passage: Passage
    score: float
    similarity: float
    unasked: bool


@dataclass(frozen=True)
class Evidence:
    """Candidates and passages, best first, and the vector of the question, shape (dimensions,).

    Learned from the messages on file: ``outside`` and ``chat`` are the log odds that a message is outside the subject, or small talk;
    ``danger`` those that somebody is in danger, of the ``kind`` named; ``asks`` is what is asked for that nobody can tell, ``surely`` that of
    even odds or more. ``second`` is the place for another need in the same message. ``asked`` is the message alone as a message, shape
    (dimensions,). ``documents`` are passages of documents, best first, and ``sought`` is the question as they are searched for.
    """

    candidates: tuple[Candidate, ...]
    passages: tuple[Found, ...]
    vector: Vectors
    outside: float = -np.inf
    chat: float = -np.inf
    danger: float = -np.inf
    kind: str | None = None
    asks: frozenset[str] = frozenset()
    surely: frozenset[str] = frozenset()
    second: str | None = None
    asked: Vectors | None = None
    documents: tuple[Near, ...] = ()
    sought: str = ""

    def near_document(self) -> bool:
        """Whether a document is near enough to be quoted: nearer than the entries are, the more so the surer a place to start is."""
        return self._ahead() - _DOUBT * float(np.log(self.candidates[0].probability + 1e-3)) >= _NEAR

    def about_document(self) -> bool:
        """Whether the question is about a document that is near, even where it would be outside the subject."""
        return self._ahead() - _OUTSIDE * min(max(self.outside, 0.0), _SURELY_OUTSIDE) >= _ABOUT

    def _ahead(self) -> float:
        return max((near.ahead for near in self.documents[:JUDGED]), default=-np.inf)

    def without(self, off: Collection[str]) -> Evidence:
        """The evidence without the passages of some entries, by their ids; as a place for another need they are not named either.

        How far a document is ahead of the entries stays as it is: what is switched off is not to be told from a document instead.
        """
        passages = tuple(found for found in self.passages if found.passage.entry not in off)
        documents = tuple(near for near in self.documents if near.passage.entry not in off)
        return replace(self, passages=passages, second=None if self.second in off else self.second, documents=documents)

    def beyond(self) -> float:
        """The probability that what is asked for lies outside the subject, as the ranking of places sees it."""
        return sum(c.probability for c in self.candidates if c.id.startswith(NOT_OURS))

    def ours(self) -> Iterator[Candidate]:
        """Candidates that are entries."""
        return (c for c in self.candidates if not c.id.startswith(NOT_OURS))


class Gatherer:
    """Finds evidence in one release. Safe to share between threads."""

    def __init__(self, settings: BotSettings, release: Release) -> None:
        self._settings, self._release = settings, release
        self._ids = release.learned.heads[PLACES].labels
        self._position = {id: i for i, id in enumerate(self._ids)}
        self._entries = [release.entries.get(id) for id in self._ids]
        self._ours = np.array([not id.startswith(NOT_OURS) for id in self._ids])
        self._crisis = [(i, any_of(_names(entry))) for i, entry in enumerate(self._entries) if entry and entry.crisis]
        ages = [(0, 130) if entry is None else ages_of(entry) for entry in self._entries]
        self._youngest, self._oldest = np.array(ages, dtype=np.float32).T
        owners = [self._position.get(p.entry or "", -1) for p in release.passages]
        self._owner = np.array(owners, dtype=np.int64)
        guides = {entry.id for entry in release.entries.values() if entry.kind == "framework"}
        self._unasked = [position < 0 and p.entry not in guides for position, p in zip(owners, release.passages, strict=True)]
        self._documents = Documents(release, self._unasked)

    def gather(self, reading: Reading, most: int = 20) -> Evidence:
        """Evidence for a reading, with at most ``most`` passages."""
        release = self._release
        english = reading.language == "en"
        terms, whole = release.wording.learnable(reading.repaired, english)
        question, asked = release.encoder.both(whole)
        alone = together = release.learned.features(terms, asked)
        if reading.context:
            terms, whole = release.wording.learnable(f"{reading.context} {reading.repaired}", english)
            question, asked = release.encoder.both(whole)
            together = release.learned.features(terms, asked)
        learned = self._places(reading, together)
        sought = terms if english else whole
        similarity, hybrid = self._search(question, whole)
        retrieved = np.zeros(len(learned), dtype=np.float32)
        owned = self._owner >= 0
        np.maximum.at(retrieved, self._owner[owned], hybrid[owned])
        fits = self._age_fit(reading.age) + self._crisis_fit(reading.repaired) + self._before_fit(reading)
        found = self._settings.retrieval_weight * retrieved if reading.language == "en" else 0.0  # passages are English
        probabilities = np.exp(log_softmax(learned + found + fits))
        order = np.argsort(-probabilities, kind="stable")
        best = np.argsort(-hybrid, kind="stable")[:most]
        return Evidence(
            candidates=tuple(
                map(Candidate, [self._ids[i] for i in order], probabilities[order].tolist(), learned[order].tolist(), retrieved[order].tolist())
            ),
            passages=tuple(Found(release.passages[i], float(hybrid[i]), float(similarity[i]), bool(self._unasked[i])) for i in best),
            vector=question,
            second=self._second(reading, self._ids[order[0]]),
            asked=alone.vector,
            documents=self._documents.near(sought, similarity) if english else (),  # of other languages the vectors tell nothing
            sought=sought,
            **self._told(reading, alone, probabilities),
        )

    def _places(self, reading: Reading, features: Features) -> Scores:
        margins = self._release.learned.heads[PLACES].margins(features)
        weights = WEIGHTS if reading.language == "en" else WEIGHTS_FOREIGN
        return log_softmax(np.sum([margins[kind] * weight for kind, weight in weights.items()], axis=0))

    def leader(self, reading: Reading, vector: Vectors) -> str:
        """The place, or class of what is not ours, that what was learned ranks first for a message alone; ``vector`` is the message's, as asked."""
        terms, _ = self._release.wording.learnable(reading.repaired, reading.language == "en")
        return str(self._ids[int(self._places(reading, self._release.learned.features(terms, vector)).argmax())])

    def odds(self, reading: Reading) -> dict[str, dict[str, float]]:
        """Log odds of each label of the heads for scope, danger and what is asked for, from the last message alone."""
        terms, whole = self._release.wording.learnable(reading.repaired, reading.language == "en")
        _, asked = self._release.encoder.both(whole)
        return self._odds(reading, self._release.learned.features(terms, asked))

    def _odds(self, reading: Reading, features: Features) -> dict[str, dict[str, float]]:
        kinds = ("dense", "words", "letters") if reading.language == "en" else ("words", "letters")
        found: dict[str, dict[str, float]] = {}
        for name in (SCOPE, DANGER, KINDS, ASKS):
            if head := self._release.learned.heads.get(name):
                margins = head.margins(features)
                found[name] = dict(zip(head.labels, map(float, np.mean([margins[kind] for kind in kinds], axis=0)), strict=True))
        return found

    def _told(self, reading: Reading, features: Features, probabilities: Scores) -> dict[str, Any]:
        odds = self._odds(reading, features)
        scope, asks, which = odds.get(SCOPE, {}), odds.get(ASKS, {}), odds.get(KINDS, {})
        return {
            "outside": self._outside(reading, scope, probabilities),
            "chat": scope.get(SMALL_TALK, -np.inf),
            "danger": odds.get(DANGER, {}).get(IN_DANGER, -np.inf),
            "kind": max(which, key=lambda kind: which[kind]) if which else None,
            "asks": frozenset(label for label, value in asks.items() if value >= self._settings.asked_floor),
            "surely": frozenset(label for label, value in asks.items() if value >= 0.0),
        }

    def _outside(self, reading: Reading, scope: Mapping[str, float], probabilities: Scores) -> float:
        if OUT_OF_SCOPE not in scope:
            return -np.inf
        margin = float(np.log(probabilities[self._ours].max() + _TINY) - np.log(probabilities[self._position[OUT_OF_SCOPE]] + _TINY))
        facts = {"bias": 1.0, "scope": scope[OUT_OF_SCOPE], "need": bool(reading.needs), "age": reading.age is not None, "margin": margin}
        return float(sum(OUTSIDE[name] * value for name, value in facts.items()))

    def _second(self, reading: Reading, first: str) -> str | None:
        """The place for another need than the first one's, where a part of the message asks for it."""
        found: dict[str, float] = {}
        for part in reading.parts[:MOST_PARTS]:
            _, asked = self._release.encoder.both(part)
            told = np.exp(self._places(reading, self._release.learned.features(part, asked)))
            best = int(told.argmax())
            found[self._ids[best]] = max(found.get(self._ids[best], 0.0), float(told[best]))
        others = {id: share for id, share in found.items() if id != first and not id.startswith(NOT_OURS) and share >= SECOND_SHARE}
        return max(others, key=lambda place: others[place]) if others else None

    def _before_fit(self, reading: Reading) -> Scores:
        fit = np.zeros(len(self._position), dtype=np.float32)
        if reading.picked in self._position:
            fit[self._position[reading.picked]] = POINTED_AT
        return fit

    def _search(self, vector: Vectors, text: str) -> tuple[Scores, Scores]:
        """Cosine and hybrid score of every passage: dense and keyword, each against its own best, weighted to the dense side."""
        count = len(self._release.passages)
        scores, rows = self._release.vectors.search(vector[None], count)
        similarity = np.zeros(count, dtype=np.float32)
        similarity[rows[0]] = scores[0]
        keywords = self._release.keywords.scores(text)
        top = float(keywords.max(initial=0.0))
        share = self._settings.dense_weight
        hybrid = share * similarity + (1 - share) * (keywords / top if top > 0 else keywords) * np.maximum(similarity.max(), 0)
        return similarity, hybrid

    def held_back(self, reading: Reading) -> dict[str, str]:
        """Places that are less likely than the message alone makes them, by id: ``age`` where theirs exclude the child's, ``crisis`` where nobody
        is in danger and the line is not asked for by name."""
        fits = {"crisis": self._crisis_fit(reading.repaired), "age": self._age_fit(reading.age)}
        return {id: why for why, fit in fits.items() for id, by in zip(self._ids, fit.tolist(), strict=True) if by < 0}

    def _age_fit(self, age: float | None) -> Scores:
        fit = np.zeros(len(self._position), dtype=np.float32)
        if age is not None:
            fit[(age < self._youngest - AGE_SLACK) | (age >= self._oldest + 1 + AGE_SLACK)] = -AGE_PENALTY
        return fit

    def _crisis_fit(self, text: str) -> Scores:
        fit = np.zeros(len(self._position), dtype=np.float32)
        fit[[position for position, names in self._crisis if not names.search(text)]] = -CRISIS_PENALTY
        return fit


def _names(entry: Entry) -> list[str]:
    return [name.lower() for name in (entry.name, *entry.alternate_names)]


def ages_of(entry: Entry) -> tuple[int, int]:
    """The youngest and the oldest age that an entry is for, in whole years; 0 and 130 where it has no limit."""
    return entry.minimum_age or 0, entry.maximum_age if entry.maximum_age is not None else 130
