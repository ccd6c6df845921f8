"""A row of a 1.0 or 3.0 feed as an entry: each field from where its version keeps it, and nothing made up."""

from __future__ import annotations

import datetime as dt

import pytest

from indexer.open_referral.fields import BadRowError, Row, plain, shortened
from indexer.open_referral.mapping import NEVER_CHECKED, Origin, entry_of
from indexer.passages import contact_lines, passages_of_entry
from indexer.wording import Wording

TODAY = dt.date(2026, 6, 15)
WORDS = {
    "needs": {
        "autism": {"name": "autism", "words": ["autis*"]},
        "speech": {"name": "speech", "words": ["speech", "stammer*"]},
        "money": {"name": "money", "words": ["benefits"]},
    }
}
ORIGIN = Origin("Hill Council directory", "hill-council-directory", "https://feed.example.org/services", Wording(WORDS), TODAY)

MODERN = {
    "id": "0c6e3f5e-60b6-4f35-8c0a-64e7a9f8f001",
    "name": "Chatter Club",
    "alternate_name": "Talk Time",
    "description": "<p>A club for children who stammer.</p><ul><li>Games</li><li>Songs</li></ul>",
    "url": "https://chatter.example.org/club",
    "email": "hello@chatter.example.org",
    "status": "active",
    "minimum_age": 3,
    "maximum_age": 11,
    "eligibility_description": "Children aged 3 to 11.",
    "application_process": "Ring the club.",
    "fees_description": "Free.",
    "assured_date": "2026-02-01",
    "last_modified": "2026-03-02T10:30:45.123Z",
    "organization": {"id": "o", "name": "Hill Charity", "description": "A charity."},
    "contacts": [{"id": "c", "name": "Ann Example", "title": "Manager", "phones": [{"id": "p", "number": "+44 161 496 0101", "extension": 7}]}],
    "phones": [
        {"id": "p2", "number": "0161 496 0102", "type": "textphone", "description": "Weekdays"},
        {"id": "p3", "number": "0161 496 0103", "type": "fax"},
    ],
    "languages": [{"id": "l", "name": "Urdu"}, {"id": "l2"}],
    "attributes": [{"id": "a", "taxonomy_term": {"id": "t", "name": "Speech, language and communication needs", "description": ""}}],
    "service_areas": [{"id": "s", "name": "Reddish"}],
    "schedules": [{"id": "h", "byday": "MO,TH", "opens_at": "10:00:00", "closes_at": "16:30:00", "freq": "WEEKLY"}],
    "service_at_locations": [
        {
            "id": "x",
            "location": {
                "id": "y",
                "location_type": "physical",
                "addresses": [
                    {"address_1": "1 Hill Road", "city": "Hilltown", "state_province": "-", "postal_code": "SK1 1AA", "address_type": "physical"},
                    {"address_1": "PO Box 1", "city": "Hilltown", "address_type": "postal"},
                ],
            },
        }
    ],
    "colour": "blue",
}
OLD = {
    "id": 1502,
    "name": "Benefits advice &amp; help",
    "description": "Advice on money.",
    "url": "www.money.example.org",
    "email": "",
    "status": None,
    "fees": "Free",
    "attending_access": "referral",
    "assured_date": "01/02/2024",
    "organization": {"id": "7", "name": "Money Matters"},
    "eligibilitys": [
        {"eligibility": "child", "minimum_age": 0, "maximum_age": 15}, {"eligibility": "teen", "minimum_age": "13", "maximum_age": 19.5},
    ],
    "service_taxonomys": [{"taxonomy": {"id": "t", "name": "Autistic spectrum", "vocabulary": "x"}}, {"taxonomy": {"id": "u", "name": "Benefits"}}],
    "contacts": [{"id": "c", "phones": [{"number": "0161 496 0104 or 07400 123456"}]}],
    "languages": [{"id": "l", "language": "English"}],
    "regular_schedules": [{"description": "Mondays in term time"}],
    "service_at_locations": [
        {"location": {"physical_addresses": [{"address_1": "2 Low Road", "city": "Lowtown", "postal_code": "SK2 2BB"}],
                      "postal_addresses": [{"address_1": "PO Box 2"}]}}
    ],
}  # fmt: skip


def read(data):
    row = Row(data, TODAY)
    return entry_of(row, ORIGIN), row.notes


def service(**fields):
    return {"id": "1", "name": "Club", "status": "active", "description": "A club.", **fields}


