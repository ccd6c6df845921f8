"""Finds passages of documents near a question, and the sentences in them that answer it.

Documents are pages and files beside the entries; entries from a feed, which nobody has said how to ask for, count as documents too. How near a
passage is rests on its vector and on the question's words that it holds, each weighted by how rare it is: a long message shares common words
with everything, while a short question about a leisure club names what only one page has. Words that stand elsewhere on the page count too, since
people name the club and ask for the price, which stand apart. Whether a document is quoted at all is told by how much nearer it is than the
entries are, the words that it holds counting for it; the less sure a place to start is, the more so. Reports say "lowest proportion" where
families say "fewest": a synonym counts, a little less than the word. The figures were set on the questions of docs/reading.md.
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

LEAST_SHARE = 0.08
"""Least share of the question's words that a passage must hold for documents to be quoted for its sake."""
_RIVALS = 5
"""Passages of entries whose mean cosine a document's has to exceed: one alone may be near by chance."""
JUDGED = 3
"""Passages, best first, of which one must be far enough ahead of the entries for documents to be quoted."""
_WORDS, _PAGE = 0.6, 0.3
"""What a passage gains over its cosine by holding all words of the question, and by its page holding them."""
_ONE_SUBJECT = 40
"""Passages of a document up to which all of it counts as one page; of a longer one, each section does (in a PDF, its part on each page)."""
_LEAST, _MOST = 0.15, 20
"""Least cosine of a passage that is looked at, and how many are."""
_HELD, _KIND = 0.3, 0.1
"""What a sentence gains by holding all words of the question, and by holding what is asked for: a sum of money, a number, a date, a name."""
_IN_HEADING, _JUST_BEFORE = 0.5, 0.3
"""How much a word counts for a sentence that stands in its heading, or in the sentence before it."""
QUOTED = ((3, 0.3), (2, 0.3), (2, 0.3), (1, 0.15), (1, 0.15), (1, 0.15))
"""Sentences quoted of the best passage, the second and so on, not counting those that come along for another's sake; and how far each may lie below
the best."""
MOST_SECTIONS, _OF_ONE_SECTION = 5, 2
"""Sections that are quoted at most (in a PDF, their parts on each page), and passages of each."""
_BELOW = 0.1
"""How far a sentence may lie below the best of its passage."""

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
    """A passage of a document: its score, and how far it is ahead of the entries, -1 where it holds too few of the question's words.

    ``before`` is the sentence before it in the same section.
    """

    passage: Passage
    score: float
    ahead: float
    before: str = ""


class Documents:
    """The documents of one release. Safe to share between threads."""

    def __init__(self, release: Release, unasked: Sequence[bool]) -> None:
        """Prepare to search; ``unasked`` says of each passage of the release whether it is of a document."""
        self._release = release
        self._rows = np.flatnonzero(np.array(unasked, dtype=bool))
        self._entries = np.flatnonzero(~np.array(unasked, dtype=bool))
        self._passages = [release.passages[row] for row in self._rows]
        held = Counter(passage.document for passage in self._passages)
        pages = [(p.document,) if held[p.document] <= _ONE_SUBJECT else (p.document, p.heading, p.page) for p in self._passages]
        numbers = {page: number for number, page in enumerate(dict.fromkeys(pages))}
        self._page = np.array([numbers[page] for page in pages], dtype=np.int64)

    def near(self, text: str, similarity: Scores) -> tuple[Near, ...]:
        """The best passages for a question, best first.

        Args:
            text: the question.
            similarity: cosine of every passage of the release to it.
        """
        if not len(self._rows):
            return ()
        cosine, (share, on_page) = similarity[self._rows], self._shares(text)
        score = cosine + _WORDS * share + _PAGE * on_page
        rivals = np.sort(similarity[self._entries])[-_RIVALS:]
        ahead = np.where(share < LEAST_SHARE, -1.0, score - (rivals.mean() if len(rivals) else 0.0))
        order = [i for i in np.argsort(-score, kind="stable").tolist() if cosine[i] >= _LEAST][:_MOST]
        return tuple(Near(self._passages[i], float(score[i]), float(ahead[i]), self._before(i)) for i in order)

    def _before(self, at: int) -> str:
        passage, before = self._passages[at], self._passages[at - 1] if at else None
        if before is None or (before.document, before.heading) != (passage.document, passage.heading):
            return ""
        return before.quote(len(before.sentences) - 1)

    def _shares(self, text: str) -> tuple[Scores, Scores]:
        """The share of a question's words that each passage holds, and that the whole of its page holds."""
        weights, everywhere = self._release.keywords.held(text)
        held = everywhere[:, self._rows]
        pages = np.zeros((len(held), int(self._page.max()) + 1), dtype=np.float32)
        for page, row in zip(pages, held, strict=True):
            np.maximum.at(page, self._page, row)
        total = max(float(weights.sum()), 1e-9)
        with np.errstate(invalid="ignore"):  # a BLAS may raise the flag for numbers that it works out beside those asked for
            return weights @ held / total, (weights @ pages / total)[self._page]


