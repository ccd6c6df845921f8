"""Words of other languages in English."""

from __future__ import annotations

import pytest

from indexer.glossary import Glossary
from indexer.wording import Wording, load_toml
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return Glossary(load_toml(ROOT / "content" / "glossary.toml"))


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("szkoła odmówiła pomocy", ["school", "refused"]),
        ("школа відмовила", ["school", "refused"]),
        ("fiul meu are autism", ["son", "autism autistic"]),
        ("ابني لا يتكلم", ["son", "not talking, speech"]),
        ("بالمدرسة والمستشفى", ["school", "hospital"]),
        ("دخترم اضطراب دارد", ["daughter", "anxiety worried"]),
        ("میرا بیٹا اسکول", ["school", "son"]),
        ("我儿子在学校被欺负", ["school", "son", "bullying"]),
    ],
)
def test_what_is_known_is_found(glossary: Glossary, text: str, english: list[str]) -> None:
    found = glossary.english(text)
    assert all(words in found for words in english), found


def test_words_are_found_at_their_beginning_only() -> None:
    small = Glossary({"pl": {"school": ["szkoł"]}, "zh": {"rain": ["雨"]}, "ar": {"house": ["بيت"]}})
    assert small.english("szkołami") == "school"
    assert small.english("przedszkołami") == ""
    assert small.english("下雨了") == "rain"
    assert small.english("والبيت") == "house"
    assert small.english("") == ""


def test_tables_share_their_english_words_in_order() -> None:
    small = Glossary({"pl": {"b": ["bbb"], "a": ["aaa"]}, "ro": {"a": ["ááá"]}})
    assert small.english("aaa bbb") == "b, a"
    assert small.english("ááá") == "a"


def test_every_language_knows_nearly_the_same_words() -> None:
    tables = load_toml(ROOT / "content" / "glossary.toml")
    assert set(tables) == {"pl", "uk", "ro", "ar", "fa", "ur", "zh"}
    every = {english for table in tables.values() for english in table}
    for language, table in tables.items():
        assert len(every - set(table)) <= 5, (language, every - set(table))


def test_a_message_in_another_language_is_learned_from_with_its_english() -> None:
    wording = Wording({"opened": {"ehcp": "plan"}}, {"pl": {"school": ["szkoł"]}})
    assert wording.learnable("nowa szkoła", english=False) == ("nowa szkoła school", "school")
    assert wording.learnable("dzień dobry", english=False) == ("dzień dobry", "dzień dobry")
    assert wording.learnable("my ehcp") == ("my ehcp", "my ehcp (plan)")
    assert Wording({}).learnable("szkoła", english=False) == ("szkoła", "szkoła")
