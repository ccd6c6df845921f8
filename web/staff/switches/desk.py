"""``/staff/switches``: what is off, since when, by whom and until when; switching off and on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Response, abort, current_app, make_response, render_template, request

from bot.off import LONGEST
from bot.records import Channel
from indexer.entries import Entry
from web.present import plain
from web.site import AnswersQuestions, clean, site
from web.staff.accounts import Member
from web.staff.door import desk, member, reason, same_page, takes
from web.staff.roles import May
from web.staff.switches.line import SHORTEST, faults
from web.staff.switches.live import SwitchedLive
from web.staff.switches.store import WHOLE, Switches, What

blueprint = desk("switches", __name__, "/switches")
CHANNELS: Mapping[str, str] = {
    Channel.WEB.value: "The web page",
    Channel.SMS.value: "Text messages",
    Channel.WHATSAPP.value: "WhatsApp",
    Channel.API.value: "Questions by other programs (API)",
}
"""The channels that can be switched off, as staff read them."""


@dataclass(frozen=True)
class Thing:
    """Something that can be switched off, and what that takes."""

    what: What
    id: str
    name: str
    takes: tuple[May, ...]

    @property
    def key(self) -> str:
        """As the form sends it."""
        return f"{self.what}:{self.id}"


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """What is off, and the form to switch something off."""
    return _page()


@blueprint.post("/off")
@takes(May.SWITCH)
def off() -> Response:
    """Switch something off at once."""
    thing = _thing()
    line = " ".join(clean(request.form.get("line", "")).split())
    errors = faults(line, site().live.current().every_entry.values())
    until, given = None, request.form.get("until", "").strip()
    try:
        until = date.fromisoformat(given) if given else None
    except ValueError:
        errors.append("Give the last day as a date, or leave it out.")
    if until and until < store().today():
        errors.append("The last day is past already.")
    why = reason()
    if errors:
        return make_response(_page(errors, request.form), 400)
    store().switch_off(thing.what, thing.id, line, until, member(), why)
    live().look_now()
    return same_page("staff_switches.page", done=thing.key)


@blueprint.post("/on")
@takes(May.SWITCH)
def on() -> Response:
    """Switch something on again."""
    thing = _thing(gone=True)
    if not store().switch_on(thing.what, thing.id, member(), reason()):
        abort(404)
    live().look_now()
    return same_page("staff_switches.page")


def live() -> SwitchedLive:
    """What gives this app its engine."""
    return cast(SwitchedLive, site().live)


def store() -> Switches:
    """The switches of this app."""
    return cast(Switches, current_app.extensions["waymark.switches"])


def things(engine: AnswersQuestions) -> dict[What, list[Thing]]:
    """All that can be switched off, by sort and name."""
    entries = sorted(engine.every_entry.values(), key=lambda e: e.name.lower())
    return {
        What.ENTRY: [Thing(What.ENTRY, e.id, e.name, _takes(engine, e.id)) for e in entries],
        What.TOPIC: [Thing(What.TOPIC, g.id, g.name, _takes(engine, *g.entries)) for g in engine.groups.groups],
        What.CHANNEL: [Thing(What.CHANNEL, id, name, (May.SWITCH_WIDE,)) for id, name in CHANNELS.items()],
        What.SERVICE: [Thing(What.SERVICE, WHOLE, "The whole service", (May.SWITCH_WIDE,))],
    }


def _takes(engine: AnswersQuestions, *ids: str) -> tuple[May, ...]:
    """What it takes to switch off these entries together."""
    return (May.SWITCH,) if set(ids).isdisjoint(engine.danger_places) else (May.SWITCH, May.SWITCH_DANGER)


def _thing(gone: bool = False) -> Thing:
    """What the form names; refused where the role does not go so far. With ``gone``, it need not be there any more."""
    engine = site().live.current()
    key = request.form.get("thing", "")
    found = next((thing for of_sort in things(engine).values() for thing in of_sort if thing.key == key), None)
    if found is None and gone:
        what, _, id = key.partition(":")
        found = Thing(What(what), id, plain(id), (May.SWITCH,)) if what in (What.ENTRY, What.TOPIC) else None
    if found is None:
        abort(404)
    if not _allowed(found, member()):
        abort(403)
    return found


def _allowed(thing: Thing, who: Member) -> bool:
    return all(who.may(what) for what in thing.takes)


def _page(errors: list[str] | None = None, typed: Mapping[str, str] | None = None) -> str:
    engine, who = site().live.current(), member()
    every = things(engine)
    named = {(thing.what, thing.id): thing for of_sort in every.values() for thing in of_sort}
    rows = [(s, named.get((s.what, s.id)) or Thing(s.what, s.id, f"{plain(s.id)} (no longer there)", (May.SWITCH,))) for s in store().listed()]
    return render_template(
        "staff/switches.html",
        rows=[(switched, thing, _allowed(thing, who)) for switched, thing in rows],
        choices={what: [thing for thing in of_sort if _allowed(thing, who)] for what, of_sort in every.items()},
        done=next((thing for thing in named.values() if thing.key == request.args.get("done")), None),
        errors=errors or [],
        typed=typed or {},
        today=store().today(),
        shortest=SHORTEST,
        longest=LONGEST,
        What=What,
        address_of=_address_of(engine),
    )


def _address_of(engine: AnswersQuestions) -> Mapping[str, str]:
    entries: Mapping[str, Entry] = engine.every_entry
    return {id: entry.address for id, entry in entries.items()}
