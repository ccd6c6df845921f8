"""The measures of a question file, worked out by hand on replies made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.engine import Engine
from bot.evaluate import QuestionError, evaluate, judge, load_questions, unsupported
from bot.records import Answer, Channel, Citation, Outcome, Part, Reply, Signpost, Statement
from tests.bot.conftest import Asked
from tests.bot.questions import DEVELOPMENT


class Spoken:
    """Stands in for the engine: says what it was told to say."""

    def __init__(self, replies: dict[str, Reply]) -> None:
        self.replies, self.asked = replies, list[tuple[list[str], Channel]]()

    def reply(self, turns: list[str], channel: Channel) -> Reply:
        self.asked.append((turns, channel))
        return self.replies[turns[-1]]


def reply(outcome: str, *ids: str, text: str = "Ring us.", statements: tuple[Statement, ...] = (), citations: tuple[Citation, ...] = ()) -> Reply:
    signposts = tuple(Signpost(id, "service", id, "why", None, None, (), "2025", None, 1) for id in ids)
    return Reply(text, Channel.WEB, "r1", Answer(Outcome(outcome), (Part("where", "Where to go", statements),), signposts, citations))


def question(id: str, status: list[str], **more: Any) -> dict[str, Any]:
    return {"id": id, "turns": [id], "status": status, "category": "clean"} | more


def measure(pairs: list[tuple[dict[str, Any], Reply]]) -> dict[str, Any]:
    spoken = Spoken({item["id"]: said for item, said in pairs})
    return evaluate(spoken, [item for item, _ in pairs])[0]  # type: ignore[arg-type]


def judged(item: dict[str, Any], said: Reply) -> Any:
    return judge(Spoken({item["turns"][-1]: said}), item)  # type: ignore[arg-type]


def test_the_start_is_the_first_signpost_and_three_are_looked_at() -> None:
    item = question("q", ["answered"], start=["a"], also=["b"])
    assert (judged(item, reply("answered", "a")).start, judged(item, reply("answered", "a")).among) == (True, True)
    assert (judged(item, reply("answered", "x", "b")).start, judged(item, reply("answered", "x", "b")).among) == (False, True)
    assert judged(item, reply("answered", "x", "y", "z", "a")).among is False
    assert (judged(item, reply("answered")).start, judged(item, reply("answered")).among) == (False, False)


def test_an_allowed_question_back_or_refusal_is_not_judged_on_its_start() -> None:
    item = question("q", ["answered", "clarify", "not_found"], start=["a"])
    assert judged(item, reply("clarify")).start is None
    assert judged(item, reply("not_found")).start is None
    assert judged(item, reply("out_of_scope")).start is False
    assert judged(question("q", ["out_of_scope"]), reply("answered", "a")).start is None


def test_what_must_and_must_not_be_said() -> None:
    item = question("q", ["answered", "clarify"], must_say=[["0161 496 0101", "the hub"], ["six weeks"]], must_not_say=["you’ll need"])
    assert judged(item, reply("answered", text="Ring 01614960101 within  SIX weeks")).says
    assert judged(item, reply("answered", text="The hub, six\nweeks")).says
    assert not judged(item, reply("answered", text="The hub")).says
    assert not judged(item, reply("answered", text="The hub, six weeks. You'll need it")).says
    assert judged(item, reply("clarify", text="How old?")).says
    assert not judged(item, reply("clarify", text="You'll need it")).says


def test_an_item_passes_when_all_three_hold() -> None:
    item = question("q", ["answered"], start=["a"], must_say=[["ring"]])
    assert judged(item, reply("answered", "a")).passed
    assert not judged(item, reply("urgent", "a")).passed
    assert not judged(item, reply("answered", "b")).passed
    assert not judged(item, reply("answered", "a", text="Write.")).passed


def test_the_channel_of_a_question_is_asked_on() -> None:
    spoken = Spoken({"x": reply("answered", "a")})
    judge(spoken, question("q", ["answered"], turns=["w", "x"], channel="sms"))  # type: ignore[arg-type]
    judge(spoken, question("q", ["answered"], turns=["x"]))  # type: ignore[arg-type]
    assert spoken.asked == [(["w", "x"], Channel.SMS), (["x"], Channel.WEB)]


def test_shares_overall_and_by_category() -> None:
    measures = measure(
        [
            (question("1", ["answered"], start=["a"]), reply("answered", "a")),
            (question("2", ["answered"], start=["a"], also=["b"]), reply("answered", "b")),
            (question("3", ["answered"], start=["a"]), reply("answered", "x")),
            (question("4", ["out_of_scope"], category="out-of-scope"), reply("out_of_scope")),
        ]
    )
    assert measures["overall"] == {"items": 4, "judged_on_start": 3, "hit@1": 0.3333, "hit@3": 0.6667, "status": 1.0, "says": 1.0, "passed": 0.5}
    assert measures["categories"]["clean"]["items"] == 3
    assert measures["categories"]["out-of-scope"]["hit@1"] is None
    assert measures["outcomes"] == {"answered": 3, "out_of_scope": 1}
    assert measures["clarify_rate"] == 0


def test_danger_missed_and_false_alarms() -> None:
    measures = measure(
        [
            (question("1", ["urgent"]), reply("urgent", "a")),
            (question("2", ["urgent"]), reply("answered", "a")),
            (question("3", ["urgent", "answered"]), reply("answered", "a")),
            (question("4", ["answered"], category="urgent-lookalike"), reply("urgent", "a")),
            (question("5", ["answered"]), reply("answered", "a")),
        ]
    )
    assert measures["urgent"] == {"items": 2, "recall": 0.5, "missed": ["2"], "lookalikes": 1, "false_alarms": ["4"]}


def test_refusals() -> None:
    measures = measure(
        [
            (question("1", ["not_found", "out_of_scope"]), reply("out_of_scope")),
            (question("2", ["out_of_scope"]), reply("answered", "a")),
            (question("3", ["answered"]), reply("not_found")),
            (question("4", ["answered", "not_found"]), reply("not_found")),
        ]
    )
    assert measures["refusal"] == {"wanted": 2, "recall": 0.5, "given": 3, "precision": 0.6667}


def test_groups() -> None:
    measures = measure(
        [
            (question("1", ["answered"], start=["a"], group="g1"), reply("answered", "a")),
            (question("2", ["answered"], start=["a"], group="g1"), reply("answered", "a")),
            (question("3", ["answered"], start=["a"], group="g2"), reply("answered", "a")),
            (question("4", ["answered"], start=["a"], group="g2"), reply("clarify")),
            (question("5", ["answered"], start=["a"], group="g3"), reply("answered", "b")),
            (question("6", ["answered"], start=["a"], group="g3"), reply("answered", "b")),
            (question("7", ["answered"], start=["a"], group=None), reply("answered", "b")),
        ]
    )
    assert measures["groups"] == {"groups": 3, "same_start": 0.6667, "same_and_right": 0.3333, "apart": {"g2": ["a", "clarify"]}}


def test_no_questions_give_no_shares() -> None:
    measures = measure([])
    assert measures["overall"]["hit@1"] is None
    assert measures["urgent"]["recall"] is None


CITED = Citation(
    1,
    "Toy library",
    "What it is",
    "/services/toy-library",
    "Ring 0161 496 0101 or toys@example.org, https://toys.example.org, by week 6.",
    "2025",
    None,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ring 0161 496 0101 by week 6. [1]", []),
        ("E-mail toys@example.org or see https://toys.example.org. [1]", []),
        ("Ring 0161 496 0199. [1]", ["0161 496 0199"]),
        ("Within 12 weeks. [1]", ["12"]),
        ("See https://other.example.org [1]", ["https://other.example.org"]),
        ("E-mail other@example.org [1]", ["other@example.org"]),
        ("From 2025. [1]", []),
    ],
)
def test_facts_that_no_citation_holds(text: str, found: list[str]) -> None:
    assert list(unsupported(reply("answered", "a", text=text, citations=(CITED,)))) == found


def test_a_sentence_whose_citation_is_missing_is_unsupported() -> None:
    said = reply("answered", "a", text="It is free.", statements=(Statement("It is free.", 2),), citations=(CITED,))
    assert list(unsupported(said)) == ["It is free."]


def test_fixed_wording_may_name_999() -> None:
    said = reply("urgent", "a", text="Ring 999 now.", statements=(Statement("Ring 999 now."),))
    assert list(unsupported(said)) == []


def test_no_reply_holds_an_unsupported_fact(asked: list[Asked]) -> None:
    bad = [(item.turns, found) for item in asked for said in item.replies.values() if (found := list(unsupported(said)))]
    assert bad == []


def test_questions_are_read(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(
        '{"id": "1", "turns": ["a"], "status": ["answered"], "note": "x"}\n\n{"id": "2", "turns": ["a", "b"], "status": ["urgent"]}\n',
        encoding="utf-8",
    )
    assert [q["id"] for q in load_questions(file)] == ["1", "2"]
    assert len(load_questions(DEVELOPMENT)) == 160


@pytest.mark.parametrize("bad", ["x", "[]", "{}", '{"id": "1", "turns": ["a"]}', '{"id": "1", "turns": 3, "status": ["answered"]}', "null"])
def test_a_line_that_is_no_question_is_named(tmp_path: Path, bad: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"id": "1", "turns": ["a"], "status": ["answered"]}\n' + bad + "\n", encoding="utf-8")
    with pytest.raises(QuestionError, match=r"q\.jsonl:2: not a question"):
        load_questions(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match=r"cannot read .*none\.jsonl: No such file"):
        load_questions(tmp_path / "none.jsonl")


def test_a_real_reply_is_judged(engine: Engine) -> None:
    result = judge(engine, question("q", ["answered"], turns=["how do i claim dla for my 6 year old"], start=["disability-living-allowance"]))
    assert (result.status, result.start, result.among, result.says, result.unsupported) == (True, True, True, True, ())
