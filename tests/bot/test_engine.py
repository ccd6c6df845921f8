"""From messages to a reply: its JSON, every channel alike, conversations, and messages that nobody expects."""

from __future__ import annotations

import json
import logging
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Engine, LiveEngine, open_engine
from bot.records import Channel, Outcome, Reply
from bot.settings import BotSettings
from indexer.build import build
from indexer.config import IndexerSettings
from indexer.errors import ContentError, ReleaseError
from tests.bot.conftest import Asked
from tests.bot.questions import everything

ZALGO = "".join(c + "\u0334\u0321\u035d\u0489" for c in "my son is 4 and isnt talking")
FILLER = "He likes trains and we went to the park and it rained all day. "

STRANGE = [
    ("empty", "", {"error"}),
    ("spaces", "   \n\t  ", {"error"}),
    ("emoji", "😀😀👍🏽👨‍👩‍👧", {"error"}),
    ("punctuation", "?!... --- ***", {"error"}),
    ("control characters", "\x00\x01\x02\x07\x1b\x7f", {"error"}),
    ("invisible characters", "\u200b\u200e\u202e\u2066\ufeff", {"error"}),
    ("null bytes within", "my son is 4\x00 and isnt\x00 talking", {"answered"}),
    ("control characters within", "my\x07 son is 4 and\x1b isnt talking", {"answered"}),
    ("right-to-left marks", "\u202emy son is 4 and isnt talking\u202c\u200f", {"answered"}),
    ("zalgo", ZALGO, {"answered", "clarify", "not_found", "out_of_scope"}),
    ("html", "<b>my son is 4 and isnt talking</b><script>alert(1)</script>", {"answered"}),
    ("only html", "<script>alert(document.cookie)</script>", {"answered", "clarify", "not_found", "out_of_scope"}),
    ("sql", "'; DROP TABLE conversations; --", {"answered", "clarify", "not_found", "out_of_scope"}),
    ("sql and a question", "my son is 4 and isnt talking' OR 1=1; --", {"answered"}),
    ("braces", "{name} {0} {{}} %s %(x)s", {"answered", "clarify", "not_found", "out_of_scope"}),
    ("paths", "../../etc/passwd", {"answered", "clarify", "not_found", "out_of_scope"}),
    ("lone surrogate", "my son is 4 and isnt talking \ud83d", {"answered"}),
    ("one letter", "a", {"clarify", "not_found", "out_of_scope"}),
    ("digits", "0161 496 0000", {"answered", "clarify", "not_found", "out_of_scope"}),
    ("one long word", "a" * 3000, {"answered", "clarify", "not_found", "out_of_scope"}),
    ("4,000 characters", (FILLER * 100)[:4000], {"answered", "clarify", "not_found", "out_of_scope"}),
    ("5,000 characters", (FILLER * 100)[:5000], {"error"}),
    ("20,000 characters", (FILLER * 400)[:20000], {"error"}),
    ("100,000 letters", "ab" * 50_000, {"error"}),
    ("brackets", "(((([[[[" * 400, {"error"}),
    ("repeated words", "is is is " * 400, {"answered", "clarify", "not_found", "out_of_scope"}),
]

DANGER = [
    "I want to kill myself",
    "my daughter is not breathing",
    "<b>i want to kill myself</b>",
    "i want\x00 to kill\x00 myself",
    "I WANT TO KILL MYSELF!!!",
    "i want to kill myself 😭😭😭",
    FILLER * 60 + "I want to kill myself. " + FILLER * 18,
    "I want to kill myself. " + FILLER * 78,
    FILLER * 78 + "I want to kill myself.",
]


@pytest.fixture(scope="module")
def small(small_built: IndexerSettings) -> Engine:
    return open_engine(BotSettings(), small_built)


