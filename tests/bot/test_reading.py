"""What is understood of a conversation: age, area, need, asker, limits, and what a follow-up keeps."""

from pathlib import Path

import pytest

from bot.danger import load_danger
from bot.phrases import load_phrases
from bot.places import load_places
from bot.reading import Before, Reader, Reading
from indexer.wording import load_wording

CONTENT = Path(__file__).parents[2] / "content"

NEEDS = [
    ("my son isnt talking", "speech-language-communication"),
    ("she has a stammer", "speech-language-communication"),
    ("i think he is autistic", "autism"),
    ("he has adhd", "adhd"),
    ("he is dyslexic", "specific-learning"),
    ("she is anxious and self harms", "mental-health"),
    ("he hits other kids and has meltdowns", "behaviour"),
    ("she wont go to school", "attendance"),
    ("he is deaf", "hearing"),
    ("she is blind in one eye", "vision"),
    ("he uses a wheelchair", "physical"),
    ("my daughter has epilepsy", "medical"),
    ("noise hurts his ears, sensory", "sensory"),
    ("she only eats crisps", "eating"),
    ("i need a break from caring", "caring"),
    ("can i claim dla", "money"),
]

FOLLOW_UPS = [
    # the age and the area stay with the family, whatever is asked next
    (["my son is 5 and not talking, we live in reddish", "and what about school?"], 5, "reddish", True),
    (["my daughter is 12, she wont go in", "who do i ring"], 12, None, True),
    (["we live in marple", "he is 3 and not walking", "how long is the wait"], 3, "marple", True),
    (["he is 4", "no he is 5"], 5, None, True),
    (["i live in reddish", "sorry i mean offerton"], None, "offerton", True),
    (["my son is in year 6 and cannot read, who assesses him", "how much does it cost"], 10, None, True),
    (["my son is 5 and not talking", "i would also like to understand how disability living allowance forms should be completed"], 5, None, False),
    # a new subject begins afresh
    (["my son is 5 and not talking, we live in reddish", "different question: how do i get dla?"], None, None, False),
    (["my son is 5 and not talking", "Another thing, my 14 year old self isolates"], 14, None, False),
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    wording = load_wording(CONTENT)
    return Reader(wording, load_places(CONTENT), load_danger(CONTENT, wording), load_phrases(CONTENT))


def read(reader: Reader, *turns: str) -> Reading:
    return reader.read(turns)


@pytest.mark.parametrize(("text", "need"), NEEDS)
def test_needs(reader: Reader, text: str, need: str) -> None:
    assert need in read(reader, text).needs


@pytest.mark.parametrize("text", ["hello", "who do i ring", "we live in reddish", ""])
def test_no_need_is_made_up(reader: Reader, text: str) -> None:
    assert read(reader, text).needs == ()


@pytest.mark.parametrize(("turns", "age", "area", "follows"), FOLLOW_UPS, ids=[turns[-1][:40] for turns, *_ in FOLLOW_UPS])
def test_follow_ups(reader: Reader, turns: list[str], age: int | None, area: str | None, follows: bool) -> None:
    reading = reader.read(turns)
    known = reading.understood()
    assert (known.get("age"), known.get("area"), reading.follows_on) == (age, area, follows)


def test_a_new_subject_does_not_keep_the_old_topic(reader: Reader) -> None:
    reading = read(reader, "my son has a stammer and is deaf", "different question, how do i get dla")
    assert reading.context == ""
    assert reading.needs == ("money",)


def test_a_follow_up_keeps_the_topic(reader: Reader) -> None:
    reading = read(reader, "my son has a stammer", "how long is the wait for that?")
    assert "stammer" in reading.context
    assert "speech-language-communication" in reading.needs
    assert [ask.id for ask in reading.asks] == ["wait"]


def test_what_is_said_of_a_message(reader: Reader) -> None:
    reading = read(reader, "  Me  sons 7 & cant\u00a0read, we’re in Hazle Grove.  wots the number of SENDIASS ")
    assert reading.text == "Me sons 7 & cant read, we're in Hazle Grove. wots the number of SENDIASS"
    assert reading.repaired == reading.repaired.lower()
    assert "what's the number" in reading.repaired
    assert (reading.age, reading.area, reading.elsewhere, reading.language) == (7, "hazel-grove", None, "en")
    assert [ask.id for ask in reading.asks] == ["phone"]
    assert reading.danger is None


def test_acronyms_are_opened_after_the_message(reader: Reader) -> None:
    reading = read(reader, "how do i get an ehcp")
    assert reading.opened.startswith(reading.repaired)
    assert "health and care" in reading.opened.lower()


def test_elsewhere_is_read_from_the_last_message_alone(reader: Reader) -> None:
    assert read(reader, "we live in leeds", "who helps with speech").elsewhere is None
    assert read(reader, "who helps with speech", "we live in leeds").elsewhere == "Leeds"


def test_danger_is_read_from_the_last_message(reader: Reader) -> None:
    found = read(reader, "my son is 14", "he says he wants to kill himself tonight").danger
    assert found is not None
    assert read(reader, "he says he wants to kill himself tonight", "how do i get an ehcp").danger is None


@pytest.mark.parametrize(
    ("text", "asker"),
    [
        ("my son is 9 and cannot read", "parent"),
        ("i am a senco at a primary", "professional"),
        ("im 15 and i hate school", "young_person"),
        ("", "parent"),
    ],
)
def test_asker(reader: Reader, text: str, asker: str) -> None:
    assert read(reader, text).asker == asker


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("he is 3", True),
        ("in reddish", False),
        ("who do i ring?", True),
        ("what is the number?", True),
        ("what's their number", True),
        ("how long does it take?", True),
        ("what do they do?", True),
        ("can he get a wheelchair too?", False),
        ("how long does a tribunal take?", False),
        ("what is the number for portage?", False),
        ("he also needs a new chair at school because the old one is far too small for him", False),
    ],
)
def test_only_asks_on(reader: Reader, text: str, only: bool) -> None:
    assert read(reader, "can someone look at his speech", text).only_asks_on is only


