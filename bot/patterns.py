"""The small pattern language of ``content/urgent.toml``, matched over the words of a message with bit sets.

A message becomes a row of words; each alternative of a pattern becomes a bit set of the places where it stands, and a sequence is followed by
shifting those sets. There is no backtracking: the cost is the length of the pattern times the length of the message, whatever the message says.
The method is the bit-parallel automaton of Baeza-Yates and Gonnet, "A new approach to text searching" (CACM 35(10), 1992), on words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SHORT_GAP, LONG_GAP, CLOSE, NEAR, MOST_ITEMS, MOST_WORDS = 3, 8, 12, 30, 16, 8
STOP = "."
_LETTERS = str.maketrans("łøđßıىیئکةہھۀٱ", "lodsiيييكهههها")
_UNITS = re.compile(r"(?<![a-z\d])(\d+)(yrs?|yo|y|mins?|hrs?|hours?|months?|mths?|wks?|weeks?|days?|am|pm|mg|ml|st|kg|x)(?![a-z\d])")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_TOKEN = re.compile(r"[.!?;。؟۔।]+|\d+(?:[.,:/]\d+)*(?![a-z\d])|[\u3040-\u30ff\u3400-\u9fff]|[\w'\u0900-\u0dff*~]+|#")
# Only for speed: a pattern is looked at when its rarest word is there, and these are not rare.
_EVERYDAY = frozenset(
    (
        "a about all am an and any are as at back be been but by can do does for from get go going got had has have he her him his home how "
        "i if in is it me months my no not now of on or our out over own said say says school she so someone son daughter that the their "
        "them they this to up us was we what when where who will with years you your child help take want # mum dad just again "
    ).split()
)
_NUMBER = re.compile(r"#(?:(\d{1,4})-(\d{1,4}))?")


class PatternError(ValueError):
    """A pattern that cannot be read; the message says what is wrong with it."""


def fold(text: str) -> str:
    """Text in lower case without accents, stretched letters or variant Arabic letters, so that one spelling stands for all."""
    plain = text.lower().replace("&", " and ")
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if unicodedata.category(c) != "Mn").translate(_LETTERS)
    return _UNITS.sub(r"\1 \2", _STRETCHED.sub(r"\1", plain))


def words_of(text: str, spellings: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The words of a message in plain spelling; ``.`` where a sentence ends. A Chinese or Japanese character counts as a word."""
    tokens = [STOP if token[0] in ".!?;。؟۔।" else token.strip("'") for token in _TOKEN.findall(fold(text))]
    words: list[str] = []
    at = 0
    while at < len(tokens):
        pair = spellings.get(" ".join(tokens[at : at + 2]))
        word = tokens[at].replace("'", "")
        words += pair or spellings.get(tokens[at]) or spellings.get(word) or ((word,) if word else ())
        at += 2 if pair and at + 1 < len(tokens) else 1
    return words


def deletions(word: str) -> set[str]:
    """The word and what is left of it when any one letter is dropped."""
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def nearly(a: str, b: str) -> bool:
    """Whether two words that begin alike differ by at most one letter changed, dropped, added, or two neighbours swapped."""
    if a == b or a[:1] != b[:1] or abs(len(a) - len(b)) > 1:
        return a == b
    i = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    swapped = a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :]
    return swapped or a[i + 1 :] == b[i + 1 :] or a[i + 1 :] == b[i:] or a[i:] == b[i + 1 :]


def spread(places: int, words: int) -> int:
    """The places within some number of words of any of these, on either side."""
    reach = 1
    while words:
        step = min(reach, words)
        places |= places << step | places >> step
        reach, words = reach + step, words - step
    return places


@dataclass(frozen=True)
class Item:
    """One place in a pattern: any of some phrase sets (by number), after at most ``gap`` other words, or a word that must not follow."""

    sets: tuple[int, ...]
    gap: int = 0
    optional: bool = False
    forbidden: bool = False


@dataclass(frozen=True)
class Pattern:
    """Sequences that must all be found: ``parts`` near each other, each being sequences found together in one sentence, in any order."""

    source: str
    parts: tuple[tuple[tuple[Item, ...], ...], ...]
    number: int


