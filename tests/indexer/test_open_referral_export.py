"""Entries as HSDS-UK 3.0 services, and the way back without loss."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from indexer.entries import Entry, load_entries, parse_entry
from indexer.open_referral import export
from indexer.open_referral.export import Publisher
from indexer.open_referral.restore import restored

ROOT = Path(__file__).resolve().parents[2]
PUBLISHER = Publisher("Hill Council", "https://www.example.org", "2026-01-02T03:04:05Z", {"learning": "learning new things"})
ID = {"type": "string", "format": "uuid"}
SERVICE = {
    "type": "object",
    "required": ["id", "name", "status"],
    "properties": {
        "id": ID,
        "organization_id": ID,
        "status": {"enum": ["active", "inactive", "defunct", "temporarily closed"]},
        "organization": {"type": "object", "required": ["id", "name", "description"], "properties": {"id": ID}},
        **{name: {"type": "string"} for name in ("name", "description", "url", "email", "fees", "assured_date", "alert", "last_modified")},
        **{name: {"type": "number"} for name in ("minimum_age", "maximum_age")},
        **{
            name: {"type": "array", "items": {"type": "object", "required": ["id"], "properties": {"id": ID, "service_id": ID}}}
            for name in ("phones", "contacts", "languages", "service_areas", "attributes", "service_at_locations")
        },
    },
}
"""What the 3.0 profile asks of a service, in our words: required fields, no nulls, UUIDs everywhere."""

FULL = Entry.model_validate(
    {
        "id": "full", "kind": "service", "name": "Full", "alternate_names": ["A", "B"], "description": "All of it.", "url": "https://a.example.org",
        "email": "a@example.org", "addresses": ["1 High Street, SK1 3XE", "Low Road"], "minimum_age": 0, "maximum_age": 4,
        "eligibility_description": "For all.", "application_process": "Ask.", "fees_description": "Free.", "languages": ["Urdu", "Polish"],
        "alert": "Shut on Monday.", "assured_date": "2026-01-01", "needs": ["learning", "hearing"], "areas": ["reddish"], "replaces": ["old"],
        "related": ["other"], "missing": ["a number"], "review_due": "2027-01-01", "asked_as": ["where is full"], "background": True, "crisis": True,
        "sources": [
            {"title": "Page", "url": "https://a.example.org/p", "dated": "2025-03", "certainty": 3},
            {"title": "Talk", "dated": "undated", "certainty": 2},
        ],
        "phones": [
            {"number": "0161 496 0101", "type": "textphone", "description": "Day", "hours": "9 to 5", "source": 2}, {"number": "999"},
            {"number": "0161 496 0101"},
        ],
        "sections": [{"heading": "Steps", "text": "1. Ask.\n2. Wait.", "line": 30}, {"heading": "Good to know", "text": "*Ring* first.", "line": 34}],
        "path": "services/full.md",
    }
)  # fmt: skip


def there_and_back(entry: Entry) -> Entry:
    return restored(json.loads(json.dumps(export.service(entry, PUBLISHER))))


def test_the_full_entry_uses_every_field():
    default = {name: field.default for name, field in Entry.model_fields.items() if not field.is_required()}
    unset = {name for name, value in default.items() if getattr(FULL, name) == value}
    assert unset <= {"diagnosis_needed", "referral_needed"}  # tried with both values below


def test_no_field_is_lost():
    assert there_and_back(FULL) == FULL


@pytest.mark.parametrize("field", [name for name, info in Entry.model_fields.items() if info.annotation == bool | None])
@pytest.mark.parametrize("value", [True, False, None])
def test_no_answer_of_yes_or_no_is_lost(field, value):
    entry = FULL.model_copy(update={field: value})
    assert there_and_back(entry) == entry


def test_nothing_of_the_projects_own_content_is_lost():
    entries = load_entries(ROOT / "content")
    assert len(entries) > 100
    lost = [e.id for e in entries if there_and_back(e) != _as_shown(e)]
    assert lost == []


def test_the_projects_own_content_is_as_the_standard_asks():
    validator = Draft202012Validator(SERVICE, format_checker=FormatChecker())
    for entry in load_entries(ROOT / "content"):
        validator.validate(export.service(entry, PUBLISHER))


def test_only_contacts_that_may_not_be_shown_are_kept_back():
    sources = [{"title": "Page", "dated": "2025", "certainty": 2}, {"title": "Talk", "dated": "undated", "certainty": 1}]
    entry = Entry.model_validate({**FULL.model_dump(), "sources": sources})
    service = export.service(entry, PUBLISHER)
    assert [p["number"] for p in service["phones"]] == ["999", "0161 496 0101"]
    assert there_and_back(entry) == _as_shown(entry) != entry
    unsure = Entry.model_validate({**FULL.model_dump(), "sources": [{**s, "certainty": 1} for s in sources]})
    said = json.dumps(export.service(unsure, PUBLISHER))
    assert not any(secret in said for secret in ("0161", "a@example.org", "a.example.org", "High Street"))
    assert there_and_back(unsure) == _as_shown(unsure)


def _as_shown(entry: Entry) -> Entry:
    """The entry without the contacts that are not certain enough."""
    hidden = {} if entry.certainty >= 2 else {"url": None, "email": None, "addresses": ()}
    return entry.model_copy(update={"phones": entry.shown_phones(), **hidden})


def test_ids_are_stable():
    assert export.service(FULL, PUBLISHER)["id"] == "b109db20-3f6b-5168-b3e2-84ad9f489e46"
    ids = [uuid.UUID(id).version for id in (export.service(FULL, PUBLISHER)["id"], export.organization(PUBLISHER)["id"], export.taxonomy()["id"])]
    assert ids == [5, 5, 5]


def test_every_id_within_a_service_is_its_own():
    service = export.service(FULL, PUBLISHER)
    ids = [row["id"] for key in ("phones", "languages", "attributes", "service_areas", "service_at_locations", "contacts") for row in service[key]]
    assert len(ids) == len(set(ids)) == 3 + 2 + 2 + 1 + 2 + 1


def test_needs_are_called_by_their_names():
    terms = [a["taxonomy_term"] for a in export.service(FULL, PUBLISHER)["attributes"]]
    assert [t["name"] for t in terms] == ["learning new things", "hearing"]


def test_an_empty_entry_has_no_empty_fields():
    entry = parse_entry(
        "---\nid: bare\nkind: service\nname: Bare\ndescription: Bare.\nreview_due: 2027-01-01\nsources:\n"
        "  - {title: P, dated: undated, certainty: 3}\n---\n",
        "services/bare.md",
    )
    service = export.service(entry, Publisher("X"))
    assert set(service) == {"id", "organization_id", "name", "description", "status", "organization", "x_waymark"}
    assert "assured_date" not in service
