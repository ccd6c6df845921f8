"""Builds the three-part answer: where to go, what to expect, what to do if that fails. Every fact is a sentence of a passage, cited."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from bot.citations import Citations
from bot.danger import Danger
from bot.danger_text import danger_text
from bot.documents import sentences
from bot.evidence import Evidence
from bot.extracts import Extracts, Sentence
from bot.guide import Guide
from bot.phrases import Phrases
from bot.reading import Reading
from bot.records import Answer, Contact, Outcome, Part, Signpost, Statement
from indexer.entries import SHOWN_FROM_CERTAINTY, Entry
from indexer.errors import ContentError
from indexer.passages import REACH, SOURCES
from indexer.release import Release

WHAT, WHO, HOW = "What it is", "Who it is for", "How to get in"
EXPECT = ("What happens next", "Steps", "Time limits", "What school must do", "While you wait", "Good to know", "What it costs")
FAILS, UNKNOWN = "If it does not work", "What we do not know"
_EXPECT_BONUS = {"What happens next": 0.06, "Time limits": 0.06, "What school must do": 0.04, "Steps": 0.02}
_HINT_BONUS = {"time": {"Time limits": 0.2}, "steps": {"Steps": 0.1, "What happens next": 0.05}}
_EXPECTED, _MORE_LIMITS = 4, 2
"""Sentences under "What to expect", and how many more where a time limit is asked for: a deadline left out does harm."""
OWN_NEED, ASKED_FOR = 1.0, 1.0
"""Weight of the sentence that names the place for another need in the same message, and of what a document says that is asked about."""
_EXPECT_NEAR = 0.12
"""Least cosine, with its bonus, of a sentence under "What to expect"; a question in another language tells nothing of it."""
_UNKNOWN_NEAR = 0.35
_OTHER_NEAR = 0.42


class Composer:
    """Composes answers from one release."""

    def __init__(self, release: Release, phrases: Phrases, mentioned_from: float = math.inf, off: Collection[str] = ()) -> None:
        """Prepare to compose; from ``mentioned_from``, log odds of danger, an answer opens with when to ring 999.

        Entries in ``off``, by their ids, are neither added as a further route nor quoted from the guide.
        """
        self._release, self._phrases, self._guide, self._mentioned_from = release, phrases, Guide(release, off), mentioned_from
        self._entries = {id: entry for id, entry in release.entries.items() if id not in off}

    def answered(
        self,
        reading: Reading,
        evidence: Evidence,
        starts: Sequence[Entry],
        outcome: Outcome = Outcome.ANSWERED,
        lines: Sequence[str] = (),
        documented: bool = False,
    ) -> Answer:
        """An answer that names ``starts``, best first; at least one. ``not_found`` says first that we cannot know, then whom to ask.

        ``lines`` are fixed statements that come first of all but when to ring 999. What documents say stands before the places where it is answered
        for their sake (``documented``), else after what to expect.
        """
        cited = Citations()
        figures = bool(self._phrases.hints["figures"].search(reading.repaired))
        lead = Extracts(self._release, starts[0], evidence.vector, figures)
        before = self._documents(evidence, cited, asked_for=True) if documented else []
        where, first = self._lead(lead, cited)
        others = [self._other(entry, evidence, cited) for entry in starts[1:]]
        parts = [
            self._part("note", (self._refusal if outcome is Outcome.NOT_FOUND else self._limits)(reading, evidence, lines)),
            self._part("documents", before),
            self._part("where", where),
            self._part("also", [statement for statements, _ in others for statement in statements]),
            self._part("expect", self._expect(reading, evidence, lead, cited)),
            self._part("unknown", self._unknown(reading, evidence, lead, cited)),
            self._part("documents", [] if before or outcome is Outcome.NOT_FOUND else self._documents(evidence, cited)),
            self._part("else", self._fails(lead, cited)),
            self._part("note", self._language(reading, cited)),
        ]
        return Answer(outcome, _filled(parts), (first, *(s for _, s in others)), cited.finished(), understood=reading.understood())

    def urgent(self, reading: Reading, danger: Danger, starts: Sequence[Entry]) -> Answer:
        """An answer to danger: what to do now, then the numbers, nothing else before them."""
        cited = Citations()
        now, signposts = [Statement(danger.first_line)], []
        for entry in starts:
            extracts = Extracts(self._release, entry)
            now += [_cite(cited, s, entry) for s in list(extracts.under(HOW))[:2]]
            now += self._contacts(extracts, cited)
            signposts.append(self._signpost(extracts, cited))
        parts = [self._part("now", now), self._part("note", [Statement(self._phrases.lines["monitored"]), *self._language(reading, cited)])]
        brief = danger_text(danger, starts)
        return Answer(Outcome.URGENT, _filled(parts), tuple(signposts), cited.finished(), understood=reading.understood(), brief=brief)

    def refused(
        self,
        outcome: Outcome,
        reading: Reading,
        evidence: Evidence | None,
        lines: Sequence[str],
        routes: Iterable[Entry] = (),
        choices: Sequence[str] = (),
        first: Sequence[str] = (),
    ) -> Answer:
        """An answer without a signpost: fixed lines (``first`` before what cannot be known), then how to reach a person who can help."""
        cited = Citations()
        statements = [Statement(line) for line in lines]
        for entry in routes:
            position = self._release.passages_of(entry.id)
            passage = next((self._release.passages[i] for i in position if self._release.passages[i].heading == (WHAT,)), None)
            if passage:
                statements.append(cited.cite(passage, 0, entry))
        parts = [self._part("note", [*self._limits(reading, evidence, first), *statements, *self._language(reading, cited)])]
        return Answer(outcome, _filled(parts), citations=cited.finished(), choices=tuple(choices), understood=reading.understood())

    def closed(self, line: str, route: Entry | None, reading: Reading) -> Answer:
        """An answer while a channel or the service is switched off: the public line, then how to reach a person."""
        cited = Citations()
        statements = [Statement(line)]
        if route:
            extracts = Extracts(self._release, route)
            statements += [_cite(cited, s, route) for s in [*list(extracts.under(WHAT))[:1], *extracts.under(REACH)]]
        note = self._part("note", [*statements, *self._language(reading, cited)])
        return Answer(Outcome.ERROR, (note,), citations=cited.finished(), understood=reading.understood())

    def said(self, line: str) -> Answer:
        """A fixed line that is about the service itself and not about any place."""
        return Answer(Outcome.CLARIFY, (self._part("note", [Statement(line)]),))

    def interpreter(self, language: str) -> Answer:
        """In some language, that answers are in English; then how to get an interpreter."""
        cited = Citations()
        line = self._phrases.languages.get(language)
        statements = [Statement(line)] if line else []
        if entry := self._entries.get(self._phrases.interpreter):
            extracts = Extracts(self._release, entry)
            statements += [_cite(cited, s, entry) for s in [*extracts.under(HOW), *extracts.under(REACH), *extracts.under(WHAT)]]
        return Answer(Outcome.CLARIFY, _filled([self._part("note", statements)]), citations=cited.finished())

    def _part(self, id: str, statements: Sequence[Statement]) -> Part:
        return Part(id, self._phrases.titles[id], tuple(statements))

    def _lead(self, lead: Extracts, cited: Citations) -> tuple[list[Statement], Signpost]:
        entry = lead.entry
        signpost = self._signpost(lead, cited)
        lines = [Statement(self._phrases.lines["start"].format(name=entry.name), signpost.citation)]
        for heading in (WHAT, WHO, HOW):
            lines += [_cite(cited, s, entry) for s in lead.under(heading)]
        lines += self._contacts(lead, cited)
        lines += [self._dated(lead, cited)]
        return lines, signpost

    def _other(self, entry: Entry, evidence: Evidence, cited: Citations) -> tuple[list[Statement], Signpost]:
        extracts = Extracts(self._release, entry, evidence.vector)
        signpost = self._signpost(extracts, cited)
        second = entry.id == evidence.second
        named = self._phrases.lines["second" if second else "also"].format(name=entry.name)
        lines = [Statement(named, signpost.citation, OWN_NEED if second else 0.0)]
        lines += [_cite(cited, s, entry) for s in list(extracts.under(WHAT))[:1]]
        near = [s for s in extracts.best(EXPECT, 1) if s.similarity >= _OTHER_NEAR]
        lines += [_cite(cited, s, entry) for s in near]
        lines += self._contacts(extracts, cited)[:1]
        return lines, signpost

    def _signpost(self, extracts: Extracts, cited: Citations) -> Signpost:
        entry = extracts.entry
        why = extracts.nearest((WHAT, WHO, HOW))
        if why is None:
            raise ContentError(f"{entry.path}: description: holds no sentence")
        number = cited.cite(why.passage, why.index, entry).citation
        return Signpost(
            id=entry.id,
            kind=entry.kind,
            name=entry.name,
            why=why.text,
            who_for=entry.eligibility_description,
            how_to_get_in=entry.application_process,
            contacts=contacts_of(entry),
            dated=entry.dated,
            checked=entry.assured_date.isoformat() if entry.assured_date else None,
            citation=number or 1,
        )

    def _contacts(self, extracts: Extracts, cited: Citations) -> list[Statement]:
        return [_cite(cited, s, extracts.entry) for s in extracts.under(REACH)]

    def _dated(self, extracts: Extracts, cited: Citations) -> Statement:
        entry, lines = extracts.entry, self._phrases.lines
        main = next(iter(extracts.under(SOURCES)))
        number = cited.cite(main.passage, main.index, entry).citation
        source = lines["undated" if entry.dated == "undated" else "dated"].format(title=entry.sources[0].title, date=entry.dated[:4])
        checked = lines["checked"].format(date=entry.assured_date.isoformat()) if entry.assured_date else lines["unchecked"]
        return Statement(f"{source} {checked}", number)

    def _expect(self, reading: Reading, evidence: Evidence, lead: Extracts, cited: Citations) -> list[Statement]:
        bonus = dict(_EXPECT_BONUS)
        most = _EXPECTED + (_MORE_LIMITS if self._phrases.hints["time"].search(reading.repaired) else 0)
        for hint, more in _HINT_BONUS.items():
            if self._phrases.hints[hint].search(reading.repaired):
                bonus = {heading: bonus.get(heading, 0.0) + more.get(heading, 0.0) for heading in {*bonus, *more}}
        least = _EXPECT_NEAR if reading.language == "en" else -1.0
        told = [_cite(cited, s, lead.entry, bonus.get(s.heading, 0.0)) for s in lead.best(EXPECT, most, bonus, least)]
        guided = self._guide.best(reading, evidence.vector)
        return told + ([_cite(cited, guided[1], guided[0])] if guided else [])

    def _unknown(self, reading: Reading, evidence: Evidence, lead: Extracts, cited: Citations) -> list[Statement]:
        held = {c.type for c in contacts_of(lead.entry)}
        asked = (ask for ask in self._phrases.asks if ask in reading.asks or ask.id in evidence.asks)
        missing = [ask for ask in asked if not (ask.id in held or (ask.id == "hours" and any(p.hours for p in lead.entry.shown_phones())))]
        near = [s for s in lead.best((UNKNOWN,), 2 if missing else 1) if missing or s.similarity >= _UNKNOWN_NEAR]
        statements = [_cite(cited, s, lead.entry) for s in near]
        said = " ".join(s.text for s in near).lower()
        unsaid = [ask for ask in missing if ask.thing.split()[-1] not in said and ask.id not in said]
        line = self._phrases.lines["no_contact"]
        return statements + [Statement(line.format(thing=ask.thing, name=lead.entry.name)) for ask in unsaid]

    def _documents(self, evidence: Evidence, cited: Citations, asked_for: bool = False) -> list[Statement]:
        """The sentences of documents that answer the question, where a document is near.

        ``asked_for`` has them however near it is, and makes those of the best passage weigh more.
        """
        if not (asked_for or evidence.near_document()):
            return []
        quoted = sentences(self._release, evidence.documents, evidence.sought, self._phrases.hints)
        weights = {passage.id: ASKED_FOR for passage, _ in quoted[:1]} if asked_for else {}
        return [cited.cite(passage, i, self._entries.get(passage.entry or ""), weights.get(passage.id, 0.0)) for passage, i in quoted]

    def _fails(self, lead: Extracts, cited: Citations) -> list[Statement]:
        statements = [_cite(cited, s, lead.entry) for s in lead.best((FAILS,), 3)]
        independent = self._entries.get(self._phrases.independent)
        if (
            independent
            and lead.entry.id != independent.id
            and not any(name in s.text for s in statements for name in self._phrases.independent_names)
        ):
            route = Extracts(self._release, independent)
            statements += [_cite(cited, s, independent) for s in list(route.under(WHAT))[:1]]
        return statements

    def _limits(self, reading: Reading, evidence: Evidence | None, first: Sequence[str] = ()) -> list[Statement]:
        asked = evidence.asks if evidence else frozenset[str]()
        mentioned = [Statement(self._phrases.lines["if_danger"])] if evidence and evidence.danger >= self._mentioned_from else []
        limits = [limit.say for limit in self._phrases.limits if limit in reading.limits or limit.id in asked]
        return mentioned + [Statement(line) for line in (*first, *limits)]

    def _refusal(self, reading: Reading, evidence: Evidence, first: Sequence[str] = ()) -> list[Statement]:
        """What cannot be known, or plainly that we do not know."""
        said = self._limits(reading, evidence, first)
        named = any(statement.text in {limit.say for limit in self._phrases.limits} for statement in said)
        return said if named else [*said, Statement(self._phrases.lines["not_found"])]

    def _language(self, reading: Reading, cited: Citations) -> list[Statement]:
        line = self._phrases.languages.get(reading.language)
        if reading.language == "en":
            return []
        statements = [Statement(line)] if line else []
        interpreter = self._entries.get(self._phrases.interpreter)
        if interpreter:
            route = Extracts(self._release, interpreter)
            statements += [_cite(cited, s, interpreter) for s in list(route.under(WHAT))[:2]]
        return statements


def contacts_of(entry: Entry) -> tuple[Contact, ...]:
    """The contacts of an entry that are certain enough to be shown, copied from its fields."""
    found = [Contact("phone" if p.type == "voice" else p.type, p.number, p.description, p.hours) for p in entry.shown_phones()]
    if entry.certainty >= SHOWN_FROM_CERTAINTY:
        found += [Contact("email", entry.email)] if entry.email else []
        found += [Contact("address", address) for address in entry.addresses]
        found += [Contact("link", entry.url)] if entry.url else []
    return tuple(found)


def _cite(cited: Citations, sentence: Sentence, entry: Entry, bonus: float = 0.0) -> Statement:
    return cited.cite(sentence.passage, sentence.index, entry, sentence.similarity + bonus)


def _filled(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.statements)
