"""The fixed wording of replies: nothing missing, nothing that states a fact, and the patterns of asks and limits."""

import copy
import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from bot import gsm
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


def test_lines_of_text_messages_state_no_number_but_999_and_those_of_places(phrases: Phrases) -> None:
    numbers = {found for text in phrases.texting.values() for found in re.findall(r"\d+", text)}
    assert numbers == {"999", "1", "2", "3"}
    assert not [text for text in phrases.texting.values() if re.search(r"https?:|www\.|@", text)]


def test_lines_of_text_messages_fit_one_message_once_they_are_filled_in(phrases: Phrases) -> None:
    names = [name for path in (CONTENT / "services").glob("*.md") for name in re.findall(r"^name: (.+)$", path.read_text(encoding="utf-8"), re.M)]
    assert len(names) > 80
    for line in phrases.texting.values():
        texts = [gsm.fold(line.format(n=2, name=name, hours="24 hours")) for name in names]
        assert {(gsm.encoding(text), gsm.segments(text)) for text in texts} == {("GSM-7", 1)}, line


@pytest.mark.parametrize("name", ["help", "stop", "start", "delete", "too_many", "busy"])
def test_what_is_said_to_somebody_who_gets_no_answer_says_when_to_ring_999(phrases: Phrases, name: str) -> None:
    assert "In danger ring 999." in phrases.texting[name]


def test_only_known_gaps_are_filled_in(phrases: Phrases) -> None:
    gaps = {field for line in phrases.lines.values() for _, field, _, _ in Formatter().parse(line) if field is not None}
    assert gaps <= {"name", "place", "thing", "date", "title", "text"}
    texted = {name: {field for _, field, _, _ in Formatter().parse(line) if field is not None} for name, line in phrases.texting.items()}
    assert {name: gaps for name, gaps in texted.items() if gaps} == {"also": {"n", "name"}, "too_many": {"hours"}}


def test_routes_are_entries_of_the_content(phrases: Phrases) -> None:
    ids = {path.stem for kind in ("services", "topics") for path in (CONTENT / kind).glob("*.md")}
    assert {*phrases.best_human, phrases.independent, phrases.interpreter} <= ids


@pytest.fixture(scope="module")
def written() -> dict[str, dict[str, str]]:
    return tomllib.loads((CONTENT / "replies.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("x" * 160, True),
        ("x" * 161, False),
        ("€" * 80, True),
        ("€" * 81, False),
        ("Don’t wait.", False),  # short, but not in the alphabet
        ("ابھی", False),
    ],
)
@pytest.mark.parametrize("name", ["more", "help", "busy"])
def test_a_line_of_text_messages_fits_one_message(written: dict[str, dict[str, str]], name: str, line: str, fits: bool) -> None:
    data = copy.deepcopy(written)
    data["texting"][name] = line
    if fits:
        assert Phrases(data).texting[name] == line
    else:
        with pytest.raises(ContentError, match=rf"^replies\.toml: \[texting\] {name}: does not fit one text message$"):
            Phrases(data)


def test_every_line_that_does_not_fit_is_named(written: dict[str, dict[str, str]]) -> None:
    data = copy.deepcopy(written)
    data["texting"] |= {"sources": "x" * 161, "busy": "–"}
    with pytest.raises(ContentError, match=r"\[texting\] sources, busy: "):
        Phrases(data)


def test_every_line_of_text_messages_is_needed(written: dict[str, dict[str, str]]) -> None:
    for name in written["texting"]:
        data = copy.deepcopy(written)
        del data["texting"][name]
        with pytest.raises(ContentError, match=rf"^replies\.toml: \[texting\] {name} is missing$"):
            Phrases(data)


@pytest.mark.parametrize("fault", ["commands", "more", "languages"])
def test_commands_that_are_missing_are_named(written: dict[str, dict[str, str]], fault: str) -> None:
    data = copy.deepcopy(written)
    del (data if fault == "commands" else data["commands"])[fault]
    named = r"\[commands\] is missing" if fault == "commands" else rf"\[commands\] {fault} is missing"
    with pytest.raises(ContentError, match=rf"^replies\.toml: {named}$"):
        Phrases(data)


@pytest.mark.parametrize("table", ["titles", "lines", "routes", "choices", "hints", "texting"])
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
