"""Reads a conversation: what was asked, for whom, where, and whether somebody is in danger."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.ages import find_age
from bot.danger import Danger, DangerRules
from bot.language import find_language
from bot.phrases import Ask, Limit, Phrases
from bot.places import Places
from indexer.wording import Wording, clean

_FOLLOWS_ON = re.compile(
    r"^(?:and|but|ok|okay|so|then|also|or|yes|yeah|no|nope|thanks|thank you|right|what about|how about|what if|how do i do that|"
    r"how long|how much|when|he's|she's|hes|shes|they're|i am|i'm|im)\b"
    r"|\b(?:that|this one|it|them|there|the first one|the second one|those|these)\b"
)
_NEW_SUBJECT = re.compile(
    r"\b(?:different thing|another thing|something else|different question|another question|new question|change of subject|"
    r"separate(?:ly)? (?:thing|question|issue))\b"
)
_CONTENT_WORD = re.compile(r"[^\W\d_]{3,}")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_SHORT = 6
_PART_WORDS = 4
_ASKING = frozenset((
    "a", "about", "address", "all", "am", "an", "and", "any", "anyone", "are", "ask", "at", "be", "boy", "but", "by", "call", "can", "child",
    "children", "contact", "cost", "could", "daughter", "day", "days", "did", "do", "does", "doing", "else", "email", "find", "first", "for",
    "from", "get", "girl", "give", "go", "going", "got", "granddaughter", "grandson", "had", "has", "have", "he", "hello", "help", "her", "here",
    "hi", "him", "his", "hiya", "how", "i", "if", "in", "is", "it", "its", "just", "kid", "kids", "know", "lad", "like", "long", "me", "mean",
    "more", "much", "my", "need", "next", "no", "not", "number", "of", "off", "often", "ok", "okay", "old", "on", "one", "or", "other", "our",
    "out", "phone", "please", "pls", "quick", "ring", "said", "same", "say", "she", "should", "so", "somebody", "someone", "son", "soon", "speak",
    "start", "take", "tel", "tell", "text", "thank", "thanks", "that", "the", "their", "them", "then", "there", "they", "thing", "things", "this",
    "time", "to", "too", "up", "us", "wait", "want", "was", "we", "week", "weeks", "what", "when", "where", "which", "who", "whom", "why", "will",
    "with", "would", "write", "yeah", "yes", "you", "your",
))
"""Words that ask about something, for someone, without naming it."""
_WORD = re.compile(r"[^\W\d_]+")
_MARKUP = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")
_PICKED = re.compile(r"\bthe (?P<n>first|second|third|last|1st|2nd|3rd)(?: one| place| option)?\b|^\W*(?:number |option |no )?(?P<d>[1-9])\W*$")
_ORDER = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "last": -1}


@dataclass(frozen=True)
class Before:
    """What the reply before this message left.

    The entries it named, the choices it offered, whether we have asked back already, the danger it spoke of, and the id of its pin.
    """

    starts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    asked: bool = False
    danger: Danger | None = None
    pin: str | None = None


NOTHING = Before()


@dataclass(frozen=True)
class Reading:
    """What we understood.

    ``text`` is the last message, cleaned; ``repaired`` the same with spellings put right, lower case; ``context`` the earlier messages
    that it builds on, repaired (empty for a new subject); ``age`` is in years; ``parts`` are what
    it falls into where it may hold two needs; ``picked`` is the entry of the reply ``before`` that it points at.
    """

    text: str
    repaired: str
    opened: str
    context: str
    language: str
    age: float | None
    area: str | None
    elsewhere: str | None
    abroad: str | None
    needs: tuple[str, ...]
    asker: str
    asks: tuple[Ask, ...]
    limits: tuple[Limit, ...]
    danger: Danger | None
    parts: tuple[str, ...] = ()
    picked: str | None = None
    before: Before = NOTHING

    @property
    def follows_on(self) -> bool:
        """Whether the message means little without the earlier ones."""
        return bool(self.context)

    @property
    def only_asks_on(self) -> bool:
        """Whether the message only asks on about what was said before ("who do I ring?")."""
        return _names_nothing(self.repaired)

    @property
    def says_nothing(self) -> bool:
        """Whether neither the message nor what it builds on names anything that could be answered."""
        said = f"{self.context} {self.repaired}"
        few = _names_nothing(said) or len(_LONG_WORD.findall(said)) < 2
        return few and not self.needs and not self.picked and self.repaired == self.opened

    def understood(self) -> dict[str, Any]:
        """Age in whole years, area and needs, for the reply; only what is known."""
        known: dict[str, Any] = {}
        if self.age is not None:
            known["age"] = int(self.age)
        if self.area:
            known["area"] = self.area
        if self.needs:
            known["needs"] = list(self.needs)
        return known


class Reader:
    """Turns messages into readings with the words, places and danger rules of one release."""

    def __init__(self, wording: Wording, places: Places, danger: DangerRules, phrases: Phrases) -> None:
        self.wording, self.places, self.danger, self.phrases = wording, places, danger, phrases
        self._sentence = re.compile(rf"[.!?;:]+\s|\s-\s|,?\s+{phrases.hints['another'].pattern}(?!')")

    def read(self, turns: Sequence[str], before: Before = NOTHING) -> Reading:
        """The reading of the last of some messages of one conversation.

        Args:
            turns: the messages, oldest first; at least one.
            before: what the reply to the message before the last one left.
        """
        last = _chosen(clean(_MARKUP.sub(" ", turns[-1])), before.choices)
        language = find_language(last)
        repaired = self.wording.repair(last, language == "en")
        earlier = [self.wording.repair(turn) for turn in turns[:-1]]
        fresh = bool(_NEW_SUBJECT.search(repaired))
        leans = last in before.choices or len(_CONTENT_WORD.findall(repaired)) <= _SHORT or bool(_FOLLOWS_ON.search(repaired))
        context = " ".join(earlier) if earlier and leans and not fresh else ""
        seen = [repaired] if fresh else [repaired, *reversed(earlier)]
        both = f"{context} {repaired}".strip()
        return Reading(
            text=last,
            repaired=repaired,
            opened=self.wording.open(repaired) if language == "en" else repaired,
            context=context,
            language=language,
            age=next((years for text in seen if (years := find_age(text)) is not None), None),
            area=next((area for text in seen if (area := self.places.area(text))), None),
            elsewhere=self.places.elsewhere(repaired),
            abroad=self.places.abroad(repaired),
            needs=tuple(need.id for need in self.wording.needs if need.pattern.search(both)),
            asker=next((id for id, pattern in self.wording.askers.items() if pattern.search(both)), "parent"),
            asks=tuple(ask for ask in self.phrases.asks if ask.pattern.search(repaired)),
            limits=tuple(limit for limit in self.phrases.limits if limit.pattern.search(repaired)),
            danger=self.danger.find(turns[-1], repaired if language == "en" and last not in before.choices else None),
            parts=self._parts(repaired) if language == "en" and self.phrases.hints["two"].search(repaired) else (),
            picked=_picked(repaired, before) if context else None,
            before=before,
        )

    def _parts(self, repaired: str) -> tuple[str, ...]:
        parts = tuple(part for part in self._sentence.split(repaired) if len(part.split()) >= _PART_WORDS)
        return parts if len(parts) > 1 else ()


def _names_nothing(text: str) -> bool:
    return all(word in _ASKING for word in _WORD.findall(text.replace("'s", "")))


def _chosen(message: str, choices: Sequence[str]) -> str:
    """The choice that a message names by its number or its words, or else the message."""
    bare = message.strip(" .!)(").lower()
    if bare.isdecimal() and 1 <= int(bare) <= len(choices):
        return choices[int(bare) - 1]
    return next((choice for choice in choices if choice.lower() == bare), message)


def _picked(repaired: str, before: Before) -> str | None:
    found = None if before.choices else _PICKED.search(repaired)
    if not found:
        return None
    place = _ORDER[found["n"]] if found["n"] else int(found["d"]) - 1
    return before.starts[place] if before.starts and place < len(before.starts) else None
