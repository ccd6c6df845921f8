"""The directory as the lists of a feed, with the filters and paging of HSDS-UK 3.0 (``schema/openapi.json`` of the profile)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from indexer.entries import Entry
from indexer.open_referral import export
from indexer.open_referral.export import Json, Publisher
from indexer.open_referral.mapping import is_imported

T = TypeVar("T")


@dataclass(frozen=True)
class Filters:
    """What a caller asks for; None asks for nothing. Ages are filtered by overlap: the standard's own wording of them is loose."""

    search: str = ""
    taxonomy_term_id: str | None = None
    taxonomy_id: str | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None


class Directory:
    """The curated services of one release. Entries that came from feeds are theirs to publish, so they are not passed on."""

    def __init__(self, entries: Iterable[Entry], publisher: Publisher) -> None:
        self.publisher = publisher
        self.entries = tuple(sorted((e for e in entries if e.kind == "service" and not is_imported(e)), key=lambda e: e.id))
        self._by_id = {export.identity("service", e.id): e for e in self.entries}
        self._texts = {e.id: _searched(e) for e in self.entries}
        self._places = {place["id"]: (entry, place) for entry in self.entries for place in export.places(entry)}
        needs = dict.fromkeys((*publisher.needs, *(need for e in self.entries for need in e.needs)))
        self.terms = tuple(export.term(need, publisher) for need in needs)
        self._needs = {term["id"]: term["code"] for term in self.terms}

    def service(self, id: str) -> Json | None:
        """One service in full."""
        entry = self._by_id.get(id.lower())
        return export.service(entry, self.publisher) if entry else None

    def place(self, id: str) -> Json | None:
        """One place of a service, with the service in full but for its places."""
        found = self._places.get(id.lower())
        if found is None:
            return None
        entry, place = found
        service = {key: value for key, value in export.service(entry, self.publisher).items() if key != "service_at_locations"}
        return {**place, "service": service}

    def services(self, filters: Filters, page: int, size: int) -> Json:
        """A page of the services that suit."""
        return paged([e for e in self.entries if self.suits(e, filters)], page, size, lambda e: export.flat(e, self.publisher))

    def places(self, filters: Filters, page: int, size: int) -> Json:
        """A page of the places of services that suit: one-to-one fields only."""
        found = [(e, p) for e, p in self._places.values() if self.suits(e, filters)]
        return paged(found, page, size, lambda pair: self._flat_place(*pair))

    def taxonomy(self) -> Json:
        """The taxonomy with its terms."""
        return {**export.taxonomy(), "taxonomy_terms": list(self.terms)}

    def suits(self, entry: Entry, filters: Filters) -> bool:
        """Whether an entry is asked for."""
        if filters.taxonomy_id is not None and (filters.taxonomy_id != export.taxonomy()["id"] or not entry.needs):
            return False
        if filters.taxonomy_term_id is not None and self._needs.get(filters.taxonomy_term_id) not in entry.needs:
            return False
        if filters.minimum_age is not None and entry.maximum_age is not None and entry.maximum_age + 1 <= filters.minimum_age:
            return False
        if filters.maximum_age is not None and entry.minimum_age is not None and entry.minimum_age > filters.maximum_age:
            return False
        return all(word in self._texts[entry.id] for word in filters.search.lower().split())

    def _flat_place(self, entry: Entry, place: Json) -> Json:
        location = {key: value for key, value in place["location"].items() if key != "addresses"}
        return {**place, "location": location, "service": export.flat(entry, self.publisher)}


def paged(found: Sequence[T], page: int, size: int, shown: Callable[[T], Json]) -> Json:
    """A page as 3.0 has it (``Page`` of the profile's openapi.json). ``size`` is how many it holds. Beyond the end it is empty."""
    pages = max(1, -(-len(found) // size))
    contents = [shown(item) for item in found[(page - 1) * size : page * size]]
    ends = {"first_page": page == 1, "last_page": page >= pages, "empty": not contents}
    return {"total_items": len(found), "total_pages": pages, "page_number": page, "size": len(contents), **ends, "contents": contents}


def _searched(entry: Entry) -> str:
    fields = (entry.name, *entry.alternate_names, entry.description, entry.eligibility_description, entry.application_process)
    return " ".join(text for text in fields if text).lower()
