"""Finds passages of documents near a question, and the sentences in them that answer it.

Documents are pages and files beside the entries; entries from a feed, which nobody has said how to ask for, count as documents too. How near a
passage is rests on its vector and on the question's words that it holds, each weighted by how rare it is: a long message shares common words
with everything, while a short question about a leisure club names what only one page has. Reports say "lowest proportion" where families say
"fewest": a synonym counts too, a little less. The figures were set on sets of twenty questions and tried on others (docs/reading.md).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.keywords import SYNONYM, terms_of
from indexer.learning import Scores
from indexer.passages import CONTINUES, LEADS_IN, Passage
from indexer.release import Release

WORDS_NEAR, NEAR, LEAST_SHARE = 0.5, 0.57, 0.15
"""What the share of a question's words adds to a passage's cosine, and the least sum and least share at which it is near enough to be quoted."""
ASKED_ABOUT = 1 / 3
"""Share of a question's words from which it is about a document: what would be outside the subject is answered then."""
_LEAST, _MOST = 0.15, 20
"""Least cosine of a passage that is looked at, and how many are."""
_WORDS, _KEYWORDS = 0.4, 0.2
"""What a passage gains over its cosine by holding all words of the question, and by being first by keywords."""
_SHORT, _SAME_PAGE = 8, 0.6
"""Passages of a short document, and how far each of them is lifted towards its best: a page on one thing says in several sections what is asked."""
_NEXT = 0.5
"""How far a passage is lifted towards a better one right before or after it in the same section."""
_HELD, _KIND = 0.3, 0.1
"""What a sentence gains by holding all words of the question, and by holding what is asked for: a sum of money, a number, a date, a name."""
_IN_HEADING, _JUST_BEFORE = 0.5, 0.3
"""How much a word counts for a sentence that stands in its heading, or in the sentence before it."""
MOST_SENTENCES, MOST_PASSAGES = 5, 3
_BELOW, _BELOW_SAME_PAGE = 0.15, 0.25
"""How far below the best sentence one of a second passage may lie."""
_WANTED = 0.15
"""How much further below one may lie that holds what is asked for where the best does not."""

_FOUND = {
    "sum": re.compile(r"£|\bfree\b"),
    "count": re.compile(r"(?<![\d/:.])(?!(?:19|20)\d\d\b)\d[\d,.]*(?![\d/:])|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b", re.I),
    "day": re.compile(
        r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
        r"|\bMay\b|\d[ap]m\b|\d\d/\d\d|\b(?:19|20)\d\d\b|\bmonthly\b|\bweekly\b",
        re.I,
    ),
    "person": re.compile(r"\b[A-Z][a-z'’]+(?: (?:of|and|for|the))? [A-Z][A-Za-z'’]+"),
}
"""How a sentence looks that holds what a question asks for; how it is asked for is in the release's ``replies.toml``, under hints."""
_LETTERS = re.compile(r"[^\W\d_]{2}")
"""What the number of a line in a list has not."""
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")


@dataclass(frozen=True)
class Near:
    """A passage of a document: its score among them, whether it is near enough to be quoted, and whether its document is short.

    ``share`` is the share of the question's words that it holds, ``before`` the sentence before it in the same section.
    """

    passage: Passage
    score: float
    enough: bool
    short: bool
    share: float = 0.0
    before: str = ""


class Documents:
    """The documents of one release. Safe to share between threads."""

    def __init__(self, release: Release, unasked: Sequence[bool]) -> None:
        """Prepare to search; ``unasked`` says of each passage of the release whether it is of a document."""
        self._release = release
        self._rows = np.flatnonzero(np.array(unasked, dtype=bool))
        self._passages = [release.passages[row] for row in self._rows]
        held = Counter(passage.document for passage in self._passages)
        pages = {document: number for number, document in enumerate(held)}
        self._page = np.array([pages[passage.document] for passage in self._passages], dtype=np.int64)
        self._in_short = np.array([held[passage.document] <= _SHORT for passage in self._passages], dtype=bool)
        places = [(passage.document, passage.heading) for passage in self._passages]
        self._follows = np.array([at > 0 and place == places[at - 1] for at, place in enumerate(places)], dtype=bool)

    def near(self, text: str, similarity: Scores, keywords: Scores) -> tuple[Near, ...]:
        """The best passages for a question, best first; none where none is near enough to be quoted.

        Args:
            text: the question.
            similarity: cosine of every passage of the release to it.
            keywords: keyword score of every passage of the release.
        """
        if not len(self._rows):
            return ()
        cosine, share = similarity[self._rows], self._release.keywords.shares(text)[self._rows]
        enough = (share >= LEAST_SHARE) & (cosine + WORDS_NEAR * share >= NEAR)
        if not enough.any():
            return ()
        found = keywords[self._rows]
        score = cosine + _WORDS * share + _KEYWORDS * found / max(float(found.max()), 1e-9)
        lifted = self._lifted(score)
        order = [i for i in np.argsort(-lifted, kind="stable").tolist() if cosine[i] >= _LEAST][:_MOST]
        return tuple(self._near(i, float(lifted[i]), bool(enough[i]), float(share[i])) for i in order)

    def _near(self, at: int, score: float, enough: bool, share: float) -> Near:
        before = self._passages[at - 1] if self._follows[at] else None
        return Near(self._passages[at], score, enough, bool(self._in_short[at]), share, before.quote(len(before.sentences) - 1) if before else "")

    def _lifted(self, score: Scores) -> Scores:
        """Scores of all passages, those lifted that stand beside a better one, or on a short page with a better one."""
        padded = np.pad(score, 1, constant_values=-1.0)
        beside = np.maximum(np.where(self._follows, padded[:-2], -1.0), np.where(np.append(self._follows[1:], False), padded[2:], -1.0))
        tops = np.full(self._page.max(initial=-1) + 1, -1.0, dtype=np.float32)
        np.maximum.at(tops, self._page, score)
        on_page = np.where(self._in_short, _SAME_PAGE * (tops[self._page] - score), 0.0)
        return np.asarray(score + np.maximum(np.maximum(on_page, _NEXT * (beside - score)), 0.0), dtype=np.float32)


