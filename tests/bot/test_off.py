"""What is switched off is not named, its line is said, nothing else moves, and danger is answered as if nothing were off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from bot import gsm
from bot.engine import Engine, open_engine
from bot.explain import explain
from bot.off import LONGEST, NOTHING_OFF, Off, public_line
from bot.records import Answer, Channel, Outcome
from bot.settings import BotSettings
from indexer.config import IndexerSettings
from indexer.wording import load_toml
from tests.bot.questions import everything

LINE = "We are putting this right. Please look again on Monday."
LONG = ("Because of works on our lines nobody can be reached until next week. " * 5)[:300]
TALKING = "my son is 3 and does not talk yet, who do i ring"
PLAN = "how do i ask for an ehc needs assessment for my son, he is 8"
DANGER = [
    ["I want to kill myself"],
    ["my daughter is not breathing"],
    ["my son is 14 and wont go to school", "he says he wants to kill himself"],
    ["my husband hits me and the kids are scared"],
    ["he took an overdose", "who do i ring"],
    ["Mój syn chce się zabić"],
    ["hello", "3", "my son has stopped breathing"],
    [TALKING, "my house is on fire and we cant get out. " + "He likes trains. " * 300],
]
TEXTED = [["i want to kill myself", word] for word in ("MORE", "HELP", "1", "SOURCES", "LANG POLISH", "STOP", "who do i ring")]


def everything_off(engine: Engine) -> list[Off]:
    """Each sort of thing off by itself, as wide as it goes, and all at once."""
    entries, topics = dict.fromkeys(engine.every_entry, LINE), {group.id: LINE for group in engine.groups.groups}
    channels = {channel.value: LINE for channel in Channel}
    return [Off(entries=entries), Off(topics=topics), Off(channels=channels), Off(service=LINE), Off(entries, topics, channels, LINE)]


@pytest.fixture(scope="module")
def small(small_built: IndexerSettings) -> Engine:
    return open_engine(BotSettings(), small_built)


def lines(answer: Answer) -> list[str]:
    return [statement.text for part in answer.parts for statement in part.statements]


def first_line(engine: Engine, answer: Answer) -> str:
    """The first line of an answer after when to ring 999, which comes before everything."""
    return next(line for line in lines(answer) if line != engine.phrases.lines["if_danger"])


def named(engine: Engine, answer: Answer) -> set[str]:
    """The ids of all entries that an answer names or quotes."""
    addresses = {entry.address: id for id, entry in engine.every_entry.items()}
    return {s.id for s in answer.signposts} | {addresses[c.url] for c in answer.citations if c.url in addresses}


# danger


@pytest.mark.parametrize("turns", DANGER, ids=[turns[-1][:30] for turns in DANGER])
@pytest.mark.parametrize("channel", list(Channel))
def test_danger_gets_exactly_the_reply_it_would_have_got(engine: Engine, turns: list[str], channel: Channel) -> None:
    usual = engine.reply(turns, channel)
    assert usual.outcome is Outcome.URGENT
    for off in everything_off(engine):
        view = engine.without(off)
        assert view.reply(turns, channel) == usual
        assert view.answer(turns) == engine.answer(turns)


@pytest.mark.parametrize("turns", TEXTED, ids=[turns[-1] for turns in TEXTED])
def test_what_is_said_to_a_text_of_danger_is_answered_as_ever(engine: Engine, turns: list[str]) -> None:
    usual = engine.reply(turns, Channel.SMS, "https://example.org")
    for off in everything_off(engine):
        assert engine.without(off).reply(turns, Channel.SMS, "https://example.org") == usual


def test_every_entry_that_a_reply_to_danger_names_is_known(engine: Engine) -> None:
    kinds = load_toml(engine.release.folder / "urgent.toml")["kinds"]
    assert {kind["start"] for kind in kinds} < engine.danger_places
    assert engine.phrases.interpreter in engine.danger_places
    for turns in DANGER:
        assert named(engine, engine.answer(turns)) <= engine.danger_places
    assert engine.danger_places < set(engine.every_entry)


# entries


def test_an_entry_that_would_have_led_is_explained_first(engine: Engine) -> None:
    usual = engine.answer([TALKING])
    evidence, first = engine.consider([TALKING]).evidence, usual.signposts[0].id
    assert evidence
    second = next(c.id for c in evidence.ours() if c.id != first)
    view = engine.without(Off(entries={first: LINE}))
    answer = view.answer([TALKING])
    assert (answer.outcome, answer.signposts[0].id) == (Outcome.ANSWERED, second)
    assert first not in named(engine, answer)
    assert answer.parts[0].id == "note"
    assert answer.parts[0].statements[0].text == LINE
    assert answer.parts[0].statements[0].citation is None
    for channel in (Channel.SMS, Channel.WHATSAPP):
        assert view.reply([TALKING], channel).text.startswith(LINE)
    assert f"switched off: entry {first}: {LINE}" in explain(view, [TALKING]).splitlines()
    assert "switched off" not in explain(engine, [TALKING])


def test_an_entry_that_would_have_come_second_is_left_out_without_a_word(engine: Engine) -> None:
    usual = engine.answer([TALKING])
    view = engine.without(Off(entries={usual.signposts[1].id: LINE}))
    answer = view.answer([TALKING])
    assert answer.signposts[0].id == usual.signposts[0].id
    assert usual.signposts[1].id not in named(engine, answer)
    assert LINE not in lines(answer)
    assert f"switched off: entry {usual.signposts[1].id}: {LINE}" in explain(view, [TALKING])


OFF = ("sendiass-stockport", "speech-and-language-therapy", "interpreting-and-translation", "senco", "short-breaks", "stockport-local-offer")


def test_what_is_off_is_named_in_no_answer_and_nothing_else_moves(engine: Engine) -> None:
    guides = [id for id, entry in engine.every_entry.items() if entry.kind == "framework"]
    gone = {*OFF, *guides[::2]}
    assert gone <= set(engine.every_entry)
    view, moved, guided = engine.without(Off(entries=dict.fromkeys(gone, LINE))), 0, 0
    for turns in everything():
        usual, answer = engine.answer(turns), view.answer(turns)
        if usual.outcome is Outcome.URGENT or not gone & named(engine, usual):
            assert answer == usual, turns
            continue
        moved, guided = moved + 1, guided + bool(set(guides) & gone & named(engine, usual))
        assert not gone & named(engine, answer), turns
        assert (LINE in lines(answer)) == (bool(usual.signposts) and usual.signposts[0].id in gone), turns
        if LINE in lines(answer):
            assert first_line(engine, answer) == LINE
        elif usual.signposts:
            assert (answer.outcome, answer.signposts[0]) == (usual.outcome, usual.signposts[0])
    assert moved > 50
    assert guided


def test_where_no_next_place_is_likely_nothing_is_found(engine: Engine) -> None:
    evidence = engine.consider([PLAN]).evidence
    assert evidence
    likely = {c.id for c in evidence.candidates if c.probability >= engine.settings.answer_floor}
    view = engine.without(Off(entries=dict.fromkeys(likely & set(engine.every_entry), LINE)))
    answer = view.answer([PLAN])
    assert (answer.outcome, answer.signposts) == (Outcome.NOT_FOUND, ())
    assert lines(answer)[:2] == [LINE, engine.phrases.lines["not_found_route"]]
    assert named(engine, answer) == {id for id in engine.phrases.best_human if id in view.entries} != set()


def test_with_every_route_off_the_line_stands_alone(small: Engine) -> None:
    answer = small.without(Off(entries=dict.fromkeys(small.every_entry, LINE))).answer(["where can i borrow toys"])
    assert (answer.outcome, lines(answer)) == (Outcome.NOT_FOUND, [LINE])


def test_a_place_that_is_off_cannot_be_picked(engine: Engine) -> None:
    second = engine.answer([TALKING]).signposts[1].id
    view = engine.without(Off(entries={second: LINE}))
    for turns in ([TALKING, "the second one"], [TALKING, "2"]):
        for channel in (Channel.WEB, Channel.SMS):
            assert second not in named(engine, view.reply(turns, channel).answer)


# topics


def topics_of(engine: Engine, id: str) -> list[str]:
    return [group.id for group in engine.groups.groups if id in group.entries]


def test_a_topic_that_is_off_gets_its_line_and_a_person(engine: Engine) -> None:
    lead = engine.answer([PLAN]).signposts[0].id
    topic = topics_of(engine, lead)[0]
    view = engine.without(Off(topics={topic: LINE}))
    answer = view.answer([PLAN])
    assert (answer.outcome, answer.signposts) == (Outcome.NOT_FOUND, ())
    assert lines(answer)[:2] == [LINE, engine.phrases.lines["not_found_route"]]
    assert set(engine.phrases.best_human) >= named(engine, answer) != set()
    assert view.reply([PLAN], Channel.SMS).text.startswith(LINE)
    assert f"switched off: topic {topic}: {LINE}" in explain(view, [PLAN]).splitlines()


def test_a_topic_that_is_off_moves_nothing_of_others(engine: Engine) -> None:
    topic = "money-and-breaks"
    held = {id for group in engine.groups.groups if group.id == topic for id in group.entries}
    assert held
    view, met = engine.without(Off(topics={topic: LINE})), 0
    for turns in everything():
        usual, answer = engine.answer(turns), view.answer(turns)
        starts = {signpost.id for signpost in usual.signposts}
        if usual.outcome is Outcome.URGENT or not starts & held:
            assert answer == usual, turns
        elif usual.signposts[0].id in held:
            met += 1
            assert (answer.outcome, answer.signposts, first_line(engine, answer)) == (Outcome.NOT_FOUND, (), LINE)
        else:
            assert answer.signposts[0] == usual.signposts[0]
            assert not {signpost.id for signpost in answer.signposts} & held
    assert met


def test_where_the_next_place_stands_in_a_topic_that_is_off_both_lines_are_said(small_content_groups: Engine) -> None:
    engine = small_content_groups
    asked = ["where can i borrow toys for my disabled son, and can he learn to swim"]
    usual = [signpost.id for signpost in engine.answer(asked).signposts]
    other = {"toy-library": "toys", "swimming-club": "swimming", "bus-pass": "buses"}[usual[1]]
    answer = engine.without(Off(entries={usual[0]: "Gone."}, topics={other: "Shut."})).answer(asked)
    assert (answer.outcome, lines(answer)[:2]) == (Outcome.NOT_FOUND, ["Gone.", "Shut."])


@pytest.fixture
def small_content_groups(small: Engine) -> Iterator[Engine]:
    from indexer.groups import Groups

    held = small.groups
    rows = [{"id": id, "name": id, "line": id, "entries": [entry]} for id, entry in
            (("toys", "toy-library"), ("swimming", "swimming-club"), ("buses", "bus-pass"))]
    small.groups = Groups.model_validate({"groups": rows})
    yield small
    small.groups = held


# channels and the service


@pytest.mark.parametrize("line", [LINE, LONG], ids=["short", "long"])
@pytest.mark.parametrize("turns", [[TALKING], ["hello"], [""], ["我的孩子不说话"], [TALKING, "who do i ring"], ["when are the bins emptied"]])
@pytest.mark.parametrize("channel", list(Channel))
def test_a_channel_or_the_service_that_is_off_says_so_whatever_is_asked(engine: Engine, line: str, turns: list[str], channel: Channel) -> None:
    for off in (Off(channels={channel.value: line}), Off(service=line)):
        reply = engine.without(off).reply(turns, channel)
        assert reply.outcome is Outcome.ERROR
        assert lines(reply.answer)[0] == public_line(line)
        assert public_line(line) in reply.text
        assert reply.answer.signposts == ()
        if reply.sms:
            assert (reply.sms.encoding, reply.sms.segments <= 3) == ("GSM-7", True)
            assert "MORE" not in reply.text


def test_a_channel_that_is_off_leaves_the_others_on(engine: Engine) -> None:
    view = engine.without(Off(channels={"sms": LINE}))
    for channel in set(Channel) - {Channel.SMS}:
        assert view.reply([TALKING], channel) == engine.reply([TALKING], channel)


def test_a_person_is_named_unless_that_is_off_too(engine: Engine) -> None:
    first, second = engine.phrases.best_human[:2]
    for gone, route in (((), first), ((first,), second)):
        answer = engine.without(Off(entries=dict.fromkeys(gone, "Gone."), service=LINE)).reply(["hello"], Channel.WEB).answer
        assert named(engine, answer) == {route}


@pytest.mark.parametrize("word", ["STOP", "START", "DELETE", "HELP"])
def test_words_about_the_service_work_while_it_is_off(engine: Engine, word: str) -> None:
    for turns in ([word], [TALKING, word]):
        assert engine.without(Off(service=LINE)).reply(turns, Channel.SMS) == engine.reply(turns, Channel.SMS)


@pytest.mark.parametrize("word", ["MORE", "1", "SOURCES", "LANG POLISH", "LANG"])
def test_words_about_an_answer_get_the_line(engine: Engine, word: str) -> None:
    for turns in ([word], [TALKING, word], [TALKING, "HELP", word]):
        reply = engine.without(Off(channels={"sms": LINE})).reply(turns, Channel.SMS)
        assert (reply.outcome, reply.text.startswith(LINE)) == (Outcome.ERROR, True)


def test_a_trace_says_that_the_channel_is_off(engine: Engine) -> None:
    view = engine.without(Off(channels={"sms": LINE}, service=""))
    assert f"switched off: channel sms: {LINE}" in explain(view, [TALKING], Channel.SMS).splitlines()
    assert "switched off" not in explain(view, [TALKING], Channel.WEB)
    assert "switched off" not in explain(view, ["she is not breathing"], Channel.SMS)
    assert f"switched off: service: {LINE}" in explain(engine.without(Off(service=LINE)), ["hello"]).splitlines()


# the switches themselves


def test_nothing_off_is_false_and_anything_off_is_true(engine: Engine) -> None:
    assert not NOTHING_OFF
    assert all((Off({"a": LINE}), Off(topics={"a": LINE}), Off(channels={"sms": LINE}), Off(service=LINE)))
    assert engine.without(NOTHING_OFF) is engine
    digests = {off.digest for off in (NOTHING_OFF, *everything_off(engine), Off({"a": "x"}), Off({"a": "y"}), Off(topics={"a": "x"}))}
    assert len(digests) == 9


def test_a_view_is_kept_while_the_same_is_off(engine: Engine) -> None:
    off = Off(entries={"portage": LINE})
    view = engine.without(off)
    assert engine.without(Off(entries={"portage": LINE})) is view is view.without(off)
    assert view.without(NOTHING_OFF) is engine
    other = view.without(Off(service=LINE))
    assert "portage" in other.entries
    assert "portage" not in view.entries
    assert "portage" in view.every_entry
    assert view.every_entry is engine.entries
    assert view.release is engine.release
    view.answer([PLAN])
    assert other.recall((PLAN,)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  Back on\nMonday. ", "Back on Monday."),
        ("“We’re closed” – sorry…", '"We\'re closed" - sorry...'),
        ("Closed 😀 today", "Closed today"),
        ("Café", "Café"),
        ("Zamknięte", "Zamkniete"),
        ("word " * 100, ("word " * 60).strip()),
        ("€" * 400, "€" * 150),
    ],
)
def test_a_public_line_can_be_said_on_every_channel(text: str, said: str) -> None:
    assert public_line(text) == said
    assert gsm.encoding(public_line(text)) == "GSM-7"
    assert gsm.septets(public_line(text)) <= LONGEST


def test_an_id_that_is_not_known_switches_nothing_off(engine: Engine) -> None:
    view = engine.without(Off(entries={"no-such": LINE}, topics={"no-such": LINE}))
    asked: Sequence[list[str]] = ([TALKING], [PLAN], ["hello"])
    assert [view.answer(turns) for turns in asked] == [engine.answer(turns) for turns in asked]
