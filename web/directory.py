"""The directory in memory: the entries of one release in order of name, and for each filter value the entries that it keeps."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.records import Contact
from indexer.entries import Entry
from indexer.groups import Groups
from web.lookup import Field, Lookup, words_of
from web.present import age_range, shortened

Mask = npt.NDArray[np.bool_]

PAGE = 50
"""Entries to a page."""
KINDS = {"service": "Places to go", "topic": "How things work", "guide": "What school should do"}
"""Kinds of page as the address names them and as families read them."""
LETTERS = (*"abcdefghijklmnopqrstuvwxyz", "0-9")
ANY_NEED = "any"
"""The need that entries for no need in particular stand under."""
OLDEST = 25
"""SEND law covers children and young people up to this age."""

_SUMMARY = 240
_LETTERED = ("the ", "a ", "an ")
_KIND_OF = {"service": "service", "topic": "topic", "framework": "guide"}


@dataclass(frozen=True)
class Query:
    """What is asked of the directory. Empty means all; of several kinds or needs any will do."""

    q: str = ""
    group: str = ""
    letter: str = ""
    kind: tuple[str, ...] = ()
    age: int | None = None
    need: tuple[str, ...] = ()
    area: str = ""
    diagnosis: str = ""
    referral: str = ""
    page: int = 1

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of the filters in use."""
        return tuple(name for name in FILTERS if getattr(self, name) not in ("", (), None))


FILTERS = ("q", "group", "letter", "kind", "age", "need", "area", "diagnosis", "referral")
"""Filters in the order of a shareable address."""


@dataclass(frozen=True)
class Row:
    """An entry as a line of the directory."""

    id: str
    name: str
    address: str
    kind: str
    letter: str
    summary: str
    ages: str
    phone: Contact | None
    no_diagnosis: bool
    no_referral: bool


@dataclass(frozen=True)
class Found:
    """The rows of one page, how many there are in all, and for each filter how many each of its values would give, the others kept.

    Where there is nothing: ``relaxed`` says how many there are without each filter in use, ``alone`` how many for each word by itself.
    """

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[str, Mapping[str, int]]
    read_as: tuple[tuple[str, str], ...] = ()
    relaxed: Mapping[str, int] = field(default_factory=dict)
    alone: Mapping[str, int] = field(default_factory=dict)


