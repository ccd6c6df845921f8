"""Danger in one text message: every kind fits, its numbers are those of entries, and words that lack a number are refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import gsm
from bot.danger import Danger, load_danger
from bot.danger_text import danger_text
from bot.decide import urgent
from bot.engine import Engine, open_engine
from bot.settings import BotSettings
from indexer.config import IndexerSettings
from indexer.entries import Entry, load_entries
from indexer.errors import ContentError
from indexer.wording import Wording

CONTENT = Path(__file__).resolve().parents[2] / "content"
KINDS = load_danger(CONTENT, Wording({})).of_each_kind()
NUMBER = re.compile(r"\d(?: ?\d){2,}")
GAP = re.compile(r"\{([^}/]*)(?:/([^}]*))?\}")
FIRST_LINE = "Ring 999 now."


@pytest.fixture(scope="module")
def entries() -> Mapping[str, Entry]:
    return {entry.id: entry for entry in load_entries(CONTENT)}


def texted(kind: Danger, entries: Mapping[str, Entry]) -> str:
    """The message about some danger, with the entries that an answer to it names."""
    return danger_text(kind, urgent(entries, kind).starts)


def entry(id: str, *numbers: tuple[str, int]) -> Entry:
    """A made-up entry with numbers, each of a source with some certainty."""
    facts: dict[str, Any] = {
        "id": id,
        "kind": "service",
        "name": id,
        "description": "It helps.",
        "review_due": "2099-01-01",
        "sources": [{"title": f"Page {certainty}", "dated": "2025", "certainty": certainty} for certainty in (1, 2, 3)],
        "phones": [{"number": number, "source": certainty} for number, certainty in numbers],
        "path": f"services/{id}.md",
    }
    return Entry.model_validate(facts)


MADE = {
    "one": entry("one", ("0161 496 0101", 3)),
    "two": entry("two", ("0161 496 0201", 3), ("0161 496 0202", 2)),
    "none": entry("none"),
    "doubtful": entry("doubtful", ("0161 496 0301", 1)),
    "half": entry("half", ("0161 496 0401", 1), ("0161 496 0402", 3), ("0161 496 0403", 1)),
}


def danger(text: str, first_line: str = FIRST_LINE, kind: str = "some-kind") -> Danger:
    return Danger(kind, "Some kind", first_line, "one", (), "", "", True, text)


def test_there_is_a_danger_of_every_kind() -> None:
    data = tomllib.loads((CONTENT / "urgent.toml").read_text(encoding="utf-8"))["kinds"]
    assert [(d.kind, d.first_line, d.text) for d in KINDS] == [(row["id"], row["first_line"], row.get("text", "")) for row in data]
    assert len(KINDS) >= 16
    assert sum(bool(d.text) for d in KINDS) >= len(KINDS) - 1  # after an overdose there is nothing to do but ring 999


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_kind_is_one_message_that_opens_with_what_to_do(kind: Danger, entries: Mapping[str, Entry]) -> None:
    text = texted(kind, entries)
    assert gsm.encoding(text) == "GSM-7"
    assert gsm.septets(text) <= 160
    assert gsm.split(text) == [text]
    assert text.split("\n")[0] == kind.first_line
    assert text.count("\n") == bool(kind.text)
    assert not set("{}") & set(text)
    assert "999" in text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_number_is_a_shown_number_of_an_entry(kind: Danger, entries: Mapping[str, Entry]) -> None:
    shown = {phone.number for held in entries.values() for phone in held.shown_phones()} | {"999", "111", "101"}
    numbers = NUMBER.findall(texted(kind, entries))
    assert set(numbers) <= shown
    assert len(numbers) >= 1 + len(GAP.findall(kind.text))
    assert not NUMBER.findall(GAP.sub("", kind.text))  # none is written into the words


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_number_is_that_of_the_entry_in_its_place(kind: Danger, entries: Mapping[str, Entry]) -> None:
    wanted = [entries[id].shown_phones()[int(at or 1) - 1].number for id, at in GAP.findall(kind.text)]
    first, _, rest = texted(kind, entries).partition("\n")
    assert first == kind.first_line
    assert NUMBER.findall(rest) == wanted


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_numbers_are_those_of_entries_that_the_whole_answer_names_and_cites(kind: Danger, engine: Engine) -> None:
    """Otherwise neither MORE nor SOURCES says whose number it is and where it comes from."""
    reading = engine.consider(["she is not breathing"]).reading
    answer = engine.composer.urgent(reading, kind, urgent(engine.entries, kind).starts)
    held = " ".join(citation.quote for citation in answer.citations)
    assert [number for number in NUMBER.findall(answer.brief) if number not in held] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", FIRST_LINE),
        ("Go out.", f"{FIRST_LINE}\nGo out."),
        ("Call {one}.", f"{FIRST_LINE}\nCall 0161 496 0101."),
        ("Call {one/1}.", f"{FIRST_LINE}\nCall 0161 496 0101."),
        ("Call {two}, at night {two/2}.", f"{FIRST_LINE}\nCall 0161 496 0201, at night 0161 496 0202."),
        ("Call {half}.", f"{FIRST_LINE}\nCall 0161 496 0402."),  # the first that may be shown
        ("{one}{two}", f"{FIRST_LINE}\n0161 496 01010161 496 0201"),
    ],
)
def test_numbers_are_filled_in(text: str, said: str) -> None:
    assert danger_text(danger(text), MADE.values()) == said


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Call {nobody}.", "nobody"),  # the answer names no such entry
        ("Call {none}.", "none"),
        ("Call {doubtful}.", "doubtful"),
        ("Call {one/2}.", "one"),
        ("Call {two/3}.", "two"),
        ("Call {half/2}.", "half"),
        ("Call {one} or {nobody}.", "nobody"),
        ("Call {one/0}.", "one"),
        ("Call {none/0}.", "none"),
        ("Call {One}.", "One"),
        ("Call {no_body}.", "no_body"),
        ("Call { one }.", "one"),
        ("Call {}.", "some-kind"),
        ("Call {one/12}.", "one"),
    ],
)
def test_a_gap_without_a_number_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(ContentError, match=r"urgent\.toml, kind 'some-kind', text") as fault:
        danger_text(danger(text), MADE.values())
    assert named in str(fault.value)


def test_a_message_may_be_full_to_the_last_place_and_no_fuller() -> None:
    room = 160 - len(f"{FIRST_LINE}\nCall 0161 496 0101")
    full = "Call {one}" + "." * room
    assert gsm.septets(danger_text(danger(full), MADE.values())) == 160
    with pytest.raises(ContentError, match=r"kind 'some-kind', text: 161 characters .* one message holds 160"):
        danger_text(danger(f"{full}."), MADE.values())


def test_characters_that_take_two_places_count_as_two() -> None:
    assert danger_text(danger("€" * 73), MADE.values()).endswith("€" * 73)
    with pytest.raises(ContentError, match=r"kind 'some-kind'.* 162 characters"):
        danger_text(danger("€" * 74), MADE.values())


@pytest.mark.parametrize("text", ["Call now – do not wait.", "Don’t wait.", "Zadzwoń.", "ابھی فون کریں"])
def test_letters_outside_the_alphabet_are_refused(text: str) -> None:
    with pytest.raises(ContentError, match="kind 'some-kind'"):
        danger_text(danger(text), MADE.values())


@pytest.fixture(scope="module")
def small(small_built: IndexerSettings) -> Engine:
    return open_engine(BotSettings(), small_built)


def changed(text: str) -> Any:
    """The rules of a folder with this text for each kind."""

    class Rules:
        def __init__(self, folder: Path, wording: Wording) -> None:
            self._rules = load_danger(folder, wording)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._rules, name)

        def of_each_kind(self) -> tuple[Danger, ...]:
            return tuple(replace(one, text=text) for one in self._rules.of_each_kind())

    return Rules


@pytest.mark.parametrize("text", ["Ring {bus-pass}.", "Ring {toy-library/2}.", "Ring {fire-brigade}.", "x" * 160])
def test_no_engine_opens_whose_danger_could_not_be_texted(small: Engine, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("bot.engine.load_danger", changed(text))
    with pytest.raises(ContentError, match=r"urgent\.toml, kind 'fire', text"):
        Engine(BotSettings(), small.release)


def test_an_engine_opens_whose_danger_can_be_texted(small: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.load_danger", changed("Ring {toy-library}."))
    assert Engine(BotSettings(), small.release).phrases.texting


def test_a_kind_without_words_is_texted_by_its_first_line(small: Engine) -> None:
    assert small.answer(["the house is on fire"]).brief == "Get out and ring 999."


def test_only_danger_has_a_brief_text(small: Engine) -> None:
    assert [small.answer([text]).brief for text in ("where can i borrow toys", "hello", "what is the capital of france", "")] == [""] * 4
