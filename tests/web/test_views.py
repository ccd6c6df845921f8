"""What stands on a card, and what only above or below it."""

from __future__ import annotations

from bot.records import Answer, Channel, Citation, Contact, Outcome, Part, Reply, Signpost, Statement
from indexer.passages import REACH, SOURCES
from web.brief import MOST_PAPERS
from web.views import Exchange

PHONE = Contact("phone", "0161 496 0000")
PORTAGE = Signpost("portage", "service", "Portage", "It visits.", "For under 3s.", "Ask. Then wait.", (PHONE,), "2024", None, 1)
CITATIONS = tuple(
    Citation(n, "Portage", section, "/services/portage", quote, "2024", None)
    for n, (section, quote) in enumerate(
        [("What it is", "It visits."), ("How to get in", "Then wait."), (REACH, "Phone: 0161 496 0000"), (SOURCES, "Portage page, 2024")], 1
    )
)
WHERE = Part("where", "Where to go", (
    Statement("Start with: Portage.", 1), Statement("It visits.", 1), Statement("Then wait.", 2), Statement("Phone: 0161 496 0000", 3),
    Statement("This comes from a source of 2024.", 4), Statement("A fixed line."),
))


def exchange(*parts, outcome=Outcome.ANSWERED, signposts=(PORTAGE,), citations=CITATIONS, understood=None):
    return Exchange("?", Reply("text", Channel.WEB, "r", Answer(outcome, parts, signposts, citations, understood=understood or {})))


def test_a_card_says_each_thing_once():
    (card,) = exchange(WHERE).cards
    assert [s.text for s in card.statements] == ["It visits."]
    assert card.lines == (("Who it is for", Statement("For under 3s.", 1)), ("How to get in", Statement("Ask. Then wait.", 2)))
    assert card.proof == Statement("This comes from a source of 2024.", 4)


def test_a_card_makes_its_own_line_of_proof_where_no_sentence_does():
    assert exchange().cards[0].proof.text == "From a source of 2024. Not yet confirmed by the service."
    elsewhere = (Citation(1, "An NHS page", "", "https://example.org", "It visits.", "2024", None),)
    assert exchange(citations=elsewhere).cards[0].proof.text == "From An NHS page (2024). Not yet confirmed by the service."


def test_a_reason_stands_on_the_card_where_nothing_else_says_it():
    (card,) = exchange().cards
    assert card.lines[0] == ("Why", Statement("It visits.", 1))


def test_sentences_about_nothing_on_a_card_stay_in_their_part():
    shown = exchange(WHERE, Part("else", "If not", (Statement("It visits.", 1),)))
    assert [[s.text for s in part.statements] for part in shown.before] == [["A fixed line."]]
    assert [[s.text for s in part.statements] for part in shown.after] == [["It visits."]]


def test_in_danger_what_to_do_now_stands_before_all():
    now = Part("now", "Now", (Statement("Ring 999 now."), Statement("It visits.", 1)))
    shown = exchange(Part("note", "Note", (Statement("n"),)), now, outcome=Outcome.URGENT)
    assert shown.first == (Statement("Ring 999 now."),)
    assert [part.id for part in shown.before] == ["note"]
    assert [(s.id, c.value) for s, c in shown.numbers] == [("portage", "0161 496 0000")]
    assert exchange(WHERE).numbers == ()


def test_a_reply_without_signposts_leads_to_the_pages_it_rests_on():
    note = Part("note", "Note", (Statement("It visits.", 1),))
    assert [c.url for c in exchange(note, outcome=Outcome.NOT_FOUND, signposts=()).routes] == ["/services/portage"]
    assert exchange(note).routes == ()


def test_what_documents_say_stands_where_it_stands_in_the_answer_in_easy_read_too():
    papers = [Citation(n, f"Paper {n}", "", f"https://example.org/{n}", f"It costs £{n}.", "2024", None) for n in range(5, 6 + MOST_PAPERS)]
    told = Part("documents", "What the documents say", tuple(Statement(f"It costs £{c.n}.", c.n) for c in papers))
    expect = Part("expect", "What to expect", (Statement("Then wait.", 2),))
    first = exchange(told, WHERE, expect, citations=(*CITATIONS, *papers)).easy
    assert [(block.title, block.name) for block in first[:MOST_PAPERS + 1]] == [
        *(("What papers say", c.title) for c in papers[:MOST_PAPERS]), ("Start here", "Portage"),
    ]
    assert first[0].lines == ("It costs £5.",)
    after = exchange(WHERE, expect, told, citations=(*CITATIONS, *papers)).easy
    assert [block.title for block in after] == ["Start here", "What happens next", *["What papers say"] * MOST_PAPERS]


def test_what_was_understood_is_said_in_words():
    understood = {"age": 0, "area": "heaton-norris", "needs": ["autism", "eating"]}
    assert exchange(understood=understood).understood == (
        ("age", 0), ("area", "Heaton Norris"), ("need", "autism"), ("need", "eating")
    )
    assert exchange().understood == ()