def assert_reply(data: Any, channel: Channel) -> None:
    """The JSON of a reply has the keys that are promised, each of its type, and no others."""
    needed = {"conversation", "outcome", "text", "signposts", "citations", "understood", "release"}
    assert set(data) - {"choices", "sms"} == needed
    assert ("sms" in data) == (channel is Channel.SMS)
    assert all(type(data[key]) is str and data[key] for key in ("outcome", "text", "release"))
    assert data["outcome"] in {outcome.value for outcome in Outcome}
    for signpost in data["signposts"]:
        assert set(signpost) == {"id", "kind", "name", "why", "who_for", "how_to_get_in", "contacts", "dated", "checked", "citation"}
        assert all(type(signpost[key]) is str and signpost[key] for key in ("id", "kind", "name", "why", "dated"))
        assert signpost["kind"] in {"service", "topic"}
        assert all(signpost[key] is None or type(signpost[key]) is str for key in ("who_for", "how_to_get_in", "checked"))
        assert type(signpost["citation"]) is int
        assert signpost["citation"] in {c["n"] for c in data["citations"]}
        for contact in signpost["contacts"]:
            assert {"type", "value"} <= set(contact) <= {"type", "value", "hours", "description"}
            assert contact["type"] in {"phone", "text", "textphone", "email", "link", "address"}
            assert all(type(value) is str and value for value in contact.values())
    for citation in data["citations"]:
        assert set(citation) == {"n", "title", "section", "url", "quote", "dated", "checked"}
        assert type(citation["n"]) is int
        assert all(type(citation[key]) is str for key in ("title", "section", "url", "quote", "dated"))
        assert citation["quote"]
        assert citation["checked"] is None or type(citation["checked"]) is str
    if "choices" in data:
        assert data["choices"]
        assert all(type(choice) is str and choice for choice in data["choices"])
    understood = data["understood"]
    assert set(understood) <= {"age", "area", "needs"}
    assert type(understood.get("age", 0)) is int
    assert type(understood.get("area", "")) is str
    assert all(type(need) is str for need in understood.get("needs", []))
    if "sms" in data:
        assert set(data["sms"]) == {"encoding", "segments"}
        assert data["sms"]["encoding"] in {"GSM-7", "UCS-2"}
        assert type(data["sms"]["segments"]) is int


def test_every_reply_is_the_json_that_is_promised(asked: list[Asked]) -> None:
    for item in asked:
        for channel, reply in item.replies.items():
            assert_reply(json.loads(json.dumps(reply.as_dict("c1"))), channel)
            assert reply.as_dict("c1")["conversation"] == "c1"


def test_what_was_understood_is_in_the_reply(engine: Engine) -> None:
    data = engine.reply(["my 3 year old isnt talking, we live in brinnington"], Channel.WEB).as_dict("")
    assert data["understood"] == {"age": 3, "area": "brinnington", "needs": ["speech-language-communication"]}
    assert data["release"] == engine.release_id


def test_every_channel_gives_the_same_outcome_and_first_signpost(engine: Engine) -> None:
    for turns in everything():
        replies = [engine.reply(turns, channel) for channel in Channel]
        assert len({r.outcome for r in replies}) == 1, turns
        assert len({tuple(s.id for s in r.answer.signposts) for r in replies}) == 1, turns


def test_the_same_question_gives_the_same_reply(engine: Engine, asked: list[Asked]) -> None:
    for item in asked[::20]:
        assert engine.reply(item.turns, Channel.WEB).as_dict("") == item.web.as_dict("")


@pytest.mark.parametrize(("text", "outcomes"), [(text, outcomes) for _, text, outcomes in STRANGE], ids=[name for name, *_ in STRANGE])
@pytest.mark.parametrize("channel", [Channel.WEB, Channel.SMS])
def test_strange_messages_are_answered_for_what_they_are(engine: Engine, text: str, outcomes: set[str], channel: Channel) -> None:
    reply = engine.reply([text], channel)
    assert reply.outcome.value in outcomes
    assert_reply(reply.as_dict(""), channel)
    assert "<script" not in reply.text
    assert not [c for c in reply.text if unicodedata.category(c) in {"Cc", "Cs"} and c != "\n"]


@pytest.mark.parametrize("text", DANGER, ids=range(len(DANGER)))
@pytest.mark.parametrize("channel", list(Channel))
def test_danger_comes_before_whatever_else_is_wrong(engine: Engine, text: str, channel: Channel) -> None:
    reply = engine.reply([text], channel)
    assert reply.outcome is Outcome.URGENT
    assert "999" in reply.text[:160]
    assert reply.answer.signposts[0].id == "emergency-999"


def test_danger_in_the_middle_of_a_conversation(engine: Engine) -> None:
    turns = ["my son is 14 and wont go to school", "he says he wants to kill himself"]
    assert engine.reply(turns, Channel.WEB).outcome is Outcome.URGENT
    assert engine.reply([*turns, "different question, how do i get dla"], Channel.WEB).outcome is Outcome.ANSWERED


def test_no_message_at_all_is_an_empty_one(engine: Engine) -> None:
    reply = engine.reply([], Channel.WEB)
    assert (reply.outcome, reply.text.splitlines()[-1]) == (Outcome.ERROR, engine.phrases.lines["empty"])


def test_the_limit_of_a_question_is_a_setting(small_built: IndexerSettings) -> None:
    short = open_engine(BotSettings(question_characters=200), small_built)
    assert short.questions_limit == 200
    assert short.reply(["toys " * 40], Channel.WEB).outcome is not Outcome.ERROR
    too_long = short.reply(["toys " * 41], Channel.WEB)
    assert (too_long.outcome, too_long.text.splitlines()[-1]) == (Outcome.ERROR, short.phrases.lines["too_long"])
    assert short.reply(["toys " * 41 + "the house is on fire"], Channel.WEB).outcome is Outcome.URGENT


