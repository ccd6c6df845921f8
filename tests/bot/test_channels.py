"""How one answer looks on each channel: all of it as plain text, or messages of which the first says the most and MORE gives the rest."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bot import gsm
from bot.channels import WHATSAPP_CHARACTERS, full_text, how_on, packed, pages, reply, text_pages, with_more
from bot.engine import Engine
from bot.phrases import Phrases, load_phrases
from bot.records import Answer, Channel, Citation, Outcome, Part, Signpost, Statement
from indexer.wording import load_toml
from tests.bot.conftest import Asked

LONG = "This sentence is here to fill a text message until no more of it can be sent at once to anybody at all."
LINK = re.compile(r"(?:https?://|www\.)[^\s)\]]+")
ADDRESS = "https://www.example.org/" + "a-very-long-path/" * 6


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases(Path(__file__).parents[2] / "content")


def answer(*parts: Part, **more: object) -> Answer:
    return Answer(**{"outcome": Outcome.ANSWERED, "parts": parts} | more)  # type: ignore[arg-type]


def citation(n: int, section: str = "What it is", title: str = "Toy library") -> Citation:
    return Citation(n, title, section, "/services/toy-library", "Words.", "2025", None)


def signpost(name: str) -> Signpost:
    return Signpost(name.lower().replace(" ", "-"), "service", name, "It helps.", None, None, (), "2025", None, 1)


def where(*texts: str, citation: int | None = 1) -> Part:
    """Where to go, the earlier sentences weighing more."""
    return Part("where", "Where to go", tuple(Statement(text, citation, weight=1 - n / 100) for n, text in enumerate(texts)))


def texts(whole: Answer, phrases: Phrases, most: int = 3, greeted: bool = False) -> list[str]:
    return pages(whole, Channel.SMS, phrases, most, greeted)


def ways_on(phrases: Phrases) -> set[str]:
    return {phrases.texting["more"], phrases.texting["more_or_number"]}


def test_the_whole_answer_as_text() -> None:
    whole = answer(
        Part("where", "Where to go", (Statement("Start with: Toy library.", 1), Statement("It lends toys.", 1))),
        Part("note", "Please note", (Statement("Nobody can promise that."),)),
        citations=(citation(1), citation(2, "")),
        choices=("Under 5", "5 or over"),
    )
    assert full_text(whole) == (
        "Where to go\nStart with: Toy library. [1]\nIt lends toys. [1]\n\nPlease note\nNobody can promise that.\n\n1. Under 5\n2. 5 or over\n\n"
        "Sources\n[1] Toy library, What it is\n[2] Toy library"
    )


@pytest.mark.parametrize("channel", list(Channel))
def test_a_reply_keeps_its_answer_and_only_a_text_message_says_how_it_is_sent(channel: Channel) -> None:
    whole = answer(where("Start with: Toy library."), citations=(citation(1),))
    made = reply(whole, "Some text.", channel, "r1")
    assert (made.text, made.channel, made.release, made.answer, made.outcome) == ("Some text.", channel, "r1", whole, Outcome.ANSWERED)
    assert (made.sms is not None) == (channel is Channel.SMS)


@pytest.mark.parametrize(
    ("text", "encoding", "segments"), [("Start here.", "GSM-7", 1), ("a" * 161, "GSM-7", 2), ("اردو", "UCS-2", 1), ("中" * 135, "UCS-2", 3)]
)
def test_how_a_text_message_is_sent(text: str, encoding: str, segments: int) -> None:
    sms = reply(answer(), text, Channel.SMS, "r1").sms
    assert sms
    assert (sms.encoding, sms.segments) == (encoding, segments)


@pytest.mark.parametrize("channel", list(Channel))
def test_phones_are_texted(channel: Channel) -> None:
    assert channel.texted == (channel in {Channel.SMS, Channel.WHATSAPP})


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_text_message_holds_more_than_it_may(phrases: Phrases, most: int) -> None:
    long = answer(where(*(f"{n} {LONG}" for n in range(12))), citations=(citation(1),))
    messages = texts(long, phrases, most)
    assert {gsm.segments(text) for text in messages[:-1]} == {most}  # as much as fits
    assert gsm.segments(messages[-1]) <= most
    assert messages[0].startswith("0 ")  # where to start is never left out
    assert [text.split("\n")[-1] for text in messages[:-1]] == [phrases.texting["more"]] * (len(messages) - 1)
    lines = [line for text in messages for line in text.split("\n") if line not in ways_on(phrases)]
    assert lines == [f"{n} {LONG}" for n in range(12)]


def test_what_fits_one_message_offers_no_more(phrases: Phrases) -> None:
    assert texts(answer(where("Start with: Toy library.", "It lends toys."), citations=(citation(1),)), phrases) == [
        "Start with: Toy library.\nIt lends toys."
    ]
    full = answer(where("a" * 159, "b" * 299), citations=(citation(1),))
    assert (len(texts(full, phrases)), gsm.septets(texts(full, phrases)[0])) == (1, 459)


def test_text_messages_keep_the_order_of_the_answer_and_say_nothing_twice(phrases: Phrases) -> None:
    parts = (
        Part(
            "where",
            "Where to go",
            (Statement("Start with: Toy library.", 1), Statement("It lends toys.", 1, 0.1), Statement("Phone: 0161 496 0101", 2)),
        ),
        Part("expect", "What to expect", (Statement("A worker comes.", 1, 0.9), Statement("It lends toys.", 1, 0.1))),
        Part("else", "If that does not work", (Statement("Ask the club.", 1),)),
    )
    whole = answer(*parts, citations=(citation(1), citation(2, "How to reach them")))
    every = ["Start with: Toy library.", "It lends toys.", "Phone: 0161 496 0101", "A worker comes.", "Ask the club."]
    assert texts(whole, phrases) == ["\n".join(every)]
    first, *rest = texts(whole, phrases, 1)
    said = [line for text in [first, *rest] for line in text.split("\n") if line not in ways_on(phrases)]
    assert sorted(said) == sorted(every)
    for text in [first, *rest]:
        shown = [every.index(line) for line in text.split("\n") if line in every]
        assert shown == sorted(shown)


def test_the_way_to_reach_them_comes_before_the_rest(phrases: Phrases) -> None:
    near = (Statement("Start with: Toy library.", 1), Statement(LONG, 1, 0.9), Statement(f"2 {LONG}", 1, 0.8), Statement("Phone: 0161 496 0101", 2))
    whole = answer(Part("where", "Where to go", near), citations=(citation(1), citation(2, "How to reach them")))
    more = phrases.texting["more"]
    assert texts(whole, phrases, 1) == [f"Start with: Toy library.\nPhone: 0161 496 0101\n{more}", f"{LONG}\n{more}", f"2 {LONG}"]


def test_a_limit_comes_before_where_to_go_in_a_text_message(phrases: Phrases) -> None:
    parts = (Part("note", "Please note", (Statement("Nobody can promise that."),)), where("Start with: Toy library."))
    assert texts(answer(*parts, citations=(citation(1),)), phrases) == ["Nobody can promise that.\nStart with: Toy library."]
    crowded = answer(parts[0], where("Start with: Toy library.", *(f"{n} {LONG}" for n in range(9))), citations=(citation(1),))
    assert texts(crowded, phrases, 1)[0].split("\n")[:2] == ["Nobody can promise that.", "Start with: Toy library."]


def test_another_place_is_told_with_its_number(phrases: Phrases) -> None:
    lines, texting = phrases.lines, phrases.texting
    places = ("Toy library", "Swimming club", "Bus pass")
    also = Part("also", "You could also try", tuple(Statement(lines["also"].format(name=name), n) for n, name in enumerate(places[1:], 2)))
    cited = tuple(citation(n) for n in (1, 2, 3))
    whole = answer(where(lines["start"].format(name=places[0])), also, citations=cited, signposts=tuple(signpost(name) for name in places))
    numbered = [texting["also"].format(n=n, name=name) for n, name in ((2, "Swimming club"), (3, "Bus pass"))]
    assert texts(whole, phrases) == ["\n".join([lines["start"].format(name="Toy library"), *numbered])]
    longer = answer(
        where(lines["start"].format(name=places[0]), *(f"{n} {LONG}" for n in range(6))), also, citations=cited, signposts=whole.signposts
    )
    messages = texts(longer, phrases)
    assert sorted(line for text in messages for line in text.split("\n") if line in numbered) == numbered
    for text in messages[:-1]:
        assert text.split("\n")[-1] == texting["more_or_number" if set(numbered) & set(text.split("\n")) else "more"]


def test_what_a_document_says_is_told_with_its_title(phrases: Phrases) -> None:
    sources = (citation(1), citation(2, "Fees", "Pony club"), citation(3, "Days", "Pony club"), citation(4, "Start", "Клуб"))
    said = [Statement("A ride is £4.", 2), Statement("It is on Mondays.", 3), Statement("It lends toys.", 4)]
    whole = answer(where("It lends toys."), Part("documents", "What the documents say", tuple(said)), citations=sources)
    (text,) = texts(whole, phrases)
    assert text == "It lends toys.\nPony club: A ride is £4.\nPony club: It is on Mondays.\nWhat the documents say: It lends toys."
    (message,) = pages(whole, Channel.WHATSAPP, phrases, 3)
    assert message.endswith("\nКлуб: It lends toys.")


def test_documents_of_one_title_are_told_apart() -> None:
    sources = tuple(Citation(n, "Opening times", "", f"https://example.org/{n}", "Words.", "2025", None) for n in (1, 2))
    said = Part("documents", "What the documents say", (Statement("At nine.", 1), Statement("At ten.", 2), Statement("At noon.", 2)))
    told = answer(said, citations=sources).told
    assert [(source.n, [s.text for s in run]) for source, run in told] == [(1, ["At nine."]), (2, ["At ten.", "At noon."])]


def test_how_to_go_on_speaks_of_numbers_only_where_there_are_some(phrases: Phrases) -> None:
    texting = phrases.texting
    assert how_on("Start with: Toy library.\nRing them.", phrases) == texting["more"]
    assert how_on("Ring them.\n" + texting["also"].format(n=2, name="Swimming club"), phrases) == texting["more_or_number"]
    assert how_on("2 children are helped.\nOr try: Swimming club.", phrases) == texting["more"]
    assert how_on("", phrases) == texting["more"]


def dangerous(brief: str, *more: str) -> Answer:
    now = (Statement("Ring 999 now."), Statement("Say where you are.", 1), *(Statement(text, 1) for text in more), Statement("Phone: 999", 2))
    other = (Statement("Phone: 111", 3),)
    note = Part("note", "Please note", (Statement("No person reads this."),))
    cited = (citation(1, "How to get in", "Emergency"), citation(2, "How to reach them", "Emergency"), citation(3, "How to reach them", "NHS 111"))
    return answer(Part("now", "What to do now", now + other), note, outcome=Outcome.URGENT, citations=cited, brief=brief)


def test_danger_is_one_message_and_what_follows_names_whose_number_each_is(phrases: Phrases) -> None:
    brief = "Ring 999 now.\nOr ring 111."
    more = phrases.texting["more"]
    assert texts(dangerous(brief), phrases) == [
        f"{brief}\n{more}",
        "Emergency:\nSay where you are.\nPhone: 999\nNHS 111:\nPhone: 111\nNo person reads this.",
    ]
    assert texts(dangerous(brief), phrases, greeted=True) == texts(dangerous(brief), phrases)


def test_danger_says_nothing_of_more_where_there_is_no_room(phrases: Phrases) -> None:
    more = phrases.texting["more"]
    room = 160 - len(f"Ring 999 now.\n\n{more}")
    assert texts(dangerous("Ring 999 now.\n" + "x" * room), phrases)[0] == "Ring 999 now.\n" + "x" * room + f"\n{more}"
    assert texts(dangerous("Ring 999 now.\n" + "x" * (room + 1)), phrases)[0] == "Ring 999 now.\n" + "x" * (room + 1)


def test_all_of_what_danger_needs_is_told_in_the_messages_that_follow(phrases: Phrases) -> None:
    first, *rest = texts(dangerous("Ring 999 now.", *(f"{n} {LONG}" for n in range(8))), phrases, 2)
    assert gsm.segments(first) == 1
    assert {gsm.segments(text) for text in rest} <= {1, 2}
    told = [line for text in rest for line in text.split("\n") if line not in ways_on(phrases)]
    assert told == [
        *("Emergency:", "Say where you are.", *(f"{n} {LONG}" for n in range(8)), "Phone: 999"),
        *("NHS 111:", "Phone: 111", "No person reads this."),
    ]


def test_choices_are_numbered(phrases: Phrases) -> None:
    whole = answer(Part("note", "Please note", (Statement("How old?"),)), outcome=Outcome.CLARIFY, choices=("Under 5", "5 or over"))
    assert texts(whole, phrases) == ["How old?\n1 Under 5\n2 5 or over"]


def test_what_is_asked_back_is_told_with_all_that_is_said_beside_it(phrases: Phrases) -> None:
    note = Part("note", "Please note", (Statement("In danger ring 999."), Statement("How old?"), Statement("Interpreters are free.", 1)))
    whole = answer(note, outcome=Outcome.CLARIFY, choices=("Under 5", "5 or over"), citations=(citation(1),))
    told = "\n".join(texts(whole, phrases)).split("\n")
    assert [line for line in ("In danger ring 999.", "How old?", "Interpreters are free.", "1 Under 5", "2 5 or over") if line not in told] == []


def test_text_messages_are_folded_into_the_alphabet(phrases: Phrases) -> None:
    whole = answer(Part("note", "Please note", (Statement("It’s “here” – naïve"),)))
    assert texts(whole, phrases) == ['It\'s "here" - naive']
    cut = answer(where("Start with: The café.", *(f"{n} It’s “here” – naïve. {LONG}" for n in range(6))), citations=(citation(1),))
    assert {gsm.encoding(text) for text in texts(cut, phrases)} == {"GSM-7"}


URDU = "یہ جواب آسان انگریزی میں ہے۔"


def in_urdu(*more: str) -> Answer:
    phone = Statement("Phone: 0161 496 0101 (Monday to Friday, 9am to 5pm)", 2)
    lead = Part("where", "Where to go", (Statement("Start with: Toy library.", 1), phone))
    expect = Part("expect", "What to expect", tuple(Statement(text, 1, 0.5) for text in more))
    note = Part("note", "Please note", (Statement(URDU), Statement("An interpreter is free.", 1)))
    return answer(lead, expect, note, citations=(citation(1), citation(2, "How to reach them")))


def test_another_script_opens_with_a_line_of_its_own(phrases: Phrases) -> None:
    first, *rest = texts(in_urdu(*(f"{n} {LONG}" for n in range(4))), phrases)
    assert first.split("\n")[:2] == [URDU, "Start with: Toy library."]
    assert (gsm.encoding(first), gsm.segments(first)) in {("UCS-2", n) for n in (1, 2, 3)}
    assert {gsm.encoding(text) for text in rest} == {"GSM-7"}
    assert not [text for text in rest if URDU in text]


def test_who_has_been_told_so_is_not_told_again(phrases: Phrases) -> None:
    messages = texts(in_urdu(*(f"{n} {LONG}" for n in range(4))), phrases, greeted=True)
    assert {gsm.encoding(text) for text in messages} == {"GSM-7"}
    assert messages[0].startswith("Start with: Toy library.")
    assert "An interpreter is free." in "\n".join(messages)


def test_what_another_script_leaves_no_room_for_is_told_in_the_next_message(phrases: Phrases) -> None:
    messages = texts(in_urdu(*(f"{n} {LONG}" for n in range(4))), phrases)
    assert "Phone: 0161 496 0101" in messages[0]
    assert [text for text in messages if "Monday to Friday, 9am to 5pm" in text] != []


@pytest.mark.parametrize("most", [1, 2, 3])
def test_text_pages_leave_room_for_how_to_go_on(phrases: Phrases, most: int) -> None:
    lines = [f"{n} {LONG}" for n in range(7)] + ["It’s short."]
    made = text_pages(lines, Channel.SMS, most, phrases)
    assert "\n".join(made).split("\n") == [gsm.fold(line) for line in lines]
    assert all(gsm.segments(f"{text}\n{phrases.texting['more']}") <= most for text in made)
    assert text_pages([], Channel.SMS, most, phrases) == []


def test_whatsapp_pages_leave_room_for_how_to_go_on(phrases: Phrases) -> None:
    more = phrases.texting["more"]
    lines = [f"{n} {LONG}" for n in range(40)] + ["It’s short."]
    made = text_pages(lines, Channel.WHATSAPP, 3, phrases)
    assert "\n".join(made).split("\n") == lines  # as they are: every script and sign can be shown
    assert all(len(f"{text}\n{more}") <= WHATSAPP_CHARACTERS for text in made)
    assert len(made) == 4
    full = "x" * (WHATSAPP_CHARACTERS - len(f"\n{more}"))
    assert text_pages([full, "y"], Channel.WHATSAPP, 3, phrases) == [full, "y"]


def test_all_but_the_last_say_how_to_get_the_next(phrases: Phrases) -> None:
    more = phrases.texting["more"]
    assert with_more(["a", "b", "c"], phrases) == [f"a\n{more}", f"b\n{more}", "c"]
    assert with_more(["a"], phrases) == ["a"]
    assert with_more([], phrases) == []


@pytest.mark.parametrize(
    ("pieces", "room", "found"),
    [
        (["aa", "bb", "cc"], 8, ["aa\nbb\ncc"]),
        (["aa", "bb", "cc"], 7, ["aa\nbb", "cc"]),
        (["aaaa", "bbbb"], 4, ["aaaa", "bbbb"]),
        (["aa", "", "bb"], 9, ["aa\nbb"]),
        ([], 9, []),
        (["aa bb cc dd"], 5, ["aa bb", "cc dd"]),  # cut between words
        (["aa bb cc dd", "ee"], 8, ["aa bb cc", "dd\nee"]),
        (["aa\nbb\ncc"], 5, ["aa\nbb", "cc"]),  # between lines before words
        (["aa bb\ncc"], 5, ["aa bb", "cc"]),
        (["a https://x.example/long b"], 6, ["a", "https://x.example/long", "b"]),  # a link is never cut
    ],
)
def test_pieces_are_put_together_in_order_into_as_few_texts_as_fit(pieces: list[str], room: int, found: list[str]) -> None:
    assert packed(pieces, lambda text: len(text) <= room) == found


def test_blocks_stay_apart() -> None:
    assert packed(["aa", "bb", "cc"], lambda text: len(text) <= 6, "\n\n") == ["aa\n\nbb", "cc"]


def test_a_sentence_that_fills_several_messages_is_cut_between_words_and_its_link_is_whole(phrases: Phrases) -> None:
    words = [f"word{n}" for n in range(120)]
    sentence = " ".join([*words[:60], ADDRESS, *words[60:]])
    whole = answer(where("Start with: Toy library.", sentence), citations=(citation(1),))
    messages = texts(whole, phrases)
    assert {gsm.segments(text) for text in messages} <= {1, 2, 3}
    said = " ".join(line for text in messages for line in text.split("\n") if line not in ways_on(phrases))
    assert said == f"Start with: Toy library. {sentence}"
    assert sum(ADDRESS in text for text in messages) == 1


def whatsapp(whole: Answer, phrases: Phrases, greeted: bool = False) -> list[str]:
    return pages(whole, Channel.WHATSAPP, phrases, 3, greeted)


def test_whatsapp_shows_letters_as_they_are(phrases: Phrases) -> None:
    whole = answer(Part("note", "Please note", (Statement("It’s “here” – naïve 👍"),)))
    assert whatsapp(whole, phrases) == ["It’s “here” – naïve 👍"]


@pytest.mark.parametrize("count", [1, 5, 12, 13, 14, 15, 16, 30, 60])
def test_whatsapp_messages_hold_all_of_an_answer_and_no_more_than_they_may(phrases: Phrases, count: int) -> None:
    sentences = [f"{n} {LONG}"[: 100 + n % 9] for n in range(count)]
    whole = answer(where("Start with: Toy library.", *sentences), citations=(citation(1),))
    messages = whatsapp(whole, phrases)
    assert [len(text) for text in messages if len(text) > WHATSAPP_CHARACTERS] == []
    assert all(text.endswith(f"\n{phrases.texting['more']}") for text in messages[:-1])
    assert messages[0].startswith("Start with: Toy library.\n")
    said = [line for text in messages for line in text.split("\n") if line not in ways_on(phrases)]
    assert said == ["Start with: Toy library.", *sentences]
    assert len(messages) == 1 or count > 12


@pytest.mark.parametrize("size", [1440, 1470, 1479, 1480, 1490, 1500, 1501, 3200])
def test_no_whatsapp_message_is_longer_than_it_may_be(phrases: Phrases, size: int) -> None:
    sentence = ("word " * size)[: size - 1] + "."
    whole = answer(where("Start with: Toy library.", sentence), Part("else", "Else", (Statement(LONG, 1),)), citations=(citation(1),))
    messages = whatsapp(whole, phrases)
    assert [len(text) for text in messages if len(text) > WHATSAPP_CHARACTERS] == []
    said = " ".join(line for text in messages for line in text.split("\n") if line not in ways_on(phrases))
    assert sorted(said.split()) == sorted(f"Start with: Toy library. {sentence} {LONG}".split())


def test_danger_on_whatsapp_is_one_message_where_all_of_it_fits(phrases: Phrases) -> None:
    brief, more = "Ring 999 now.\nOr ring 111.", phrases.texting["more"]
    all_of_it = "Emergency:\nSay where you are.\nPhone: 999\nNHS 111:\nPhone: 111\nNo person reads this."
    assert whatsapp(dangerous(brief), phrases) == [f"{brief}\n\n{all_of_it}"]
    long = whatsapp(dangerous(brief, *(f"{n} {LONG}" for n in range(20))), phrases)
    assert long[0] == f"{brief}\n{more}"
    assert [len(text) for text in long if len(text) > WHATSAPP_CHARACTERS] == []
    assert {f"{n} {LONG}" for n in range(20)} <= {line for text in long for line in text.split("\n")}


def test_another_script_on_whatsapp_opens_with_its_line_and_leaves_nothing_out(phrases: Phrases) -> None:
    assert whatsapp(in_urdu("It lends toys."), phrases)[0].split("\n") == [
        *(URDU, "Start with: Toy library.", "Phone: 0161 496 0101 (Monday to Friday, 9am to 5pm)", "It lends toys."),
        "An interpreter is free.",
    ]
    assert URDU not in whatsapp(in_urdu("It lends toys."), phrases, greeted=True)[0]


# ------------------------------------------------------------------------------------------------------------- over every conversation asked


def lines_of(item: Asked, engine: Engine) -> set[str]:
    """Every line that a text message about an answer may hold: its sentences, folded, other places with their number, and choices."""
    whole, lines, texting = item.sms.answer, engine.phrases.lines, engine.phrases.texting
    numbered = {lines["also"].format(name=s.name): texting["also"].format(n=n, name=s.name) for n, s in enumerate(whole.signposts, 1)}
    said = {gsm.fold(numbered.get(s.text, s.text)) for part in whole.parts for s in part.statements}
    return said | {f"{n} {gsm.fold(choice)}" for n, choice in enumerate(whole.choices, 1)}


def names_of(item: Asked) -> set[str]:
    """What stands over the lines of each place where there is danger."""
    return {f"{gsm.fold(c.title)}:" for c in item.sms.answer.citations} if item.sms.outcome is Outcome.URGENT else set()


def short_contacts(item: Asked) -> set[str]:
    """Contacts without what stands in brackets after them, for a message in another script."""
    reach = {c.n for c in item.sms.answer.citations if c.section == "How to reach them"}
    return {gsm.fold(s.text.split(" (")[0]) for part in item.sms.answer.parts for s in part.statements if s.citation in reach}


@pytest.fixture(scope="module")
def every(engine: Engine, asked: list[Asked]) -> list[tuple[Asked, list[str]]]:
    """Each conversation with all pages of its last reply."""
    return [(item, pages(item.sms.answer, Channel.SMS, engine.phrases, engine.settings.sms_segments)) for item in asked]


def test_a_text_reply_is_the_first_of_its_pages(every: list[tuple[Asked, list[str]]]) -> None:
    assert [item.turns for item, messages in every if item.sms.text != messages[0]] == []
    assert len(every) >= 220


def test_the_channel_changes_nothing_of_the_answer(asked: list[Asked]) -> None:
    assert [item.turns for item in asked if item.sms.answer != item.web.answer] == [("help",)]  # by text, HELP is a command


def test_every_text_reply_fits(every: list[tuple[Asked, list[str]]]) -> None:
    for item, messages in every:
        assert item.sms.sms is not None
        assert (gsm.encoding(item.sms.text), gsm.segments(item.sms.text)) == (item.sms.sms.encoding, item.sms.sms.segments)
        assert [text for text in messages if not 1 <= gsm.segments(text) <= 3] == [], item.turns
        assert [text for text in messages if not text.strip() or "" in text.split("\n")] == [], item.turns


def test_only_a_text_that_opens_with_a_line_in_another_script_leaves_the_alphabet(
    engine: Engine, every: list[tuple[Asked, list[str]]]
) -> None:
    """It is the first, unless that one has to hold choices; the one message about danger is in the alphabet."""
    openings = {line for line in engine.phrases.languages.values() if gsm.encoding(gsm.fold(line)) != "GSM-7"}
    found = Counter[str]()
    for item, messages in every:
        said = {s.text for part in item.sms.answer.parts for s in part.statements} & openings
        opened = [text.split("\n")[0] for text in messages if gsm.encoding(text) != "GSM-7"]
        if item.sms.outcome is Outcome.URGENT:
            assert gsm.encoding(messages[0]) == "GSM-7", item.turns
        else:
            assert opened == [gsm.fold(line) for line in said], item.turns
            assert not said or item.sms.answer.choices or gsm.encoding(messages[0]) != "GSM-7", item.turns
        found.update(opened)
    assert len(found) >= 4


def test_the_line_of_a_language_in_latin_letters_is_in_the_first_text(engine: Engine, every: list[tuple[Asked, list[str]]]) -> None:
    latin = {gsm.fold(line) for line in engine.phrases.languages.values() if gsm.encoding(gsm.fold(line)) == "GSM-7"}
    meant = [(item, messages[0], latin & lines_of(item, engine)) for item, messages in every if item.sms.outcome is not Outcome.URGENT]
    told = [item.turns for item, first, lines in meant if lines and not lines <= set(first.split("\n"))]
    assert sum(bool(lines) for _, _, lines in meant) >= 2
    assert told == []


def test_a_text_reply_says_nothing_that_the_whole_answer_does_not(engine: Engine, every: list[tuple[Asked, list[str]]]) -> None:
    """Each line, of the first message and of those that follow, is a whole sentence of the answer or one of the fixed lines around it."""
    for item, messages in every:
        brief = set(item.sms.answer.brief.split("\n"))
        for at, text in enumerate(messages):
            *lines, last = text.split("\n")
            allowed = lines_of(item, engine) | (names_of(item) if at else brief)
            allowed |= short_contacts(item) if gsm.encoding(text) == "UCS-2" else set()
            fixed = {how_on("\n".join(lines), engine.phrases)} if at + 1 < len(messages) else set()
            assert set(lines) <= allowed, item.turns
            assert last in (fixed or allowed) or (item.sms.answer.brief and not at and text == item.sms.answer.brief), item.turns


def test_every_sentence_of_an_answer_stands_whole_in_one_of_its_texts(engine: Engine, every: list[tuple[Asked, list[str]]]) -> None:
    lost = []
    for item, messages in every:
        said = {line for text in messages for line in text.split("\n")}
        lost += [(item.turns[-1], line) for line in sorted(lines_of(item, engine) - said) if line not in item.sms.answer.brief]
    assert lost == []


def test_no_text_says_what_another_has_said(engine: Engine, every: list[tuple[Asked, list[str]]]) -> None:
    for item, messages in every:
        if item.sms.outcome is not Outcome.URGENT:
            said = Counter(line for text in messages for line in text.split("\n") if line not in ways_on(engine.phrases))
            assert [line for line, times in said.items() if times > 1] == [], item.turns


def test_links_are_whole_and_those_of_the_answer(every: list[tuple[Asked, list[str]]]) -> None:
    several = 0
    for item, messages in every:
        held = Counter(link for part in item.sms.answer.parts for s in {s.text for s in part.statements} for link in LINK.findall(gsm.fold(s)))
        told = {link for text in messages for link in LINK.findall(text)}
        assert told == set(held), item.turns
        several += len(told) > 1
    assert several >= 15


def test_a_text_reply_names_where_to_start_or_what_to_do(asked: list[Asked]) -> None:
    for item in asked:
        if item.sms.outcome is Outcome.ANSWERED:
            assert item.sms.answer.signposts[0].name.replace("’", "'") in item.sms.text, item.turns
        if item.sms.outcome is Outcome.URGENT:
            assert item.sms.text.startswith(item.web.answer.parts[0].statements[0].text), item.turns


def test_danger_is_one_segment_that_opens_with_the_first_line_of_its_kind(engine: Engine, every: list[tuple[Asked, list[str]]]) -> None:
    first_lines = {kind["first_line"] for kind in load_toml(engine.release.folder / "urgent.toml")["kinds"]}
    urgent = [(item, messages) for item, messages in every if item.sms.outcome is Outcome.URGENT]
    assert len(urgent) >= 15
    for item, (first, *rest) in urgent:
        assert (gsm.encoding(first), gsm.segments(first)) == ("GSM-7", 1), item.turns
        assert first.split("\n")[0] in first_lines, item.turns
        assert first.removesuffix(f"\n{engine.phrases.texting['more']}") == item.sms.answer.brief, item.turns
        assert rest, item.turns


def test_every_whatsapp_message_fits_and_together_they_are_the_whole_answer(engine: Engine, asked: list[Asked]) -> None:
    long, lost = [], []
    for item in asked:
        whole, lines, texting = item.web.answer, engine.phrases.lines, engine.phrases.texting
        messages = pages(whole, Channel.WHATSAPP, engine.phrases, engine.settings.sms_segments)
        long += [(item.turns[-1], len(text)) for text in messages if len(text) > WHATSAPP_CHARACTERS]
        said = {line for text in messages for line in text.split("\n")} - ways_on(engine.phrases) - {""}
        numbered = {lines["also"].format(name=s.name): texting["also"].format(n=n, name=s.name) for n, s in enumerate(whole.signposts, 1)}
        told = {numbered.get(s.text, s.text) for part in whole.parts for s in part.statements}
        told |= {f"{n} {choice}" for n, choice in enumerate(whole.choices, 1)}
        brief = set(whole.brief.split("\n"))
        lost += [(item.turns[-1], line) for line in sorted(told - said) if line not in whole.brief]
        assert said <= told | brief | {f"{c.title}:" for c in whole.citations if whole.brief}, item.turns
    assert long == []
    assert lost == []
