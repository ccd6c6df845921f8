"""The parents' guide to the Entitlement Framework (``content/framework``): what a setting should offer, quoted where it fits a question."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from bot.extracts import Sentence
from bot.reading import Reading
from indexer.encoder import Vectors
from indexer.entries import Entry
from indexer.release import Release

SHOULD_SEE = ("What you should see", "What school must do")
NEAR = 0.52
"""Least cosine of a sentence of the guide to be quoted."""


class Guide:
    """The quotable sentences of all framework pages of a release but those in ``off``, by their ids. Safe to share between threads."""

    def __init__(self, release: Release, off: Collection[str] = ()) -> None:
        self._entries: list[Entry] = []
        self._sentences: list[tuple[int, int]] = []
        self._release = release
        rows = []
        for entry in release.entries.values():
            if entry.kind != "framework" or not entry.needs or entry.id in off:
                continue
            for position in release.passages_of(entry.id):
                passage = release.passages[position]
                if passage.heading[-1] in SHOULD_SEE:
                    self._entries += [entry] * len(passage.sentences)
                    self._sentences += [(position, i) for i in range(len(passage.sentences))]
                    rows.append(release.sentence_vectors[release.sentence_starts[position] : release.sentence_starts[position + 1]])
        self._vectors = np.concatenate(rows) if rows else np.zeros((0, release.encoder.dimensions), dtype=np.float32)

    def best(self, reading: Reading, vector: Vectors) -> tuple[Entry, Sentence] | None:
        """The sentence nearest to a question, from the pages for the child's age and needs; None if either is not known or none is near.

        Args:
            reading: what was understood.
            vector: the question's embedding, shape (dimensions,).
        """
        if not self._sentences or reading.age is None or not reading.needs:
            return None
        needs = set(reading.needs)
        fits = np.array([bool(needs & set(entry.needs)) and _covers(entry, int(reading.age)) for entry in self._entries])
        scores = np.where(fits, self._vectors @ vector, -1.0)
        best = int(scores.argmax())
        if scores[best] < NEAR:
            return None
        position, index = self._sentences[best]
        return self._entries[best], Sentence(self._release.passages[position], index, float(scores[best]))


def _covers(entry: Entry, age: int) -> bool:
    """Whether a page is for the school phase of an age in whole years; phases do not overlap by the half year that services allow."""
    return (entry.minimum_age or 0) <= age <= (entry.maximum_age if entry.maximum_age is not None else age)