def sentences(release: Release, near: Sequence[Near], text: str, hints: Mapping[str, re.Pattern[str]]) -> list[tuple[Passage, int]]:
    """The sentences that answer a question, the best document's first, of each document the best passage's first, of each passage as written.

    Args:
        release: the release that the passages are of.
        near: passages, as :class:`Documents` finds them.
        text: the question.
        hints: how each kind of thing that a sentence can hold is asked for, by its name.
    """
    kinds = [found for name, found in _FOUND.items() if name in hints and hints[name].search(text)]
    words = sorted(_words([text])[0])
    weights = dict(zip(words, release.keywords.rarity(words).tolist(), strict=True))
    chosen: dict[str, list[tuple[Passage, int]]] = {}
    left, held = list(QUOTED), Counter[object]()
    for one in near:
        place = (one.passage.document, one.passage.heading, one.passage.page)
        if not left or one.score < near[0].score - left[0][1]:
            break
        if held[place] < _OF_ONE_SECTION and (place in held or len(held) < MOST_SECTIONS):
            held[place] += 1
            most, _ = left.pop(0)
            gains = _gains(one, weights, release.keywords.synonyms, kinds)
            chosen.setdefault(one.passage.document, []).extend((one.passage, i) for i in _chosen(one.passage, gains, most))
    return [quoted for of_one in chosen.values() for quoted in of_one]


def _chosen(passage: Passage, gains: Sequence[float], most: int) -> list[int]:
    """Which sentences of a passage are quoted, at most ``most`` and those that they need."""
    told = [i for i in sorted(range(len(gains)), key=lambda i: -gains[i]) if _LETTERS.search(passage.quote(i))]
    best = [i for i in told[:most] if gains[i] >= gains[told[0]] - _BELOW]
    return sorted({needed for i in best for needed in _with_context(passage, i)})


def _gains(
    near: Near, weights: Mapping[str, float], synonyms: Mapping[str, frozenset[str]], kinds: Sequence[re.Pattern[str]]
) -> list[float]:
    """What each sentence of a passage gains by the question's words and by the kinds of thing that are asked for."""
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
        gains.append(_HELD * held + _KIND * holds)
    return gains


def _with_context(passage: Passage, index: int) -> list[int]:
    """A sentence with those before it that it cannot be understood without: what it speaks of, and the line that its list began with."""
    quotes = [passage.quote(i) for i in range(index + 1)]
    first = index
    if first and CONTINUES.match(quotes[first]):
        first -= 1
    item = quotes[first][0].islower() or not quotes[first].endswith((".", "!", "?"))
    leads = [i for i in range(first) if quotes[i].endswith(LEADS_IN)]
    lead = leads[-1:] if leads and (item or leads[-1] == first - 1) else []
    return [*lead, *range(first, index + 1)]


def _words(texts: Sequence[str]) -> list[frozenset[str]]:
    """The stems of some texts; words with a hyphen also as one word."""
    every = terms_of([*texts, *(_HYPHEN.sub("", text) for text in texts)])
    return [frozenset((*plain, *joined)) for plain, joined in zip(every[: len(texts)], every[len(texts) :], strict=True)]