@pytest.mark.parametrize(
    "question", ["who do i ring?", "whats the number", "and how long does it take?", "what do they do?", "what does it cost", "ok and where are they"]
)
@pytest.mark.parametrize(
    ("first", "known"),
    [
        ("my 3 year old isnt talking, we live in reddish", {"age": 3, "area": "reddish"}),
        ("i think my 9 year old is autistic, who can assess him", {"age": 9}),
        ("how do i claim dla for my son, he is 6", {"age": 6}),
        ("my daughter is too anxious to go to school shes 13", {"age": 13}),
        ("council refused to assess my son for a plan", {}),
    ],
)
def test_a_follow_up_keeps_age_area_and_subject(engine: Engine, first: str, known: dict[str, Any], question: str) -> None:
    before, after = engine.answer([first]), engine.answer([first, question])
    assert after.outcome is Outcome.ANSWERED
    assert {key: after.understood.get(key) for key in known} == known
    assert after.signposts[0].id == before.signposts[0].id


def test_a_new_subject_leaves_the_old_one(engine: Engine) -> None:
    reply = engine.reply(["my 3 year old isnt talking, we live in reddish", "different question, how do i claim dla for my son"], Channel.WEB)
    assert reply.answer.signposts[0].id == "disability-living-allowance"
    assert "speech-language-communication" not in reply.answer.understood.get("needs", [])


def test_an_age_given_afterwards_counts(engine: Engine) -> None:
    young = engine.reply(["i think my son is autistic, who can assess him", "he is 3"], Channel.WEB).answer
    older = engine.reply(["i think my son is autistic, who can assess him", "he is 9"], Channel.WEB).answer
    assert (young.understood["age"], older.understood["age"]) == (3, 9)
    assert young.signposts[0].id != older.signposts[0].id


@pytest.mark.parametrize("text", ["hello", "hi there", "thanks", "help", "please help", "pls help me"])
def test_a_message_that_says_nothing_is_asked_back(engine: Engine, text: str) -> None:
    assert engine.reply([text], Channel.WEB).outcome is Outcome.CLARIFY


@pytest.mark.parametrize(
    "text",
    [
        "what is the capital of france",
        "write me a poem about cats",
        "when are my bins emptied",
        "who won the match last night",
        "fix my laptop screen",
    ],
)
def test_what_is_not_ours_is_refused(engine: Engine, text: str) -> None:
    assert engine.reply([text], Channel.WEB).outcome is Outcome.OUT_OF_SCOPE


def test_a_family_elsewhere_is_told_where_to_ask(engine: Engine) -> None:
    reply = engine.reply(["we live in leeds and he needs an ehcp"], Channel.WEB)
    assert (reply.outcome, reply.answer.signposts, reply.answer.citations) == (Outcome.NOT_FOUND, (), ())
    assert "Leeds" in reply.text


@pytest.fixture
def own_release(small_content: Path, small_built: IndexerSettings, tmp_path: Path) -> IndexerSettings:
    shutil.copytree(small_built.release_dir, tmp_path / "live", symlinks=True)
    return small_built.model_copy(update={"content": small_content, "release_dir": tmp_path / "live"})


def test_a_new_release_is_taken_up(own_release: IndexerSettings) -> None:
    live = LiveEngine(BotSettings(), own_release)
    before = live.current()
    assert live.current() is before
    built = build(own_release, force=True)
    assert built.id != before.release_id
    assert live.current().release_id == built.id
    assert live.current() is live.current()


def test_a_faulty_release_leaves_the_old_one_serving(own_release: IndexerSettings, caplog: pytest.LogCaptureFixture) -> None:
    live = LiveEngine(BotSettings(), own_release)
    before = live.current()
    built = build(own_release, force=True)
    passages = own_release.release_dir / built.id / "passages.json"
    passages.write_text(passages.read_text(encoding="utf-8") + " ", encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        assert live.current() is before
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert built.id in caplog.text
    assert "passages.json" in caplog.text
    assert live.current() is before
    assert len(caplog.records) == 1  # said once, not at every question
    assert before.reply(["toys for a baby"], Channel.WEB).outcome is Outcome.ANSWERED


def test_without_a_release_there_is_no_engine(tmp_path: Path, small_built: IndexerSettings) -> None:
    with pytest.raises(ReleaseError, match="python -m indexer build"):
        open_engine(BotSettings(), small_built.model_copy(update={"release_dir": tmp_path}))


def test_a_release_with_faulty_wording_is_no_engine(small: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_folder: Path) -> None:
        raise ContentError("replies.toml: [lines] start is missing")

    monkeypatch.setattr("bot.engine.load_phrases", missing)
    with pytest.raises(ContentError, match="start is missing"):
        Engine(BotSettings(), small.release)


def test_replies_know_their_outcome(small: Engine) -> None:
    reply: Reply = small.reply(["toys for a baby"], Channel.API)
    assert reply.outcome is reply.answer.outcome is Outcome.ANSWERED
    assert reply.as_dict("x")["outcome"] == "answered"
