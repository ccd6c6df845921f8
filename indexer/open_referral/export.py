"""An entry as an HSDS-UK 3.0 service: pure data, without paging or HTTP.

Names and nesting follow the 3.0 profile's schemas (``service``, ``service_at_location``, ``taxonomy_term`` ...), which know no null: a field
without a value is left out. Fields that only base HSDS 3.0 has (``alternate_name``, ``phones``, ``eligibility_description`` ...) keep its names;
the profile lets a feed add fields. What neither has stands under the key ``x_waymark``, so that nothing is lost between two Waymarks.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.entries import SHOWN_FROM_CERTAINTY, Entry, Phone

Json = dict[str, Any]
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "waymark.open-referral-uk")
OWN = "x_waymark"
"""Key of what HSDS has no field for."""

SAME = (
    "name", "description", "url", "email", "minimum_age", "maximum_age", "eligibility_description", "application_process", "fees_description",
    "alert", "assured_date",
)  # fmt: skip
"""Fields that HSDS and entries call alike."""
NESTED = ("phones", "languages", "needs", "addresses")
"""Fields that HSDS keeps as records of their own. Every other field of an entry stands under ``OWN``, also those that come to be added."""
NEED = "need"
"""``link_type`` of the attributes that tag a service with a need."""

_POSTCODE = re.compile(r",?\s*\b([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$")


@dataclass(frozen=True)
class Publisher:
    """Who publishes the feed, and what its pages and words are called. ``modified`` is a date-time, or None where it is not known."""

    name: str
    url: str = ""
    modified: str | None = None
    needs: Mapping[str, str] = field(default_factory=dict)


def identity(*parts: str) -> str:
    """A UUID that is the same on every build: version 5, from our own ids."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


def flat(entry: Entry, publisher: Publisher) -> Json:
    """The fields of a service that have one value, and its organization: what lists hold (``service_list`` of the profile)."""
    shown = entry.certainty >= SHOWN_FROM_CERTAINTY
    return _present(
        id=identity("service", entry.id),
        organization_id=identity("organization", publisher.name),
        name=entry.name,
        alternate_name=entry.alternate_names[0] if entry.alternate_names else None,
        description=entry.description,
        url=entry.url if shown else None,
        email=entry.email if shown else None,
        status="active",
        application_process=entry.application_process,
        fees=entry.fees_description,
        fees_description=entry.fees_description,
        eligibility_description=entry.eligibility_description,
        minimum_age=entry.minimum_age,
        maximum_age=entry.maximum_age,
        assured_date=entry.assured_date.isoformat() if entry.assured_date else None,
        alert=entry.alert,
        last_modified=publisher.modified,
        organization=organization(publisher),
    )


def service(entry: Entry, publisher: Publisher) -> Json:
    """A service with all that belongs to it. Contacts that are not certain enough to be shown are left out."""
    id = identity("service", entry.id)
    phones = [_phone(entry, phone, number) for number, phone in enumerate(entry.phones) if phone in entry.shown_phones()]
    full = flat(entry, publisher)
    contact = _present(id=identity("contact", entry.id), service_id=id, name=entry.name, email=full.get("email"), phones=phones or None)
    lists = {
        "phones": phones,
        "contacts": [contact] if phones or "email" in contact else [],
        "languages": [{"id": identity("language", entry.id, name), "service_id": id, "name": name} for name in entry.languages],
        "attributes": [_attribute(entry, need, publisher) for need in entry.needs],
        "service_areas": [
            {"id": identity("service_area", entry.id, area), "service_id": id, "name": named(area), "service_area": named(area)}
            for area in entry.areas
        ],
        "service_at_locations": places(entry),
    }
    own = entry.model_dump(mode="json", exclude={*SAME, *NESTED}, exclude_defaults=True)
    if entry.addresses and entry.certainty >= SHOWN_FROM_CERTAINTY:
        own["addresses"] = list(entry.addresses)
    return {**full, **{name: rows for name, rows in lists.items() if rows}, OWN: own}


def places(entry: Entry) -> list[Json]:
    """The addresses of a service that may be shown, each a ``service_at_location``.

    An address is one line of text here. Only its postcode is taken apart; the parts that the schema requires and we do not know are empty.
    """
    found = []
    for number, text in enumerate(entry.addresses if entry.certainty >= SHOWN_FROM_CERTAINTY else ()):
        key = (entry.id, str(number))
        code = _POSTCODE.search(text)
        address = {
            "id": identity("address", *key),
            "location_id": identity("location", *key),
            "address_1": text[: code.start()] if code else text,
            "city": "",
            "state_province": "",
            "postal_code": code[1] if code else "",
            "country": "GB",
            "address_type": "physical",
        }
        location = {"id": address["location_id"], "location_type": "physical", "name": text, "addresses": [address]}
        sal = {"id": identity("service_at_location", *key), "service_id": identity("service", entry.id), "location_id": location["id"]}
        found.append({**sal, "location": location})
    return found


def organization(publisher: Publisher) -> Json:
    """The publisher. Who runs a service is part of an entry's text, not a field, so the record says whose it is and no more."""
    says = f"Publishes this record in its directory. {publisher.name} may not run the service itself."
    id = identity("organization", publisher.name)
    return _present(id=id, name=publisher.name, description=says, website=publisher.url or None)


def taxonomy() -> Json:
    """The one taxonomy: what families ask for help with."""
    return {"id": identity("taxonomy", "needs"), "name": "Needs", "description": "What families ask for help with.", "version": "1"}


def term(need: str, publisher: Publisher) -> Json:
    """One need as a ``taxonomy_term``; ``code`` is its id here."""
    name = publisher.needs.get(need) or named(need).lower()
    about = {"description": f"Help with {name}.", "taxonomy": taxonomy()["name"], "taxonomy_id": taxonomy()["id"], "term": name}
    return {"id": identity("taxonomy_term", need), "code": need, "name": name, **about}


def named(id: str) -> str:
    """An id as words: ``bosden-farm`` as "Bosden Farm"."""
    return id.replace("-", " ").title()


def _attribute(entry: Entry, need: str, publisher: Publisher) -> Json:
    tag = term(need, publisher)
    link = {"link_id": identity("service", entry.id), "link_entity": "service", "link_type": NEED}
    return {"id": identity("attribute", entry.id, need), **link, "taxonomy_term_id": tag["id"], "taxonomy_term": tag}


def _phone(entry: Entry, phone: Phone, number: int) -> Json:
    says = ", ".join(text for text in (phone.description, phone.hours) if text)
    own = _present(description=phone.description, hours=phone.hours, source=phone.source)
    ids = {"id": identity("phone", entry.id, str(number)), "contact_id": identity("contact", entry.id)}
    return _present(**ids, number=phone.number, type=phone.type, description=says or None, **{OWN: own})


def _present(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
