"""The directory in memory: order, filters, counts, and finding by words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.entries import Entry, load_entries
from indexer.groups import Groups, load_groups
from indexer.wording import load_wording
from tests.conftest import ROOT
from web.directory import ANY_NEED, KINDS, PAGE, Directory, LiveDirectory, Query
from web.lookup import Lookup, words_of

CONTENT = ROOT / "content"


def entry(id, name="", kind="service", **fields):
    fields = {"name": name or id.title(), "description": f"About {id}.", "review_due": "2099-01-01", "path": "x", **fields}
    return Entry.model_validate({"id": id, "kind": kind, "sources": [{"title": "A page", "dated": "2024", "certainty": 3}], **fields})


ENTRIES = {
    e.id: e
    for e in [
        entry("zoo-club", "The Zoo Club", minimum_age=5, maximum_age=11, needs=["autism"], areas=["reddish"], referral_needed=False),
        entry("art-class", "Art class", maximum_age=4, needs=["autism", "learning"], diagnosis_needed=False, referral_needed=True),
        entry("bus-pass", "Bus pass", kind="topic", minimum_age=16, alternate_names=["Freedom card"],
              eligibility_description="Zoo keepers may apply."),
        entry("ecole", "École help", replaces=["old-school"], needs=["learning"], diagnosis_needed=True),
        entry("guide", "What to expect", kind="framework", application_process="Ask for an assessment."),
        entry("999-line", "999 line", description="A line for zoo accidents."),
    ]
}
GROUPS = Groups.model_validate({"groups": [
    {"id": "fun", "name": "Fun", "line": "Things to do.", "entries": ["zoo-club", "art-class"]},
    {"id": "school", "name": "School", "line": "Learning.", "entries": ["old-school", "art-class", "gone"]},
]})
NEEDS = {"autism": "autism", "learning": "learning difficulties", "vision": "vision"}
AREAS = {"reddish": "Reddish", "marple": "Marple"}


@pytest.fixture(scope="module")
def directory():
    return Directory(ENTRIES, GROUPS, NEEDS, AREAS, lambda text: text.lower().replace("asessment", "assessment"))


@pytest.fixture(scope="module")
def content():
    """The entries of the project's own content."""
    return load_entries(CONTENT)


@pytest.fixture(scope="module")
def whole(content):
    """The directory of the project's own content."""
    wording = load_wording(CONTENT)
    return Directory({e.id: e for e in content}, load_groups(CONTENT), {n.id: n.name for n in wording.needs}, {}, wording.repair)


def ids(directory, **filters):
    return [row.id for row in directory.find(Query(**filters)).rows]


def test_entries_stand_in_order_of_name_without_article_accent_or_case(directory):
    assert ids(directory) == ["999-line", "art-class", "bus-pass", "ecole", "guide", "zoo-club"]
    assert [row.letter for row in directory.rows] == ["0-9", "a", "b", "e", "w", "z"]


@pytest.mark.parametrize(("filters", "expected"), [
    ({"age": 0}, ["999-line", "art-class", "ecole", "guide"]),
    ({"age": 4}, ["999-line", "art-class", "ecole", "guide"]),
    ({"age": 5}, ["999-line", "ecole", "guide", "zoo-club"]),
    ({"age": 11}, ["999-line", "ecole", "guide", "zoo-club"]),
    ({"age": 16}, ["999-line", "bus-pass", "ecole", "guide"]),
    ({"need": ("autism",)}, ["art-class", "zoo-club"]),
    ({"need": ("autism", "learning")}, ["art-class", "ecole", "zoo-club"]),
    ({"need": (ANY_NEED,)}, ["999-line", "bus-pass", "guide"]),
    ({"area": "marple", "need": ("autism",)}, ["art-class"]),
    ({"area": "reddish", "need": ("autism",)}, ["art-class", "zoo-club"]),
    ({"diagnosis": "no"}, ["art-class"]),
    ({"referral": "no"}, ["zoo-club"]),
    ({"kind": ("topic", "guide")}, ["bus-pass", "guide"]),
    ({"group": "school"}, ["art-class", "ecole"]),
    ({"letter": "0-9"}, ["999-line"]),
    ({"letter": "e", "age": 3}, ["ecole"]),
    ({"need": ("vision",)}, []),
])
def test_each_filter_keeps_what_fits(directory, filters, expected):
    assert ids(directory, **filters) == expected


