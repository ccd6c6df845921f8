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
_SHORT = 6
_DETAIL_WORDS = 10
_ASKING = frozenset((
    "a", "about", "address", "all", "am", "an", "and", "any", "are", "ask", "at", "be", "but", "by", "call", "can", "contact", "cost", "could", "day",
    "days", "did", "do", "does", "doing", "email", "else", "find", "first", "for", "from", "get", "give", "go", "got", "had", "has", "have", "he",
    "her", "here", "him", "his", "how", "i", "if", "in", "is", "it", "its", "just", "know", "like", "long", "me", "mean", "more", "much", "my",
    "need", "next", "no", "not", "number", "of", "off", "often", "ok", "okay", "old", "on", "or", "our", "out", "phone", "please", "quick", "ring",
    "said", "say", "she", "should", "so", "soon", "speak", "start", "take", "tell", "text", "thank", "thanks", "that", "the", "their", "them", "then",
    "there", "they", "this", "time", "to", "too", "up", "us", "wait", "want", "was", "we", "week", "weeks", "what", "when", "where", "which", "who",
    "whom", "why", "will", "with", "would", "write", "yeah", "yes", "you", "your",
))
"""Words that ask about something without naming it."""
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Reading:
    """What we understood.

    ``text`` is the last message, cleaned; ``repaired`` the same with spellings put right, lower case; ``context`` the earlier messages
    that it builds on, repaired (empty for a new subject); ``age`` is in years.
    """

    text: str
    repaired: str
    opened: str
    context: str
    language: str
    age: float | None
    area: str | None
    elsewhere: str | None
    needs: tuple[str, ...]
    asker: str
    asks: tuple[Ask, ...]
    limits: tuple[Limit, ...]
    danger: Danger | None

    @property
    def follows_on(self) -> bool:
        """Whether the message means little without the earlier ones."""
        return bool(self.context)

    @property
    def only_details(self) -> bool:
        """Whether the message brings no subject of its own: it adds an age, a place or a few words, or only asks on ("who do I ring?")."""
        adds = "?" not in self.text and len(self.repaired.split()) <= _DETAIL_WORDS and not self.asks
        return adds or all(word in _ASKING for word in _WORD.findall(self.repaired.replace("'s", "")))

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

    def read(self, turns: Sequence[str]) -> Reading:
        """The reading of the last of some messages of one conversation, oldest first; at least one."""
        last = clean(turns[-1])
        repaired = self.wording.repair(last)
        earlier = [self.wording.repair(turn) for turn in turns[:-1]]
        fresh = bool(_NEW_SUBJECT.search(repaired))
        leans = len(_CONTENT_WORD.findall(repaired)) <= _SHORT or bool(_FOLLOWS_ON.search(repaired))
        context = " ".join(earlier) if earlier and leans and not fresh else ""
        seen = [repaired] if fresh else [repaired, *reversed(earlier)]
        both = f"{context} {repaired}".strip()
        return Reading(
            text=last,
            repaired=repaired,
            opened=self.wording.open(repaired),
            context=context,
            language=find_language(last),
            age=next((years for text in seen if (years := find_age(text)) is not None), None),
            area=next((area for text in seen if (area := self.places.area(text))), None),
            elsewhere=self.places.elsewhere(repaired),
            needs=tuple(need.id for need in self.wording.needs if need.pattern.search(both)),
            asker=next((id for id, pattern in self.wording.askers.items() if pattern.search(both)), "parent"),
            asks=tuple(ask for ask in self.phrases.asks if ask.pattern.search(repaired)),
            limits=tuple(limit for limit in self.phrases.limits if limit.pattern.search(repaired)),
            danger=self.danger.find(turns[-1]),
        )
