"""Collects the citations of one answer: each passage once, quoted from the first sentence used to the last."""

from __future__ import annotations

from bot.records import Citation, Statement
from indexer.entries import Entry
from indexer.passages import Passage


class Citations:
    """The citations of one answer, numbered from 1 in the order of first use."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[int, Passage, str | None, int, int]] = {}

    def cite(self, passage: Passage, sentence: int, entry: Entry | None = None, weight: float = 0.0) -> Statement:
        """One sentence of a passage as a statement, in its exact words."""
        number, _, checked, first, last = self._used.get(passage.id, (len(self._used) + 1, passage, None, sentence, sentence))
        if entry and entry.assured_date:
            checked = entry.assured_date.isoformat()
        self._used[passage.id] = (number, passage, checked, min(first, sentence), max(last, sentence))
        return Statement(passage.quote(sentence), number, weight)

    def finished(self) -> tuple[Citation, ...]:
        """All citations, each quoting an unbroken stretch of its passage."""
        return tuple(
            Citation(
                n=number,
                title=passage.title,
                section=passage.section,
                url=passage.url,
                dated=passage.dated,
                checked=checked,
                quote=passage.text[passage.sentences[first][0] : passage.sentences[last][1]],
            )
            for number, passage, checked, first, last in self._used.values()
        )
