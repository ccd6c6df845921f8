"""Ask as anyone: one question as a parent on the web, by text message and as a professional, with everything behind the answer.

Nothing of it is stored, counted or logged: what staff try out is no family's question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import render_template, request, url_for

from bot.engine import Engine
from bot.evidence import Found
from bot.records import Channel, Reply
from bot.trace import Trace, trace
from indexer.errors import ContentError
from indexer.messages import NO_DANGER, lines
from web.conversations import TURNS
from web.site import AnswersQuestions, clean, site
from web.staff.door import desk, takes
from web.staff.roles import May
from web.staff.room import room

blueprint = desk("ask", __name__, "/ask")
AS = ((Channel.WEB, "A parent on the web"), (Channel.SMS, "By text message"), (Channel.STAFF, "A professional"))
MORE, MOST_MORE = "MORE", 7
"""The word that asks a phone for more, and how often it is sent here."""
PASSAGES = 6
"""Passages found that are listed."""


@dataclass(frozen=True)
class Told:
    """A question as one kind of asker is answered; ``more`` are the text messages that follow when they ask for more."""

    title: str
    channel: Channel
    reply: Reply
    more: tuple[Reply, ...] = ()


@dataclass(frozen=True)
class Example:
    """A message that shows danger, for trying out, and of what kind."""

    kind: str
    text: str


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """The form, and what became of the question that the address holds."""
    question = clean(request.args.get("q", "")).strip()
    earlier = [line.strip() for line in clean(request.args.get("earlier", "")).splitlines() if line.strip()][-(TURNS - 1) :]
    engine = site().live.current()
    turns = [*earlier, question]
    asked = bool(question)
    seen = trace(engine, turns) if asked and isinstance(engine, Engine) else None
    return render_template(
        "staff/ask.html",
        question=question,
        earlier="\n".join(earlier),
        told=_told(engine, turns) if asked else [],
        seen=seen,
        found=_found(seen),
        examples=_examples(room().indexer.content),
        release=engine.release_id,
        again=url_for("staff_ask.page"),
    )


def _told(engine: AnswersQuestions, turns: Sequence[str]) -> list[Told]:
    address = room().settings.public_url.rstrip("/")
    return [
        Told(title, channel, engine.reply(turns, channel, address), _more(engine, turns, address) if channel.texted else ()) for channel, title in AS
    ]


def _more(engine: AnswersQuestions, turns: Sequence[str], address: str) -> tuple[Reply, ...]:
    """The messages that follow the first one of a phone, each asked for by MORE."""
    found: list[Reply] = []
    if not isinstance(engine, Engine):
        return ()
    for times in range(1, MOST_MORE + 1):
        reply = engine.reply([*turns, *[MORE] * times], Channel.SMS, address)
        if reply.text in (engine.texting["no_more"], reply.answer.brief) or (found and reply.text == found[-1].text):
            break
        found.append(reply)
    return tuple(found)


def _found(seen: Trace | None) -> Sequence[Found]:
    return seen.considered.evidence.passages[:PASSAGES] if seen and seen.considered.evidence else ()


def _examples(content: Path) -> list[Example]:
    """One message of each kind of danger that releases learn from."""
    try:
        files = [(path.stem, lines(path)) for path in sorted((content / "danger").glob("*.txt")) if path.stem != NO_DANGER]
    except (ContentError, OSError):
        return []
    return [Example(kind.replace("-", " "), messages[0]) for kind, messages in files if messages]
