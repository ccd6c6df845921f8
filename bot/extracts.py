"""Finds, inside one entry, the sentences that speak to a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from indexer.encoder import Vectors
from indexer.entries import Entry
from indexer.passages import Passage
from indexer.release import Release


@dataclass(frozen=True)
class Sentence:
    """One sentence of an entry: its passage, its place in it, and its cosine to the question."""

    passage: Passage
    index: int
    similarity: float

    @property
    def heading(self) -> str:
        """The section it stands in."""
        return self.passage.heading[-1]

    @property
    def text(self) -> str:
        """Its exact words."""
        return self.passage.quote(self.index)


_OF_A_YEAR = re.compile(r"\b(?:[Ii]n|end of|start of|middle of|[Ss]ince|[Bb]y) (?:\w+ )?20\d\d\b")
OF_A_YEAR_PENALTY = 0.4
"""Cosine taken from a sentence on how things stood in some year, where no figures are asked for."""


class Extracts:
    """The sentences of one entry, scored against the vector of a question (all alike without one).

    ``figures`` says whether figures are asked for: without it, how things stood in some year comes last.
    """

    def __init__(self, release: Release, entry: Entry, vector: Vectors | None = None, figures: bool = False) -> None:
        self.entry = entry
        self._figures = figures
        self._sentences: list[Sentence] = []
        for position in release.passages_of(entry.id):
            passage = release.passages[position]
            rows = release.sentence_vectors[release.sentence_starts[position] : release.sentence_starts[position + 1]]
            scores = rows @ vector if vector is not None else np.zeros(len(rows))
            self._sentences += [Sentence(passage, i, score) for i, score in enumerate(scores.tolist())]

    def under(self, *headings: str) -> Iterator[Sentence]:
        """Sentences of some sections, as written."""
        return (s for s in self._sentences if s.heading in headings)

    def best(self, headings: Iterable[str], most: int, bonus: dict[str, float] | None = None, least: float = -1.0) -> list[Sentence]:
        """The sentences of some sections nearest to the question, back in the order in which they are written.

        Args:
            headings: which sections.
            most: how many at most.
            bonus: added to the cosine by section.
            least: cosine (with bonus) below which a sentence is left out.
        """
        wanted = list(self.under(*headings))
        scores = {id(s): s.similarity + (bonus or {}).get(s.heading, 0.0) - self._penalty(s) for s in wanted}
        scored = sorted(wanted, key=lambda s: -scores[id(s)])
        chosen = {id(s) for s in scored[:most] if scores[id(s)] >= least}
        return [s for s in wanted if id(s) in chosen]

    def _penalty(self, sentence: Sentence) -> float:
        unwanted = not self._figures and "20" in sentence.text and _OF_A_YEAR.search(sentence.text)
        return OF_A_YEAR_PENALTY if unwanted else 0.0

    def nearest(self, headings: Iterable[str]) -> Sentence | None:
        """The one sentence nearest to the question."""
        return next(iter(self.best(headings, 1)), None)
