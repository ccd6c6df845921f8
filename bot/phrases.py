"""The fixed wording around answers, read from ``replies.toml`` of a release."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import gsm
from bot.commands import Commands
from indexer.errors import ContentError
from indexer.wording import any_of, load_toml

_NEEDED = {
    "titles": ("now", "where", "also", "expect", "documents", "unknown", "else", "note"),
    "lines": (
        "start",
        "also",
        "who_for",
        "how_to_get_in",
        "dated",
        "undated",
        "checked",
        "unchecked",
        "no_contact",
        "if_danger",
        "monitored",
        "not_found",
        "not_found_route",
        "out_of_scope",
        "elsewhere",
        "abroad",
        "second",
        "clarify_age",
        "clarify_need",
        "small_talk",
        "empty",
        "too_long",
        "fault",
    ),
    "routes": ("best_human", "independent", "independent_names", "interpreter"),
    "choices": ("need", "age"),
    "hints": ("time", "steps", "figures", "two", "another"),
    "texting": (
        "more",
        "more_or_number",
        "also",
        "no_more",
        "nothing_yet",
        "no_place",
        "help",
        "sources",
        "no_sources",
        "undated",
        "lang",
        "stop",
        "start",
        "delete",
        "too_many",
        "busy",
    ),
}


@dataclass(frozen=True)
class Limit:
    """Something nobody can decide here, or that is not held: how it is asked, and what to say.

    ``refuses``: nothing else that is said answers it (``not_found``). ``ours``: whoever asks it asks about our subject, even where no entry is near.
    """

    id: str
    pattern: re.Pattern[str]
    say: str
    refuses: bool = False
    ours: bool = False


@dataclass(frozen=True)
class Ask:
    """A fact that a question asks for by kind: a phone number, a waiting time."""

    id: str
    pattern: re.Pattern[str]
    thing: str


class Phrases:
    """Titles, lines, routes and choices by name, and the patterns of asks and limits."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        for table, names in _NEEDED.items():
            for name in names:
                if name not in data.get(table, {}):
                    raise ContentError(f"replies.toml: [{table}] {name} is missing")
        if "commands" not in data:
            raise ContentError("replies.toml: [commands] is missing")
        self.titles: Mapping[str, str] = data["titles"]
        self.lines: Mapping[str, str] = data["lines"]
        self.texting: Mapping[str, str] = data["texting"]
        if long := [name for name, line in self.texting.items() if gsm.segments(line) > 1 or gsm.encoding(line) != "GSM-7"]:
            raise ContentError(f"replies.toml: [texting] {', '.join(long)}: does not fit one text message")
        self.commands = Commands(data["commands"])
        self.best_human: tuple[str, ...] = tuple(data["routes"]["best_human"])
        self.independent: str = data["routes"]["independent"]
        self.independent_names: tuple[str, ...] = tuple(data["routes"]["independent_names"])
        self.interpreter: str = data["routes"]["interpreter"]
        self.choices: Mapping[str, tuple[str, ...]] = {name: tuple(texts) for name, texts in data["choices"].items()}
        self.languages: Mapping[str, str] = data.get("languages", {})
        self.hints = {name: any_of(words) for name, words in data["hints"].items()}
        self.asks = tuple(Ask(id, any_of(ask["words"]), ask["thing"]) for id, ask in data.get("asks", {}).items())
        self.limits = tuple(
            Limit(limit["id"], any_of(limit["words"]), limit["say"], bool(limit.get("refuses")), bool(limit.get("ours")))
            for limit in data.get("limits", [])
        )
        self.refusing = frozenset(limit.id for limit in self.limits if limit.refuses)


def load_phrases(folder: Path) -> Phrases:
    """The wording of a release or content folder.

    Raises:
        ContentError: naming what is missing from ``replies.toml``.
    """
    try:
        return Phrases(load_toml(folder / "replies.toml"))
    except (KeyError, TypeError) as fault:
        raise ContentError(f"replies.toml: {fault}") from fault
