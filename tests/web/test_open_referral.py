"""The Open Referral UK feed: what it says, how it pages and filters, what it keeps back, and how it refuses."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from indexer.entries import parse_entry
from indexer.errors import ReleaseError
from web.open_referral_paths import paths

HEAD = "review_due: 2027-01-31\nsources:\n  - {title: A page, dated: 2023-05, certainty: 3}\n---\n"


def entry(id, kind="service", **fields):
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return parse_entry(f"---\nid: {id}\nkind: {kind}\nname: {id.title()}\ndescription: About {id}.\n{lines}{HEAD}", f"{kind}s/{id}.md")


@pytest.fixture
def get(client):
    def fetch(path, status=200):
        response = client.get(f"/open-referral{path}")
        assert response.status_code == status, response.text
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.content_type == ("application/json" if status == 200 else "application/problem+json")
        return response.get_json(force=True)

    return fetch


@pytest.fixture
def names(get):
    return lambda path: [service["name"] for service in get(path)["contents"]]


def test_it_says_what_it_is(get):
    said = get("/")
    assert said["version"] == "HSDS-UK-3.0"
    assert all(said[key].startswith("https://") for key in ("profile", "openapi_url"))


def test_services_are_listed_and_topics_are_not(get):
    page = get("/services")
    assert [s["name"] for s in page["contents"]] == ["The <Helpline>", "Portage"]
    assert {key: page[key] for key in page if key != "contents"} == {
        "total_items": 2, "total_pages": 1, "page_number": 1, "size": 2, "first_page": True, "last_page": True, "empty": False,
    }
    assert not any(isinstance(value, list) or value is None for service in page["contents"] for value in service.values())


def test_a_service_in_full(get):
    service = get(f"/services/{get('/services')['contents'][0]['id']}")
    assert (service["status"], service["assured_date"], service["alert"]) == ("active", "2026-03-05", "Closed today.")
    assert (service["minimum_age"], service["maximum_age"]) == (5, 19)
    assert service["last_modified"] == "2026-01-01T00:00:00Z"
    assert service["organization"]["name"] == "Stockport Council"
    assert [p["number"] for p in service["phones"]] == ["0800 1111"]  # the other number rests on a rumour
    assert service["contacts"][0]["phones"] == service["phones"]
    assert [language["name"] for language in service["languages"]] == ["Polish"]
    assert [a["taxonomy_term"]["code"] for a in service["attributes"]] == ["mental-health"]
    assert [area["name"] for area in service["service_areas"]] == ["Brinnington"]
    assert service["service_at_locations"][0]["location"]["addresses"][0]["address_1"] == "1 High Street"
    assert "0161 496 0000" not in json.dumps(service)


def test_what_nobody_has_confirmed_has_no_assured_date(get):
    assert "assured_date" not in get("/services")["contents"][1]


def test_contacts_that_are_not_certain_are_kept_back(engine, get):
    hidden = parse_entry(
        "---\nid: hush\nkind: service\nname: Hush\ndescription: Quiet.\nurl: https://hush.example.org\nemail: hush@example.org\n"
        "addresses: [7 Hush Lane]\nphones:\n  - {number: 0161 496 0077}\nreview_due: 2027-01-31\nsources:\n"
        "  - {title: Hearsay, dated: undated, certainty: 1}\n---\n",
        "services/hush.md",
    )
    engine.entries = {"hush": hidden}
    listed = get("/services")["contents"][0]
    service = get(f"/services/{listed['id']}")
    assert not {"phones", "contacts", "email", "url", "service_at_locations"} & service.keys()
    for secret in ("0161 496 0077", "hush.example.org", "hush@example.org", "Hush Lane"):
        assert secret not in json.dumps([listed, service])
    assert get("/service_at_locations")["contents"] == []


def test_ids_are_uuids_that_stay(get, make_app, engine):
    ids = [s["id"] for s in get("/services")["contents"]]
    assert all(uuid.UUID(id).version == 5 for id in ids)
    engine.release_id = "2027-01-01T00-00-00Z-fff000"
    again = make_app().test_client().get("/open-referral/services").get_json()["contents"]
    assert [s["id"] for s in again] == ids
    assert again[0]["last_modified"] == "2027-01-01T00:00:00Z"


def test_a_new_release_is_seen(get, app, engine):
    assert get("/services")["total_items"] == 2

    class Next(type(engine)):
        pass

    fresh = Next()
    fresh.entries = {"only": entry("only")}
    engine.current = lambda: fresh
    assert [s["name"] for s in get("/services")["contents"]] == ["Only"]


def test_paging(engine, get):
    engine.entries = {f"s{n:03}": entry(f"s{n:03}") for n in range(250)}
    seen = []
    for number in (1, 2, 3):
        page = get(f"/services?page={number}&per_page=100")
        seen += [s["id"] for s in page["contents"]]
        assert (page["first_page"], page["last_page"], page["page_number"]) == (number == 1, number == 3, number)
        assert (page["total_items"], page["total_pages"], page["size"]) == (250, 3, 100 if number < 3 else 50)
    assert len(set(seen)) == 250
    beyond = get("/services?page=4&per_page=100")
    assert (beyond["contents"], beyond["empty"], beyond["last_page"], beyond["size"]) == ([], True, True, 0)
    assert get("/services?per_page=5000")["size"] == 100
    assert get("/services")["size"] == 50


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Baby", "Child", "Grown", "Open"]),
        ("minimum_age=0&maximum_age=1", ["Baby", "Open"]),
        ("minimum_age=2", ["Baby", "Child", "Grown", "Open"]),
        ("minimum_age=3", ["Child", "Grown", "Open"]),
        ("minimum_age=2.5", ["Baby", "Child", "Grown", "Open"]),
        ("maximum_age=4", ["Baby", "Open"]),
        ("maximum_age=5", ["Baby", "Child", "Open"]),
        ("minimum_age=11&maximum_age=17", ["Open"]),
        ("minimum_age=18", ["Grown", "Open"]),
        ("minimum_age=&maximum_age=", ["Baby", "Child", "Grown", "Open"]),
        ("search=about", ["Baby", "Child", "Grown", "Open"]),
        ("search=ABOUT+grown", ["Grown"]),
        ("search=grown+baby", []),
        ("search=GP", ["Child"]),
        ("search=%20", ["Baby", "Child", "Grown", "Open"]),
        ("taxonomy_term_id=11111111-1111-1111-1111-111111111111", []),
        ("taxonomy_term_id=nonsense", []),
        ("taxonomy_id=11111111-1111-1111-1111-111111111111", []),
        ("colour=blue", ["Baby", "Child", "Grown", "Open"]),
    ],
)
def test_filters(engine, names, query, expected):
    given = [
        entry("baby", maximum_age=2), entry("child", minimum_age=5, maximum_age=10, application_process="Ask your GP."),
        entry("grown", minimum_age=18), entry("open"),
    ]
    engine.entries = {e.id: e for e in given}
    assert names(f"/services?{query}") == expected


def test_filters_by_need(engine, get, names):
    engine.entries = {e.id: e for e in [entry("a", needs="[hearing]"), entry("b", needs="[hearing, vision]"), entry("c")]}
    terms = {t["code"]: t for t in get("/taxonomy_terms")["contents"]}
    assert set(terms) == {"hearing", "vision"}
    assert names(f"/services?taxonomy_term_id={terms['hearing']['id']}") == ["A", "B"]
    assert names(f"/services?taxonomy_term_id={terms['vision']['id'].upper()}") == ["B"]
    taxonomy = get("/taxonomies")["contents"][0]
    assert names(f"/services?taxonomy_id={taxonomy['id']}") == ["A", "B"]
    assert get(f"/taxonomies/{taxonomy['id']}")["taxonomy_terms"] == list(terms.values())
    assert get(f"/taxonomy_terms/{terms['vision']['id']}") == terms["vision"]


def test_places(engine, get):
    engine.entries = {e.id: e for e in [entry("a", addresses='["1 High Street, SK1 3XE", "2 Low Road"]', maximum_age=4), entry("b")]}
    page = get("/service_at_locations")
    assert [p["location"]["name"] for p in page["contents"]] == ["1 High Street, SK1 3XE", "2 Low Road"]
    assert all(p["service"]["name"] == "A" and "addresses" not in p["location"] for p in page["contents"])
    place = get(f"/service_at_locations/{page['contents'][0]['id']}")
    address = place["location"]["addresses"][0]
    assert (address["address_1"], address["postal_code"], address["country"]) == ("1 High Street", "SK1 3XE", "GB")
    assert place["service"]["x_waymark"]["id"] == "a"
    assert get("/service_at_locations?minimum_age=6")["total_items"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=x", "page=1.5", "page=٣", "page=99999999999999999999", "per_page=0", "per_page=ten", "minimum_age=-1",
        "minimum_age=old", "minimum_age=nan", "maximum_age=1e3", "maximum_age=131", "search=" + "x" * 201, "day=MO", "start_time=08:00",
        "end_time=18:00", "postcode=SK1", "proximity=500",
    ],
)
@pytest.mark.parametrize("path", ["/services", "/service_at_locations"])
def test_wrong_parameters_are_refused_by_name(get, path, query):
    problem = get(f"{path}?{query}", 400)
    assert problem["detail"].startswith(f"{query.split('=')[0]}: ")
    assert (problem["status"], problem["type"]) == (400, "urn:waymark:problem:wrong-parameter")


@pytest.mark.parametrize(
    "path", ["/services/x", "/services/" + "0" * 5000, "/service_at_locations/x", "/taxonomies/x", "/taxonomy_terms/x", "/none", "/a/b/c"]
)
def test_what_is_not_there_is_a_problem(get, path):
    assert get(path, 404)["title"] == "Not Found"


def test_other_methods_are_a_problem(client):
    response = client.post("/open-referral/services")
    assert (response.status_code, response.content_type) == (405, "application/problem+json")
    assert "GET" in response.headers["Allow"]


def test_without_a_release_it_says_so(get, engine):
    def none():
        raise ReleaseError("no release")

    engine.current = none
    assert get("/services", 503)["title"] == "Service Unavailable"


def test_an_unforeseen_fault_tells_nothing(get, engine):
    engine.entries = {"broken": None}
    assert "None" not in get("/services", 500)["detail"]


def test_only_the_feed_is_open_to_other_sites(client):
    for path in ("/", "/services/portage", "/healthz", "/api/openapi.json", "/open-referrals"):
        assert "Access-Control-Allow-Origin" not in client.get(path).headers
    assert client.get("/open-referral").headers["Access-Control-Allow-Origin"] == "*"


def test_the_description_names_every_address_and_no_other(app):
    rules = {re.sub(r"<(\w+)>", r"{\1}", r.rule) for r in app.url_map.iter_rules() if r.rule.startswith("/open-referral")}
    assert rules == set(paths())


def test_responses_are_as_described(get):
    components = {"schemas": {"Problem": {"type": "object"}}}
    for path, described in paths().items():
        schema = {**described["get"]["responses"]["200"]["content"]["application/json"]["schema"], "components": components}
        asked = path.removeprefix("/open-referral")
        if "{id}" in asked:
            asked = asked.replace("{id}", get(asked.split("/{")[0])["contents"][0]["id"])
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(get(asked))
