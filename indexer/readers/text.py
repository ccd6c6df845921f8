"""Plain text to sections: finds the headings that a typed document shows, and turns hard-wrapped lines into paragraphs again.

Headings are "#" lines, numbered lines ("2. BACKGROUND", "4.1.2 Something short"), short lines in capitals, lines wholly in bold
("**Moat House**"), and short lines that stand alone above body text. Numbers must continue an outline, so that survey questions and
list items do not pass for headings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from indexer.documents import DocumentSection

Line = tuple[str, int | None]
"""One line of text, with its page (from 1) where the document has pages."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_YEAR = r"((?:19[89]|20)\d\d)\b"
_DATE = re.compile(
    rf"\b(?:(?:(\d{{1,2}})\s?(?:st|nd|rd|th)?\s+(?:of\s+)?)?{_MONTH},?\s+{_YEAR}"
    rf"|(\d{{1,2}})[/.](\d{{1,2}})[/.]{_YEAR}|{_YEAR}-(\d\d)-(\d\d))",
    re.I,
)

_MARKDOWN = re.compile(r"(#{1,6})\s+(.+?)\s*#*")
_BOLD = re.compile(r"\*\*((?:(?!\*\*).)+)\*\*:?")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})(\.?)\s+([A-Z“‘\"'(].*)")
_ITEM = re.compile(r"(\d{1,2})[.)]\s")
_BULLET = re.compile(r"(?:[-*•·●▪■◦‣–]+|o(?=\s+[A-Z]))\s+")
_GLUED = re.compile(r"(?<=[^\s*])\*\*\d{1,2}\.?\s[^*]{1,150}\*\*$")
_CAPTION = re.compile(r"(?:source|figure|table|diagram|chart|graph|fig)\b", re.I)
_LEAD_IN = re.compile(r"(?:to|dear|yours|cc|tel|email)\b|(?:the|these|this|those|it|in|we|you|they|there|within|as|for|if)\b.*:$", re.I)
_CONTACT = re.compile(r"@|www\.|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\d[\d ]{7,}")
_CLOSING = "\"'”’)* "
_CONTENTS = re.compile(r"(?:table of )?contents( page)?", re.I)
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\([^()\s]{0,2000}\)")
_TAG = re.compile(r"</?(?:i|b|u|em|strong|sup|sub)\s*>", re.I)
_BREAK = re.compile(r"</?(?:p|br)\s*/?>", re.I)
_ITALIC = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_REPEATED = 8
_STRAY = 5
"""Letters beyond ASCII that stand for each broken one in a text that is UTF-8."""
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def decode(data: bytes, declared: str | None = None) -> str:
    """Text of bytes: UTF-16 if marked so, else UTF-8, else the declared encoding, else Windows-1252; never raises.

    UTF-8 with a few stray bytes (a sentence cut in the middle of a letter, a piece pasted from elsewhere) is UTF-8 all the same.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    text = data.decode("utf-8-sig", errors="replace")
    broken = text.count("\ufffd")
    if not broken or broken * _STRAY < len(_BEYOND_ASCII.findall(text)):
        return text
    try:
        return data.decode(declared or "cp1252")
    except (UnicodeDecodeError, LookupError):
        return data.decode("cp1252", errors="replace")


def dates(text: str) -> list[str]:
    """Every date in a text, in order, as ``YYYY-MM-DD`` or ``YYYY-MM``; numbers like 24/04/2024 are read day first."""
    found = []
    for day, month, year, d, m, y, y8, m8, d8 in _DATE.findall(text):
        number = _MONTHS.index(month[:3].lower()) + 1 if month else int(m or m8)
        on = int(day or d or d8 or 0)
        if 1 <= number <= 12 and on <= 31:
            found.append(f"{year or y or y8}-{number:02}" + (f"-{on:02}" if on else ""))
    return found


def plain(line: str) -> str:
    """A line without emphasis marks, link targets and stray inline tags, its white space collapsed."""
    line = _BREAK.sub(" ", _TAG.sub("", _LINK.sub(r"\1", line))).replace("**", "").replace("\u00ad", "")
    return " ".join(_ITALIC.sub(r"\1", line).split())


def short_title(line: str, words: int = 12) -> str | None:
    """The line as a heading if it is short enough and does not end like a sentence, else None."""
    title = plain(line).rstrip(":").strip()
    fits = title and len(title) <= 110 and len(title.split()) <= words and title[-1] not in ".,;!"
    fits = fits and (". " not in title or _NUMBERED.fullmatch(title) is not None)
    return title if fits and (title[0].isupper() or title[0].isdigit()) else None


def sections(text: str) -> tuple[DocumentSection, ...]:
    """The sections of a plain text along its headings; text before the first one has the empty heading."""
    return outline([(line, None) for line in text.splitlines()])


def outline(lines: Sequence[Line]) -> tuple[DocumentSection, ...]:
    """The sections of lines with their pages; a section that runs over a page break is cut there, each part with its page.

    A sentence that runs over a page break is not cut: it stands on the page where it begins.
    """
    reader = _Reader(_closed_up(_without_running_headers([part for line in lines for part in _unglued(line)])))
    found: list[tuple[tuple[str, ...], int | None, list[str]]] = []
    for heading, page, text in reader.read():
        if not found or found[-1][:2] != (heading, page):
            found.append((heading, page, []))
        found[-1][2].append(text)
    return tuple(DocumentSection(h, "\n".join(texts), page) for h, page, texts in found if not _is_contents(h, texts))


class _Reader:
    """One pass over the lines, knowing the neighbours of each and the outline so far."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = [line.strip() for line, _ in lines]
        self.pages = [page for _, page in lines]
        filled = [i for i, line in enumerate(self.lines) if line]
        # Without blank lines between paragraphs (most PDF text) "stands alone" says nothing about a line.
        self.spaced = (len(lines) - len(filled)) * 5 > len(filled)
        self.after: dict[int, str] = {i: self.lines[j] for i, j in pairwise(filled)}
        self.before: dict[int, str] = {j: self.lines[i] for i, j in pairwise(filled)}
        self.path: list[tuple[int, str, bool]] = []
        self.tops: list[int] = []

    def read(self) -> Iterator[tuple[tuple[str, ...], int | None, str]]:
        """Triples of heading path, page and paragraph."""
        held, width, where = list[str](), 0, self.pages[0] if self.pages else None
        bare = False  # Whether the last thing read is a heading that was only guessed: without text below, it was text itself.
        for i, line in enumerate([*self.lines, ""]):
            heading = self._heading(i) if line else None
            bullet = _BULLET.match(line)
            ends = not line or heading or bullet or "\t" in line or _ITEM.match(line) or self._page_ends(i, where)
            if held and (ends or "\t" in self.lines[i - 1] or not self._wrapped(i, width)):
                yield self._place(), where, _joined(held)
                held = []
            if not any(c.isalnum() for c in line):
                width = 0
            elif heading:
                if bare:
                    yield self._place(1), where, self.path[-1][1]
                self._enter(*heading)
                width, bare, where = 0, not heading[2], self.pages[i]
            else:
                width = width or max(len(text) for text in self._block(i))
                where, bare = where if held else self.pages[i], False
                held.append(line[bullet.end() :] if bullet else line)
        if bare:
            yield self._place(1), where, self.path[-1][1]

    def _place(self, above: int = 0) -> tuple[str, ...]:
        return tuple(title for _, title, _ in self.path[: len(self.path) - above])

    def _page_ends(self, i: int, where: int | None) -> bool:
        """Whether a paragraph that began on a page ends before a line: with its page, or on the next as soon as a sentence is complete."""
        above, below = (self.lines[i - 1], self.pages[i - 1]), (self.lines[i], self.pages[i])
        return (above[1] != below[1] and not _runs_on(above, below)) or (above[1] != where and _completes(above[0]))

    def _block(self, i: int) -> Iterator[str]:
        while i < len(self.lines) and self.lines[i]:
            yield self.lines[i]
            i += 1

    def _wrapped(self, i: int, width: int) -> bool:
        # A line was wrapped if the next word had no room on it; shorter lines were broken on purpose (addresses, lists).
        line = self.lines[i]
        return line[0].islower() or len(self.lines[i - 1]) + 1 + len(line.split()[0]) > 0.8 * width

    def _enter(self, level: int, title: str, firm: bool) -> None:
        if not firm:
            level = max((depth for depth, _, sure in self.path if sure), default=0) + 1
        self.path = [step for step in self.path if step[0] < level] + [(level, title, firm)]

    def _heading(self, i: int) -> tuple[int, str, bool] | None:
        """Level, title and whether the level is known (a bold or lone line only ranks below the last one known)."""
        line = self.lines[i]
        if len(line) > 200:
            return None
        if found := _MARKDOWN.fullmatch(line):
            return len(found[1]), plain(found[2]), True
        bold = _BOLD.fullmatch(line)
        text = bold[1].strip() if bold else line
        first, last = i == 0 or not self.lines[i - 1], i + 1 == len(self.lines) or not self.lines[i + 1]
        alone = bold is not None or not self.spaced or (first and last)
        if "\t" in line or not (title := short_title(text, 14)):
            return None
        if number := _NUMBERED.fullmatch(text):
            runs_on = not last and self.after[i][:1].islower()
            opens = bold is not None or not self.spaced or first
            return self._numbered(i, number, title) if opens and not runs_on else None
        if title.isupper() and alone and self._capitals(i, title, bold is not None):
            return 1, title, True
        if (bold and short_title(text)) or (self.spaced and first and last and self._stands_alone(i)):
            return 0, title, False
        return None

    def _numbered(self, i: int, number: re.Match[str], title: str) -> tuple[int, str, bool] | None:
        parts = [int(part) for part in number[1].split(".")]
        if len(parts) == 1:
            beside = [int(m[1]) for m in map(_ITEM.match, (self.before.get(i, ""), self.after.get(i, ""))) if m]
            if any(abs(other - parts[0]) == 1 for other in beside):
                return None
        # A restart at 1 opens an inner outline; a number that continues an outer one closes it again.
        steps = (0, 1) if len(parts) > 1 else (1, 2) if number[2] else (1,)
        depth = next((d for d in reversed(range(len(self.tops))) if parts[0] - self.tops[d] in steps), None)
        if depth is not None:
            self.tops[depth:] = [parts[0]]
        elif parts[0] == 1 or (not self.tops and (number[2] or len(parts) > 1)):
            self.tops.append(parts[0])
        else:
            return None
        return len(parts), title, True

    def _capitals(self, i: int, title: str, bold: bool) -> bool:
        if sum(c.isalpha() for c in title) < 5 or not (self.spaced or bold or (" " in title and title[-1].isalpha())):
            return False
        return not any(self.lines[j].isupper() for j in (i - 1, i + 1) if 0 <= j < len(self.lines))

    def _stands_alone(self, i: int) -> bool:
        line, before, after = self.lines[i], self.before.get(i, ""), self.after.get(i, "")
        if not self._shaped(line) or not after or "\t" in after or _CAPTION.match(after):
            return bool(_CONTENTS.fullmatch(line))
        # After a quotation stands its author, after a colon the thing announced.
        return not before.startswith(("“", '"')) and not (before.endswith(":") and len(after) < 100 and not self._shaped(before))

    @staticmethod
    def _shaped(line: str) -> bool:
        limit = 5 if line.endswith(":") else 10
        fits = line[0].isupper() and len(line) <= 75 and short_title(line, limit) is not None
        return fits and not (_CAPTION.match(line) or _LEAD_IN.match(line)) and not _CONTACT.search(line) and ": " not in line


def _completes(line: str) -> bool:
    return line.rstrip(_CLOSING)[-1:] in (".", "!", "?", ":")


def _runs_on(above: Line, below: Line) -> bool:
    """Whether a page break falls between two lines of one sentence. A foot with a contact is no beginning of a sentence."""
    return above[1] != below[1] and below[0][:1].islower() and not _completes(above[0]) and not _CONTACT.search(above[0])


def _closed_up(lines: list[Line]) -> list[Line]:
    """Drops the blank lines where a page break cuts a sentence."""
    found, filled = list[Line](), 0
    for line, page in lines:
        if line.strip():
            if filled and _runs_on(found[filled - 1], (line.strip(), page)):
                del found[filled:]
            filled = len(found) + 1
        found.append((line, page))
    return found


def _joined(lines: list[str]) -> str:
    row = lines[0].split("\t")
    if len(row) > 1:
        return " | ".join(cell for cell in map(plain, row) if cell)
    text = lines[0]
    for line in lines[1:]:
        text += line if text.endswith("-") and text[-2:-1].isalpha() and line[0].islower() else f" {line}"
    return plain(text)


def _unglued(line: Line) -> list[Line]:
    """A bold numbered heading at the end of a line, split off: conversion to text loses the break before it."""
    text = line[0].strip()
    found = _GLUED.search(text)
    return [(part, line[1]) for part in (text[: found.start()], "", found.group(), "")] if found else [line]


def _without_running_headers(lines: list[Line]) -> list[Line]:
    """Drops a line that recurs and, at least once, cuts a sentence in two: the head or foot of a printed page."""
    counts = Counter(line.strip() for line, _ in lines)
    often = {line for line, count in counts.items() if line and count >= _REPEATED and not _BULLET.match(line)}
    filled = [(i, line.strip()) for i, (line, _) in enumerate(lines) if line.strip()]
    triples = zip(filled, filled[1:], filled[2:], strict=False)
    cuts = {at: then for (_, above), (at, line), (then, below) in triples if line in often and below[0].islower() and above[-1] not in ".:;!?"}
    headers = {lines[i][0].strip() for i in cuts}
    gone = {i for i, line in filled if line in headers}
    for at, then in cuts.items():
        gone.update(range(at, then))
        before = at - 1
        while before >= 0 and not lines[before][0].strip():
            gone.add(before)
            before -= 1
    return [line for i, line in enumerate(lines) if i not in gone]


def _is_contents(heading: tuple[str, ...], texts: list[str]) -> bool:
    return bool(heading and _CONTENTS.fullmatch(heading[-1])) and sum(text[-1:].isdigit() for text in texts) * 2 >= len(texts)
