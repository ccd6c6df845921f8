"""Is everyone told the same? Asks each need in several wordings, as different people would put it, and compares where they are sent."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, zip_longest
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from bot.evaluate import load_questions
from bot.records import Channel, Reply
from indexer.errors import ContentError
from indexer.wording import load_toml

WORDINGS = "wordings.toml"
_COLUMN = 68


@dataclass(frozen=True)
class Wording:
    """One way of putting a need: who puts it so, the successive messages, and the channel."""

    who: str
    turns: tuple[str, ...]
    channel: Channel


@dataclass(frozen=True)
class Told:
    """A wording with its reply."""

    wording: Wording
    reply: Reply

    @property
    def start(self) -> str:
        """The id of the first signpost, or the outcome where there is none."""
        signposts = self.reply.answer.signposts
        return signposts[0].id if signposts else self.reply.outcome.value


class Sent(Protocol):
    """Whatever says where a wording was sent."""

    @property
    def start(self) -> str:
        """The id of the first signpost, or the outcome where there is none."""


class Replies(Protocol):
    """What is asked: an engine."""

    def reply(self, turns: Sequence[str], channel: Channel) -> Reply:
        """The reply to the last of a conversation's messages."""


S = TypeVar("S", bound=Sent)


@dataclass(frozen=True)
class Compared(Generic[S]):
    """One need with what each wording of it was told."""

    need: str
    told: tuple[S, ...]

    @property
    def alike(self) -> bool:
        """Whether every wording was sent to the same place."""
        return len({told.start for told in self.told}) == 1

    @property
    def usual(self) -> str:
        """Where most were sent; the first of several where as many were sent to each."""
        return Counter(told.start for told in self.told).most_common(1)[0][0]

    def apart(self) -> Iterator[tuple[S, S]]:
        """One pair of wordings for each two places that differ."""
        firsts = {told.start: told for told in reversed(self.told)}
        return combinations(firsts.values(), 2)


def load_wordings(path: Path) -> dict[str, list[Wording]]:
    """Wordings by need.

    Args:
        path: ``wordings.toml`` of a content folder, or a question file in JSON lines, whose groups are the needs.

    Raises:
        ContentError: if a need of the TOML file is faulty, or there are none.
        QuestionError: if a question file cannot be read.
    """
    needs = _from_toml(path) if path.suffix == ".toml" else _from_questions(path)
    if not needs:
        raise ContentError(f"{path.name}: holds no need in two or more wordings")
    return needs


def _from_toml(path: Path) -> dict[str, list[Wording]]:
    needs: dict[str, list[Wording]] = {}
    for number, row in enumerate(load_toml(path).get("needs", []), 1):
        texts = {who: text for who, text in row.items() if who != "need"}
        if not row.get("need") or len(texts) < 2 or not all(isinstance(text, str) and text.strip() for text in texts.values()):
            raise ContentError(f"{path.name}: number {number} of [[needs]] has 'need' and two or more wordings, each a text")
        if row["need"] in needs:
            raise ContentError(f"{path.name}: {row['need']!r} is there twice")
        needs[row["need"]] = [Wording(who, (text,), Channel.SMS if who == "text_message" else Channel.WEB) for who, text in texts.items()]
    return needs


def _from_questions(path: Path) -> dict[str, list[Wording]]:
    needs: dict[str, list[Wording]] = {}
    for question in load_questions(path):
        if question.get("group"):
            wording = Wording(str(question["id"]), tuple(question["turns"]), Channel(question.get("channel", "web")))
            needs.setdefault(question["group"], []).append(wording)
    return {need: wordings for need, wordings in needs.items() if len(wordings) > 1}


def ask_all(engine: Replies, needs: Mapping[str, Sequence[Wording]], channels: Sequence[Channel] = ()) -> Iterator[Compared[Told]]:
    """What every wording of every need is told, need by need.

    Args:
        engine: answers.
        needs: wordings by need.
        channels: each wording is asked on all of these, one after the other, since an engine remembers what it has just considered; on its own
            channel where there are none.
    """
    for need, wordings in needs.items():
        asked = [replace(wording, channel=channel) for wording in wordings for channel in channels or (wording.channel,)]
        yield Compared(need, tuple(Told(wording, engine.reply(wording.turns, wording.channel)) for wording in asked))


def compare(engine: Replies, needs: Mapping[str, Sequence[Wording]]) -> list[Compared[Told]]:
    """What every wording of every need is told on its own channel."""
    return list(ask_all(engine, needs))


def as_dict(compared: Sequence[Compared[Told]]) -> dict[str, Any]:
    """The report as JSON: counts, and each disagreement with all that was told."""
    alike = sum(c.alike for c in compared)
    return {
        "needs": len(compared),
        "wordings": sum(len(c.told) for c in compared),
        "alike": alike,
        "agreement": round(alike / len(compared), 4),
        "disagreements": [
            {"need": c.need, "told": [{"who": t.wording.who, "turns": t.wording.turns, "start": t.start, "text": t.reply.text} for t in c.told]}
            for c in compared
            if not c.alike
        ],
    }


def report(compared: Sequence[Compared[Told]]) -> str:
    """The report as text: agreement first, then each disagreement with its two answers side by side."""
    facts = as_dict(compared)
    lines = [f"{facts['alike']} of {facts['needs']} needs are answered alike ({facts['agreement']:.1%}), in {facts['wordings']} wordings."]
    for item in compared:
        for left, right in () if item.alike else item.apart():
            lines += ["", f"{item.need}: {left.start} or {right.start}?", *_beside(_column(left), _column(right))]
    return "\n".join(lines)


def _column(told: Told) -> list[str]:
    blocks = [f"{told.wording.who}: {' / '.join(told.wording.turns)}", "", *told.reply.text.splitlines()]
    return [line for block in blocks for line in (textwrap.wrap(block, _COLUMN) or [""])]


def _beside(left: Sequence[str], right: Sequence[str]) -> list[str]:
    return [f"  {a.ljust(_COLUMN)} | {b}".rstrip() for a, b in zip_longest(left, right, fillvalue="")]
