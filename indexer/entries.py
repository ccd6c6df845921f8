"""Curated entries: the records staff write by hand in the content folder, one Markdown file each.

Field names follow Open Referral UK (HSDS-UK 3.0) where it has one. A file is Markdown with YAML front matter; every scalar is read
as text and typed by the models below, so a phone number never turns into an integer and "no" never into a boolean.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from indexer.errors import ContentError

SECTIONS = (
    "What you should see",
    "What happens next",
    "Steps",
    "Time limits",
    "What school must do",
    "Questions to ask",
    "While you wait",
    "Good to know",
    "If it does not work",
    "What we do not know",
)
"""Headings that the body of an entry may have, in this order."""

FOLDERS = {"service": "services", "topic": "topics", "framework": "framework"}
"""Where entries of each kind live, below the content folder and as the first part of their address."""

SHOWN_FROM_CERTAINTY = 2
"""A contact resting on a source below this certainty (0 to 3) is never shown."""

_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n?(.*)\Z", re.DOTALL)
_HEADING = re.compile(r"^##\s+(.+?)\s*$")


def _blank_to_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _blank_to_empty(value: Any) -> Any:
    return [] if value is None or (isinstance(value, str) and not value.strip()) else value


def _yes_or_no(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    answers = {"yes": True, "no": False, "": None}
    if not isinstance(value, str) or value.strip().lower() not in answers:
        raise ValueError("say yes or no, or leave it empty where it is not known")
    return answers[value.strip().lower()]


def _one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_one_line), Field(min_length=1)]
OptionalText = Annotated[str | None, BeforeValidator(_one_line), BeforeValidator(_blank_to_none)]
OptionalDate = Annotated[dt.date | None, BeforeValidator(_blank_to_none)]
OptionalAge = Annotated[Annotated[int, Field(ge=0, le=130)] | None, BeforeValidator(_blank_to_none)]
OptionalFlag = Annotated[bool | None, BeforeValidator(_yes_or_no)]
"""``yes``, ``no``, or empty where it is not known."""
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Slugs = Annotated[tuple[Slug, ...], BeforeValidator(_blank_to_empty)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_blank_to_empty)]


class Record(BaseModel):
    """Base of the content models: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Record):
    """Where facts of an entry come from. ``dated`` is when it was written, as far as known; ``certainty`` runs from 0 to 3."""

    title: Text
    url: OptionalText = None
    dated: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$|^undated$")]
    certainty: Annotated[int, Field(ge=0, le=3)]


class Phone(Record):
    """One number. ``source`` counts from 1 in the entry's ``sources``; ``type`` follows HSDS (voice, text, textphone)."""

    number: Annotated[str, Field(pattern=r"^\+?\d[\d ]+$")]
    type: Literal["voice", "text", "textphone"] = "voice"
    description: OptionalText = None
    hours: OptionalText = None
    source: Annotated[int, Field(ge=1)] = 1


class Section(Record):
    """A body section: its heading, its text as Markdown, and the line of the file on which the heading stands."""

    heading: str
    text: str
    line: int


class Entry(Record):
    """A service (somewhere to go), a topic (how something works) or a page of the framework (what every setting should offer).

    A ``background`` entry leads an answer only where it is asked about; a ``crisis`` entry only where there is danger or it is named.
    """

    id: Slug
    kind: Literal["service", "topic", "framework"]
    name: Text
    alternate_names: Texts = ()
    description: Text
    url: OptionalText = None
    email: OptionalText = None
    phones: Annotated[tuple[Phone, ...], BeforeValidator(_blank_to_empty)] = ()
    addresses: Texts = ()
    minimum_age: OptionalAge = None
    maximum_age: OptionalAge = None
    eligibility_description: OptionalText = None
    application_process: OptionalText = None
    diagnosis_needed: OptionalFlag = None
    referral_needed: OptionalFlag = None
    fees_description: OptionalText = None
    languages: Texts = ()
    alert: OptionalText = None
    assured_date: OptionalDate = None
    needs: Slugs = ()
    areas: Slugs = ()
    replaces: Slugs = ()
    related: Slugs = ()
    missing: Texts = ()
    review_due: dt.date
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    asked_as: Texts = ()
    background: bool = False
    crisis: bool = False
    sections: tuple[Section, ...] = ()
    path: str

    @model_validator(mode="after")
    def _hold_together(self) -> Entry:
        if self.minimum_age is not None and self.maximum_age is not None and self.minimum_age > self.maximum_age:
            raise ValueError("minimum_age is above maximum_age")
        for phone in self.phones:
            if phone.source > len(self.sources):
                raise ValueError(f"phones: {phone.number} names source {phone.source}, but there are {len(self.sources)}")
        return self

    @property
    def address(self) -> str:
        """Path of the entry's own page on the site, the place its citations lead to."""
        return f"/{FOLDERS[self.kind]}/{self.id}"

    @property
    def certainty(self) -> int:
        """The certainty of the best source, 0 to 3."""
        return max(source.certainty for source in self.sources)

    @property
    def dated(self) -> str:
        """The date of the main source, which is the first named: as written (``2024``, ``2024-04``), or ``undated``."""
        return self.sources[0].dated

    def shown_phones(self) -> tuple[Phone, ...]:
        """The numbers certain enough to be shown to a family."""
        return tuple(p for p in self.phones if self.sources[p.source - 1].certainty >= SHOWN_FROM_CERTAINTY)

    def section(self, heading: str) -> str:
        """The Markdown of one body section, or an empty string."""
        return next((s.text for s in self.sections if s.heading == heading), "")


