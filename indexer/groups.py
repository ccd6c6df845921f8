"""What families ask for: groups of entries for browsing, and the phases and areas by which the framework is laid out (``groups.toml``)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from indexer.entries import OptionalText, Record, Slug, Text
from indexer.errors import ContentError
from indexer.wording import load_toml

FILE = "groups.toml"


class Group(Record):
    """Something that families ask for: its name, a line in plain words, and the ids of the entries that help, best first."""

    id: Slug
    name: Text
    line: Text
    entries: Annotated[tuple[Slug, ...], Field(min_length=1)]


class Shelf(Record):
    """A phase of education or an area of need. The page of the framework for both is ``<area>-<phase>``."""

    id: Slug
    name: Text
    line: OptionalText = None


class Groups(Record):
    """The parsed ``groups.toml``."""

    groups: tuple[Group, ...] = ()
    phases: tuple[Shelf, ...] = ()
    areas: tuple[Shelf, ...] = ()


def load_groups(folder: Path) -> Groups:
    """The groups of a content folder or release; none where it has no such file.

    Raises:
        ContentError: naming the group and field that is malformed, or an id that is used twice.
    """
    if not (folder / FILE).exists():
        return Groups()
    try:
        found = Groups.model_validate(load_toml(folder / FILE))
    except ValidationError as fault:
        lines = (f"{FILE}: {'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in fault.errors(include_url=False))
        raise ContentError("\n".join(lines)) from fault
    for what, shelves in (("groups", found.groups), ("phases", found.phases), ("areas", found.areas)):
        ids = [shelf.id for shelf in shelves]
        for id in sorted({id for id in ids if ids.count(id) > 1}):
            raise ContentError(f"{FILE}: {what}: the id {id!r} is used twice")
    return found