def every_query():
    yield from (
        Query(), Query(age=4), Query(need=("autism",)), Query(need=("autism", "learning"), age=7), Query(q="zoo"),
        Query(q="zoo", kind=("service",)), Query(q="nothing"),
        Query(diagnosis="no", referral="no"), Query(group="fun", letter="a", area="marple"), Query(area="reddish", kind=("guide",)),
    )


@pytest.mark.parametrize("query", list(every_query()))
def test_a_count_is_what_its_value_would_give_with_the_other_filters_kept(directory, query):
    from dataclasses import replace

    found = directory.find(query)
    for name, counts in found.counts.items():
        for value, count in counts.items():
            one = (value,) if isinstance(getattr(query, name), tuple) else value
            assert count == directory.find(replace(query, **{name: one})).total, (name, value)


@pytest.mark.parametrize(("q", "expected"), [
    ("zoo", ["zoo-club", "999-line", "bus-pass"]),          # in the name, the description, who it is for
    ("freedom card", ["bus-pass"]),                         # in another name
    ("learning", ["art-class", "ecole"]),                   # in the name of a need
    ("assessments", ["guide"]),                             # another form of the word, in how to get in
    ("asessment", ["guide"]),                               # a misspelling that the wording knows
    ("assesment", ["guide"]),                               # a letter too few
    ("ecole", ["ecole"]), ("ÉCOLE", ["ecole"]),
    ("the zoo", ["zoo-club", "999-line", "bus-pass"]),      # a small word asks for nothing
    ("zoo club", ["zoo-club"]), ("club zoo", ["zoo-club"]), ("zo club", []),
    ("zoo nowhere", []), ("qqqq", []), ("999", ["999-line"]), ("acci", ["999-line"]),
])
def test_every_word_must_occur_and_its_place_decides_the_order(directory, q, expected):
    assert ids(directory, q=q) == expected


def test_what_was_read_for_an_unknown_word_is_told(directory):
    assert directory.find(Query(q="acidents")).read_as == (("acidents", "accidents"),)
    assert directory.find(Query(q="accidents")).read_as == ()


def test_a_name_that_is_what_was_typed_comes_first():
    twins = {e.id: e for e in [entry("a", "Portage help and portage"), entry("b", "Portage")]}
    assert ids(Directory(twins, Groups(), {}, {}), q="portage") == ["b", "a"]


def test_an_empty_list_says_what_would_help(directory):
    found = directory.find(Query(q="zoo card", age=16, need=("autism",)))
    assert (found.total, found.rows, found.pages) == (0, (), 1)
    assert found.relaxed == {"need": 1}
    assert found.alone == {}
    found = directory.find(Query(q="zoo freedom accidents"))
    assert found.alone == {"zoo": 3, "freedom": 1, "accidents": 1}
    assert directory.find(Query(need=("vision",), age=4)).relaxed == {"need": 4}


def test_pages_hold_fifty_and_none_is_lost():
    many = {f"e{n:03}": entry(f"e{n:03}") for n in range(2 * PAGE + 1)}
    directory = Directory(many, Groups(), {}, {})
    pages = [directory.find(Query(page=n)) for n in (1, 2, 3, 4)]
    assert [len(p.rows) for p in pages] == [PAGE, PAGE, 1, 1]
    assert [(p.page, p.pages) for p in pages] == [(1, 3), (2, 3), (3, 3), (3, 3)]
    assert [row.id for p in pages[:3] for row in p.rows] == sorted(many)


