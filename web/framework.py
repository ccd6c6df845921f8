"""``/framework``: what every nursery, school and college should do, by phase and area of need. Its pages are entries of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template

from indexer.entries import Entry
from indexer.groups import Groups, Shelf
from web.site import site

blueprint = Blueprint("framework", __name__)

Row = tuple[Shelf, tuple[tuple[Shelf, Entry], ...]]
"""A phase with its pages by area, or an area with its pages by phase."""


@blueprint.get("/framework")
def overview() -> str:
    """The pages of the framework by phase, then by area of need."""
    engine = site().live.current()
    return render_template("framework.html", page=FrameworkPage(engine.entries, engine.groups))


@dataclass(frozen=True)
class FrameworkPage:
    """The pages of the framework as their overview shows them."""

    entries: Mapping[str, Entry]
    groups: Groups

    @property
    def phases(self) -> tuple[Row, ...]:
        """Each phase with its pages, one to an area of need; those without any are left out."""
        rows = ((phase, self._found((area, f"{area.id}-{phase.id}") for area in self.groups.areas)) for phase in self.groups.phases)
        return tuple(row for row in rows if row[1])

    @property
    def areas(self) -> tuple[Row, ...]:
        """Each area of need with its pages, one to a phase; those without any are left out."""
        rows = ((area, self._found((phase, f"{area.id}-{phase.id}") for phase in self.groups.phases)) for area in self.groups.areas)
        return tuple(row for row in rows if row[1])

    @property
    def others(self) -> tuple[Entry, ...]:
        """Pages of the framework that belong to no phase and area, such as its introduction."""
        laid_out = {entry.id for _, pages in self.phases for _, entry in pages}
        return tuple(sorted((e for e in self._pages.values() if e.id not in laid_out), key=lambda e: e.name))

    @property
    def _pages(self) -> dict[str, Entry]:
        return {id: entry for id, entry in self.entries.items() if entry.kind == "framework"}

    def _found(self, places: Iterable[tuple[Shelf, str]]) -> tuple[tuple[Shelf, Entry], ...]:
        return tuple((shelf, self._pages[id]) for shelf, id in places if id in self._pages)
