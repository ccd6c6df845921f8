"""Which answers move: puts the known questions to two releases, and tries a change out before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

from bot.engine import open_engine
from bot.records import Channel
from indexer import release
from indexer.config import IndexerSettings
from indexer.entries import parse_entry
from indexer.errors import WaymarkError
from indexer.messages import lines
from web.staff.content.aside import aside, build_aside, learned_anew
from web.staff.content.files import File, digest_of
from web.staff.content.store import Draft, Store
from web.staff.content.wording_file import FILE, needs_of
from web.staff.work import Bench

CHANNELS = (Channel.WEB, Channel.SMS, Channel.STAFF)
OWN = "This change"
"""What stands for the need of questions that the change itself brings."""
_OF_ENTRY = 5
_STEP = 10


@dataclass(frozen=True)
class Question:
    """A known question: its need, who puts it so, and the words."""

    need: str
    who: str
    text: str


@dataclass(frozen=True)
class Moved:
    """A question that starts elsewhere, or one of the change's own. ``before`` and ``after`` are ids or outcomes, ``where`` names channels.

    ``pin`` is the id of the pin that it takes afterwards, empty for none.
    """

    need: str
    who: str
    text: str
    before: str
    after: str
    where: str
    pin: str = ""


@dataclass(frozen=True)
class Told:
    """Where one question is told to start on each channel, and the pin that it takes."""

    starts: Mapping[Channel, str]
    pin: str


def try_out(bench: Bench) -> Mapping[str, Any]:
    """Build what a change would give, and say which answers move against what families see now. The work of the kind ``preview``.

    Raises:
        WaymarkError: if it cannot be built.
    """
    began = perf_counter()
    draft, own = Draft(**bench.task.args["draft"]), tuple(bench.task.args.get("wordings", ()))
    changed = File(draft.path, draft.text, digest_of(draft.text.encode("utf-8")))
    offers = [offer for offer in Store(bench.room).offers().values() if offer.path != draft.path]
    live = release.live_id(bench.room.indexer.release_dir)
    if live is None:
        raise WaymarkError("There is no release to compare with: publish one first.")
    with aside(bench, [*offers, changed]) as settings:
        questions = [*known_questions(settings), *own_questions(settings, draft.path, own)]
        total = 2 * len(questions) + _STEP
        bench.step(0, total, "building")
        built = build_aside(bench, settings, 0, total)
        moved, own_moved = compared(bench, settings, live, built.id, questions, _STEP, total)
        return {
            "before": live,
            "asked": len(questions),
            "moved": moved,
            "own": own_moved,
            "learned": built.changed and learned_anew(settings, live, built.id),
            "built": round(perf_counter() - began, 1),
        }


def compared(
    bench: Bench, settings: IndexerSettings, before: str, after: str, questions: Sequence[Question], done: int, total: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Questions that start elsewhere, and all of the change's own, as JSON holds them. ``done`` of ``total`` steps have been taken already.

    Raises:
        WaymarkError: if one of the releases cannot answer.
    """
    first = asked(bench, settings, before, questions, done, total)
    second = asked(bench, settings, after, questions, done + len(questions), total)
    moved, own = [], []
    for question, old, new in zip(questions, first, second, strict=True):
        apart = [channel for channel in CHANNELS if old.starts[channel] != new.starts[channel]]
        at = (apart or CHANNELS)[0]
        where = "" if len(apart) in (0, len(CHANNELS)) else ", ".join(channel.value for channel in apart)
        row = asdict(Moved(question.need, question.who, question.text, old.starts[at], new.starts[at], where, new.pin))
        if question.need == OWN:
            own.append(row)
        elif apart or (new.pin and new.pin != old.pin):
            moved.append(row)
    return moved, own


def asked(bench: Bench, settings: IndexerSettings, id: str, questions: Sequence[Question], done: int, total: int) -> list[Told]:
    """Where each question is told to start by one release."""
    engine = open_engine(bench.room.bot, settings, id)
    told = []
    for number, question in enumerate(questions):
        if number % _STEP == 0:
            bench.step(done + number, total, f"asking {'now' if done == _STEP else 'then'}")
        replies = {channel: engine.reply([question.text], channel) for channel in CHANNELS}
        pin = engine.consider([question.text]).decision.pin
        starts = {c: next((s.id for s in r.answer.signposts), r.outcome.value) for c, r in replies.items()}
        told.append(Told(starts, pin.id if pin else ""))
    return told


def known_questions(settings: IndexerSettings) -> list[Question]:
    """Every wording of every need of the content."""
    path = settings.content / FILE
    needs = needs_of(path.read_text(encoding="utf-8")) if path.exists() else []
    return [Question(need.name, who, text) for need in needs for who, text in need.wordings]


def own_questions(settings: IndexerSettings, path: str, wordings: Sequence[str]) -> list[Question]:
    """The wordings that a change brings, and for an entry some of the ways in which people ask for it."""
    found = [Question(OWN, "pin", text) for text in wordings]
    if path.endswith(".md"):
        entry = parse_entry((settings.content / path).read_text(encoding="utf-8"), path)
        further = settings.content / "asked_as" / f"{entry.id}.txt"
        ways = [*entry.asked_as, entry.name, *(lines(further) if further.exists() else ())]
        found += [Question(OWN, "asked as", text) for text in ways[:: max(1, len(ways) // _OF_ENTRY)][:_OF_ENTRY]]
    return found