def test_an_empty_directory_is_a_directory():
    found = Directory({}, Groups(), {}, {}).find(Query(q="zoo", age=3))
    assert (found.total, found.rows) == (0, ())


def test_only_certain_numbers_are_rows_of_the_directory():
    sources = [{"title": "Hearsay", "dated": "undated", "certainty": 1}]
    unsure = entry("unsure", phones=[{"number": "0161 496 0000"}], sources=sources)
    sure = entry("sure", phones=[{"number": "85258", "type": "text"}])
    directory = Directory({e.id: e for e in (unsure, sure)}, Groups(), {}, {})
    assert {row.id: row.phone and (row.phone.type, row.phone.value) for row in directory.rows} == {"unsure": None, "sure": ("text", "85258")}


def test_a_directory_is_made_once_for_each_release():
    live, made = LiveDirectory(), []

    def make():
        made.append(Directory({}, Groups(), {}, {}))
        return made[-1]

    assert live.of("one", make) is live.of("one", make)
    assert live.of("two", make) is not made[0]
    assert len(made) == 2


@pytest.mark.parametrize(("text", "words"), [
    ("S.P.A.C.E. group", ["space", "group"]), ("Carer's Allowance", ["carers", "allowance"]), ("i-THRIVE", ["i", "thrive"]),
    ("Café 42nd", ["cafe", "42nd"]), ("żółw الدعم", ["zołw", "الدعم"]), ("", []), ("?!", []),
])
def test_words(text, words):
    assert words_of(text) == words


def test_a_lookup_takes_any_text():
    lookup = Lookup([[(1, "Portage")]])
    for text in ("", "\x00", "💬", "a" * 10_000, "%_'\"<>", "the", "́"):
        assert not lookup.find(text).scores.any()
    assert lookup.find("portage").scores.dtype == np.float32


def test_every_service_and_topic_that_is_not_background_stands_in_a_group(content):
    grouped = {id for group in load_groups(CONTENT).groups for id in group.entries}
    assert [e.id for e in content if e.kind != "framework" and not e.background and e.id not in grouped] == []


def test_groups_name_entries_that_exist_and_each_once(content):
    known = {id for e in content for id in (e.id, *e.replaces)}
    for group in load_groups(CONTENT).groups:
        assert set(group.entries) <= known, group.id
        assert len(set(group.entries)) == len(group.entries), group.id


def test_every_page_of_the_framework_has_its_place(content):
    groups = load_groups(CONTENT)
    places = {f"{area.id}-{phase.id}" for area in groups.areas for phase in groups.phases}
    assert places == {e.id for e in content if e.kind == "framework" and e.id != "overview"}


@pytest.mark.parametrize(("q", "first"), [
    ("portage", "portage"), ("camhs", "camhs-stockport"), ("sendias", "sendiass-stockport"), ("speech therapy", "speech-and-language-therapy"),
    ("dla", "disability-living-allowance"), ("tribunal", "send-tribunal"), ("healthy young minds", "camhs-stockport"), ("kooth", "kooth"),
    ("familly hub", "family-hubs"), ("occupational terapy", "occupational-therapy-children"),
])
def test_families_find_what_they_name(whole, q, first):
    assert ids(whole, q=q)[0] == first


def test_what_needs_no_referral_says_so_in_its_own_words(content):
    """The filters rest on fields that an editor sets only where the text says the same."""
    telling = ("diagnos", "referral", "refer ", "yourself", "themselves", "anyone", "any age", "school does not agree", "worried about")
    for e in content:
        if e.diagnosis_needed is not None or e.referral_needed is not None:
            text = " ".join([e.description, e.eligibility_description or "", e.application_process or "", *(s.text for s in e.sections)]).lower()
            assert any(words in text for words in telling), e.id
            if e.diagnosis_needed is False:
                assert "diagnosis" in text, e.id


def test_kinds_of_page_are_named():
    assert list(KINDS) == ["service", "topic", "guide"]
    assert Path(CONTENT / "groups.toml").exists()
