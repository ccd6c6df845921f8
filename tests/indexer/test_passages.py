"""Passages: sentence spans, what an entry is cut into, and how long document sections are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest

from indexer.documents import Document, DocumentSection
from indexer.entries import parse_entry
from indexer.passages import Passage, passages_of_document, passages_of_entry, sentence_spans
from tests.conftest import SMALL_ENTRIES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   \n  \n", []),
        ("One sentence.", ["One sentence."]),
        ("No full stop", ["No full stop"]),
        ("Ask at school. Then wait.", ["Ask at school.", "Then wait."]),
        ("Really? Yes! Ask.", ["Really?", "Yes!", "Ask."]),
        ("First line\nSecond line. Third.", ["First line", "Second line.", "Third."]),
        ("Help, e.g. Portage or St. Thomas, is free. Ask Dr. Jones.", ["Help, e.g. Portage or St. Thomas, is free.", "Ask Dr. Jones."]),
        ("Read section F. If it fails, ask A&E. Wait.", ["Read section F.", "If it fails, ask A&E.", "Wait."]),
        ("It costs £6,000.50 a year. £20 is due.", ["It costs £6,000.50 a year.", "£20 is due."]),
        ('She said "ask." Then she left.', ['She said "ask."', "Then she left."]),
        ("See the list (all of it.) (Then wait.)", ["See the list (all of it.)", "(Then wait.)"]),
        ("Within 6 weeks. 15 days later it ends.", ["Within 6 weeks.", "15 days later it ends."]),
        ("Visit example.org. it is free.", ["Visit example.org. it is free."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == expected


def test_spans_follow_each_other_and_lose_no_letter() -> None:
    text = "Ask. Wait (a while.) Then go!\n\n- An item. 2 more.\nThe end"
    spans = sentence_spans(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join("".join(text[s:e].split()) for s, e in spans) == "".join(text.split())


def test_an_entry_becomes_one_passage_for_each_field_and_section() -> None:
    found = list(passages_of_entry(parse_entry(SMALL_ENTRIES["services/toy-library.md"], "services/toy-library.md")))
    assert [(p.id, p.heading) for p in found] == [
        ("toy-library#what-it-is", ("What it is",)),
        ("toy-library#who-it-is-for", ("Who it is for",)),
        ("toy-library#how-to-get-in", ("How to get in",)),
        ("toy-library#how-to-reach-them", ("How to reach them",)),
        ("toy-library#what-happens-next", ("What happens next",)),
        ("toy-library#if-it-does-not-work", ("If it does not work",)),
        ("toy-library#where-this-comes-from", ("Where this comes from",)),
    ]
    assert {(p.entry, p.title, p.url, p.dated, p.page) for p in found} == {("toy-library", "Toy library", "/services/toy-library", "2025-03", None)}
    assert [found[4].quote(i) for i in range(2)] == ["A worker brings toys to your home.", "You can keep each toy for four weeks."]
    assert found[0].embedded == "Toy library. What it is. The toy library lends toys to families with a young child."
    assert not any("0161 496 0102" in p.text for p in found)


def test_steps_lose_their_markup_not_their_words() -> None:
    found = {p.heading[0]: p for p in passages_of_entry(parse_entry(SMALL_ENTRIES["topics/bus-pass.md"], "topics/bus-pass.md"))}
    assert found["Steps"].text == "Fill in the form.\nPost the form with a photo."
    assert "How to reach them" not in found
    assert "Who it is for" not in found


def document(*sections: DocumentSection) -> Document:
    return Document("reports/plan", "The plan", "https://example.org/plan.pdf", "2024", sections)


def cut(words: str, longest: int) -> list[Passage]:
    return list(passages_of_document(document(DocumentSection(("Plans", "Reviews"), words, 3)), longest))


def test_a_document_is_cited_by_section_and_page() -> None:
    (passage,) = cut("A plan is reviewed each year.", 100)
    assert (passage.id, passage.document, passage.entry, passage.section) == ("reports/plan#1", "reports/plan", None, "Plans > Reviews, page 3")
    assert (passage.url, passage.dated) == ("https://example.org/plan.pdf", "2024")


@pytest.mark.parametrize(("heading", "page", "section"), [((), None, ""), ((), 2, "page 2"), (("A",), None, "A")])
def test_a_section_name_holds_what_is_known(heading: tuple[str, ...], page: int | None, section: str) -> None:
    (passage,) = passages_of_document(document(DocumentSection(heading, "Words.", page)), 50)
    assert passage.section == section


def test_long_sections_are_cut_between_sentences() -> None:
    sentences = [f"Sentence number {n} holds seven words here." for n in range(20)]
    found = cut(" ".join(sentences), 40)
    assert len(found) > 1
    assert all(len(p.text.split()) <= 40 for p in found)
    assert [p.quote(i) for p in found for i in range(len(p.sentences))] == sentences
    assert [p.id for p in found] == [f"reports/plan#{n}" for n in range(1, len(found) + 1)]


@pytest.mark.parametrize("second", ["It is free for families who live here.", "and bring a drink with you to each one."])
def test_a_sentence_is_not_cut_from_the_one_that_it_needs(second: str) -> None:
    first = "The club meets each week at the pool in Marple" + ("." if second[0].isupper() else ":\n")
    text = f"{first} {second} Another sentence that stands by itself and says more."
    assert [p.text for p in cut(text, 12)] == [f"{first} {second}", "Another sentence that stands by itself and says more."]


def test_a_list_without_end_is_cut_for_all_that() -> None:
    found = cut("\n".join(["You need:", *(f"item {n} of the list" for n in range(60))]), 20)
    assert len(found) > 4
    assert all(len(p.text.split()) <= 40 for p in found)


def test_a_sentence_longer_than_a_passage_stays_whole() -> None:
    long = " ".join(["Word"] * 90) + "."
    assert [p.text for p in cut(f"Short one. {long} Another short one.", 40)] == ["Short one.", long, "Another short one."]


def test_an_empty_section_gives_nothing() -> None:
    assert cut(" \n ", 40) == []