def test_a_3_0_service():
    entry, notes = read(MODERN)
    assert notes == []
    assert entry.id == "hill-council-directory-chatter-club-49f5"
    assert (entry.kind, entry.name, entry.alternate_names) == ("service", "Chatter Club", ("Talk Time",))
    assert entry.description == "A club for children who stammer. Games. Songs"
    assert (entry.url, entry.email) == ("https://chatter.example.org/club", "hello@chatter.example.org")
    assert [(p.number, p.type, p.description) for p in entry.phones] == [
        ("0161 496 0102", "textphone", "Weekdays"),
        ("0161 496 0101", "voice", "Manager, extension 7"),
    ]
    assert entry.addresses == ("1 Hill Road, Hilltown, SK1 1AA",)
    assert (entry.minimum_age, entry.maximum_age, entry.eligibility_description) == (3, 11, "Children aged 3 to 11.")
    assert (entry.application_process, entry.fees_description) == ("Ring the club.", "Free.")
    assert (entry.languages, entry.needs) == (("Urdu",), ("speech",))
    assert (entry.assured_date, entry.review_due) == (dt.date(2026, 2, 1), dt.date(2027, 2, 1))
    source = entry.sources[0]
    assert (source.title, source.url, source.dated, source.certainty) == ("Hill Council directory", entry.url, "2026-02-01", 2)
    assert entry.section("Good to know").splitlines() == [
        "Hill Charity runs Chatter Club.",
        "Chatter Club is for people in: Reddish.",
        "Chatter Club: open 10:00 to 16:30 on Monday, Thursday.",
    ]
    assert not entry.crisis
    assert not entry.asked_as


def test_a_1_0_service():
    entry, notes = read(OLD)
    assert notes == []
    assert entry.name == "Benefits advice & help"
    assert entry.url == "https://www.money.example.org"
    assert entry.email is None
    assert [p.number for p in entry.phones] == ["0161 496 0104", "07400 123456"]
    assert entry.addresses == ("2 Low Road, Lowtown, SK2 2BB",)
    assert (entry.minimum_age, entry.maximum_age, entry.eligibility_description) == (0, 19, "For: child, teen.")
    assert (entry.application_process, entry.fees_description, entry.languages) == ("You need a referral.", "Free", ("English",))
    assert set(entry.needs) == {"autism", "money"}
    assert (entry.sources[0].dated, entry.sources[0].certainty) == ("2024-02-01", 1)
    assert "Mondays in term time." in entry.section("Good to know")


def test_names_of_people_are_not_kept():
    assert "Ann Example" not in read(MODERN)[0].model_dump_json()


def test_contacts_are_shown_only_where_the_feed_is_fresh():
    assert contact_lines(read(MODERN)[0])
    assert contact_lines(read(OLD)[0]) == []