def load_entries(folder: Path) -> list[Entry]:
    """Read every ``*.md`` under ``services``, ``topics`` and ``framework`` of a content folder, sorted by id.

    Raises:
        ContentError: naming every faulty file with line and field; good files do not hide bad ones.
    """
    entries: list[Entry] = []
    faults: list[str] = []
    for path in sorted(p for kind in FOLDERS.values() for p in (folder / kind).glob("*.md")):
        try:
            entries.append(parse_entry(path.read_text(encoding="utf-8"), path.relative_to(folder).as_posix()))
        except ContentError as fault:
            faults.append(str(fault))
        except UnicodeDecodeError as fault:
            faults.append(f"{path.relative_to(folder)}: not UTF-8 text ({fault.reason} at byte {fault.start}); save the file as UTF-8")
    seen: dict[str, str] = {}
    for entry in entries:
        if entry.id in seen:
            faults.append(f"{entry.path}: id: {entry.id!r} is already used by {seen[entry.id]}")
        seen[entry.id] = entry.path
    if faults:
        raise ContentError("\n".join(faults))
    return sorted(entries, key=lambda e: e.id)


YAML_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Builds only str, list and dict. libyaml's is ten times as quick; not every PyYAML is built with it."""


def parse_entry(text: str, path: str) -> Entry:
    """Parse one entry file.

    Args:
        text: the whole file.
        path: its path below the content folder (``services/portage.md``), for messages.

    Raises:
        ContentError: with file, line and field of each fault.
    """
    found = _FRONT_MATTER.match(text)
    if not found:
        raise ContentError(f"{path}:1: front matter: the file must start with a block between two lines of ---")
    head, body = found.groups()
    try:
        node, fields = _front_matter(head)
    except yaml.YAMLError as fault:
        mark, problem = getattr(fault, "problem_mark", None), getattr(fault, "problem", None)
        raise ContentError(f"{path}:{(mark.line if mark else 0) + 2}: front matter: {problem or 'not YAML'}") from fault
    if not isinstance(fields, dict) or not isinstance(node, yaml.MappingNode):
        raise ContentError(f"{path}:2: front matter: expected lines of the form 'field: value'")
    body_line = text[: found.start(2)].count("\n") + 1
    lines = {key.value: key.start_mark.line + 2 for key, _ in node.value}
    try:
        entry = Entry.model_validate({**fields, "sections": list(_sections(body, body_line, path)), "path": path})
    except ValidationError as fault:
        raise ContentError("\n".join(_explain(fault, lines, path))) from fault
    expected = f"{FOLDERS[entry.kind]}/{entry.id}.md"
    if path != expected:
        raise ContentError(f"{path}:{lines.get('id', 2)}: id: a {entry.kind} with this id belongs in {expected}")
    return entry


def _front_matter(head: str) -> tuple[yaml.Node | None, object]:
    """The nodes of a block of YAML, which know their lines, and its values: only str, list and dict."""
    loader = YAML_LOADER(head)
    try:
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node else None
    finally:
        loader.dispose()


def _sections(body: str, first_line: int, path: str) -> Iterator[Section]:
    heading, start, held = "", first_line, list[str]()
    for number, line in enumerate([*body.splitlines(), "## "], first_line):
        found = _HEADING.match(line)
        if not found and line != "## ":
            held.append(line)
            continue
        text = "\n".join(held).strip()
        if heading:
            yield Section(heading=heading, text=text, line=start)
        elif text:
            raise ContentError(f"{path}:{first_line}: body: text before the first '## ' heading")
        heading, start, held = (found.group(1) if found else ""), number, []
        if found and heading not in SECTIONS:
            raise ContentError(f"{path}:{number}: body: unknown heading {heading!r}; one of: {', '.join(SECTIONS)}")


def _explain(fault: ValidationError, lines: dict[str, int], path: str) -> Iterator[str]:
    for error in fault.errors(include_url=False):
        where = [str(part) for part in error["loc"]] or ["entry"]
        field = ".".join(where)
        what = "unknown field" if error["type"] == "extra_forbidden" else error["msg"].removeprefix("Value error, ")
        yield f"{path}:{lines.get(where[0], 2)}: {field}: {what}"