class Vocabulary:
    """Every phrase of the rules, each known by the number of its set; built once, then only read."""

    def __init__(self, lists: Mapping[str, Sequence[str]], spellings: Mapping[str, Sequence[str]], never_misspelt: Iterable[str] = ()) -> None:
        self.spellings = {fold(v): tuple(meant.split()) for meant, variants in spellings.items() for v in variants}
        self._lists, self._open, self._numbers = lists, set[str](), dict[frozenset[tuple[str, ...]], int]()
        self._flat, self._read = dict[str, frozenset[tuple[str, ...]]](), dict[str, int]()
        self._phrases: dict[str, dict[tuple[str, ...], list[int]]] = {}
        self._common, self._triggers, self._patterns = list[int](), dict[int, list[int]](), 0
        self._prefixes, self._near, self._ranges = set[str](), dict[str, set[str]](), set[str]()
        self._never = {fold(w) for w in never_misspelt}

    def pattern(self, source: str) -> Pattern:
        """Reads one pattern.

        Raises:
            PatternError: if it names an unknown list or breaks the grammar.
        """
        parts = tuple(tuple(self._sequence(half, source) for half in part.split(" + ")) for part in source.split(" & "))
        needed = [item for part in parts for sequence in part for item in sequence if not item.optional and not item.forbidden]
        rarest = min(needed, key=lambda item: sum(self._common[n] for n in item.sets))
        number = self._patterns = self._patterns + 1
        for phrase_set in rarest.sets:
            self._triggers.setdefault(phrase_set, []).append(number)
        return Pattern(source, parts, number)

    def _sequence(self, text: str, source: str) -> tuple[Item, ...]:
        items: list[Item] = []
        gap = 0
        for piece in text.split():
            if piece in ("..", "..."):
                if not items or gap:
                    raise PatternError(f"{source!r}: '{piece}' needs a word before and after it")
                gap = SHORT_GAP if piece == ".." else LONG_GAP
                continue
            optional, forbidden = piece.endswith("?"), piece.startswith("!")
            sets = tuple(self._number(alternative, source) for alternative in piece.strip("?!").split("|"))
            if gap and forbidden:
                raise PatternError(f"{source!r}: no gap before '{piece}'")
            items.append(Item(sets, gap, optional, forbidden))
            gap = 0
        if gap or not any(not item.optional and not item.forbidden for item in items) or len(items) > MOST_ITEMS:
            raise PatternError(f"{source!r}: needs 1 to {MOST_ITEMS} words and no gap at its end")
        return tuple(items)

    def _number(self, alternative: str, source: str) -> int:
        if alternative in self._read:
            return self._read[alternative]
        name = alternative[1:-1] if alternative.startswith("{") and alternative.endswith("}") else None
        phrases = self._list(name, source) if name is not None else frozenset({self._phrase(alternative.replace("_", " "), source)})
        if phrases not in self._numbers:
            number = self._numbers[phrases] = len(self._numbers)
            self._common.append(1 + 50 * sum(len(phrase) == 1 and phrase[0] in _EVERYDAY for phrase in phrases))
            for phrase in phrases:
                self._phrases.setdefault(phrase[0], {}).setdefault(phrase[1:], []).append(number)
        return self._read.setdefault(alternative, self._numbers[phrases])

    def _list(self, name: str, source: str) -> frozenset[tuple[str, ...]]:
        if name not in self._lists or name in self._open:
            raise PatternError(f"{source!r}: {'unknown list' if name not in self._lists else 'a list that names itself'} '{{{name}}}'")
        if name not in self._flat:
            self._open.add(name)
            found: set[tuple[str, ...]] = set()
            for entry in self._lists[name]:
                inner = entry.startswith("{") and entry.endswith("}")
                found |= self._list(entry[1:-1], source) if inner else {self._phrase(entry, f"list {name}: {entry}")}
            self._open.discard(name)
            self._flat[name] = frozenset(found)
        return self._flat[name]

    def _phrase(self, text: str, source: str) -> tuple[str, ...]:
        numbers = [word for word in text.split() if word.startswith("#")]
        for number in numbers:
            if not _NUMBER.fullmatch(number):
                raise PatternError(f"{source!r}: a number is written # or #1-17, not '{number}'")
            self._ranges.add(number)
        parts = text.split() if numbers else [text]
        keys = [key for part in parts for key in ([part] if part in numbers else words_of(part, self.spellings))]
        if not keys or len(keys) > MOST_WORDS or STOP in keys:
            raise PatternError(f"{source!r}: '{text}' is not 1 to {MOST_WORDS} words")
        for key in keys:
            stem = key.rstrip("*~")
            if not stem or "*" in stem or "~" in stem or (key.endswith("*") and len(stem) < 2) or (key.endswith("~") and len(stem) < 5):
                raise PatternError(f"{source!r}: '*' needs 2 letters before it, '~' needs 5, and both stand at the end of a word")
            if key.endswith("*"):
                self._prefixes.add(stem)
            elif key.endswith("~"):
                for less in deletions(stem):
                    self._near.setdefault(less, set()).add(stem)
        return tuple(keys)

    def keys(self, word: str) -> tuple[str, ...]:
        """Every way in which a phrase may ask for this word: as it is, by its beginning, misspelt, or as a number."""
        found = [word, *(f"{word[:n]}*" for n in range(2, min(len(word), 16) + 1) if word[:n] in self._prefixes)]
        if 4 <= len(word) <= 24 and word not in self._never:
            meant = {near for less in deletions(word) for near in self._near.get(less, ()) if nearly(word, near)}
            found += [f"{near}~" for near in meant]
        if word.isdecimal() and len(word) < 5:
            found += [r for r in self._ranges if r == "#" or int(r[1:].split("-")[0]) <= int(word) <= int(r[1:].split("-")[1])]
        return tuple(found)

    def places(self, words: list[str]) -> Places:
        """Where each phrase set stands in a row of words."""
        stands: dict[str, int] = {}
        bits: dict[str, int] = {}
        for at, word in enumerate(words):
            bits[word] = bits.get(word, 0) | 1 << at
        for word, at_all in bits.items():
            for key in self.keys(word):
                stands[key] = stands.get(key, 0) | at_all
        found: dict[int, dict[int, int]] = {}
        for key, at_all in stands.items():
            for rest, numbers in self._phrases.get(key, {}).items():
                here = at_all
                for ahead, word in enumerate(rest, 1):
                    here &= stands.get(word, 0) >> ahead
                    if not here:
                        break
                if here:
                    length = len(rest) + 1
                    for number in numbers:
                        ends = found.setdefault(number, {})
                        ends[length] = ends.get(length, 0) | here
        return Places(words, found, {pattern for number in found for pattern in self._triggers.get(number, ())})


