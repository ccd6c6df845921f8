"""An entry as a form: which fields it has, what they hold, and the file that comes of what is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import yaml

from indexer.entries import SECTIONS, YAML_LOADER
from indexer.errors import ContentError
from web.staff.content import front_matter as fm
from web.staff.content.body import sections_of, with_sections

Style = Literal["line", "lines", "list", "rows", "choice"]


@dataclass(frozen=True)
class Field:
    """One field of the form: its name in the file, what it is called, a hint, how it is filled in, and the choices there are."""

    name: str
    label: str
    style: Style
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


_KNOWN = (("", "not known"), ("yes", "yes"), ("no", "no"))
_ROW = "One line for each, as "
FIELDS = (
    Field("name", "Name", "line"),
    Field("alternate_names", "Other names", "list", "Former names, acronyms and misspelt names, one to a line."),
    Field("description", "What it is", "lines", "One or two sentences; each must make sense by itself."),
    Field("eligibility_description", "Who it is for", "lines"),
    Field("application_process", "How to get in", "lines", "The first thing to do."),
    Field("fees_description", "What it costs", "lines"),
    Field("alert", "Notice", "line", "A line above the entry while something is wrong."),
    Field("url", "Web page", "line"),
    Field("email", "E-mail", "line"),
    Field("phones", "Phone numbers", "rows", _ROW + '- {number: 0161 496 0101, hours: "Monday to Friday, 9am to 5pm", source: 1}'),
    Field("addresses", "Addresses", "list", "One to a line."),
    Field("minimum_age", "Youngest age", "line", "In years; empty where there is no limit."),
    Field("maximum_age", "Oldest age", "line", "In years, that year included; empty where there is no limit."),
    Field("diagnosis_needed", "Is a diagnosis needed?", "choice", choices=_KNOWN),
    Field("referral_needed", "Is a referral needed?", "choice", choices=_KNOWN),
    Field("languages", "Languages", "list", "One to a line."),
    Field("needs", "Needs", "list", "Ids of needs, one to a line."),
    Field("areas", "Areas", "list", "Ids of areas, one to a line; empty means the whole borough."),
    Field("related", "Named after it", "list", "Ids of entries to name in second and third place, best first, one to a line."),
    Field("replaces", "Takes the place of", "list", "Ids of former entries whose addresses lead here, one to a line."),
    Field("missing", "What the council still has to supply", "list", "A few words each, one to a line."),
    Field("assured_date", "Confirmed on", "line", "The day on which someone at the service confirmed it, such as 2026-11-30; empty until then."),
    Field("review_due", "Review due on", "line", "A day such as 2027-05-31."),
    Field("sources", "Sources", "rows", _ROW + "- {title: Page of the service, url: https://example.org, dated: 2026-11, certainty: 3}"),
    Field("asked_as", "How people ask for it", "list", "One to a line. Waymark learns from these, which takes a minute or two at the next publish."),
    Field("background", "Never a place to start", "choice", choices=(("", "no"), ("true", "yes"))),
)
SECTION_PREFIX = "section: "
"""What the names of sections begin with in the form."""


def shown(text: str, path: str) -> dict[str, str]:
    """What each field and section of the form holds for a file.

    Raises:
        ContentError: if it cannot be shown as a form, with the line.
    """
    parts = fm.take_apart(text, path)
    try:
        values = {field.name: _shown(field, parts.block(field.name)) for field in FIELDS}
    except yaml.YAMLError as fault:
        raise ContentError(f"{path}: front matter: not YAML ({fault})") from fault
    sections = sections_of(parts.body)
    return values | {SECTION_PREFIX + heading: sections.get(heading, "") for heading in (*SECTIONS, *(h for h in sections if h not in SECTIONS))}


def filled_in(text: str, path: str, form: Mapping[str, str]) -> str:
    """The file with what is filled in; what the form does not change stays as it is, to the last space.

    Raises:
        ContentError: if the file or a field of rows cannot be read, with line and field.
    """
    ends = "\r\n" if "\r\n" in text else "\n"
    before = shown(text, path)
    given = {name: value.replace("\r\n", "\n").replace("\r", "\n").strip() for name, value in form.items() if name in before}
    changed = {name: value for name, value in given.items() if value != before[name].strip()}
    if not changed:
        return text
    parts = fm.take_apart(text.replace("\r\n", "\n"), path)
    for field in FIELDS:
        if field.name in changed:
            parts.put(field.name, _written(field, changed[field.name], parts.block(field.name), path))
    sections = {name.removeprefix(SECTION_PREFIX): value for name, value in changed.items() if name.startswith(SECTION_PREFIX)}
    parts.body = with_sections(parts.body, sections)
    return str(parts).replace("\n", ends)


def _shown(field: Field, block: fm.Block | None) -> str:
    if field.style == "rows":
        return fm.yaml_of(block)
    value = fm.value_of(block)
    if field.style == "list":
        return "\n".join(" ".join(str(item).split()) for item in value) if isinstance(value, list) else str(value or "")
    text = fm.text_of(block)
    return "" if field.style == "choice" and text == "false" else text


def _written(field: Field, value: str, old: fm.Block | None, path: str) -> str:
    if field.style == "rows":
        _require_rows(field.name, value, path)
        return fm.written_yaml(field.name, value)
    if field.style == "list":
        return fm.written_list(field.name, [" ".join(line.split()) for line in value.splitlines() if line.strip()], old)
    if field.name == "background" and not value:
        return "background: false\n"
    return fm.written_text(field.name, value, old)


def _require_rows(name: str, value: str, path: str) -> None:
    try:
        rows = yaml.load(value, Loader=YAML_LOADER) if value else []  # noqa: S506 - it builds only str, list and dict
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise ContentError(f"{path}:1: {name}: line {line} of the field: {fault.problem or 'not YAML'}") from fault
    except yaml.YAMLError as fault:
        raise ContentError(f"{path}:1: {name}: holds a character that it may not hold") from fault
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContentError(f"{path}:1: {name}: each row begins with '- ' and holds 'field: value'")