@pytest.mark.parametrize(
    ("dates", "dated", "certainty", "due"),
    [
        ({"assured_date": "2025-06-15"}, "2025-06-15", 2, dt.date(2026, 6, 15)),
        ({"assured_date": "2025-06-14"}, "2025-06-14", 1, dt.date(2026, 6, 14)),
        ({"assured_date": "2026-06-15T23:59:59+01:00"}, "2026-06-15", 2, dt.date(2027, 6, 15)),
        ({"last_modified": "2026-06-01T00:00:00Z"}, "2026-06-01", 1, dt.date(2027, 6, 1)),
        ({}, "undated", 1, NEVER_CHECKED),
        ({"assured_date": ""}, "undated", 1, NEVER_CHECKED),
    ],
)
def test_dates(dates, dated, certainty, due):
    entry, notes = read(service(**dates))
    assert notes == []
    assert (entry.sources[0].dated, entry.sources[0].certainty, entry.review_due) == (dated, certainty, due)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"assured_date": "2027-01-01"}, "assured_date: 2027-01-01 is not a day in the past"),
        ({"assured_date": "0001-01-01T00:00:00"}, "assured_date: 0001-01-01 is not a day in the past"),
        ({"assured_date": "last week"}, "assured_date: not a date"),
        ({"assured_date": "2026-02-30"}, "assured_date: not a date"),
        ({"assured_date": 20260101}, "assured_date: not a date"),
        ({"email": False}, "email: text expected, not true or false"),
        ({"email": "email-example_com"}, "email: not an e-mail address"),
        ({"url": "example_counselling"}, "url: not a web address"),
        ({"url": "javascript:alert(1)"}, "url: not a web address"),
        ({"url": "javascript://example.org/%0aalert(1)"}, "url: not a web address"),
        ({"url": "https://user@example.org/"}, "url: not a web address"),
        ({"url": "http://[broken"}, "url: not a web address"),
        ({"description": ["A", "B"]}, "description: text expected, not a list"),
        ({"minimum_age": "three"}, "minimum_age: not an age"),
        ({"minimum_age": -1}, "minimum_age: not an age"),
        ({"minimum_age": True}, "minimum_age: not an age"),
        ({"minimum_age": 12, "maximum_age": 4}, "minimum_age: 12 is above maximum_age 4, both left out"),
        ({"phones": [{"number": "ring us"}]}, "phones: 'ring us' is not a valid number"),
        ({"phones": [{"number": "0161 49"}]}, "phones: '0161 49' is not a valid number"),
        ({"phones": "0161 496 0101"}, "phones: objects expected"),
        ({"contacts": [None, 3]}, "contacts: objects expected"),
        ({"description": "word " * 3000}, "description: 14999 characters, cut to 6000"),
        ({"service_areas": [{}] * 500}, "service_areas: 500 records, only 200 read"),
    ],
)
def test_a_field_that_cannot_be_used_is_noted_and_left_out(fields, note):
    entry, notes = read(service(**fields))
    assert note in notes
    assert entry.name == "Club"
    assert (entry.assured_date, entry.email, entry.url, entry.minimum_age, entry.phones) == (None, None, None, None, ())
    assert len(entry.description) <= 6000


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"name": "A", "status": "active"}, "id: missing"),
        ({"id": None, "name": "A", "status": "active"}, "id: missing"),
        ({"id": {"a": 1}, "name": "A", "status": "active"}, "id: missing"),
        ({"id": "x" * 300, "name": "A", "status": "active"}, "id: too long"),
        ({"id": "1", "status": "active"}, "name: missing"),
        ({"id": "1", "name": " <b> </b> ", "status": "active"}, "name: missing"),
        ({"id": "1", "name": 5, "status": "active"}, "name: missing"),
        ({"id": "1", "name": "A", "status": "inactive"}, "status: inactive, so not taken over"),
        ({"id": "1", "name": "A", "status": "Defunct"}, "status: defunct, so not taken over"),
        ({"id": "1", "name": "A", "status": "shut"}, "status: not one of the standard's"),
        ({"id": "1", "name": "A", "status": 1}, "status: not one of the standard's"),
        ({"id": "1", "name": "A term", "description": "A taxonomy term."}, "row: not a service"),
        ({}, "row: not a service"),
    ],
)
def test_a_row_that_cannot_be_an_entry_is_refused_by_field(data, fault):
    with pytest.raises(BadRowError) as caught:
        read(data)
    assert str(caught.value) == fault


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"minimum_age": 0, "maximum_age": 999}, (0, None)),
        ({"minimum_age": "4", "maximum_age": "4.99"}, (4, 4)),
        ({"minimum_age": 5}, (5, None)),
        ({"minimum_age": "", "maximum_age": None}, (None, None)),
        ({"eligibilitys": [{"minimum_age": 3}, {"minimum_age": 5, "maximum_age": 9}]}, (3, None)),
        ({"eligibilitys": [{"maximum_age": 4}, {"minimum_age": 5, "maximum_age": 9}]}, (None, 9)),
        ({"minimum_age": 2, "eligibilitys": [{"minimum_age": 7, "maximum_age": 8}]}, (2, None)),
        ({"eligibilitys": []}, (None, None)),
    ],
)
def test_ages(fields, expected):
    entry, notes = read(service(**fields))
    assert notes == []
    assert (entry.minimum_age, entry.maximum_age) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0161 496 0101", ["0161 496 0101"]),
        ("+44 (0)161 496 0101", ["0161 496 0101"]),
        ("01614960101", ["0161 496 0101"]),
        ("Tel: 0800 1111 or 0808 800 5000", ["0800 1111", "0808 800 5000"]),
        ("07400 123456", ["07400 123456"]),
        ("111", ["111"]),
        ("85258", ["85258"]),
        ("+353 1 679 0000", ["+353 1 679 0000"]),
        ("0161 496", []),
        ("12345678901234567890", []),
        ("n/a", []),
        ("", []),
        ("٠١٦١", []),
    ],
)
def test_phone_numbers(number, expected):
    assert [p.number for p in read(service(phones=[{"number": number}]))[0].phones] == expected