class Directory:
    """The entries of one release, ready to be browsed. Never changes, so threads share it."""

    def __init__(
        self,
        entries: Mapping[str, Entry],
        groups: Groups,
        needs: Mapping[str, str],
        areas: Mapping[str, str],
        repair: Callable[[str], str] = str.lower,
    ) -> None:
        """Index entries; ``needs`` and ``areas`` give the names of their ids, ``repair`` puts common misspellings right."""
        ordered = sorted(entries.values(), key=lambda e: (_order(e.name), e.id))
        self.groups, self.needs, self.areas = groups, {**needs, ANY_NEED: "help with any need"}, dict(areas)
        self.rows = tuple(_row(entry) for entry in ordered)
        self._lookup = Lookup([_fields(entry, self.needs) for entry in ordered], repair)
        self._names = [" ".join(words_of(entry.name)) for entry in ordered]
        low = [0 if e.minimum_age is None else e.minimum_age for e in ordered]
        high = [999 if e.maximum_age is None else e.maximum_age for e in ordered]
        self._low, self._high = np.array(low, np.int16), np.array(high, np.int16)
        self._values: dict[str, dict[str, int]] = {}
        self._masks: dict[str, Mask] = {}
        owner = {old: e.id for e in ordered for old in (*e.replaces, e.id)}
        members = {g.id: {owner.get(id, id) for id in g.entries} for g in groups.groups}
        self._keep("group", list(members), ordered, lambda e, v: e.id in members[v])
        self._keep("letter", LETTERS, self.rows, lambda r, v: r.letter == v)
        self._keep("kind", tuple(KINDS), ordered, lambda e, v: _KIND_OF[e.kind] == v)
        self._keep("need", tuple(self.needs), ordered, lambda e, v: v in e.needs or (v == ANY_NEED and not e.needs))
        self._keep("area", tuple(self.areas), ordered, lambda e, v: v in e.areas or not e.areas)
        self._keep("diagnosis", ("no",), ordered, lambda e, _: e.diagnosis_needed is False)
        self._keep("referral", ("no",), ordered, lambda e, _: e.referral_needed is False)

    def _keep(self, name: str, values: Sequence[str], things: Sequence[Any], fits: Callable[[Any, str], bool]) -> None:
        self._values[name] = {value: n for n, value in enumerate(values)}
        self._masks[name] = np.array([[fits(thing, value) for thing in things] for value in values], bool).reshape(len(values), len(things))

    def values(self, name: str) -> Sequence[str]:
        """The values that a filter can take, in their order."""
        return tuple(self._values[name])

    def find(self, query: Query) -> Found:
        """One page of what a query asks for, with the counts beside each filter value."""
        match = self._lookup.find(query.q) if query.q else None
        kept = {name: self._kept(name, query) for name in query.filters if name != "q"}
        if match is not None:
            kept["q"] = match.scores > 0
        every = self._all(kept)
        places = np.flatnonzero(every)
        if match is not None:
            places = places[np.argsort(-self._ranked(match.scores[places], places, query.q), kind="stable")]
        total, pages = len(places), max(1, -(-len(places) // PAGE))
        page = min(query.page, pages)
        rows = tuple(self.rows[i] for i in places[(page - 1) * PAGE : page * PAGE])
        counts = {name: self._counts(name, kept, every) for name in self._masks}
        if total:
            return Found(rows, total, page, pages, counts, match.read_as if match else ())
        relaxed = {name: int(self._all(kept, name).sum()) for name in kept}
        others = self._all(kept, "q")
        alone = {word: int((others & (scores > 0)).sum()) for word, scores in self._lookup.without(query.q)}
        return Found(rows, 0, 1, 1, counts, (), {n: c for n, c in relaxed.items() if c}, {w: c for w, c in alone.items() if c})

    def _kept(self, name: str, query: Query) -> Mask:
        chosen = getattr(query, name)
        if name == "age":
            return np.asarray((self._low <= chosen) & (chosen <= self._high))
        values = chosen if isinstance(chosen, tuple) else (chosen,)
        return np.asarray(self._masks[name][[self._values[name][value] for value in values]].any(axis=0))

    def _all(self, kept: Mapping[str, Mask], but: str = "") -> Mask:
        every = np.ones(len(self.rows), bool)
        for name, mask in kept.items():
            if name != but:
                every &= mask
        return every

    def _counts(self, name: str, kept: Mapping[str, Mask], every: Mask) -> dict[str, int]:
        others = self._all(kept, name) if name in kept else every
        found = np.count_nonzero(self._masks[name] & others, axis=1)
        return {value: int(n) for value, n in zip(self._values[name], found, strict=True)}

    def _ranked(self, scores: npt.NDArray[np.float32], places: npt.NDArray[np.intp], q: str) -> npt.NDArray[np.float32]:
        """Scores with more for a name that holds the words as they were written, and most for the name itself."""
        phrase = " ".join(words_of(q))
        more = [2.0 if self._names[i] == phrase else 1.0 if phrase in self._names[i] else 0.0 for i in places]
        return np.asarray(scores + 10 * np.array(more, np.float32))


class LiveDirectory:
    """The directory of whatever release is live, made when it is first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[str, Directory] | None = None

    def of(self, release: str, make: Callable[[], Directory]) -> Directory:
        """The directory of a release; ``make`` builds it where another one is held, for one thread at a time."""
        held = self._held
        if held is None or held[0] != release:
            with self._lock:
                held = self._held
                if held is None or held[0] != release:
                    held = self._held = (release, make())
        return held[1]


def _order(name: str) -> str:
    """A name as it is sorted: without accents, case and a leading article."""
    plain = " ".join(words_of(name))
    for article in _LETTERED:
        if plain.startswith(article) and len(plain) > len(article):
            return plain[len(article) :]
    return plain


def _letter(name: str) -> str:
    first = unicodedata.normalize("NFKD", _order(name))[:1].lower()
    return first if "a" <= first <= "z" else "0-9"


def _row(entry: Entry) -> Row:
    phone = next(iter(entry.shown_phones()), None)
    kinds = {"voice": "phone", "text": "text", "textphone": "textphone"}
    return Row(
        id=entry.id,
        name=entry.name,
        address=entry.address,
        kind=KINDS[_KIND_OF[entry.kind]],
        letter=_letter(entry.name),
        summary=shortened(entry.description, _SUMMARY),
        ages=age_range(entry.minimum_age, entry.maximum_age),
        phone=Contact(kinds[phone.type], phone.number) if phone else None,
        no_diagnosis=entry.diagnosis_needed is False,
        no_referral=entry.referral_needed is False,
    )


def _fields(entry: Entry, needs: Mapping[str, str]) -> list[Field]:
    """Where words are looked for, and what each place counts."""
    return [
        (8, entry.name),
        (6, " ".join(entry.alternate_names)),
        (4, " ".join(needs.get(need, need) for need in entry.needs)),
        (3, entry.description),
        (2, entry.eligibility_description or ""),
        (1, entry.application_process or ""),
    ]
