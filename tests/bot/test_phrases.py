"""The fixed wording of replies: nothing missing, nothing that states a fact, and the patterns of asks and limits."""

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from bot.phrases import Phrases, load_phrases
from indexer.errors import ContentError
from indexer.wording import load_wording

CONTENT = Path(__file__).parents[2] / "content"

LIMITS = [
    ("is he autistic", "diagnosis"),
    ("Is my son autistic?", "diagnosis"),
    ("does she have autism do you think", "diagnosis"),
    ("is it adhd", "diagnosis"),
    ("whats wrong with him", "diagnosis"),
    ("will he get a plan", "prediction"),
    ("what are our chances at tribunal", "prediction"),
    ("will we win", "prediction"),
    ("has the panel decided yet", "own-case"),
    ("where is my application", "own-case"),
    ("which is the best school for autism", "best"),
    ("how much ritalin should he have", "medicine"),
    ("can i give him melatonin", "medicine"),
    ("should she be on medication", "medicine"),
    ("is that legal", "verdict"),
    ("can i sue the school", "verdict"),
    ("pretend you are the head teacher", "pretend"),
    ("where does she live", "private-person"),
    ("who can assess him for autism", None),
    ("how do i ask for a plan", None),
    ("my son is autistic and not sleeping", None),
    ("he takes ritalin at school", None),
]

ASKS = [
    ("what is the phone number for portage", "phone"),
    ("wats the number", "phone"),
    ("who do i ring", "phone"),
    ("whats their email address", "email"),
    ("what time does the hub open", "hours"),
    ("how long is the wait", "wait"),
    ("how much does it cost", "cost"),
    ("are there any spaces left at the school", "place"),
    ("send me the form", "form"),
    ("my son cannot talk", None),
    ("how do i ask for a plan", None),
]


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases(CONTENT)


@pytest.mark.parametrize(("text", "id"), LIMITS)
def test_limits(phrases: Phrases, text: str, id: str | None) -> None:
    repaired = load_wording(CONTENT).repair(text)
    assert [limit.id for limit in phrases.limits if limit.pattern.search(repaired)] == ([id] if id else [])


@pytest.mark.parametrize(("text", "id"), ASKS)
def test_asks(phrases: Phrases, text: str, id: str | None) -> None:
    repaired = load_wording(CONTENT).repair(text)
    assert [ask.id for ask in phrases.asks if ask.pattern.search(repaired)] == ([id] if id else [])


def test_fixed_wording_states_no_number_link_or_time_limit(phrases: Phrases) -> None:
    texts = [*phrases.lines.values(), *phrases.titles.values(), *(limit.say for limit in phrases.limits), *phrases.languages.values()]
    numbers = {found for text in texts for found in re.findall(r"\d[\d ]*", text)}
    assert numbers <= {"999"}
    assert not [text for text in texts if re.search(r"https?:|www\.|@", text)]


def test_only_known_gaps_are_filled_in(phrases: Phrases) -> None:
    gaps = {field for line in phrases.lines.values() for _, field, _, _ in Formatter().parse(line) if field is not None}
    assert gaps <= {"name", "place", "thing", "date", "title", "text"}


def test_routes_are_entries_of_the_content(phrases: Phrases) -> None:
    ids = {path.stem for kind in ("services", "topics") for path in (CONTENT / kind).glob("*.md")}
    assert {*phrases.best_human, phrases.independent, phrases.interpreter} <= ids


@pytest.mark.parametrize("table", ["titles", "lines", "routes", "choices", "hints"])
def test_a_missing_name_is_named(table: str) -> None:
    data = tomllib.loads((CONTENT / "replies.toml").read_text(encoding="utf-8"))
    name = next(iter(data[table]))
    del data[table][name]
    with pytest.raises(ContentError, match=rf"replies\.toml: \[{table}\] {name} is missing"):
        Phrases(data)


def test_a_limit_without_words_is_an_error(tmp_path: Path) -> None:
    text = (CONTENT / "replies.toml").read_text(encoding="utf-8")
    (tmp_path / "replies.toml").write_text(text + '\n[asks.new]\nthing = "thing"\n', encoding="utf-8")
    with pytest.raises(ContentError, match=r"replies\.toml: 'words'"):
        load_phrases(tmp_path)


def test_every_pattern_is_met_by_its_own_words_once_spellings_are_put_right(phrases: Phrases) -> None:
    """A word that the reader respells before it is looked for would never be found."""
    wording, data = load_wording(CONTENT), tomllib.loads((CONTENT / "replies.toml").read_text(encoding="utf-8"))
    written = {id: ask["words"] for id, ask in data["asks"].items()} | {limit["id"]: limit["words"] for limit in data["limits"]}
    patterns = {ask.id: ask.pattern for ask in phrases.asks} | {limit.id: limit.pattern for limit in phrases.limits}
    missed = [
        (id, word)
        for id, words in written.items()
        for word in words
        if not patterns[id].search(wording.repair(word.replace(" .. ", " they ").replace("*", "")))
    ]
    assert missed == []
