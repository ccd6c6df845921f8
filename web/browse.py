"""The directory to browse, without asking anything: ``/browse``, A to Z and by what families ask for, with filters.

Every list has an address of its own, always written alike, that can be shared. A plain form makes it: no script is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from web.directory import FILTERS, KINDS, OLDEST, Directory, Found, Query, Row
from web.languages import PARAMETER, carried, chosen
from web.lookup import words_of
from web.present import shown
from web.site import clean, site

blueprint = Blueprint("browse", __name__)

LONGEST_SEARCH = 100
"""Characters of free text that are read."""
LISTS = ("kind", "need")
"""Filters of which several values may be chosen."""
TITLES = {
    "q": "Words",
    "group": "What families ask for",
    "letter": "First letter",
    "kind": "Kind of page",
    "age": "Age",
    "need": "Need",
    "area": "Area",
    "diagnosis": "Diagnosis",
    "referral": "Referral",
    "page": "Page number",
}
NOT_NEEDED = {"diagnosis": "no diagnosis needed", "referral": "no referral needed"}


@blueprint.get("/browse")
def page() -> Response:
    """One page of the directory. An address written otherwise leads to the one way of writing it."""
    off = site().live.current().off
    if (topic := request.args.get("group", "")) in off.topics:
        names = {group.id: group.name for group in site().live.current().groups.groups}
        return make_response(render_template("entry_off.html", name=names.get(topic, topic), line=off.topics[topic]))
    directory = site().directory()
    query, faults = read(request.args, directory)
    found = directory.find(query)
    if query.page > found.pages:
        faults.append(f"There is no page {query.page} of this list, so this is the first.")
        query = replace(query, page=1)
        found = directory.find(query)
    given = parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True)
    if not faults and [pair for pair in given if pair != (PARAMETER, chosen())] != pairs(query):
        return make_response(redirect(address(query), 302))
    return make_response(render_template("browse.html", view=View(query, found, directory), faults=faults))


def read(args: MultiDict[str, str], directory: Directory) -> tuple[Query, list[str]]:
    """What an address asks for, and a sentence about each value in it that cannot be used, which is left out. Unknown keys are ignored."""
    faults: list[str] = []

    def choice(name: str) -> str:
        given = [value.strip() for value in args.getlist(name) if value.strip()]
        known = [value for value in dict.fromkeys(given) if value in directory.values(name)]
        if len(known) < len(set(given)):
            faults.append(f"{TITLES[name]}: we do not know that choice, so it is left out.")
        if len(known) > 1 and name not in LISTS:
            faults.append(f"{TITLES[name]}: only one can be chosen at a time, so the first is used.")
        return " ".join(sorted(known, key=directory.values(name).index) if name in LISTS else known[:1])

    def number(name: str, low: int, high: int) -> int | None:
        given = args.get(name, "").strip()
        if not given:
            return None
        if given.isascii() and given.isdigit() and len(given) < 9 and low <= int(given) <= high:
            return int(given)
        faults.append(f"{TITLES[name]}: give a whole number from {low} to {high}. What was given is left out.")
        return None

    q = " ".join(shown(clean(args.get("q", ""))).split())
    if len(q) > LONGEST_SEARCH:
        q = q[:LONGEST_SEARCH].strip()
        faults.append(f"{TITLES['q']}: only the first {LONGEST_SEARCH} letters are read.")
    if q and not words_of(q):
        q = ""
        faults.append(f"{TITLES['q']}: there is no word in what was given, so it is left out.")
    query = Query(
        q=q,
        group=choice("group"),
        letter=choice("letter"),
        kind=tuple(choice("kind").split()),
        age=number("age", 0, OLDEST),
        need=tuple(choice("need").split()),
        area=choice("area"),
        diagnosis=choice("diagnosis"),
        referral=choice("referral"),
        page=number("page", 1, 99_999_999) or 1,
    )
    return query, faults


def pairs(query: Query) -> list[tuple[str, str]]:
    """What stands in the address of a list: filters in a fixed order, nothing that is empty."""
    found: list[tuple[str, str]] = []
    for name in query.filters:
        value = getattr(query, name)
        found += [(name, each) for each in value] if isinstance(value, tuple) else [(name, str(value))]
    return [*found, ("page", str(query.page))] if query.page > 1 else found


def address(query: Query) -> str:
    """The one address of a list."""
    return carried(url_for("browse.page", **{PARAMETER: None}) + ("?" + urlencode(pairs(query)) if pairs(query) else ""))


@dataclass(frozen=True)
class Option:
    """A value of a filter: its name, how many it would give, whether it is chosen."""

    value: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class View:
    """A page of the directory as its template shows it."""

    query: Query
    found: Found
    directory: Directory

    @property
    def filtered(self) -> bool:
        """Whether any filter is in use."""
        return bool(self.query.filters)

    @property
    def plain(self) -> bool:
        """Whether this is the directory's front page."""
        return not self.filtered and self.query.page == 1

    @property
    def title(self) -> str:
        """What this list is, in a few words."""
        names = ", ".join(name for name, _ in self.chips)
        words = f"Browse: {names}" if names else "Browse the directory"
        return f"{words} (page {self.found.page} of {self.found.pages})" if self.found.page > 1 else words

    @property
    def heading(self) -> tuple[str, str]:
        """The heading and the line below it: those of the group where only a group is chosen."""
        group = next((g for g in self.directory.groups.groups if g.id == self.query.group), None)
        return (group.name, group.line) if group else ("Browse the directory", "")

    @property
    def groups(self) -> tuple[tuple[Option, str], ...]:
        """What families ask for, each with its line."""
        lines = {group.id: group.line for group in self.directory.groups.groups}
        return tuple((option, lines[option.value]) for option in self.options("group"))

    @property
    def sections(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """The entries under their letters, or all under none where the best match comes first."""
        if self.query.q:
            return (("", self.found.rows),)
        return tuple((letter, tuple(rows)) for letter, rows in groupby(self.found.rows, key=lambda row: row.letter))

    def options(self, name: str) -> tuple[Option, ...]:
        """The values of a filter with their counts. Values that would give nothing are left out unless chosen."""
        chosen = getattr(self.query, name)
        counts = self.found.counts[name]
        every = (Option(v, self._named(name, v), counts[v], v in chosen if isinstance(chosen, tuple) else v == chosen) for v in counts)
        return tuple(option for option in every if option.count or option.chosen or name == "letter")

    def to(self, **changes: object) -> str:
        """The address of this list with other filters, from its first page."""
        return address(replace(self.query, **{"page": 1, **changes}))  # type: ignore[arg-type]

    @property
    def chips(self) -> tuple[tuple[str, str], ...]:
        """Each filter in use in words, with the address of the list without it."""
        return tuple(self._chips())

    @property
    def helpful(self) -> tuple[tuple[str, int, str], ...]:
        """For a list with nothing in it: lists nearby that are not empty, each with its count and address."""
        alone = [(f"only the word “{word}”", count, self.to(q=word)) for word, count in self.found.alone.items()]
        fewer = [(f"without “{self._said(name).strip('“”')}”", count, self.to(**_none(name))) for name, count in self.found.relaxed.items()]
        return tuple(alone + fewer)

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of the pages to link to; 0 stands for a gap."""
        page, pages = self.found.page, self.found.pages
        near = sorted({1, 2, page - 1, page, page + 1, pages - 1, pages} & set(range(1, pages + 1)))
        return [n for before, now in zip([0, *near], near, strict=False) for n in ([0, now] if now - before > 1 else [now])]

    def at(self, page: int) -> str:
        """The address of another page of this list."""
        return address(replace(self.query, page=page))

    @property
    def whole(self) -> str:
        """The address of this list to share."""
        return site().settings.public_url.rstrip("/") + self.at(self.found.page)

    def _named(self, name: str, value: str) -> str:
        groups = {g.id: g.name for g in self.directory.groups.groups}
        tables = {"group": groups, "kind": KINDS, "need": self.directory.needs, "area": self.directory.areas}
        return tables[name][value] if name in tables else NOT_NEEDED.get(name, value.upper())

    def _chips(self) -> Iterator[tuple[str, str]]:
        for name in FILTERS:
            value = getattr(self.query, name)
            if isinstance(value, tuple):
                for each in value:
                    yield self._named(name, each), self.to(**{name: tuple(v for v in value if v != each)})
            elif value not in ("", None):
                yield self._said(name), self.to(**_none(name))

    def _said(self, name: str) -> str:
        value = getattr(self.query, name)
        if isinstance(value, tuple):
            return " or ".join(self._named(name, each) for each in value)
        said = {"q": f"“{value}”", "age": f"age {value}", "letter": f"letter {str(value).upper()}"}
        return said.get(name) or self._named(name, value)


def _none(name: str) -> dict[str, object]:
    return {name: getattr(Query(), name)}
