"""Acronyms that an entry does not explain where it first uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.checks.finding import Finding, Sentence, Subject, sentences_of

_ACRONYM = re.compile(r"(?<![\w@/.'!-])([A-Z]{2,6})(?:s|'s)?(?![\w@!-]|\.[a-z])")
_BEFORE = re.compile(r"(?:called|known as|short for|the letters|text(?: the word)?|name for [^.]+ is)(?: the)? \"?$", re.IGNORECASE)
_AFTER = re.compile(
    r"\"? \([A-Za-z]+[ -][^()]+\)|,? (?:stands|is short) for |(?: [a-z]+){1,4} stands for |,? short for |(?: [a-z]+){0,3},? which is |,? means "
    r"|,? is (?:the|an?|one) \w+|, (?:the|an?|[A-Z]\w+'s) \w+"
)


def check_acronyms(subject: Subject) -> Iterator[Finding]:
    """Acronyms neither explained at first use nor in ``[known_acronyms]`` of ``words.toml``."""
    known = set(subject.files["words.toml"].get("known_acronyms", {}))
    for entry in subject.entries:
        sentences = list(sentences_of(entry))
        seen = known | _owned_up(sentences)
        for sentence in sentences:
            for match in _ACRONYM.finditer(sentence.text):
                if match[1] not in seen and not explained(sentence.text, match):
                    yield Finding("acronym", "error", entry.id, f"{match[1]} is not spelled out at its first use: {sentence.text}")
                seen.add(match[1])


def explained(text: str, match: re.Match[str]) -> bool:
    """Whether the sentence says what the acronym stands for or is.

    ``words (ACR)`` anywhere in it, ``ACR (words and words)``, ``ACR, the words``, ``ACR is a``, ``ACR stands for``, ``called ACR``.
    """
    spelled = re.search(rf"[A-Za-z]{{2,}}[\"']? \((?:[^()]*\W)?{match[1]}\b[^()]*\)", text)
    return bool(spelled or _BEFORE.search(text[: match.start()]) or _AFTER.match(text[match.end() :]))


def _owned_up(sentences: list[Sentence]) -> set[str]:
    """The acronyms of which the entry says that nobody knows what they stand for."""
    owning = " ".join(s.text for s in sentences if re.search(r"do not know what .+ stands? for", s.text))
    return {match[1] for match in _ACRONYM.finditer(owning)}
