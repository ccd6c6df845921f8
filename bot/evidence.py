"""Gathers evidence for a reading: entries ranked as places to start, passages ranked by what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.reading import Reading
from bot.settings import BotSettings
from indexer.encoder import Vectors
from indexer.entries import Entry
from indexer.passages import Passage
from indexer.ranker import Scores, log_softmax
from indexer.release import Release
from indexer.wording import any_of

CONTEXT_SHARE, DETAIL_SHARE = 0.4, 1.0
"""How much earlier messages count against the last one where it leans on them, and where it only adds a detail such as an age."""
AGE_PENALTY = 2.5
"""Log probability taken from an entry whose ages exclude the child's."""
AGE_SLACK = 0.5
"""Years beyond an entry's ages that are let pass: parents round."""
CRISIS_PENALTY = 2.0
"""Log probability taken from a crisis line where no danger was found and the line is not asked for by name."""
DOCUMENT_NEAR = 0.5
"""Least cosine of a document's passage to be quoted."""
NOT_OURS = "!"
"""First character of the ids that stand for messages outside the subject."""


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
    """Candidates and passages, best first, and the vector of the question, shape (dimensions,)."""

    candidates: tuple[Candidate, ...]
    passages: tuple[Found, ...]
    vector: Vectors

    def near_document(self) -> Passage | None:
        """The best passage of a document, or of an entry that nobody has said how to ask for, if it is near enough to be quoted."""
        return next((f.passage for f in self.passages if f.unasked and f.similarity >= DOCUMENT_NEAR), None)

    def ours(self) -> Iterator[Candidate]:
        """Candidates that are entries."""
        return (c for c in self.candidates if not c.id.startswith(NOT_OURS))


class Gatherer:
    """Finds evidence in one release. Safe to share between threads."""

    def __init__(self, settings: BotSettings, release: Release) -> None:
        self._settings, self._release = settings, release
        self._position = {id: i for i, id in enumerate(release.ranker.ids)}
        self._entries = [release.entries.get(id) for id in release.ranker.ids]
        self._crisis = [(i, any_of(_names(entry))) for i, entry in enumerate(self._entries) if entry and entry.crisis]
        owners = [self._position.get(p.entry or "", -1) for p in release.passages]
        self._owner = np.array(owners, dtype=np.int64)
        guides = {entry.id for entry in release.entries.values() if entry.kind == "framework"}
        self._unasked = [position < 0 and p.entry not in guides for position, p in zip(owners, release.passages, strict=True)]

    def gather(self, reading: Reading, most: int = 20) -> Evidence:
        """Evidence for a reading, with at most ``most`` passages."""
        release = self._release
        whole = release.wording.open(f"{reading.context} {reading.repaired}") if reading.context else reading.opened
        vectors = release.encoder.encode([whole, reading.opened] if reading.context else [whole], "question")
        learned = release.ranker.log_probabilities(reading.repaired, vectors[-1])
        if reading.context:
            joined = release.ranker.log_probabilities(f"{reading.context} {reading.repaired}", vectors[0])
            share = DETAIL_SHARE if reading.only_details else CONTEXT_SHARE
            learned = log_softmax((1 - share) * learned + share * joined)
        similarity, hybrid = self._search(vectors[0], whole)
        retrieved = np.zeros(len(learned), dtype=np.float32)
        owned = self._owner >= 0
        np.maximum.at(retrieved, self._owner[owned], hybrid[owned])
        total = learned + self._settings.retrieval_weight * retrieved + self._age_fit(reading.age) + self._crisis_fit(reading.repaired)
        probabilities = np.exp(log_softmax(total))
        order = np.argsort(-probabilities, kind="stable")
        best = np.argsort(-hybrid, kind="stable")[:most]
        return Evidence(
            candidates=tuple(Candidate(release.ranker.ids[i], float(probabilities[i]), float(learned[i]), float(retrieved[i])) for i in order),
            passages=tuple(Found(release.passages[i], float(hybrid[i]), float(similarity[i]), bool(self._unasked[i])) for i in best),
            vector=vectors[0],
        )

    def _search(self, vector: Vectors, text: str) -> tuple[Scores, Scores]:
        """Cosine and hybrid score of every passage: dense and keyword, each against its own best, weighted to the dense side."""
        count = len(self._release.passages)
        scores, rows = self._release.vectors.search(vector[None], count)
        similarity = np.zeros(count, dtype=np.float32)
        similarity[rows[0]] = scores[0]
        keywords = self._release.keywords.scores(text)
        top = float(keywords.max(initial=0.0))
        share = self._settings.dense_weight
        return similarity, share * similarity + (1 - share) * (keywords / top if top > 0 else keywords) * np.maximum(similarity.max(), 0)

    def _age_fit(self, age: float | None) -> Scores:
        fit = np.zeros(len(self._position), dtype=np.float32)
        if age is not None:
            fit[[not (entry is None or suits_age(entry, age)) for entry in self._entries]] = -AGE_PENALTY
        return fit

    def _crisis_fit(self, text: str) -> Scores:
        fit = np.zeros(len(self._position), dtype=np.float32)
        fit[[position for position, names in self._crisis if not names.search(text)]] = -CRISIS_PENALTY
        return fit


def _names(entry: Entry) -> list[str]:
    return [name.lower() for name in (entry.name, *entry.alternate_names)]


def suits_age(entry: Entry, age: float) -> bool:
    """Whether an entry's ages admit a child of an age in years, give or take half a year."""
    youngest = entry.minimum_age if entry.minimum_age is not None else 0
    oldest = entry.maximum_age if entry.maximum_age is not None else 130
    return youngest - AGE_SLACK <= age < oldest + 1 + AGE_SLACK