def test_numbers_of_the_organisation_stand_in_only_where_there_are_no_others():
    organization = {"name": "Hill Charity", "phones": [{"number": "0161 496 0199"}]}
    assert [p.number for p in read(service(organization=organization))[0].phones] == ["0161 496 0199"]
    own = service(organization=organization, phones=[{"number": "0161 496 0101"}, {"number": "+441614960101"}])
    assert [p.number for p in read(own)[0].phones] == ["0161 496 0101"]


def test_numbers_of_places_count_and_deeper_nesting_does_not():
    location = {"phones": [{"number": "0161 496 0102"}]}
    places = [{"phones": [{"number": "0161 496 0101"}], "location": location}]
    assert [p.number for p in read(service(service_at_locations=places))[0].phones] == ["0161 496 0101", "0161 496 0102"]
    for _ in range(5000):
        location = {"location": location, "service_at_locations": [location]}
    assert read(service(service_at_locations=[location]))[0].phones == ()


def test_a_closed_service_says_so():
    assert read(service(status="temporarily closed"))[0].alert == "This service is closed for now."
    assert read(service(status="temporarily closed", alert="Back in May."))[0].alert == "Back in May."


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([{"option": "Under 5", "amount": 3.5, "amount_description": "a session"}, {"option": "Adults", "amount": 5}],
         "Under 5: £3.50 a session; Adults: £5"),
        ([{"amount": 10, "currency": "eur"}], "EUR 10"),
        ([{"option": "Ask us"}], "Ask us"),
        ([{"amount": "lots"}], None),
        ([{}], None),
    ],
)
def test_costs(options, expected):
    assert read(service(cost_options=options))[0].fees_description == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Plain text", "Plain text"),
        ("  two\n lines ", "two lines"),
        ("<p>One.</p><p>Two</p>", "One. Two"),
        ("<p>One</p><p>Two</p>", "One. Two"),
        ("a<br/>b", "a. b"),
        ("<script>alert(1)</script>Safe", "Safe"),
        ("Fish &amp; chips", "Fish & chips"),
        ("Children <5 and >2", "Children <5 and >2"),
        ("Ages 5 & up", "Ages 5 & up"),
        ("<div><b>Bold</b> <i>words</i></div>", "Bold words"),
        ("https://example.org/?a=1&amp;b=2", "https://example.org/?a=1&b=2"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("zero\u200bwidth \u202eturned", "zerowidth turned"),
        ("half \ud800 pair", "half pair"),
        ("نص عربي", "نص عربي"),
        ("<p></p>", ""),
    ],
)
def test_text_is_plain(given, expected):
    assert plain(given) == expected


@pytest.mark.parametrize("piece", ["<div>", "<a ", "<a x='", "<", "</", "<!--", "<script>", "<a", "&", "x"])
def test_hostile_mark_up_is_survived(piece):
    assert len(plain(f"<p>Words</p>{piece * 1_000_000}")) <= 120_000


def test_broken_mark_up_is_read():
    assert plain("<p>unclosed <b>bold") == "unclosed bold"
    assert plain("<p class='a\nb'>One<!-- two --><style>p {}</style> three</P>") == "One three"


def test_long_text_is_cut_between_sentences():
    assert shortened("One two. Three four. Five six.", 22) == "One two. Three four."
    assert shortened("one two three", 9) == "one two"
    assert shortened("onetwothree", 5) == "onetw"


def test_markdown_of_a_feed_stays_text():
    data = service(organization={"name": "[Click](https://bad.example) *now*"})
    entry = read(data)[0]
    said = next(p.text for p in passages_of_entry(entry) if p.heading == ("Good to know",))
    assert said == "[Click](https://bad.example) *now* runs Club."


def test_ids_depend_on_the_rows_id_and_name_only():
    ids = {read(service(id=id, name=name))[0].id for id, name in [("1", "Club"), ("2", "Club"), ("1", "Other"), ("1", "كلوب"), (1, "Club")]}
    assert len(ids) == 4
    assert read(service(name="Long " * 60))[0].id.startswith("hill-council-directory-long-long")
    assert all(len(id) < 100 for id in ids)


def test_a_feed_cannot_pass_for_the_council():
    own = {"id": "massh", "kind": "topic", "crisis": True, "replaces": ["massh"], "asked_as": ["help"], "path": "services/x.md"}
    entry = read(service(x_waymark=own, crisis=True, background=True, replaces=["massh"], asked_as=["help"], kind="topic"))[0]
    assert (entry.kind, entry.crisis, entry.background, entry.replaces, entry.asked_as) == ("service", False, False, (), ())
    assert entry.id.startswith("hill-council-directory-")
