"""Entry pages, the places that citations lead to: ``/services/<id>``, ``/topics/<id>`` and ``/framework/<id>``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from flask import Blueprint, Response, make_response, redirect, render_template

from bot.compose import contacts_of
from bot.records import Contact
from indexer.entries import Entry
from web.comments import ABOUT, LONGEST
from web.present import age_range, plain
from web.site import site

blueprint = Blueprint("entries", __name__)


@blueprint.get("/services/<entry_id>", defaults={"kind": "service"})
@blueprint.get("/topics/<entry_id>", defaults={"kind": "topic"})
@blueprint.get("/framework/<entry_id>", defaults={"kind": "framework"})
def show(kind: str, entry_id: str) -> Response:
    """One entry, or its public line where it is off. The id of one that was absorbed, or an address of the other kind, leads on to the right page."""
    engine = site().live.current()
    entries = engine.entries
    every = engine.every_entry
    entry = every.get(entry_id) or next((e for e in every.values() if entry_id in e.replaces), None)
    if entry is None:
        likely = [entries[i] for i in get_close_matches(entry_id[:80], list(entries), n=3, cutoff=0.5)]
        return make_response(render_template("no_entry.html", likely=likely), 404)
    if (entry.kind, entry.id) != (kind, entry_id):
        return make_response(redirect(entry.address, 301))
    if entry.id not in entries:
        return make_response(render_template("entry_off.html", name=entry.name, line=engine.off.entries.get(entry.id, "")))
    page = EntryPage(entry, entries, engine.need_names, engine.area_names)
    return make_response(render_template("entry.html", page=page, release=engine.release_id, abouts=ABOUT, longest=LONGEST))


@dataclass(frozen=True)
class EntryPage:
    """An entry as its page shows it: contacts only where a source is certain enough."""

    entry: Entry
    entries: Mapping[str, Entry]
    need_names: Mapping[str, str]
    area_names: Mapping[str, str]

    @property
    def needs(self) -> str:
        """The needs it is for, in words."""
        return ", ".join(self.need_names.get(need) or plain(need) for need in self.entry.needs)

    @property
    def areas(self) -> str:
        """The neighbourhoods it is for, in words."""
        return ", ".join(self.area_names.get(area) or plain(area).title() for area in self.entry.areas)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The contacts that may be shown, as answers show them."""
        return contacts_of(self.entry)

    @property
    def ages(self) -> str:
        """The ages it is for, in words; empty where there is no limit."""
        return age_range(self.entry.minimum_age, self.entry.maximum_age)

    @property
    def related(self) -> tuple[Entry, ...]:
        """The related entries that exist."""
        return tuple(self.entries[i] for i in self.entry.related if i in self.entries)