def test_only_what_is_known_is_given(reader: Reader) -> None:
    assert read(reader, "who can help").understood() == {}
    assert read(reader, "he is 18 months old, we live in reddish").understood() == {"age": 1, "area": "reddish"}


CHOICES = Before(choices=("Under 5", "5 to 10", "Speech and language"), asked=True)
NAMED = Before(starts=("portage", "health-visiting", "family-hubs"))


@pytest.mark.parametrize(
    ("text", "meant"), [("2", "5 to 10"), ("3.", "Speech and language"), ("speech and language", "Speech and language"), ("9", "9"), ("no", "no")]
)
def test_a_choice_is_taken_by_its_number_or_its_words(reader: Reader, text: str, meant: str) -> None:
    reading = reader.read(["help", text], CHOICES)
    assert reading.text == meant
    assert reading.follows_on


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("the second one", "health-visiting"),
        ("3", "family-hubs"),
        ("tell me about the first one please", "portage"),
        ("the last one", "family-hubs"),
        ("9", None),
        ("what about nursery", None),
    ],
)
def test_an_entry_of_the_reply_before_is_pointed_at(reader: Reader, text: str, picked: str | None) -> None:
    assert reader.read(["who can help my toddler", text], NAMED).picked == picked


def test_nothing_is_pointed_at_where_nothing_was_named(reader: Reader) -> None:
    assert reader.read(["who can help", "the second one"]).picked is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("my son is 3 and not talking", ()),
        ("my son is 3 and not talking. he likes trains a lot.", ()),
        ("two things. my son is 3 and not talking. i've had to stop work", ("my son is 3 and not talking", "i've had to stop work")),
        ("he needs help at school and also i need a break from it", ("he needs help at school", " i need a break from it")),
        ("also yes", ()),
    ],
)
def test_a_message_that_may_hold_two_needs_is_cut_where_the_second_begins(reader: Reader, text: str, parts: tuple[str, ...]) -> None:
    assert reader.read([text]).parts == parts


def test_english_spellings_are_left_alone_in_another_language(reader: Reader) -> None:
    reading = reader.read(["Czy jest pomoc dla dzieci w domu? Syn ma pięć lat i wciąż nie mówi."])
    assert reading.language == "pl"
    assert reading.opened == reading.repaired == reading.text.lower()


def test_a_country_of_other_law_is_read(reader: Reader) -> None:
    assert reader.read(["we live in cardiff"]).abroad == "Wales"
    assert reader.read(["he was born in cardiff, we live in stockport"]).abroad is None
