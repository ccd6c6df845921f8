"""The addresses of the Open Referral UK feed as paths of the OpenAPI document. Shapes are those of HSDS-UK 3.0, as far as it fills them."""

from __future__ import annotations

from typing import Any

from web.open_referral import MOST_PER_PAGE, NOT_HELD, OLDEST, PER_PAGE, PREFIX, SEARCH_LIMIT

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
UUID: Schema = {"type": "string", "format": "uuid"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}


def _record(required: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": required.split(), "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


TERM = _record("id name description", id=UUID, code=TEXT, name=TEXT, description=TEXT, taxonomy=TEXT, taxonomy_id=UUID, term=TEXT)
TAXONOMY = _record("id name description", id=UUID, name=TEXT, description=TEXT, version=TEXT, taxonomy_terms=_list(TERM))
ORGANIZATION = _record("id name description", id=UUID, name=TEXT, description=TEXT, website=TEXT)
PHONE = _record("id number", id=UUID, contact_id=UUID, number=TEXT, type={"enum": ["voice", "text", "textphone"]}, description=TEXT)
ATTRIBUTE = _record("id", id=UUID, link_id=UUID, link_entity=TEXT, link_type=TEXT, taxonomy_term_id=UUID, taxonomy_term=TERM)
ADDRESS = _record(
    "id address_1 city state_province postal_code country address_type",
    **dict.fromkeys(("address_1", "city", "state_province", "postal_code", "country"), TEXT),
    id=UUID,
    location_id=UUID,
    address_type={"const": "physical"},
)
LOCATION = _record("id location_type", id=UUID, location_type={"const": "physical"}, name=TEXT, addresses=_list(ADDRESS))
FLAT = _record(
    "id name status description organization",
    **dict.fromkeys(("name", "alternate_name", "description", "url", "email", "application_process", "fees", "fees_description", "alert"), TEXT),
    id=UUID,
    organization_id=UUID,
    organization=ORGANIZATION,
    status={"const": "active"},
    eligibility_description=TEXT,
    minimum_age=COUNT,
    maximum_age=COUNT,
    assured_date={"type": "string", "format": "date", "description": "The day on which the council or the service confirmed it; absent until then."},
    last_modified={"type": "string", "format": "date-time", "description": "When this release of the directory was made."},
)
PLACE = _record("id service_id location", id=UUID, service_id=UUID, location_id=UUID, location=LOCATION, service=FLAT)
SERVICE: Schema = {
    **FLAT,
    "properties": {
        **FLAT["properties"],
        "phones": _list(PHONE),
        "contacts": _list(_record("id", id=UUID, service_id=UUID, name=TEXT, email=TEXT, phones=_list(PHONE))),
        "languages": _list(_record("id", id=UUID, service_id=UUID, name=TEXT)),
        "attributes": _list(ATTRIBUTE),
        "service_areas": _list(_record("id", id=UUID, service_id=UUID, name=TEXT, service_area=TEXT)),
        "service_at_locations": _list(PLACE),
        "x_waymark": {"type": "object", "description": "Fields of the directory for which HSDS has none."},
    },
}
PAGING: tuple[tuple[str, Schema], ...] = (
    ("page", {"type": "integer", "minimum": 1, "default": 1}),
    ("per_page", {"type": "integer", "minimum": 1, "default": PER_PAGE, "description": f"At most {MOST_PER_PAGE} are given."}),
)
AGE: Schema = {"type": "number", "minimum": 0, "maximum": OLDEST, "description": "Services whose ages overlap with those asked for."}
FILTERS: tuple[tuple[str, Schema], ...] = (
    ("search", {"type": "string", "maxLength": SEARCH_LIMIT, "description": "Words that must all be there."}),
    ("taxonomy_term_id", UUID),
    ("taxonomy_id", UUID),
    ("minimum_age", AGE),
    ("maximum_age", AGE),
    *((name, {"type": "string", "description": "Refused: the directory holds nothing to filter by."}) for name in NOT_HELD),
)


def paths() -> Schema:
    """The feed's part of ``paths``, by address."""
    about = _record("version profile openapi_url", version=TEXT, profile=TEXT, openapi_url=TEXT)
    filters = (*PAGING, *FILTERS)
    return {
        f"{PREFIX}/": _get("orukAbout", "The directory as an Open Referral UK feed (HSDS-UK 3.0).", about),
        f"{PREFIX}/services": _get("orukServices", "Services, by page and filter.", _page(FLAT), filters),
        f"{PREFIX}/services/{{id}}": _one("orukService", "One service in full.", SERVICE),
        f"{PREFIX}/service_at_locations": _get("orukPlaces", "Where services are, by page and filter.", _page(PLACE), filters),
        f"{PREFIX}/service_at_locations/{{id}}": _one("orukPlace", "One place of a service.", PLACE),
        f"{PREFIX}/taxonomies": _get("orukTaxonomies", "The taxonomy of needs.", _page(TAXONOMY), PAGING),
        f"{PREFIX}/taxonomies/{{id}}": _one("orukTaxonomy", "The taxonomy with its terms.", TAXONOMY),
        f"{PREFIX}/taxonomy_terms": _get("orukTerms", "The needs.", _page(TERM), PAGING),
        f"{PREFIX}/taxonomy_terms/{{id}}": _one("orukTerm", "One need.", TERM),
    }


def _page(items: Schema) -> Schema:
    counts = dict.fromkeys(("total_items", "total_pages", "page_number", "size"), COUNT)
    flags = dict.fromkeys(("first_page", "last_page", "empty"), FLAG)
    return _record(" ".join([*counts, *flags, "contents"]), **counts, **flags, contents=_list(items))


def _get(name: str, summary: str, schema: Schema, query: tuple[tuple[str, Schema], ...] = ()) -> Schema:
    said = {"description": summary, "content": {"application/json": {"schema": schema}}}
    wrong = {"400": _problem("A parameter is wrong.")} if query else {}
    parameters = [{"name": key, "in": "query", "schema": value} for key, value in query]
    more = {"parameters": parameters} if parameters else {}
    return {"get": {"operationId": name, "summary": summary, **more, "responses": {"200": said, **wrong, "503": _problem("No release.")}}}


def _one(name: str, summary: str, schema: Schema) -> Schema:
    found = _get(name, summary, schema)
    found["get"]["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": TEXT}]
    found["get"]["responses"]["404"] = _problem("There is nothing with this id.")
    return found


def _problem(says: str) -> Schema:
    return {"description": says, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