class Places:
    """A message's words and where each phrase set stands in them."""

    def __init__(self, words: list[str], found: dict[int, dict[int, int]], possible: set[int]) -> None:
        self.words = words
        self.possible = possible
        self._found = found
        self._inside = 0
        self._sentences: list[int] = []
        start = 0
        for at, word in enumerate([*words, STOP]):
            if word == STOP:
                if at > start:
                    self._sentences.append((1 << at) - (1 << start))
                    self._inside |= self._sentences[-1]
                start = at + 1

    def sentences(self, at: int) -> int:
        """All places of the sentences that hold any of these places."""
        return sum(s for s in self._sentences if s & at) if at else 0

    def around(self, at: int) -> int:
        """All places within 12 words of any of these that are in the same sentences."""
        return spread(at, CLOSE) & self.sentences(at) if at else 0

    def find(self, pattern: Pattern) -> int:
        """The places where the first part of a pattern ends, with every other part at most 30 words away; 0 if there is none."""
        if pattern.number not in self.possible:
            return 0
        first = 0
        for n, part in enumerate(pattern.parts):
            lasts = []
            for sequence in part:
                last = self._ends(sequence, self._inside) >> 1
                if not last:
                    return 0
                lasts.append(last)
            common = lasts[0]
            for last in lasts[1:]:
                common &= self.sentences(last)
            if not common:
                return 0
            first = common if n == 0 else first & spread(common, NEAR)
            if not first:
                return 0
        return first

    def spans(self, pattern: Pattern) -> list[tuple[int, int]]:
        """Start and end (after the last word) of each match of a pattern's first sequence, shortest from each start."""
        sequence = pattern.parts[0][0]
        if pattern.number not in self.possible or not self._ends(sequence, self._inside):
            return []
        first = self._inside if sequence[0].optional or sequence[0].forbidden else 0
        for number in sequence[0].sets:
            for places in self._found.get(number, {}).values():
                first |= places
        ends = [(at, self._ends(sequence, 1 << at)) for at in range(first.bit_length()) if first >> at & 1]
        return [(at, (end & -end).bit_length() - 1) for at, end in ends if end]

    def _ends(self, sequence: tuple[Item, ...], start: int) -> int:
        here = start
        for item in sequence:
            if not item.optional and not item.forbidden and not any(n in self._found for n in item.sets):
                return 0
        for item in sequence:
            for _ in range(item.gap):
                here |= (here & self._inside) << 1
            after = 0
            for number in item.sets:
                for length, places in self._found.get(number, {}).items():
                    after |= here & places if item.forbidden else (here & places) << length
            here = here & ~after if item.forbidden else here | after if item.optional else after
            if not here:
                return 0
        return here
