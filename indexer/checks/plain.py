"""Plain words: reading age, long sentences, sentences that cannot stand alone, processes without steps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.checks.finding import Finding, Subject, parts_of
from indexer.checks.worklist import groups_of
from indexer.entries import Entry
from indexer.readability import grade

EASY, HARD = 6.0, 7.0
"""Reading grades: above the first an entry is noted, above the second it fails."""

LONGEST = 22
"""Words in a sentence, at most."""

_VERB = (
    "is|are|was|were|will|would|can|could|may|might|must|should|shall|has|have|had|does|do|did|means|meant|includes|covers|helps|gives|gave|makes|"
    "made|takes|took|comes|came|goes|went|runs|ran|works|needs|depends|happens|applies|lasts|starts|ends|says|said|lets|offers|leads|also|often|"
    "usually|sometimes|only|never|always"
)
_PRONOUN = re.compile(rf"^(?:(?:It|They)(?:'(?:s|ll|d|re|ve))?\b|(?:This|That|These|Those)(?: (?:{_VERB})\b|'s\b))")
_EMPTY_IT = re.compile(r"^It (?:is|was|can be|may be|helps|takes)\b(?: \w+){1,3} (?:to|that|if)\b")


def check_plain(subject: Subject) -> Iterator[Finding]:
    """What makes an entry hard to read, or to quote."""
    for entry in subject.entries:
        yield from _reading_age(entry)
        if _is_process(entry) and not entry.section("Steps"):
            yield Finding("no-steps", "note", entry.id, "a process with a time limit or a form, but no section 'Steps'")
    for sentence in subject.sentences:
        if (words := len(sentence.text.split())) > LONGEST:
            yield Finding("long-sentence", "note", sentence.entry, f"{words} words: {sentence.text}")
        if _PRONOUN.match(sentence.text) and not _EMPTY_IT.match(sentence.text):
            yield Finding("stands-alone", "note", sentence.entry, f"begins with a word that points back: {sentence.text}")


def reading_grade(entry: Entry) -> float:
    """The grade of an entry's prose as a whole."""
    return grade("\n".join(text for _, text in parts_of(entry)))


def _reading_age(entry: Entry) -> Iterator[Finding]:
    found = reading_grade(entry)
    if found > EASY:
        limit, level = (HARD, "error") if found > HARD else (EASY, "note")
        yield Finding("reading-age", "error" if level == "error" else "note", entry.id, f"reading grade {found:.1f} is above {limit:.0f}")


def _is_process(entry: Entry) -> bool:
    """A topic that sets the reader a time limit, or that has a form."""
    waits_for_form = any("Forms" in groups_of(item) for item in entry.missing)
    return entry.kind == "topic" and not entry.background and (bool(entry.section("Time limits")) or waits_for_form)
