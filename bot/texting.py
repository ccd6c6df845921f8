"""A conversation by phone: which message is a question and which asks for more of the last reply. It is worked out from the messages alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot import channels
from bot.commands import Command, Said
from bot.language import find_language
from bot.records import Answer, Channel, Reply
from indexer.entries import SHOWN_FROM_CERTAINTY, Entry, Source

if TYPE_CHECKING:
    from bot.engine import Engine


_ABOUT_US = (Command.HELP, Command.STOP, Command.START, Command.DELETE)
"""What is said to the service itself, and is answered while it is switched off too."""


@dataclass
class _View:
    """What of the last answer is shown: all of it, one of its places or its sources, how many pages on, and what was shown before that."""

    asked: list[str]
    said: Said | None = None
    page: int = 0
    before: tuple[Said | None, int] = (None, -1)


def text_reply(engine: Engine, turns: Sequence[str], channel: Channel, site: str = "") -> Reply:
    """The reply to the last message of a phone.

    Args:
        engine: answers the questions.
        turns: all messages of the asker, oldest first.
        channel: SMS or WhatsApp.
        site: address under which the directory's pages can be read, for links in texts; empty: no links of our own.
    """
    view = _view(engine, turns)
    about_us = view.said is not None and view.said.command in _ABOUT_US
    if not about_us and (closed := engine.closed(view.asked, channel)):
        return channels.reply(closed, channels.brief_page(closed, channel, engine.settings.sms_segments, engine.phrases), channel, engine.release_id)
    answer = _answer(engine, view)
    pages = list(_pages(engine, view, answer, channel, site))
    last = answer.brief or engine.phrases.texting["no_more" if view.asked else "nothing_yet"]
    return channels.reply(answer, pages[view.page] if view.page < len(pages) else last, channel, engine.release_id)


def asked_in(engine: Engine, turns: Sequence[str]) -> list[str]:
    """The messages of a phone that are questions, oldest first."""
    return _view(engine, turns).asked


def _view(engine: Engine, turns: Sequence[str]) -> _View:
    view = _View([])
    for turn in turns:
        _turn(engine, view, turn)
    return view


def _turn(engine: Engine, view: _View, turn: str) -> None:
    said = engine.phrases.commands.find(turn)
    if said and said.command is Command.PICK and (not view.asked or _choices(engine, view) >= said.place):
        said = None  # the number of a choice, or of nothing: the engine knows which
    if said is None:
        view.asked.append(turn)
    if said and said.command is Command.SOURCES and view.said:
        said = replace(said, place=view.said.place)
    if said and said.command is Command.MORE and not (view.said and view.said.command is Command.HELP):
        view.page += 1
    elif said and said.command is Command.MORE:  # goes on where HELP broke in
        view.said, view.page = view.before[0], view.before[1] + 1
    else:
        view.before = view.before if view.said and view.said.command is Command.HELP else (view.said, view.page)
        view.said, view.page = said, 0


def _choices(engine: Engine, view: _View) -> int:
    return len(engine.answer(view.asked).choices)


def _answer(engine: Engine, view: _View) -> Answer:
    command = view.said.command if view.said else None
    lines, say = engine.phrases.texting, engine.composer.said
    urgent = bool(view.asked) and engine.consider(view.asked).decision.danger is not None
    if urgent and view.said and command is not Command.SOURCES:
        return engine.reworded(view.asked)  # whatever is asked of the service, what to do now comes first
    if view.said and command is Command.LANG:
        return engine.composer.interpreter(view.said.language) if view.said.language else say(lines["lang"])
    if command in _ABOUT_US:
        return say(lines["help"])
    if not view.asked:
        return say(lines["nothing_yet"])
    if view.said and command is Command.PICK:
        return engine.place(view.asked, view.said.place) or say(lines["no_place"])
    place = view.said.place if view.said else 0
    answer = (engine.place(view.asked, place) if place else None) or engine.reworded(view.asked)
    if command is Command.SOURCES and not answer.citations:
        return say(lines["no_sources"])
    return answer


def _pages(engine: Engine, view: _View, answer: Answer, channel: Channel, site: str) -> Iterator[str]:
    texting, most = engine.phrases.texting, engine.settings.sms_segments
    if view.said and view.said.command is Command.SOURCES and answer.citations:
        lines = [texting["sources"], *_sources(engine, answer, site)]
        yield from channels.with_more(channels.text_pages(lines, channel, most, engine.phrases), engine.phrases)
        return
    yield from channels.pages(answer, channel, engine.phrases, most, _greeted(engine, view))


def _greeted(engine: Engine, view: _View) -> bool:
    """Whether the asker has been told already, in the language of the last question, that answers are in English. Danger told them nothing of it."""
    command = view.said.command if view.said else None
    if command is Command.LANG or not view.asked:
        return False
    language = find_language(view.asked[-1])
    earlier = [view.asked[: at + 1] for at, turn in enumerate(view.asked[:-1]) if find_language(turn) == language]
    return command is Command.PICK or any(not engine.answer(turns).brief for turns in earlier)


def _sources(engine: Engine, answer: Answer, site: str) -> Iterator[str]:
    """The sources of each place that is named, then documents that are quoted; links whole, our own only where ``site`` is known."""
    undated, told = engine.phrases.texting["undated"], set[str]()
    for entry in (engine.every_entry[s.id] for s in answer.signposts if s.id in engine.every_entry):
        name = f"{entry.name}:" + (f" {site}{entry.address}" if site else "")
        every = [_source(source.title, source.dated, source.url, undated) for source in _certain(entry)]
        lines = [line for line in every if line not in told]
        yield "\n".join([name, *lines[:1]])  # a name never ends a message without its first source
        yield from lines[1:]
        told.update(lines)
    ours = {entry.address for entry in engine.every_entry.values()}
    for citation in answer.citations:
        if citation.url not in ours:
            title = ", ".join(filter(None, (citation.title, citation.section)))
            yield _source(title, citation.dated, citation.url if citation.url.startswith("http") else None, undated)


def _certain(entry: Entry) -> list[Source]:
    return [s for s in entry.sources if s.certainty >= SHOWN_FROM_CERTAINTY] or list(entry.sources)


def _source(title: str, dated: str, link: str | None, undated: str) -> str:
    date = undated if dated == "undated" else dated[:4]
    return f"- {title}" + ("." if date in title else f", {date}.") + (f" {link}" if link else "")
