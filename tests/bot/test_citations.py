"""No span, no sentence: what replies say, held against the passages and entries that they cite."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from bot.channels import full_text
from bot.citations import Citations
from bot.engine import Engine
from bot.records import Answer, Channel, Outcome, Statement
from indexer.entries import Entry
from indexer.passages import Passage, sentence_spans
from indexer.wording import load_toml
from tests.bot.conftest import Asked

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
LINK = re.compile(r"(?:https?://|www\.)[^\s)\]]+")
PHONE = re.compile(r"(?<![\w/.=-])(?:\+?\d(?:[ ]?\d){5,}|999|111|101|\d{5})(?![\w/=-])")
SOURCE_LINE = re.compile(r"^\[\d+\] ")


def passage(text: str, **more: object) -> Passage:
    facts = {
        "id": "toy#x",
        "document": "toy",
        "entry": "toy",
        "title": "Toy library",
        "heading": ("What it is",),
        "url": "/services/toy",
        "dated": "2025-03",
        "page": None,
    } | more
    return Passage(text=text, sentences=sentence_spans(text), **facts)  # type: ignore[arg-type]


def entry(**more: object) -> Entry:
    facts = {
        "id": "toy",
        "kind": "service",
        "name": "Toy library",
        "description": "It lends toys.",
        "review_due": "2099-01-01",
        "sources": [{"title": "A page", "dated": "2025", "certainty": 3}],
        "path": "services/toy.md",
    } | more
    return Entry.model_validate(facts)


def test_a_passage_is_cited_once_and_quoted_from_the_first_sentence_used_to_the_last() -> None:
    cited, text = Citations(), passage("One is here. Two is here. Three is here. Four is here.")
    assert cited.cite(text, 2) == Statement("Three is here.", 1)
    assert cited.cite(text, 1) == Statement("Two is here.", 1)
    (citation,) = cited.finished()
    assert citation.quote == "Two is here. Three is here."
    assert (citation.n, citation.title, citation.section, citation.url, citation.dated, citation.checked) == (
        1,
        "Toy library",
        "What it is",
        "/services/toy",
        "2025-03",
        None,
    )


def test_citations_are_numbered_in_the_order_of_first_use() -> None:
    cited, first, second = Citations(), passage("A is so.", id="a"), passage("B is so.", id="b")
    assert [cited.cite(p, 0).citation for p in (second, first, second)] == [1, 2, 1]
    assert [(c.n, c.quote) for c in cited.finished()] == [(1, "B is so."), (2, "A is so.")]


def test_a_confirmed_entry_shows_when_it_was_confirmed() -> None:
    cited, text = Citations(), passage("One is here. Two is here.")
    cited.cite(text, 0, entry(assured_date="2026-03-05"))
    cited.cite(text, 1)
    assert cited.finished()[0].checked == "2026-03-05"


def test_nothing_cited_gives_no_citations() -> None:
    assert Citations().finished() == ()


def test_there_are_enough_questions_of_every_outcome(asked: list[Asked]) -> None:
    counts = Counter(item.web.outcome for item in asked)
    assert len(asked) >= 220
    assert {Outcome.ANSWERED, Outcome.CLARIFY, Outcome.NOT_FOUND, Outcome.OUT_OF_SCOPE, Outcome.URGENT} <= set(counts)


def test_every_quote_stands_word_for_word_in_its_passage(engine: Engine, asked: list[Asked]) -> None:
    held: dict[tuple[str, str, str], list[str]] = {}
    for text in engine.release.passages:
        held.setdefault((text.title, text.section, text.url), []).append(text.text)
    bad = [
        (item.turns, c)
        for item in asked
        for c in item.web.answer.citations
        if not any(c.quote in text for text in held.get((c.title, c.section, c.url), []))
    ]
    assert bad == []


def test_citations_are_numbered_from_one_and_every_one_is_used(asked: list[Asked]) -> None:
    for item in asked:
        answer = item.web.answer
        assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1)), item.turns
        used = {s.citation for part in answer.parts for s in part.statements} | {s.citation for s in answer.signposts}
        assert {c.n for c in answer.citations} <= used, item.turns
        assert used - {None} <= {c.n for c in answer.citations}, item.turns


def test_every_sentence_is_fixed_wording_or_stands_in_the_quote_that_it_names(engine: Engine, asked: list[Asked]) -> None:
    bad = [(item.turns, s) for item in asked for s in statements(item.web.answer) if not rests(engine, item.web.answer, s)]
    assert bad == []


def test_a_reply_holds_nothing_but_its_sentences_titles_choices_and_sources(asked: list[Asked]) -> None:
    for item in asked:
        answer = item.web.answer
        said = {f"{s.text} [{s.citation}]" if s.citation else s.text for s in statements(answer)}
        said |= {part.title for part in answer.parts} | {f"{n}. {choice}" for n, choice in enumerate(answer.choices, 1)} | {"", "Sources"}
        said |= {f"[{c.n}] {c.title}{', ' + c.section if c.section else ''}" for c in answer.citations}
        assert set(item.web.text.split("\n")) <= said, item.turns
        assert item.web.text == full_text(answer)


def test_every_number_link_and_email_comes_from_the_shown_contacts_of_an_entry(engine: Engine, asked: list[Asked]) -> None:
    phones = {tight(p.number) for e in engine.entries.values() for p in e.shown_phones()}
    sure = [e for e in engine.entries.values() if e.certainty >= 2]
    emails, links = {e.email for e in sure if e.email}, {e.url for e in sure if e.url}
    links |= {urlsplit(link).netloc for link in links}  # the site that a shown link leads to may be named bare
    bad = []
    for item in asked:
        for channel in (Channel.WEB, Channel.SMS):
            text = "\n".join(line for line in item.replies[channel].text.splitlines() if not SOURCE_LINE.match(line))
            bad += [(item.turns, found) for found in EMAIL.findall(text) if found not in emails]
            bad += [(item.turns, found) for found in LINK.findall(text) if found not in links and found.rstrip(".,?") not in links]
            bad += [(item.turns, found) for found in PHONE.findall(LINK.sub("", text)) if tight(found) not in phones]
    assert bad == []


def test_contacts_of_signposts_are_copied_from_shown_fields(engine: Engine, asked: list[Asked]) -> None:
    for item in asked:
        for signpost in item.web.answer.signposts:
            held = engine.entries[signpost.id]
            allowed = {p.number for p in held.shown_phones()}
            if held.certainty >= 2:
                allowed |= {held.email, held.url, *held.addresses}
            assert {c.value for c in signpost.contacts} <= allowed, (item.turns, signpost.id)
            assert (signpost.name, signpost.kind, signpost.dated) == (held.name, held.kind, held.dated)


def test_the_patterns_of_these_tests_find_what_they_look_for() -> None:
    assert PHONE.findall("Ring 999 or 0161 496 0101, text 85258. Within 20 weeks of 2014, 356 people") == ["999", "0161 496 0101", "85258"]
    assert LINK.findall("see https://toys.example.org/a and www.example.org") == ["https://toys.example.org/a", "www.example.org"]
    assert EMAIL.findall("E-mail: toys@example.org.") == ["toys@example.org"]


def test_these_checks_notice_a_made_up_sentence(engine: Engine) -> None:
    answer = engine.answer(["my 2 year old isnt talking"])
    lead = answer.parts[0].statements[1]
    assert rests(engine, answer, lead)
    assert not rests(engine, answer, Statement(lead.text + " It is free.", lead.citation))
    assert not rests(engine, answer, Statement(lead.text, 99))
    assert not rests(engine, answer, Statement("Ring us any time."))
    assert not rests(engine, answer, Statement("Start with: The moon.", 1))


def statements(answer: Answer) -> list[Statement]:
    return [s for part in answer.parts for s in part.statements]


def rests(engine: Engine, answer: Answer, statement: Statement) -> bool:
    """Whether a sentence stands in the quote of its citation, or is fixed wording filled with an entry's own fields."""
    lines, phrases = engine.phrases.lines, engine.phrases
    quotes = {c.n: c for c in answer.citations}
    named = [engine.entries[s.id] for s in answer.signposts]
    if statement.citation is not None and statement.citation not in quotes:
        return False
    if statement.citation is not None and statement.text in quotes[statement.citation].quote:
        return True
    fixed = {line for line in lines.values() if "{" not in line} | {limit.say for limit in phrases.limits} | set(phrases.languages.values())
    fixed |= {lines[key].format(name=e.name) for key in ("start", "also", "second") for e in named}
    fixed |= {lines["no_contact"].format(thing=ask.thing, name=e.name) for ask in phrases.asks for e in named}
    for e in named:
        checked = lines["checked"].format(date=e.assured_date.isoformat()) if e.assured_date else lines["unchecked"]
        source = lines["undated" if e.dated == "undated" else "dated"].format(title=e.sources[0].title, date=e.dated[:4])
        fixed.add(f"{source} {checked}")
    if answer.outcome is Outcome.NOT_FOUND:
        fixed |= {lines["elsewhere"].format(place=place) for place in names(engine, "elsewhere")}
    if answer.outcome is Outcome.OUT_OF_SCOPE:
        fixed |= {lines["abroad"].format(place=place) for place in names(engine, "abroad")}
    if answer.outcome is Outcome.URGENT:
        fixed |= first_lines(engine)
    return statement.text in fixed


def names(engine: Engine, table: str) -> set[str]:
    return {place["name"] for place in load_toml(engine.release.folder / "places.toml")[table].values()}


def first_lines(engine: Engine) -> set[str]:
    return {kind["first_line"] for kind in load_toml(engine.release.folder / "urgent.toml")["kinds"]}


def tight(number: str) -> str:
    return number.replace(" ", "")
