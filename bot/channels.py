"""Shapes an answer for a channel: the whole of it as plain text, or pages that a phone shows one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot import gsm
from bot.compose import HOW, OWN_NEED
from bot.phrases import Phrases
from bot.records import Answer, Channel, Part, Reply, SmsFacts, Statement
from indexer.passages import REACH

WHATSAPP_CHARACTERS = 1500
"""Longest WhatsApp message that is sent, in characters; Twilio takes 1,600."""


def reply(answer: Answer, text: str, channel: Channel, release: str) -> Reply:
    """The reply with this text; for a text message, with how it is billed."""
    facts = SmsFacts(gsm.encoding(text), gsm.segments(text)) if channel is Channel.SMS else None
    return Reply(text, channel, release, answer, facts)


def full_text(answer: Answer) -> str:
    """The whole answer as plain text: parts under their titles, sentences with the numbers of their sources, the sources at the end."""
    return "\n\n".join(_blocks(answer))


def _blocks(answer: Answer) -> list[str]:
    blocks = [_block(part) for part in answer.parts]
    if answer.choices:
        blocks.append("\n".join(f"{n}. {choice}" for n, choice in enumerate(answer.choices, 1)))
    if answer.citations:
        blocks.append("\n".join(["Sources", *(f"[{c.n}] {c.title}{', ' + c.section if c.section else ''}" for c in answer.citations)]))
    return blocks


def _block(part: Part) -> str:
    lines = [f"{s.text} [{s.citation}]" if s.citation else s.text for s in part.statements]
    return "\n".join([part.title, *lines])


def pages(answer: Answer, channel: Channel, phrases: Phrases, most_segments: int, greeted: bool = False) -> list[str]:
    """The answer as messages: the first says where to start, each of the others is sent when MORE is texted.

    Args:
        answer: what to say.
        channel: SMS or WhatsApp.
        phrases: the fixed wording of texts.
        most_segments: most segments of one SMS.
        greeted: whether the asker has been told already, in their language, that answers are in English.
    """
    if channel is Channel.WHATSAPP:
        first, rest = _WhatsAppMessage(answer, phrases, most_segments, greeted).cut()
    else:
        first, rest = _TextMessage(answer, phrases, most_segments, greeted).cut()
    return [first, *with_more(text_pages(rest, channel, most_segments, phrases), phrases)]


def text_pages(lines: Iterable[str], channel: Channel, most_segments: int, phrases: Phrases) -> list[str]:
    """Lines as messages, in order, as many to each as fit with the line that offers more."""
    if channel is Channel.WHATSAPP:
        return packed(lines, lambda text: len(text) + len(how_on(text, phrases)) < WHATSAPP_CHARACTERS)
    return packed([gsm.fold(line) for line in lines], lambda text: gsm.segments(f"{text}\n{how_on(text, phrases)}") <= most_segments)


def brief_page(answer: Answer, channel: Channel, most_segments: int, phrases: Phrases) -> str:
    """As much of an answer, in its order, as one message holds; nothing more can be asked for. By SMS only what the GSM-7 alphabet has."""
    lines = [s.text if channel is Channel.WHATSAPP else gsm.fold(s.text) for part in answer.parts for s in part.statements]
    held = [line for line in lines if channel is Channel.WHATSAPP or gsm.encoding(line) == "GSM-7"]
    return text_pages(held, channel, most_segments, phrases)[0]


def packed(pieces: Iterable[str], fits: Callable[[str], bool], between: str = "\n") -> list[str]:
    """Pieces put together in order into as few texts as fit; a piece that does not fit alone is cut between words, a link never."""
    found: list[str] = []
    for piece in (part for whole in pieces if whole for part in _cut(whole, fits)):
        joined = f"{found[-1]}{between}{piece}" if found else piece
        if found and fits(joined):
            found[-1] = joined
        else:
            found.append(piece)
    return found


def _cut(piece: str, fits: Callable[[str], bool]) -> list[str]:
    if fits(piece):
        return [piece]
    lines = piece.split("\n") if "\n" in piece else []
    if lines:
        return packed(lines, fits)
    found = [""]
    for word in piece.split(" "):
        longer = f"{found[-1]} {word}".strip()
        if not found[-1] or fits(longer):
            found[-1] = longer
        else:
            found.append(word)
    return found


def with_more(texts: Sequence[str], phrases: Phrases) -> list[str]:
    """Texts of which each but the last says how to get the next."""
    return [*(f"{text}\n{how_on(text, phrases)}" for text in texts[:-1]), *texts[-1:]]


def how_on(text: str, phrases: Phrases) -> str:
    """How to go on from a text: by MORE, or where it numbers places by their number too."""
    numbered = any(line[:1].isdigit() and line.startswith(phrases.texting["also"].format(n=line[0], name="")[:-1]) for line in text.split("\n"))
    return phrases.texting["more_or_number" if numbered else "more"]


class _TextMessage:
    """Chooses the sentences of an answer that matter most for its first text message: what fits ``most_segments``, in the GSM-7 alphabet."""

    def __init__(self, answer: Answer, phrases: Phrases, most_segments: int, greeted: bool) -> None:
        self._answer, self._phrases, self._most, self._greeted = answer, phrases, most_segments, greeted
        self._reach = {c.n for c in answer.citations if c.section == REACH}
        self._terse = False
        places = enumerate((s.name for s in answer.signposts), 1)
        self._also = {phrases.lines["also"].format(name=name): phrases.texting["also"].format(n=n, name=name) for n, name in places}
        unnamed = phrases.titles["documents"]
        self._named = {
            (statement.citation, statement.text): f"{source.title if self._held(self._fold(source.title)) else unnamed}: {statement.text}"
            for source, said in answer.told
            for statement in said
        }

    def _fold(self, text: str) -> str:
        return gsm.fold(text)

    def _held(self, text: str) -> bool:
        """Whether the channel can show a line as it is without cost."""
        return gsm.encoding(text) == "GSM-7"

    def _fits(self, text: str, greeted: bool) -> bool:
        return gsm.segments(text) <= self._most and (greeted or self._held(text))

    def cut(self) -> tuple[str, list[str]]:
        """The first message, and the lines that are left for others."""
        if self._answer.brief:
            return self._brief()
        if self._answer.choices:
            return self._choices()
        every = self._every()
        greeting = self._greeting()
        opening = [greeting] if greeting and not self._greeted else []
        self._terse = bool(opening)
        lines = [line for line in self._every() if line != greeting and self._held(line)]
        chosen = self._fitting(opening, lines, more=False)
        self._terse = False
        left = [line for line in every if line != greeting and line not in chosen and self._held(line)]
        if not left:
            return "\n".join([*opening, *chosen]), []
        self._terse = bool(opening)
        chosen = self._fitting(opening, lines, more=True)
        first = "\n".join([*opening, *chosen])
        return f"{first}\n{how_on(first, self._phrases)}", [
            line for line in every if line != greeting and line not in chosen and self._held(line)
        ]

    def _choices(self) -> tuple[str, list[str]]:
        """A question back with what it offers; in another language, what was said besides comes with MORE."""
        greeting = self._greeting()
        fixed = {self._line(s) for part in self._answer.parts for s in part.statements if s.citation is None}
        rest = [line for line in self._every() if (line == greeting and not self._greeted) or line not in fixed]
        asked = [line for line in self._every() if line in fixed and line != greeting]
        listed = [f"{n} {self._fold(choice)}" for n, choice in enumerate(self._answer.choices, 1)]
        first = "\n".join([*asked, *listed])
        return (f"{first}\n{self._phrases.texting['more']}" if rest else first), rest

    def _every(self) -> list[str]:
        return list(dict.fromkeys(self._line(s) for part in self._answer.parts for s in part.statements))

    def _greeting(self) -> str | None:
        """The line that says in the asker's language that answers are in English, where that language has a script of its own."""
        fixed = (self._line(s) for part in self._answer.parts for s in part.statements if s.citation is None)
        return next((line for line in fixed if gsm.encoding(gsm.fold(line)) != "GSM-7"), None)

    def _brief(self) -> tuple[str, list[str]]:
        """What one message holds of danger; what follows names the place of each number, since lines of numbers alone do not."""
        first = self._answer.brief
        longer = f"{first}\n{self._phrases.texting['more']}"
        titles = {c.n: c.title for c in self._answer.citations}
        rest, named = [], ""
        for statement in (s for part in self._answer.parts for s in part.statements):
            title = titles.get(statement.citation or 0, "")
            if title and title != named:
                rest.append(f"{title}:")
                named = title
            rest.append(self._line(statement))
        greeting = self._greeting()
        rest = [line for line in rest if line not in first and line != greeting and self._held(line)] + ([greeting] if greeting else [])
        return self._with_rest(first, longer, rest)

    def _with_rest(self, first: str, longer: str, rest: list[str]) -> tuple[str, list[str]]:
        return (longer if gsm.segments(longer) == 1 else first), rest

    def _fitting(self, opening: list[str], every: list[str], more: bool) -> list[str]:
        """Lines in reading order that fit after an opening, with how to go on where there is ``more``; always the weightiest."""
        chosen: set[str] = set()
        for statement in self._by_weight():
            line = self._line(statement)
            if line not in every:
                continue
            trial = [one for one in every if one in chosen or one == line]
            text = "\n".join([*opening, *trial])
            text = f"{text}\n{how_on(text, self._phrases)}" if more else text
            if not chosen or self._fits(text, bool(opening)):
                chosen.add(line)
        return [line for line in every if line in chosen]

    def _line(self, statement: Statement) -> str:
        line = self._also.get(statement.text) or self._named.get((statement.citation, statement.text), statement.text)
        return self._fold(self._short(line) if self._terse and statement.citation in self._reach else line)

    def _short(self, line: str) -> str:
        """A number without what stands in brackets after it, where another script leaves little room."""
        return line.split(" (")[0]

    def _by_weight(self) -> list[Statement]:
        """Sentences from the most needed in a text message to the least."""
        answer = self._answer
        parts = {part.id: part.statements for part in answer.parts if part.id != "note"}
        notes = [s for part in answer.parts if part.id == "note" for s in part.statements]
        reach = self._reach
        how = {c.n for c in answer.citations if c.section == HOW}
        where, also = parts.get("where", ()), parts.get("also", ())
        told = [s for id in ("where", "expect", "documents") for s in parts.get(id, ()) if s.citation not in reach]
        heaviest = sorted(told, key=lambda s: -s.weight)
        return [
            *(s for s in notes if s.citation is None and self._held(self._fold(s.text))),
            *where[:1],
            *parts.get("unknown", ())[:1],
            *(s for s in also if s.weight >= OWN_NEED),
            *[s for s in where if s.citation in reach][:1],
            *heaviest[:1],
            *[s for s in where if s.citation in how][:1],
            *heaviest[1:3],
            *also[:1],
            *heaviest[3:],
            *(s for s in also if s.text in self._also),
            *also,
            *parts.get("else", ()),
            *notes,
        ]


class _WhatsAppMessage(_TextMessage):
    """The same for WhatsApp, which holds more and every script."""

    def _fold(self, text: str) -> str:
        return text

    def _held(self, _text: str) -> bool:
        return True

    def _fits(self, text: str, _greeted: bool) -> bool:
        return len(text) <= WHATSAPP_CHARACTERS

    def _short(self, line: str) -> str:
        return line

    def _with_rest(self, first: str, longer: str, rest: list[str]) -> tuple[str, list[str]]:
        whole = f"{first}\n\n" + "\n".join(rest)
        return (whole, []) if self._fits(whole, True) else (longer, rest)
