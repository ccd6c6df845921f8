"""The records that pass between the steps of an answer, in the order in which a question meets them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any

from indexer.entries import FOLDERS


class Outcome(StrEnum):
    """What became of a question. Nothing else decides what is shown, counted or logged."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    NOT_FOUND = "not_found"
    OUT_OF_SCOPE = "out_of_scope"
    URGENT = "urgent"
    ERROR = "error"


class Channel(StrEnum):
    """Where a question came from, and so how its reply is shaped."""

    WEB = "web"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    API = "api"
    STAFF = "staff"

    @property
    def texted(self) -> bool:
        """Whether its replies go to a phone, where words such as MORE stand for what a page has links for."""
        return self in (Channel.SMS, Channel.WHATSAPP)


@dataclass(frozen=True)
class Contact:
    """A way to reach a service, copied from an entry's fields: ``type`` is phone, text, textphone, email, link or address."""

    type: str
    value: str
    description: str | None = None
    hours: str | None = None


@dataclass(frozen=True)
class Citation:
    """The words a statement rests on. ``n`` counts from 1 within a reply; ``checked`` is when the council confirmed them, if it has."""

    n: int
    title: str
    section: str
    url: str
    quote: str
    dated: str
    checked: str | None


@dataclass(frozen=True)
class Signpost:
    """An entry named in an answer; the first one is where to start. ``citation`` is the number of the citation it rests on."""

    id: str
    kind: str
    name: str
    why: str
    who_for: str | None
    how_to_get_in: str | None
    contacts: tuple[Contact, ...]
    dated: str
    checked: str | None
    citation: int

    @property
    def address(self) -> str:
        """Path of the entry's page."""
        return f"/{FOLDERS[self.kind]}/{self.id}"


@dataclass(frozen=True)
class Statement:
    """One sentence of an answer.

    ``citation`` is None only for the fixed wording around facts (``content/replies.toml``). ``weight`` is the sentence's cosine to the
    question, 0 where it was not compared; a text message keeps the heaviest.
    """

    text: str
    citation: int | None = None
    weight: float = 0.0


@dataclass(frozen=True)
class Part:
    """A titled part of an answer: ``now`` (danger), ``where``, ``also``, ``expect``, ``documents``, ``unknown``, ``else`` or ``note``."""

    id: str
    title: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Answer:
    """An outcome with its parts, before any channel has shaped it. ``brief`` is all of it that one text message holds, where there is danger."""

    outcome: Outcome
    parts: tuple[Part, ...]
    signposts: tuple[Signpost, ...] = ()
    citations: tuple[Citation, ...] = ()
    choices: tuple[str, ...] = ()
    understood: dict[str, Any] = field(default_factory=dict)
    brief: str = ""

    @property
    def told(self) -> tuple[tuple[Citation, tuple[Statement, ...]], ...]:
        """What documents say: the sentences of one document after another, with the citation of the first."""
        sources = {citation.n: citation for citation in self.citations}
        said = [(sources[s.citation], s) for part in self.parts if part.id == "documents" for s in part.statements if s.citation in sources]
        runs = [list(run) for _, run in groupby(said, lambda one: (one[0].title, one[0].url))]
        return tuple((run[0][0], tuple(statement for _, statement in run)) for run in runs)


@dataclass(frozen=True)
class SmsFacts:
    """How a text message would be sent: GSM-7 or UCS-2, and in how many segments it is billed."""

    encoding: str
    segments: int


@dataclass(frozen=True)
class Reply:
    """The answer as one channel shows it. ``answer`` keeps the parts for channels that lay them out themselves."""

    text: str
    channel: Channel
    release: str
    answer: Answer
    sms: SmsFacts | None = None

    @property
    def outcome(self) -> Outcome:
        """The answer's outcome."""
        return self.answer.outcome

    def as_dict(self, conversation: str) -> dict[str, Any]:
        """The reply as the JSON that the API and ``ask --json`` give; ``sms`` and ``choices`` only where there are any."""
        answer = self.answer
        data: dict[str, Any] = {
            "conversation": conversation,
            "outcome": answer.outcome.value,
            "text": self.text,
            "signposts": [
                {
                    "id": s.id,
                    "kind": s.kind,
                    "name": s.name,
                    "why": s.why,
                    "who_for": s.who_for,
                    "how_to_get_in": s.how_to_get_in,
                    "contacts": [{k: v for k, v in vars(c).items() if v is not None} for c in s.contacts],
                    "dated": s.dated,
                    "checked": s.checked,
                    "citation": s.citation,
                }
                for s in answer.signposts
            ],
            "citations": [vars(c).copy() for c in answer.citations],
            "understood": answer.understood,
            "release": self.release,
        }
        if answer.choices:
            data["choices"] = list(answer.choices)
        if self.sms:
            data["sms"] = {"encoding": self.sms.encoding, "segments": self.sms.segments}
        return data