def sentences(release: Release, near: Sequence[Near], text: str, hints: Mapping[str, re.Pattern[str]]) -> list[tuple[Passage, int]]:
    """At most five sentences of at most three passages that answer a question, the best passage's first, each passage's as written.

    Args:
        release: the release that the passages are of.
        near: passages, as :class:`Documents` finds them; at least one.
        text: the question.
        hints: how each kind of thing that a sentence can hold is asked for, by its name.
    """
    kinds = [found for name, found in _FOUND.items() if name in hints and hints[name].search(text)]
    words = sorted(_words([text])[0])
    weights = dict(zip(words, release.keywords.rarity(words).tolist(), strict=True))
    told: list[_Line] = []
    for at, one in enumerate(near):
        for i, (gain, holds) in enumerate(_gains(one, weights, release.keywords.synonyms, kinds)):
            if _LETTERS.search(one.passage.quote(i)):
                told.append(_Line(one.score + gain, at, i, holds))
    if not told:
        return []
    return _chosen(near, sorted(told, key=lambda line: -line.score))


def _gains(
    near: Near, weights: Mapping[str, float], synonyms: Mapping[str, frozenset[str]], kinds: Sequence[re.Pattern[str]]
) -> list[tuple[float, bool]]:
    """What each sentence of a passage gains over the passage's own score, and whether it holds a kind of thing that is asked for."""
    passage = near.passage
    quotes = [passage.quote(i) for i in range(len(passage.sentences))]
    heading, last, *own = _words([" ".join((passage.title, *passage.heading)), near.before, *quotes])
    total = sum(weights.values()) or 1.0


    def in_(found: frozenset[str], word: str) -> float:
        return 1.0 if word in found else 0.0 if synonyms.get(word, frozenset()).isdisjoint(found) else SYNONYM

    gains = []
    for before, (quote, said) in zip([last, *own], zip(quotes, own, strict=True), strict=False):
        just_before = 1.0 if CONTINUES.match(quote) else _JUST_BEFORE
        told = {word: max(in_(said, word), _IN_HEADING * in_(heading, word), just_before * in_(before, word)) for word in weights}
        held = sum(weights[word] * share for word, share in told.items()) / total
        holds = sum(bool(kind.search(quote)) for kind in kinds) / len(kinds) if kinds else 0.0
        gains.append((_HELD * held + _KIND * holds, holds > 0))
    return gains


@dataclass(frozen=True)
class _Line:
    """A sentence: its score, which passage it is of and its place there, and whether it holds a kind of thing that is asked for."""

    score: float
    at: int
    index: int
    holds: bool


def _chosen(near: Sequence[Near], told: Sequence[_Line]) -> list[tuple[Passage, int]]:
    best = told[0]
    lines: list[tuple[int, int]] = []
    for line in told:
        used = list(dict.fromkeys(at for at, _ in lines))
        same_page = near[line.at].short and near[line.at].passage.document == near[best.at].passage.document
        wanted = line.holds and not best.holds
        below = (_BELOW_SAME_PAGE if same_page else _BELOW) + (_WANTED if wanted else 0.0)
        if (line.at in used or line.score >= best.score - below) and (line.at in used or len(used) < MOST_PASSAGES):
            new = [one for one in _with_context(near[line.at].passage, line) if one not in lines]
            lines += new if len(lines) + len(new) <= MOST_SENTENCES else []
    order = list(dict.fromkeys(at for at, _ in lines))
    return [(near[at].passage, i) for at, i in sorted(lines, key=lambda one: (order.index(one[0]), one[1]))]


def _with_context(passage: Passage, line: _Line) -> list[tuple[int, int]]:
    """A sentence with those before it that it cannot be understood without: what it speaks of, and the line that its list began with."""
    quotes = [passage.quote(i) for i in range(line.index + 1)]
    first = line.index
    if first and CONTINUES.match(quotes[first]):
        first -= 1
    item = quotes[first][0].islower() or not quotes[first].endswith((".", "!", "?"))
    leads = [i for i in range(first) if quotes[i].endswith(LEADS_IN)]
    lead = leads[-1:] if leads and (item or leads[-1] == first - 1) else []
    return [(line.at, i) for i in (*lead, *range(first, line.index + 1))]


def _words(texts: Sequence[str]) -> list[frozenset[str]]:
    """The stems of some texts; words with a hyphen also as one word."""
    every = terms_of([*texts, *(_HYPHEN.sub("", text) for text in texts)])
    return [frozenset((*plain, *joined)) for plain, joined in zip(every[: len(texts)], every[len(texts) :], strict=True)]
