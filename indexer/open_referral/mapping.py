"""A service of a 1.0 or 3.0 feed as an entry.

Where the versions differ, the field of 3.0 is read first and that of 1.0 after it: ``minimum_age`` and ``eligibilitys``, ``attributes`` and
``service_taxonomys``, ``schedules`` and ``regular_schedules``, ``fees_description`` (base HSDS) and ``fees``, ``application_process`` (base HSDS)
and ``attending_access`` (1.0). So it does not matter which of the two a feed says it is. Fields that are not named here are not kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from indexer.entries import SHOWN_FROM_CERTAINTY, Entry, Section, Source
from indexer.open_referral import contacts
from indexer.open_referral.fields import NAME_LIMIT, BadRowError, Row, words
from indexer.open_referral.more import good_to_know, literal
from indexer.readers.files import slug
from indexer.wording import Wording, clean

YEAR = dt.timedelta(days=365)
NEVER_CHECKED = dt.date(2000, 1, 1)
"""When the review of an entry is due that has no date at all: long ago."""
PATH = "open-referral/"
"""What the ``path`` of every imported entry begins with."""
ACCESS = {
    "referral": "You need a referral.",
    "appointment": "You need an appointment.",
    "membership": "You need to be a member.",
    "drop-in": "You can drop in.",
}
"""``attending_access`` of 1.0 in words."""
CLOSED = ("inactive", "defunct")
OPEN = ("", "active", "temporarily closed")
OF_A_SERVICE = ("status", "organization", "organization_id", "service_taxonomys", "eligibilitys", "service_at_locations")
"""What no organisation, place or term has: 3.0 requires ``status`` of a service, 1.0 ``organization``."""


@dataclass(frozen=True)
class Origin:
    """The feed that rows come from: its name, the slug of it, the address of its services where it has one."""

    name: str
    slug: str
    services: str | None
    wording: Wording
    today: dt.date


def is_imported(entry: Entry) -> bool:
    """Whether an entry came from a feed."""
    return entry.path.startswith(PATH)


def row_id(data: Mapping[str, Any]) -> str:
    """The id of a row: 3.0 asks for a UUID, 1.0 feeds have any text or number. Empty where there is none."""
    value = data.get("id")
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def entry_of(row: Row, origin: Origin) -> Entry:
    """The entry that a row makes.

    Raises:
        BadRowError: if it has no id or name, or says that the service is closed.
        ValidationError: if an entry cannot hold it.
    """
    if not any(field in row.data for field in OF_A_SERVICE):
        raise BadRowError("row", "not a service")
    id, name = row_id(row.data), row.text("name", limit=NAME_LIMIT)
    if not id or len(id) > NAME_LIMIT:
        raise BadRowError("id", "too long" if id else "missing")
    if not name:
        raise BadRowError("name", "missing")
    status = words(row.data.get("status")).lower()
    if status in CLOSED:
        raise BadRowError("status", f"{status}, so not taken over")
    if status not in OPEN or not isinstance(row.data.get("status", ""), str | None):
        raise BadRowError("status", "not one of the standard's")
    assured, modified = row.date("assured_date"), row.date("last_modified")
    youngest, oldest, who_for = ages(row)
    alert = row.text("alert") or ("This service is closed for now." if status == "temporarily closed" else None)
    checked = assured or modified
    about = good_to_know(row, name)
    web = contacts.url(row)
    description = row.text("description")
    if not description:
        row.note("description", "missing, the name stands in")
    return Entry(
        id=f"{origin.slug}-{slug(name)[:60].strip('-')}-{hashlib.sha256(id.encode()).hexdigest()[:4]}",
        kind="service",
        name=name,
        alternate_names=tuple(filter(None, [row.text("alternate_name", limit=NAME_LIMIT)])),
        description=description or name,
        url=web,
        email=contacts.email(row),
        phones=contacts.phones(row),
        addresses=contacts.addresses(row),
        minimum_age=youngest,
        maximum_age=oldest,
        eligibility_description=row.text("eligibility_description") or who_for,
        application_process=row.text("application_process") or ACCESS.get(words(row.data.get("attending_access")).lower().replace("_", "-")),
        fees_description=row.text("fees_description", "fees") or costs(row),
        languages=tuple(dict.fromkeys(filter(None, (words(n.get("name") or n.get("language")) for n in row.records("languages"))))),
        alert=alert,
        assured_date=assured,
        needs=needs(row, origin.wording),
        review_due=(checked + YEAR) if checked else NEVER_CHECKED,
        sources=(source(origin, web, assured, modified, id),),
        sections=(Section(heading="Good to know", text="\n".join(map(literal, about)), line=1),) if about else (),
        path=f"{PATH}{origin.slug}/{id}",
    )


def source(origin: Origin, web: str | None, assured: dt.date | None, modified: dt.date | None, id: str) -> Source:
    """The feed as the source. What was assured within a year is certain enough for its contacts to be shown, and nothing else is."""
    fresh = assured is not None and origin.today - assured <= YEAR
    dated = assured or modified
    return Source(
        title=origin.name,
        url=web or (f"{origin.services}/{quote(id, safe='')}" if origin.services else None),
        dated=dated.isoformat() if dated else "undated",
        certainty=SHOWN_FROM_CERTAINTY if fresh else SHOWN_FROM_CERTAINTY - 1,
    )


def ages(row: Row) -> tuple[int | None, int | None, str | None]:
    """The ages that a service is for, both inclusive, and the kinds of people that 1.0 names in ``eligibilitys``.

    Several eligibilities widen each other: one without a limit lifts it.
    """
    youngest, oldest = row.age("minimum_age"), row.age("maximum_age")
    groups = row.records("eligibilitys")
    if groups and youngest is None and oldest is None:
        lows = [row.years("eligibilitys.minimum_age", g.get("minimum_age")) for g in groups]
        highs = [row.years("eligibilitys.maximum_age", g.get("maximum_age")) for g in groups]
        youngest = None if None in lows else min(low for low in lows if low is not None)
        oldest = None if None in highs else max(high for high in highs if high is not None)
    if youngest is not None and oldest is not None and youngest > oldest:
        row.note("minimum_age", f"{youngest} is above maximum_age {oldest}, both left out")
        youngest = oldest = None
    kinds = list(dict.fromkeys(filter(None, (words(g.get("eligibility")) for g in groups))))
    return youngest, oldest, f"For: {', '.join(kinds)}." if kinds else None


def costs(row: Row) -> str | None:
    """``cost_options`` in words. An amount without a currency is in pounds, this being the UK's profile."""
    lines = []
    for option in row.records("cost_options"):
        amount, currency = option.get("amount"), words(option.get("currency")).upper() or "GBP"
        number = isinstance(amount, int | float) and not isinstance(amount, bool) and 0 <= amount < 1e7
        price = f"{'£' if currency == 'GBP' else f'{currency} '}{amount:.2f}".removesuffix(".00") if number else ""
        line = " ".join(part for part in (price, words(option.get("amount_description"))) if part)
        label = words(option.get("option"))
        lines.append(f"{label}: {line}" if label and line else label or line)
    return "; ".join(dict.fromkeys(filter(None, lines))) or None


def needs(row: Row, wording: Wording) -> tuple[str, ...]:
    """The needs whose words stand in the names of the terms that a service is tagged with."""
    tags = [(a.get("taxonomy_term"), "term") for a in row.records("attributes")]
    tags += [(t.get("taxonomy"), "name") for t in row.records("service_taxonomys")]
    names = [words(tag.get(key)) for tag, other in tags if isinstance(tag, Mapping) for key in ("name", other)]
    text = " | ".join(clean(name).lower() for name in dict.fromkeys(names) if name)
    return tuple(need.id for need in wording.needs if need.pattern.search(text))
