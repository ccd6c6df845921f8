"""Which lines of a page are its text, where its markup does not say: those that trafilatura (Barbaresi 2021) takes for it, in the page's own order.

Trafilatura judges well what belongs to a text and keeps little of its structure; the reader keeps all structure and judges nothing. So the lines
are the reader's, with their headings, and trafilatura says which of them stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

Line = tuple[tuple[str, ...], str]
"""Heading path and text."""

LARGEST = 1_500_000
"""Longest markup, in characters, that is judged: beyond it a page is taken whole."""
FEW_WORDS = 60
"""Words of a marked main content below which all of it is text."""
_FEWEST = 100
"""Characters of text below which trafilatura has found none."""
_RUN = 4
_SHORT, _LONG = 4, 8
"""Words of a line below which it must stand near others that stay, and from which it need only stand there in great part."""
_PART = 0.9
_HEADED = 30
"""Words of a line from which every heading above it stays."""
_MISSED = 20
"""Words from which a line of trafilatura's that the reader does not have is taken over."""
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w|(?<!\d)(?:\+44|\(?0\d{2,4}\)?)[\d ]{6,12}\d|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_CONTACT_WORDS = 60
_WORD = re.compile(r"\w+")


def kept(lines: Sequence[Line], markup: str, title: str | None, links: Collection[str] | None = None) -> list[Line]:
    """The lines that belong to the text of a page; all of them where none can be told from the rest.

    Args:
        lines: the reader's lines, in the order of the page.
        markup: the page.
        title: its title, which is no heading inside its text.
        links: the words of each link, where the page marks its main content. What then stands between the first and the last line of the text
            stays too, unless it is a list of links: tables, opening hours and names are what trafilatura leaves out, and families need.
    """
    import trafilatura

    if len(markup) > LARGEST or (links is not None and sum(len(text.split()) for _, text in lines) < FEW_WORDS):
        return list(lines)
    found = trafilatura.extract(markup, include_comments=False, include_tables=True) or ""
    judged = _Judged(found)
    if len(judged.flat) < _FEWEST:
        return list(lines)
    flat = [_flat(text) for _, text in lines]
    stays = [judged.holds(words) if len(words.split()) >= _SHORT else None for words in flat]
    firm = [i for i, stay in enumerate(stays) if stay]
    if not firm:
        return [((), line) for line in found.splitlines() if line.strip()]
    for i, stay in enumerate(stays):
        if stay is None:
            stays[i] = firm[0] - 2 <= i <= firm[-1] + 2 and judged.has(flat[i])
        elif not stay and firm[0] < i < firm[-1] + 3:
            stays[i] = bool(_CONTACT.search(lines[i][1])) and len(flat[i].split()) < _CONTACT_WORDS
    if links is not None:
        bare = {_flat(link) for link in links}
        stays = [stay or _belongs(flat[i], lines[i][1], firm[0] <= i <= firm[-1], bare) for i, stay in enumerate(stays)]
    return _merged([(i, flat[i]) for i, stay in enumerate(stays) if stay], lines, judged, title)


def _belongs(words: str, line: str, inside: bool, links: Collection[str]) -> bool:
    """Whether a line of the main content that trafilatura leaves out is text: it says how to reach somebody, or is no list of links."""
    if _CONTACT.search(line) and len(words.split()) < _CONTACT_WORDS:
        return True
    linked = sum(len(link) for link in links if link and f" {link} " in f" {words} ")
    told = len(words.split()) >= _SHORT or (("|" in line or ":" in line) and len(words.split()) > 1)
    return inside and told and linked * 2 < len(words)


class _Judged:
    """Trafilatura's text, as one run of words."""

    def __init__(self, found: str) -> None:
        self.lines = [(line, _flat(line)) for line in found.splitlines()]
        self.flat = f" {_flat(found)} "
        self._runs = _runs(self.flat)

    def has(self, words: str) -> bool:
        """Whether it holds these words in this order."""
        return f" {words} " in self.flat

    def holds(self, words: str) -> bool:
        """Whether it holds these words, or most of a long line of them."""
        if self.has(words) or len(words.split()) < _LONG:
            return self.has(words)
        runs = _runs(words)
        return sum(run in self._runs for run in runs) >= _PART * len(runs)


def _merged(chosen: list[tuple[int, str]], lines: Sequence[Line], judged: _Judged, title: str | None) -> list[Line]:
    """The chosen lines, each as often as it is in the text, with the long lines that the reader does not have at their place."""
    before = {h for path, _ in lines[: chosen[0][0] + 1] for h in path}
    inside = {h for i, words in chosen if len(words.split()) >= _HEADED and judged.holds(words) for h in lines[i][0]} - before
    mine = _runs(" ".join(words for _, words in chosen))
    missed = []
    for line, words in judged.lines:
        runs = _runs(words)
        if len(words.split()) >= _MISSED and sum(run in mine for run in runs) * 2 < len(runs):
            missed.append((judged.flat.find(f" {words} "), line.strip()))
    merged: list[Line] = []
    times: Counter[str] = Counter()
    for i, words in chosen:
        at = judged.flat.find(f" {words} ")
        path = tuple(h for h in lines[i][0] if h == title or h in inside or judged.has(_flat(h)))
        while missed and 0 <= missed[0][0] < at:
            merged.append((merged[-1][0] if merged else path, missed.pop(0)[1]))
        if judged.flat.count(f" {words} ") <= times[words] and times[words] and len(words.split()) >= _SHORT:
            continue
        times[words] += 1
        merged.append((path, lines[i][1]))
    return merged + [(merged[-1][0], line) for _, line in missed]


def _flat(text: str) -> str:
    return " ".join(_WORD.findall(text)).casefold()


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1))}
