"""Danger in a message, found first and by fixed rules: the rules, their words and what to do are data in ``content/urgent.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.patterns import Pattern, PatternError, Places, Vocabulary, words_of
from indexer.errors import ContentError
from indexer.wording import Wording, load_toml

LONGEST = 20_000
FIRST_LINE = 90
LEARNED = "learned"
"""Stands for a rule where danger was learned from the messages of ``danger/``."""
_FIELDS = {
    "kinds": {"id", "name", "first_line", "start", "also", "text"},
    "rules": {"id", "kind", "any", "unless", "unless_message", "always", "note"},
    "figures": {"id", "any", "note"},
    "vetoes": {"id", "any", "scope", "but", "kinds", "note"},
    "instead": {"id", "found", "becomes", "when", "unless", "note"},
}


@dataclass(frozen=True)
class Danger:
    """What was recognised: the kind, what to do now, the entries to name, the rule that found it and the words that it found.

    ``text`` goes on after the first line in a text message. ``certain`` danger stands whatever else the message says.
    """

    kind: str
    name: str
    first_line: str
    start: str
    also: tuple[str, ...]
    rule: str
    matched: str
    certain: bool = True
    text: str = ""


@dataclass(frozen=True)
class _Kind:
    id: str
    name: str
    first_line: str
    start: str
    also: tuple[str, ...]
    text: str = ""

    def danger(self, rule: str, matched: str, certain: bool) -> Danger:
        """This kind of danger, found by a rule."""
        return Danger(self.id, self.name, self.first_line, self.start, self.also, rule, matched, certain, self.text)


@dataclass(frozen=True)
class _Rule:
    id: str
    kind: str
    any: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    unless_message: tuple[Pattern, ...]
    always: bool


@dataclass(frozen=True)
class _Veto:
    any: tuple[Pattern, ...]
    whole: bool
    but: tuple[Pattern, ...]
    kinds: frozenset[str]


@dataclass(frozen=True)
class _Instead:
    found: frozenset[str]
    becomes: str
    when: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


class DangerRules:
    """The rules, ready to use; safe to share between threads.

    ``learned_from`` and ``mentioned_from`` are the least log odds at which a message is danger though no rule found it, and at which an answer
    says when to ring 999; below ``doubted_below`` what a rule found is set aside, unless it is certain.

    Raises:
        ContentError: naming the rule and its fault, if the data cannot be used.
    """

    def __init__(self, data: Mapping[str, Any], wording: Wording) -> None:
        self._wording = wording
        self._vocabulary = Vocabulary(data.get("lists", {}), data.get("spellings", {}), data.get("never_misspelt", {}).get("words", ()))
        self._kinds = {row["id"]: _Kind(**{**row, "also": tuple(row["also"])}) for row in self._rows(data, "kinds", ("first_line", "start", "also"))}
        for kind in self._kinds.values():
            if len(kind.first_line) > FIRST_LINE or not kind.first_line.isascii() or len(kind.also) > 4:
                raise ContentError(f"urgent.toml, kind '{kind.id}': first_line is ASCII of at most {FIRST_LINE} characters, also names at most 4")
        learned = data.get("learned", {})
        self.learned_from, self.doubted_below = float(learned.get("log_odds", 1.0)), float(learned.get("doubted_below", -9.0))
        self._learned_from_other = float(learned.get("other_languages", self.learned_from))
        self.mentioned_from = float(learned.get("mentioned", self.learned_from))
        order = list(self._kinds)
        rules = [
            _Rule(
                row["id"],
                self._kind(row, "kind"),
                self._patterns(row, "any"),
                self._patterns(row, "unless"),
                self._patterns(row, "unless_message"),
                bool(row.get("always", False)),
            )
            for row in self._rows(data, "rules", ("kind", "any"))
        ]
        rules.sort(key=lambda rule: order.index(rule.kind))
        self._rules = {pattern.number: (at, rule, pattern) for at, rule in enumerate(rules) for pattern in rule.any}
        self._figures = {p.number: p for row in self._rows(data, "figures", ("any",)) for p in self._patterns(row, "any")}
        self._vetoes = tuple(self._veto(row) for row in self._rows(data, "vetoes", ("any", "scope")))
        self._instead = tuple(
            _Instead(self._known(row, "found"), self._kind(row, "becomes"), self._patterns(row, "when"), self._patterns(row, "unless"))
            for row in self._rows(data, "instead", ("found", "becomes", "when"))
        )

    def find(self, text: str, repaired: str | None = None) -> Danger | None:
        """The most pressing danger that a rule finds in one message, or None. Only the first 20,000 characters are read.

        Args:
            text: the message as it was sent.
            repaired: the same after :meth:`Wording.repair`, where that is known already.
        """
        plain = self._wording.repair(text[:LONGEST]) if repaired is None else repaired[:LONGEST]
        words = words_of(plain.replace("*", " ").replace("~", " "), self._vocabulary.spellings)
        places = self._without_figures(self._vocabulary.places(words))
        held: dict[str, tuple[int, bool]] = {}
        candidates = [self._rules[number] for number in places.possible if number in self._rules]
        for _, rule, pattern in sorted(candidates, key=lambda candidate: (candidate[0], candidate[2].number)):
            found = places.find(pattern)
            if not found or any(places.find(p) for p in rule.unless_message):
                continue
            found &= ~places.around(_together(places, rule.unless))
            if found and not rule.always:
                if rule.kind not in held:
                    held[rule.kind] = self._vetoed(places, rule.kind)
                vetoed, whole = held[rule.kind]
                found = 0 if whole else found & ~vetoed
            if found:
                return self._danger(places, rule, pattern, found)
        return None

    def weigh(self, found: Danger | None, odds: float, kind: str | None, english: bool = True) -> Danger | None:
        """The danger in a message, from what the rules found and what was learned from the messages of ``danger/``.

        Args:
            found: what :meth:`find` found.
            odds: the learned log odds that there is danger.
            kind: the kind that was learned, or None where there was nothing to learn from.
            english: whether the message is English; too little was learned of other languages to set aside what a rule found.
        """
        if kind is None:
            return found
        if found:
            return found if found.certain or not english or odds >= self.doubted_below else None
        if odds < self.floor(english):
            return None
        row = self._kinds[kind]
        return row.danger(LEARNED, "", certain=False)

    def floor(self, english: bool) -> float:
        """The least log odds at which a message is danger though no rule found it."""
        return self.learned_from if english else self._learned_from_other

    def of_each_kind(self) -> tuple[Danger, ...]:
        """One danger of each kind, as a rule would find it."""
        return tuple(kind.danger("", "", certain=True) for kind in self._kinds.values())

    @property
    def kinds(self) -> tuple[str, ...]:
        """The ids of all kinds, the most pressing first."""
        return tuple(self._kinds)

    def _without_figures(self, places: Places) -> Places:
        spans = [span for number in places.possible if number in self._figures for span in places.spans(self._figures[number])]
        if not spans:
            return places
        words = list(places.words)
        for start, end in spans:
            words[start:end] = ["_"] * (end - start)
        return self._vocabulary.places(words)

    def _vetoed(self, places: Places, kind: str) -> tuple[int, bool]:
        sentences, whole = 0, False
        for veto in self._vetoes:
            if veto.kinds and kind not in veto.kinds:
                continue
            at = _together(places, veto.any)
            if at and not any(places.find(p) for p in veto.but):
                sentences |= places.sentences(at)
                whole = whole or veto.whole
        return sentences, whole

    def _danger(self, places: Places, rule: _Rule, pattern: Pattern, found: int) -> Danger:
        kind = rule.kind
        for change in self._instead:
            if kind in change.found and any(places.find(p) for p in change.when) and not any(places.find(p) for p in change.unless):
                kind = change.becomes
                break
        sentence = places.sentences(found & -found)
        matched = " ".join(word for at, word in enumerate(places.words) if sentence >> at & 1)
        row = self._kinds[kind]
        return row.danger(f"{rule.id}: {pattern.source}", matched, rule.always)

    def _veto(self, row: Mapping[str, Any]) -> _Veto:
        if row["scope"] not in ("sentence", "message"):
            raise ContentError(f"urgent.toml, veto '{row['id']}': scope is 'sentence' or 'message'")
        return _Veto(self._patterns(row, "any"), row["scope"] == "message", self._patterns(row, "but"), self._known(row, "kinds"))

    def _rows(self, data: Mapping[str, Any], table: str, needed: Sequence[str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = list(data.get(table, ()))
        seen: set[str] = set()
        for at, row in enumerate(rows, 1):
            label = f"urgent.toml, {table} '{row.get('id', f'number {at}')}'"
            if missing := [field for field in ("id", *needed) if field not in row]:
                raise ContentError(f"{label}: needs {', '.join(missing)}")
            if unknown := sorted(set(row) - _FIELDS[table]):
                raise ContentError(f"{label}: does not know {', '.join(unknown)}")
            if row["id"] in seen:
                raise ContentError(f"{label}: the id is used twice")
            seen.add(row["id"])
        return rows

    def _patterns(self, row: Mapping[str, Any], field: str) -> tuple[Pattern, ...]:
        try:
            return tuple(self._vocabulary.pattern(source) for source in row.get(field, ()))
        except PatternError as fault:
            raise ContentError(f"urgent.toml, '{row['id']}', {field}: {fault}") from fault

    def _kind(self, row: Mapping[str, Any], field: str) -> str:
        if row[field] not in self._kinds:
            raise ContentError(f"urgent.toml, '{row['id']}': unknown kind '{row[field]}'")
        return str(row[field])

    def _known(self, row: Mapping[str, Any], field: str) -> frozenset[str]:
        return frozenset(self._kind({"id": row["id"], field: kind}, field) for kind in row.get(field, ()))


def _together(places: Places, patterns: Sequence[Pattern]) -> int:
    found = 0
    for pattern in patterns:
        found |= places.find(pattern)
    return found


def load_danger(folder: Path, wording: Wording) -> DangerRules:
    """The rules of a content folder, from ``urgent.toml``.

    Raises:
        ContentError: if the file is missing or malformed, or a rule cannot be used; it names the rule and the fault.
    """
    return DangerRules(load_toml(folder / "urgent.toml"), wording)
