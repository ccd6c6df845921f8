"""The work of looking at the content: all its checks, without going online and with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import WaymarkError
from indexer.wording import load_toml
from web.staff.attention.looks import CONTENT, LINKS, Looks, state_of

if TYPE_CHECKING:
    from indexer.checks import Finding
    from web.staff.work import Bench

ONLINE = frozenset({"unreachable-page", "changed-page", "source-says-otherwise"})
"""Rules whose findings come from asking for pages."""
FOR_EDITORS = frozenset({"pin", "pin-changed", "pin-review"})
"""Rules whose notes are shown too; of all others only errors are."""


class UnreachableError(WaymarkError):
    """Not one page answered."""


def check_content(bench: Bench) -> Mapping[str, Any]:
    """Check the content; nothing is asked for online."""
    return _look(bench, online=False)


def check_links(bench: Bench) -> Mapping[str, Any]:
    """Check the content and every page that it names."""
    return _look(bench, online=True)


def look(content: Path, looks: Looks, *, online: bool = False) -> None:
    """Check a content folder, and keep what is found.

    Raises:
        ContentError: if a file is missing or cannot be read.
        UnreachableError: if not one page answered, which says more of this server than of the pages.
    """
    from indexer.checks import check

    today = looks.today()
    state = state_of(content, today)
    facts, found = _facts(content), check(content, today, online=online)
    if online:
        _not_cut_off(facts, found.findings)
        looks.keep(LINKS, state, {"findings": _rows(f for f in found.findings if f.rule in ONLINE)})
    looks.keep(
        CONTENT,
        state,
        {
            **facts,
            "findings": _rows(f for f in found.findings if f.rule not in ONLINE and (f.level == "error" or f.rule in FOR_EDITORS)),
            "duties": [duty.model_dump(mode="json") for duty in found.duties if not duty.covered],
            "waiting": [{"what": row.what, "group": row.group, "entries": row.entries} for row in found.waiting if row.contact],
        },
    )


def _look(bench: Bench, *, online: bool) -> Mapping[str, Any]:
    looks, content = Looks(bench.room.database), bench.room.indexer.content
    seen = looks.last(CONTENT)
    if online or seen is None or seen.state != state_of(content, looks.today()):
        bench.step(0, 1, "asking for every page" if online else "reading the content")
        look(content, looks, online=online)
    bench.step(1, 1)
    return {}


def _facts(content: Path) -> dict[str, Any]:
    """What has to be known of the content beside the findings: entries, names of needs, and the entries that reply to danger."""
    from indexer.entries import load_entries
    from indexer.pins import load_pins

    entries = {
        entry.id: {
            "name": entry.name,
            "address": entry.address,
            "review_due": entry.review_due.isoformat(),
            "urls": [url for url in (entry.url, *(source.url for source in entry.sources)) if url],
        }
        for entry in load_entries(content)
    }
    kinds = load_toml(content / "urgent.toml").get("kinds", [])
    danger = {id for kind in kinds for id in (kind.get("start"), *kind.get("also", [])) if id}
    needs = {id: need.get("name", id) for id, need in load_toml(content / "words.toml").get("needs", {}).items()}
    return {"entries": entries, "danger": sorted(danger), "needs": needs, "pins": {pin.id: pin.start for pin in load_pins(content)}}


def _not_cut_off(facts: Mapping[str, Any], findings: Iterable[Finding]) -> None:
    urls = {url for entry in facts["entries"].values() for url in entry["urls"]}
    silent = {f.message.split(": ")[0] for f in findings if f.rule == "unreachable-page" and "the server answers" not in f.message}
    if urls and silent >= urls:
        raise UnreachableError("not one page answered: can this server go online?")


def _rows(findings: Iterable[Finding]) -> list[list[str]]:
    return [[f.rule, f.level, f.entry, f.message] for f in findings]
