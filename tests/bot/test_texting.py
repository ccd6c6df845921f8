"""Dialogues by phone: a question, then MORE, a number, SOURCES, HELP or LANG; worked out from the messages alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot import gsm
from bot.channels import WHATSAPP_CHARACTERS, pages
from bot.engine import Engine, open_engine
from bot.records import Answer, Channel, Outcome, Reply
from bot.settings import BotSettings
from indexer.config import IndexerSettings
from indexer.entries import Entry, Source
from tests.bot.conftest import Asked

TALKING = "my son is 4 and isnt talking"
VAGUE = "tell me about my child"
DANGER = "I want to kill myself"
URDU = "میرا بیٹا چھ سال کا ہے اور پہلی جماعت میں پڑھتا ہے۔ ٹیچر کہتی ہیں بات نہیں سمجھتا"
URDU_ON = "ہم کہاں جائیں اور کس سے بات کریں"
URDU_DANGER = "میں خودکشی کرنا چاہتی ہوں"
SITE = "https://waymark.example.org"
LINK = re.compile(r"https?://\S+")

OUTCOMES = [
    (TALKING, Outcome.ANSWERED),
    (VAGUE, Outcome.CLARIFY),
    ("we live in leeds and he needs an ehcp", Outcome.NOT_FOUND),
    ("what is the capital of france", Outcome.OUT_OF_SCOPE),
    (DANGER, Outcome.URGENT),
    ("?", Outcome.ERROR),
]


def text(engine: Engine, *turns: str, site: str = "") -> str:
    return engine.reply(turns, Channel.SMS, site).text


def all_texts(engine: Engine, turns: Sequence[str], channel: Channel = Channel.SMS, site: str = "") -> list[str]:
    """The reply to some messages and to every MORE after them, until there is no more."""
    said, found = list(turns), [engine.reply(turns, channel, site).text]
    while len(found) < 40:
        said.append("MORE")
        following = engine.reply(said, channel, site).text
        if following in (engine.texting["no_more"], engine.texting["nothing_yet"], engine.answer(turns[:1]).brief):
            return found
        found.append(following)
    raise AssertionError(f"no end to {turns}")


def sms_pages(engine: Engine, answer: Answer) -> list[str]:
    return pages(answer, Channel.SMS, engine.phrases, engine.settings.sms_segments)


def statements(answer: Answer) -> list[str]:
    return [gsm.fold(s.text) for part in answer.parts for s in part.statements]


def lines(texts: Sequence[str], engine: Engine) -> list[str]:
    """The lines of some texts without those that say how to go on."""
    ways = {engine.texting["more"], engine.texting["more_or_number"]}
    return [line for one in texts for line in one.split("\n") if line not in ways]


# ------------------------------------------------------------------------------------------------------------------------------------- MORE


def test_more_gives_page_after_page_until_there_is_no_more(engine: Engine) -> None:
    wanted = sms_pages(engine, engine.answer([TALKING]))
    assert len(wanted) >= 4
    assert all_texts(engine, [TALKING]) == wanted
    for beyond in range(3):
        assert text(engine, TALKING, *["MORE"] * (len(wanted) + beyond)) == engine.texting["no_more"]


@pytest.mark.parametrize("said", ["more", "More please!", "mroe", "next", "tell me more", "m o r e"])
def test_however_more_is_typed(engine: Engine, said: str) -> None:
    assert text(engine, TALKING, said) == text(engine, TALKING, "MORE") != text(engine, TALKING)


def test_more_is_about_the_last_question(engine: Engine) -> None:
    other = "how do i claim dla for my 6 year old"
    assert text(engine, TALKING, "MORE", "MORE", other) == text(engine, TALKING, other)
    assert text(engine, TALKING, "MORE", other, "MORE") == sms_pages(engine, engine.answer([TALKING, other]))[1]


@pytest.mark.parametrize(("question", "outcome"), OUTCOMES, ids=[outcome.value for _, outcome in OUTCOMES])
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
def test_more_has_the_outcome_of_the_answer(engine: Engine, question: str, outcome: Outcome, channel: Channel) -> None:
    for times in (0, 1, 2, 20):
        reply = engine.reply([question, *["MORE"] * times], channel)
        assert reply.outcome is outcome
        assert reply.answer == engine.answer([question])


def test_more_of_an_answer_that_is_told_already_says_so(engine: Engine) -> None:
    assert text(engine, "what is the capital of france", "MORE") == engine.texting["no_more"]


@pytest.mark.parametrize("said", [["MORE"], ["SOURCES"], ["MORE", "MORE"], ["SOURCES", "MORE"], ["STOP", "MORE"], ["HELP", "MORE"]])
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
def test_with_nothing_asked_there_is_nothing_to_add(engine: Engine, said: list[str], channel: Channel) -> None:
    reply = engine.reply(said, channel)
    assert reply.text.split("\n")[-1] == engine.texting["nothing_yet"]
    assert reply.outcome is Outcome.CLARIFY
    assert reply.answer.signposts == reply.answer.citations == ()


def test_words_for_the_service_leave_no_trace_in_what_is_asked(engine: Engine) -> None:
    """A question after them builds on the questions alone."""
    between = ["MORE", "2", "SOURCES", "HELP", "LANG", "LANG URDU", "STOP", "START"]
    assert engine.reply([TALKING, *between, "who do i ring?"], Channel.SMS).answer == engine.answer([TALKING, "who do i ring?"])
    assert engine.reply([*between[2:], TALKING], Channel.SMS).answer == engine.answer([TALKING])


@pytest.mark.parametrize("said", ["no more", "he wont stop", "help me with school", "i need more help for him", "what is the next step"])
def test_what_only_sounds_like_a_command_is_a_question(engine: Engine, said: str) -> None:
    assert engine.reply([TALKING, said], Channel.SMS).answer == engine.answer([TALKING, said])


# --------------------------------------------------------------------------------------------------------------------------------- a number


def test_a_number_gives_that_place_in_full(engine: Engine) -> None:
    places = engine.answer([TALKING]).signposts
    assert len(places) == 3
    for n, place in enumerate(places, 1):
        reply = engine.reply([TALKING, str(n)], Channel.SMS)
        assert [s.id for s in reply.answer.signposts] == [place.id]
        assert reply.outcome is Outcome.ANSWERED
        assert reply.text.split("\n")[0] == engine.phrases.lines["start"].format(name=gsm.fold(place.name))
        told = lines(all_texts(engine, [TALKING, str(n)]), engine)
        assert sorted(told) == sorted(set(statements(reply.answer)))


@pytest.mark.parametrize("said", ["2", "two", "Two please", "no 2", "number 2", "option 2", "2️⃣", "(2)"])
def test_however_a_number_is_typed(engine: Engine, said: str) -> None:
    second = engine.answer([TALKING]).signposts[1].id
    assert [s.id for s in engine.reply([TALKING, said], Channel.SMS).answer.signposts] == [second]


def test_numbers_stay_those_of_the_answer(engine: Engine) -> None:
    """After one place was shown, a number still means the places that the answer named."""
    first, second, third = engine.answer([TALKING]).signposts
    for said, place in ((["2", "3"], third), (["3", "2"], second), (["2", "1"], first), (["MORE", "MORE", "2"], second), (["SOURCES", "3"], third)):
        assert [s.id for s in engine.reply([TALKING, *said], Channel.SMS).answer.signposts] == [place.id], said


def test_more_after_a_number_is_about_that_place(engine: Engine) -> None:
    second = engine.place([TALKING], 2)
    assert second
    wanted = sms_pages(engine, second)
    assert len(wanted) >= 2
    assert all_texts(engine, [TALKING, "2"]) == wanted
    assert text(engine, TALKING, "MORE", "MORE", "2", "MORE") == wanted[1]


def test_a_number_that_no_place_has(engine: Engine, small_built: IndexerSettings) -> None:
    small, question = open_engine(BotSettings(signposts=2), small_built), "where can we borrow toys for our baby"
    assert [s.id for s in small.answer([question]).signposts] == ["toy-library", "swimming-club"]
    assert text(small, question, "2").split("\n")[0] == "Start with: Swimming club."
    assert text(small, question, "3") == small.texting["no_place"]
    assert small.reply([question, "3"], Channel.SMS).answer.signposts == ()
    for n in ("1", "2", "3"):
        assert text(engine, "what is the capital of france", n) == engine.texting["no_place"]


def test_every_number_that_is_offered_gives_a_place(engine: Engine, asked: list[Asked]) -> None:
    offered = 0
    for item in asked[::4]:
        if item.web.outcome is Outcome.ANSWERED:
            for n, place in enumerate(item.web.answer.signposts, 1):
                offered += 1
                reply = engine.reply([*item.turns, str(n)], Channel.SMS)
                assert [s.id for s in reply.answer.signposts] == [place.id], (item.turns, n)
                assert gsm.segments(reply.text) <= 3
    assert offered > 80


# ---------------------------------------------------------------------------------------------------------------------------------- choices


def test_a_choice_is_answered_by_its_number_or_its_words(engine: Engine) -> None:
    choices = engine.answer([VAGUE]).choices
    assert len(choices) == 6
    for n, choice in enumerate(choices, 1):
        assert f"{n} {choice}" in text(engine, VAGUE).split("\n")
        by_number, by_words = engine.reply([VAGUE, str(n)], Channel.SMS), engine.reply([VAGUE, choice], Channel.SMS)
        assert by_number.answer == by_words.answer == engine.answer([VAGUE, str(n)])
        assert by_number.outcome is Outcome.ANSWERED
        assert by_number.text != engine.texting["no_place"]


def test_a_number_after_a_choice_is_of_a_place_again(engine: Engine) -> None:
    places = engine.answer([VAGUE, "2"]).signposts
    assert len(places) >= 2
    assert [s.id for s in engine.reply([VAGUE, "2", "2"], Channel.SMS).answer.signposts] == [places[1].id]
    assert text(engine, VAGUE, "2", "MORE") == sms_pages(engine, engine.answer([VAGUE, "2"]))[1]


def test_more_and_help_before_a_choice_leave_it_open(engine: Engine) -> None:
    assert engine.reply([VAGUE, "MORE", "HELP", "2"], Channel.SMS).answer == engine.answer([VAGUE, "2"])


def test_a_number_with_nothing_asked_is_a_question(engine: Engine) -> None:
    assert engine.reply(["2"], Channel.SMS).answer == engine.answer(["2"])


@pytest.mark.parametrize("question", [VAGUE, "we had enough", "no more", "she is scared", "我的孩子需要帮助"])
def test_what_is_asked_back_is_in_the_text(engine: Engine, question: str) -> None:
    answer = engine.answer([question])
    assert answer.choices
    asked_back = {line for name, line in engine.phrases.lines.items() if name.startswith("clarify_")} & set(statements(answer))
    assert len(asked_back) == 1
    assert asked_back <= set(text(engine, question).split("\n"))


# ---------------------------------------------------------------------------------------------------------------------------------- SOURCES


def certain(entry: Entry) -> list[Source]:
    return [source for source in entry.sources if source.certainty >= 2] or list(entry.sources)


def test_sources_are_those_of_each_place_that_is_named(engine: Engine) -> None:
    answer = engine.answer([TALKING])
    told = lines(all_texts(engine, [TALKING, "SOURCES"]), engine)
    assert told[0] == engine.texting["sources"]
    headings = [f"{engine.entries[s.id].name}:" for s in answer.signposts]
    assert [line for line in told if line in headings] == headings
    for source in [s for place in answer.signposts for s in certain(engine.entries[place.id])]:
        date = engine.texting["undated"] if source.dated == "undated" else source.dated[:4]
        of_it = [line for line in told if line.startswith(f"- {gsm.fold(source.title)}")]
        assert [line for line in of_it if date in line and (source.url is None or line.endswith(f" {source.url}"))], source
    sourced = [line for line in told[1:] if line not in headings]
    assert len(set(sourced)) == len(sourced)  # none is told twice
    assert [line for line in sourced if not line.startswith("- ")] == []


def test_a_source_that_is_not_certain_is_not_named_beside_those_that_are(engine: Engine, asked: list[Asked]) -> None:
    seen = 0
    for item in asked[::3]:
        places = [engine.entries[s.id] for s in item.web.answer.signposts]
        named = {source.title for place in places for source in certain(place)} | {c.title for c in item.web.answer.citations}
        left_out = {source.title for place in places for source in place.sources} - named
        left_out = {title for title in left_out if not any(title in other for other in named)}
        if left_out:
            seen += 1
            told = "\n".join(all_texts(engine, [*item.turns, "SOURCES"]))
            assert [title for title in left_out if gsm.fold(title) in told] == [], item.turns
    assert seen >= 2


def test_a_link_of_our_own_only_where_the_site_is_known(engine: Engine) -> None:
    places = [engine.entries[s.id] for s in engine.answer([TALKING]).signposts]
    without, within = ("\n".join(all_texts(engine, [TALKING, "SOURCES"], site=site)) for site in ("", SITE))
    own = {f"{SITE}{place.address}" for place in places}
    assert {link for link in LINK.findall(within) if link.startswith(SITE)} == own
    assert set(LINK.findall(within)) - own == set(LINK.findall(without))
    assert not [place for place in places if place.address in without]
    for place in places:
        assert f"{place.name}: {SITE}{place.address}" in within.split("\n")


def test_without_a_site_no_text_links_to_us(engine: Engine) -> None:
    for said in ([TALKING], [TALKING, "2"], [TALKING, "MORE"], [DANGER], [VAGUE], ["HELP"], ["LANG URDU"]):
        assert "/services/" not in "\n".join(all_texts(engine, said))
        assert SITE not in "\n".join(all_texts(engine, said, site=SITE))  # sources alone have links of ours


def test_every_page_of_sources_can_be_sent(engine: Engine, asked: list[Asked]) -> None:
    told = 0
    for item in asked[::5]:
        if not item.sms.answer.citations or len(item.turns) > 1:
            continue
        told += 1
        messages = all_texts(engine, [*item.turns, "SOURCES"], site=SITE)
        assert {gsm.encoding(one) for one in messages} == {"GSM-7"}, item.turns
        assert [one for one in messages if gsm.segments(one) > 3] == [], item.turns
        held = {source.url for s in item.sms.answer.signposts for source in engine.entries[s.id].sources} | {c.url for c in item.sms.answer.citations}
        held |= {f"{SITE}{engine.entries[s.id].address}" for s in item.sms.answer.signposts}
        assert set(LINK.findall("\n".join(messages))) <= held, item.turns
    assert told > 30


def test_a_reply_without_facts_has_no_sources(engine: Engine) -> None:
    for question in (VAGUE, "what is the capital of france", "hello"):
        assert not engine.answer([question]).citations
        assert text(engine, question, "SOURCES") == engine.texting["no_sources"]


def test_after_the_last_page_of_sources_there_is_no_more(engine: Engine) -> None:
    count = len(all_texts(engine, [TALKING, "SOURCES"]))
    assert count >= 2
    assert text(engine, TALKING, "SOURCES", *["MORE"] * count) == engine.texting["no_more"]


def test_sources_have_the_outcome_of_the_answer(engine: Engine) -> None:
    assert engine.reply([TALKING, "SOURCES"], Channel.SMS).outcome is Outcome.ANSWERED
    assert engine.reply([DANGER, "SOURCES"], Channel.SMS).outcome is Outcome.URGENT


# ----------------------------------------------------------------------------------------------------------------------------- HELP and LANG


@pytest.mark.parametrize("said", [["HELP"], ["hlep!"], [TALKING, "help pls"], [TALKING, "MORE", "HELP"], [VAGUE, "HELP"], ["HELP", "HELP"]])
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
def test_help_says_what_can_be_texted(engine: Engine, said: list[str], channel: Channel) -> None:
    reply = engine.reply(said, channel)
    assert engine.texting["help"] in reply.text.split("\n")
    assert reply.outcome is Outcome.CLARIFY


@pytest.mark.parametrize("said", [["LANG"], ["language"], ["LANG KLINGON"], [TALKING, "LANG"], [TALKING, TALKING, "lang english"]])
def test_lang_says_which_languages_there_are(engine: Engine, said: list[str]) -> None:
    assert text(engine, *said) == engine.texting["lang"]


@pytest.mark.parametrize("code", ["pl", "ur", "ar", "ro", "zh", "fa", "uk", "es"])
@pytest.mark.parametrize("before", [[], [TALKING], [TALKING, "and what about school"], [URDU], [URDU, URDU_ON]], ids=["no", "e", "e-e", "u", "u-u"])
def test_a_language_is_answered_with_its_line_and_how_to_get_an_interpreter(engine: Engine, code: str, before: list[str]) -> None:
    line, interpreter = engine.phrases.languages[code], engine.entries[engine.phrases.interpreter]
    messages = all_texts(engine, [*before, f"LANG {code}"])
    assert messages[0].split("\n")[0] == gsm.fold(line)
    assert {gsm.encoding(one) for one in messages[1:]} <= {"GSM-7"}
    assert [one for one in messages if gsm.segments(one) > 3] == []
    told = lines(messages, engine)
    assert len(told) >= 4
    held = " ".join(gsm.fold(passage.text) for at in engine.release.passages_of(interpreter.id) for passage in [engine.release.passages[at]])
    assert [line for line in told[1:] if line not in held] == []


@pytest.mark.parametrize("said", [["LANG URDU"], [TALKING, "LANG URDU"], [TALKING, "MORE", "lang urdo", "MORE"]])
def test_a_language_asks_for_no_place(engine: Engine, said: list[str]) -> None:
    reply = engine.reply(said, Channel.SMS)
    assert (reply.outcome, reply.answer.signposts) == (Outcome.CLARIFY, ())
    assert {c.title for c in reply.answer.citations} == {engine.entries[engine.phrases.interpreter].name}


# ---------------------------------------------------------------------------------------------------------------------------- another script


def greetings(engine: Engine, *turns: str) -> list[bool]:
    """Whether the text after each message opens in Urdu."""
    return [text(engine, *turns[:at]).startswith(engine.phrases.languages["ur"]) for at in range(1, len(turns) + 1)]


def test_who_writes_in_another_script_is_told_once_that_answers_are_in_english(engine: Engine) -> None:
    assert greetings(engine, URDU, "MORE", "MORE", URDU_ON, "MORE", URDU) == [True, False, False, False, False, False]
    assert greetings(engine, TALKING, URDU, URDU_ON) == [False, True, False]


def test_a_number_or_a_source_is_no_reason_to_say_it_again(engine: Engine) -> None:
    assert greetings(engine, URDU, "2", "SOURCES", "HELP", "1", "MORE") == [True, False, False, False, False, False]


def test_a_language_that_has_its_own_line_is_told_though_another_was(engine: Engine) -> None:
    ukrainian = "Мій син, 12 років, боїться ходити до школи, щоранку плаче"
    assert text(engine, URDU, ukrainian).startswith(engine.phrases.languages["uk"])


def test_it_is_told_at_the_first_answer_where_danger_came_before(engine: Engine) -> None:
    """The one message about danger has no room for it."""
    assert greetings(engine, URDU_DANGER, URDU) == [False, True]


@pytest.mark.parametrize(("question", "code"), [("我的孩子需要帮助", "zh"), ("допоможіть", "uk")])
def test_it_is_told_where_something_is_asked_back(engine: Engine, question: str, code: str) -> None:
    """In the first text or in one that MORE brings: three segments of another script do not hold all the choices as well."""
    assert engine.answer([question]).choices
    messages = all_texts(engine, [question])
    assert [one.split("\n")[0] for one in messages if gsm.encoding(one) != "GSM-7"] == [engine.phrases.languages[code]]
    assert [one for one in messages if gsm.segments(one) > 3] == []
    assert set(lines(messages, engine)) >= set(statements(engine.answer([question])))


# ------------------------------------------------------------------------------------------------------------------------------------ danger


def brief(engine: Engine, *turns: str) -> str:
    found = engine.answer(turns).brief
    assert found
    return found


def shows_danger(reply: Reply, brief: str, more: str) -> bool:
    return reply.outcome is Outcome.URGENT and reply.text.removesuffix(f"\n{more}") == brief


@pytest.mark.parametrize("danger", [DANGER, "my son has stopped breathing", URDU_DANGER, "she took all her tablets"])
@pytest.mark.parametrize("said", [[], ["HELP"], ["1"], ["2"], ["3"], ["STOP"], ["START"], ["DELETE"], ["HELP", "2"], ["MORE", "HELP"], ["MORE"] * 9])
def test_danger_stays_whatever_is_asked_of_the_service(engine: Engine, danger: str, said: list[str]) -> None:
    reply = engine.reply([danger, *said], Channel.SMS)
    assert shows_danger(reply, brief(engine, danger), engine.texting["more"])
    assert gsm.split(reply.text) == [reply.text]


def test_more_about_danger_names_whose_number_each_is(engine: Engine) -> None:
    answer = engine.answer([DANGER])
    first, *rest = all_texts(engine, [DANGER])
    assert first.removesuffix(f"\n{engine.texting['more']}") == answer.brief
    told = lines(rest, engine)
    for signpost in answer.signposts:
        at = told.index(f"{signpost.name}:")
        following = next((n for n, line in enumerate(told) if n > at and line.endswith(":")), len(told))
        for contact in signpost.contacts:
            if contact.type in ("phone", "text"):
                assert any(contact.value in line for line in told[at:following]), contact
    assert engine.phrases.lines["monitored"] in told


def test_danger_within_a_conversation_comes_first_and_is_left_by_another_question(engine: Engine) -> None:
    said = [TALKING, "MORE", DANGER]
    assert shows_danger(engine.reply(said, Channel.SMS), brief(engine, TALKING, DANGER), engine.texting["more"])
    other = "different question, how do i claim dla for my 6 year old"
    assert engine.reply([*said, "HELP", other], Channel.SMS).outcome is Outcome.ANSWERED


def test_danger_on_whatsapp_opens_with_what_a_text_holds_and_goes_on_with_all_of_it(engine: Engine) -> None:
    reply = engine.reply([DANGER], Channel.WHATSAPP)
    assert reply.text.startswith(brief(engine, DANGER) + "\n\n")
    assert all(signpost.name in "\n".join(all_texts(engine, [DANGER], Channel.WHATSAPP)) for signpost in reply.answer.signposts)


# ---------------------------------------------------------------------------------------------------------------------------------- WhatsApp


@pytest.mark.parametrize("said", [[TALKING], [TALKING, "2"], [TALKING, "SOURCES"], [DANGER], [URDU], [VAGUE], ["LANG URDU"], [TALKING, "HELP"]])
def test_whatsapp_messages_fit(engine: Engine, said: list[str]) -> None:
    messages = all_texts(engine, said, Channel.WHATSAPP, SITE)
    assert [len(one) for one in messages if not 0 < len(one) <= WHATSAPP_CHARACTERS] == []
    assert engine.reply(said, Channel.WHATSAPP).sms is None


def test_no_page_of_sources_is_too_long_for_whatsapp(engine: Engine, asked: list[Asked]) -> None:
    long = []
    for item in asked[::3]:
        if len(item.turns) == 1 and item.sms.answer.citations:
            messages = all_texts(engine, [*item.turns, "SOURCES"], Channel.WHATSAPP, SITE)
            long += [(item.turns[0], len(one)) for one in messages if len(one) > WHATSAPP_CHARACTERS]
    assert long == []


def test_whatsapp_shows_the_same_answer(engine: Engine) -> None:
    for said in ([TALKING], [TALKING, "2"], [TALKING, "MORE"], [TALKING, "SOURCES"], [DANGER, "HELP"], [VAGUE, "2"]):
        assert engine.reply(said, Channel.WHATSAPP).answer == engine.reply(said, Channel.SMS).answer


# --------------------------------------------------------------------------------------------------------------------------------- rewording


def test_plainer_words_are_used_for_more_and_for_a_number_too(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def plainer(answer: Answer) -> Answer:
        parts = tuple(replace(part, statements=tuple(replace(s, text=f"So: {s.text}") for s in part.statements)) for part in answer.parts)
        return replace(answer, parts=parts)

    monkeypatch.setattr(engine, "reword", plainer)
    for said in ([TALKING], [TALKING, "2"]):
        told = lines(all_texts(engine, said), engine)
        assert told
        assert [line for line in told if not line.startswith("So: ")] == []
