"""Entries that contradict each other: one phone with two sets of hours or two places, one process with two time limits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import Stemmer

from indexer.checks.finding import Finding, Sentence, Subject
from indexer.checks.phones import digits
from indexer.entries import Entry, Phone

SHARED_WORDS = 3
"""Sentences are about the same limit if they share at least so many words that carry meaning, one more where neither says what must be done ..."""
SHARED_PART = 0.5
"""... and at least this part of all the words that either has."""

_NUMBERS = {word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)}
_AMOUNT = rf"\d+|{'|'.join(_NUMBERS)}"
_UNIT = r"days?|weeks?|months?|years?|times"
_QUANTITY = re.compile(
    rf"\b(further |more )?({_AMOUNT})( further| more)?(?: full)?(?: (?:school|working|calendar))? ({_UNIT})\b|\b(week|day) (\d+)\b", re.IGNORECASE
)
_DATE = re.compile(r"\b(\d{1,2}) (January|February|March|April|May|June|July|August|September|October|November|December)\b")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_ACT = re.compile(r"\b(?:must|can|may|should|will|ha(?:ve|s)\s+to)(?:\s+(?:not|be|normally|also|only|always|\w+ly))*\s+([a-z]+)")
_EMPTY = frozenset(
    """a an the and or of to in on at by from for with within after before about if when that which it is are be been was were you your we us our
    will would can may must should has have had do does not no any all each every least most more than further up out so as its their they them
    this these those there also again day days week weeks month months year years time times term
    normally usually within school's child child's children""".split()
)
_ROUND_THE_CLOCK = re.compile(r"^(24 hours( a day)?(, (7 days a week|every day))?|24/7|day and night|always|all hours)$")


def check_contradictions(subject: Subject) -> Iterator[Finding]:
    """Pairs of entries of which one must be wrong."""
    yield from _phones(subject)
    yield from _time_limits(subject)


def _phones(subject: Subject) -> Iterator[Finding]:
    uses: dict[str, list[tuple[Entry, Phone]]] = defaultdict(list)
    for entry in subject.entries:
        for phone in entry.shown_phones():
            uses[digits(phone.number)].append((entry, phone))
    for (one, its), (other, others) in (pair for same in uses.values() for pair in combinations(same, 2)):
        if its.hours and others.hours and _hours(its.hours) != _hours(others.hours):
            message = f"{its.number} has the hours {its.hours!r} here and {others.hours!r} in {other.id}"
            yield Finding("contradiction", "error", one.id, message)
        places, other_places = ({_place(a) for a in e.addresses} for e in (one, other))
        if one.id != other.id and places and other_places and not places & other_places:
            message = f"{its.number} is at {one.addresses[0]!r} here and at {other.addresses[0]!r} in {other.id}"
            yield Finding("contradiction", "error", one.id, message)


def _hours(text: str) -> str:
    plain = " ".join(text.lower().split())
    return "always" if _ROUND_THE_CLOCK.match(plain) else re.sub(r"[^\w.]+", " ", plain).strip()


def _place(address: str) -> str:
    """An address by its postcode, or by all its words."""
    postcode = re.search(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b", address)
    return "".join(postcode.groups()) if postcode else " ".join(re.findall(r"\w+", address.lower()))


@dataclass(frozen=True)
class _Limit:
    """A sentence with its amounts (6, "week"), the words that carry meaning, and what tells one limit from the next.

    That is what is done ("must tell", "can appeal") and the bare figures: ages, school years, numbered sections.
    """

    sentence: Sentence
    words: frozenset[str]
    acts: frozenset[str]
    figures: frozenset[str]
    amounts: frozenset[tuple[int, str]]


def _time_limits(subject: Subject) -> Iterator[Finding]:
    """A limit under Time limits against every sentence of another entry, and against its own entry where the words are the same."""
    limits = [limit for sentence in subject.sentences if (limit := _limit(sentence))]
    for one, other in combinations(limits, 2):
        if "Time limits" in (one.sentence.heading, other.sentence.heading) and _contradict(one, other):
            here, there = one.sentence, other.sentence
            where = "" if here.entry == there.entry else f" in {there.entry}"
            yield Finding("contradiction", "error", here.entry, f"{here.text!r} against {there.text!r}{where}")


def _limit(sentence: Sentence) -> _Limit | None:
    amounts = {_amount(match) for match in _QUANTITY.finditer(sentence.text)}
    amounts |= {(int(match[1]), "date") for match in _DATE.finditer(sentence.text)}
    if not amounts:
        return None
    bare = _DATE.sub(lambda date: f" {date[2]} ", _QUANTITY.sub(" ", sentence.text)).lower()
    words = set(_WORD.findall(bare))
    figures = set(filter(str.isdigit, words))
    acts = map(_stem, _ACT.findall(bare))
    return _Limit(sentence, frozenset(map(_stem, words - _EMPTY - figures)), frozenset(acts), frozenset(figures), frozenset(amounts))


def _amount(match: re.Match[str]) -> tuple[int, str]:
    """The number and the kind of thing counted; a further 8 weeks is another kind than 8 weeks in all."""
    unit = (match[4] or match[5]).lower().rstrip("s")
    return _number(match[2] or match[6]), f"further {unit}" if match[1] or match[3] else unit


def _contradict(one: _Limit, other: _Limit) -> bool:
    units = {unit for _, unit in one.amounts} & {unit for _, unit in other.amounts}
    if one.figures != other.figures or bool(one.acts) != bool(other.acts) or (one.acts and not one.acts & other.acts):
        return False
    here, there = ({amount for amount in limit.amounts if amount[1] in units} for limit in (one, other))
    if here <= there or there <= here:
        return False
    if one.sentence.entry == other.sentence.entry:
        return one.words == other.words
    shared = one.words & other.words
    return len(shared) >= SHARED_WORDS + (not one.acts) and len(shared) >= SHARED_PART * len(one.words | other.words)


def _number(text: str) -> int:
    return _NUMBERS.get(text.lower()) or int(text)


@cache
def _stem(word: str) -> str:
    return str(Stemmer.Stemmer("english").stemWord(word.removesuffix("'s")))
