"""Many questions with one model load: same order, same replies, and bad lines named by number."""

from __future__ import annotations

import json

import pytest

from bot.batch import BatchError, answer_lines
from bot.engine import Engine
from bot.records import Channel
from tests.bot.questions import everything

BAD = [
    ("not json", "expected an object"),
    ("[]", "expected an object"),
    ("3", "expected an object"),
    ("null", "expected an object"),
    ('"text"', "expected an object"),
    ("{}", "turns"),
    ('{"id": 1}', "turns"),
    ('{"turns": ["a"]}', "id"),
    ('{"id": 1, "turns": ["a"], "channel": "pigeon"}', "pigeon"),
    ('{"id": 1, "turns": ["a"], "channel": null}', "expected an object"),
    ('{"id": 1, "turns": []}', "one or more texts"),
    ('{"id": 1, "turns": "a"}', "one or more texts"),
    ('{"id": 1, "turns": [1]}', "one or more texts"),
    ('{"id": 1, "turns": [null]}', "one or more texts"),
    ('{"id": 1, "turns": {"0": "a"}}', "one or more texts"),
    ('{"id": 1, "turns": ["a"]', "expected an object"),
]


def line(id: object, turns: list[str], channel: str | None = None) -> str:
    return json.dumps({"id": id, "turns": turns} | ({"channel": channel} if channel else {}))


def test_replies_keep_the_order_and_are_those_of_the_engine(engine: Engine) -> None:
    channels = list(Channel)
    items = [(f"q{n}", turns, channels[n % len(channels)]) for n, turns in enumerate(everything())]
    replies = [json.loads(reply) for reply in answer_lines(engine, [line(id, turns, channel) for id, turns, channel in items])]
    assert [reply["id"] for reply in replies] == [id for id, *_ in items]
    for reply, (id, turns, channel) in zip(replies, items, strict=True):
        assert reply == json.loads(json.dumps({"id": id, **engine.reply(turns, channel).as_dict(id)}))


@pytest.mark.parametrize("id", ["a", 7, None, "ä 中", ["x"]])
def test_an_id_comes_back_as_it_was_given(engine: Engine, id: object) -> None:
    (reply,) = answer_lines(engine, [line(id, ["hello"])])
    assert json.loads(reply)["id"] == id


def test_a_reply_is_one_line_in_its_own_letters(engine: Engine) -> None:
    (reply,) = answer_lines(engine, [line("x", ["Mój syn ma pięć lat i nie mówi. Gdzie mogę szukać pomocy?"])])
    assert "\n" not in reply
    assert "językiem" in reply


def test_the_web_is_meant_where_no_channel_is_named(engine: Engine) -> None:
    (reply,) = answer_lines(engine, [line("x", ["hello"])])
    assert "sms" not in json.loads(reply)


def test_empty_lines_are_passed_over(engine: Engine) -> None:
    assert [json.loads(reply)["id"] for reply in answer_lines(engine, ["", line(1, ["hello"]), "  \n", line(2, ["hello"]), ""])] == [1, 2]


@pytest.mark.parametrize(("bad", "why"), BAD, ids=range(len(BAD)))
def test_a_bad_line_is_named_by_its_number_after_the_good_ones_before_it(engine: Engine, bad: str, why: str) -> None:
    replies = answer_lines(engine, [line(1, ["hello"]), "", bad, line(2, ["hello"])])
    assert json.loads(next(replies))["id"] == 1
    with pytest.raises(BatchError, match=rf"^line 3: .*{why}"):
        next(replies)
