from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda

from bot import reword as module
from bot.engine import Engine
from bot.evaluate import unsupported
from bot.records import Answer, Channel, Citation, Outcome, Part, Reply, Statement
from bot.reword import PARTS, open_model, reword, rewording
from indexer.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]

WHAT = "Portage is a teaching service that visits the homes of young children."
HOW = "You can ask the team yourself, and you do not need a diagnosis."
LIMIT = "The team must answer within 6 weeks."
FAILS = "If the answer is no, ask SENDIASS for advice about what to do."
LEAD, PHONE, DATED, FIXED = "Start with: Portage.", "Phone: 0161 474 4444", "From: Portage page (2024). Not yet confirmed.", "No person reads this."

ANSWER = Answer(
    Outcome.ANSWERED,
    (
        Part("where", "Where to go", (Statement(LEAD, 1), Statement(WHAT, 1, 0.5), Statement(HOW, 2), Statement(PHONE, 3), Statement(DATED, 4))),
        Part("expect", "What to expect", (Statement(LIMIT, 5, 0.7),)),
        Part("documents", "What the documents say", (Statement(WHAT, 1),)),
        Part("else", "If that does not work", (Statement(FAILS, 6), Statement(FIXED))),
        Part("note", "Please note", (Statement(HOW, 2),)),
    ),
    citations=tuple(
        Citation(n, "Portage", section, "/services/portage", quote, "2024", None)
        for n, section, quote in (
            (1, "What it is", WHAT), (2, "How to get in", HOW), (3, "How to reach them", PHONE), (4, "Where this comes from", "Portage page, 2024"),
            (5, "Time limits", LIMIT), (6, "If it does not work", FAILS),
        )
    ),
)
SENTENCES = [WHAT, HOW, LIMIT, FAILS]
GOOD = [
    "Portage is a teaching service. Staff visit the homes of young children.",
    "You can ask the team. You do not need a diagnosis.",
    "The team must answer you within 6 weeks.",
    "If they say no, ask SENDIASS for advice on what to do.",
]


def model(answer: Any) -> FakeListChatModel:
    return FakeListChatModel(responses=[answer if isinstance(answer, str) else json.dumps(answer)])


def texts(answer: Answer, *parts: str) -> list[str]:
    return [s.text for part in answer.parts if part.id in parts for s in part.statements]


def test_good_rewordings_take_the_place_of_their_sentences() -> None:
    fresh = reword(ANSWER, model(GOOD))
    assert texts(fresh, "where") == [LEAD, GOOD[0], GOOD[1], PHONE, DATED]
    assert texts(fresh, "expect") == [GOOD[2]]
    assert texts(fresh, "else") == [GOOD[3], FIXED]


def test_nothing_but_the_text_of_three_parts_changes() -> None:
    fresh = reword(ANSWER, model(GOOD))
    assert fresh != ANSWER
    assert texts(fresh, "documents", "note") == texts(ANSWER, "documents", "note")
    assert replace(fresh, parts=()) == replace(ANSWER, parts=())
    for old, new in zip(ANSWER.parts, fresh.parts, strict=True):
        assert [(s.citation, s.weight) for s in old.statements] == [(s.citation, s.weight) for s in new.statements]
        assert (old.id, old.title) == (new.id, new.title)


def test_each_sentence_stands_or_falls_by_itself() -> None:
    answered = [GOOD[0], "You can ask the team yourself, and you need a diagnosis.", GOOD[2], "If the answer is no, ring Childline on 0800 1111."]
    fresh = reword(ANSWER, model(answered))
    assert texts(fresh, "where", "expect", "else") == [LEAD, GOOD[0], HOW, PHONE, DATED, GOOD[2], FAILS, FIXED]


def test_curly_quotes_and_line_breaks_are_put_right() -> None:
    fresh = reword(ANSWER, model([WHAT, "You can ask the team,\nand you don\u2019t need a diagnosis.", LIMIT, FAILS]))
    assert texts(fresh, "where")[2] == "You can ask the team, and you don't need a diagnosis."


@pytest.mark.parametrize("wrapped", ["```json\n{}\n```", "```\n{}\n```", "\n  {}  \n"])
def test_a_list_in_a_fence_is_read(wrapped: str) -> None:
    assert texts(reword(ANSWER, model(wrapped.format(json.dumps(GOOD)))), "expect") == [GOOD[2]]


@pytest.mark.parametrize(
    "answered",
    [
        "", "   ", "Sure! Here you are.", "null", "42", '"text"', "{}",
        json.dumps({"sentences": GOOD}), json.dumps(GOOD[:3]), json.dumps([*GOOD, "More."]), json.dumps([*GOOD[:3], None]),
        json.dumps([*GOOD[:3], 6]), json.dumps([*GOOD[:3], ["nested"]]), json.dumps([]), json.dumps(GOOD)[:-1],
        "[" * 100_000, json.dumps(["", "", "", ""]), json.dumps(["\x00", "\u200b", "\n", " "]),
    ],
)
def test_nonsense_leaves_the_answer_as_it_is(answered: str) -> None:
    assert reword(ANSWER, model(answered)) == ANSWER


HOSTILE = [
    "Ignore the council. Ring 0161 496 0000.", "Pay at https://evil.example.org now.", "Mail me at a@b.co about it.",
    "Ask Barnardos instead of us all.", "<script>alert(1)</script>", "Your child has autism and will get a plan.",
    "Your child is entitled to a plan.", "Give him 10 mg of melatonin.", "You do not need to do anything.", "You must pay for it.",
    "\u202egnihtyna", "A" * 10_000, "Teh council iz rubbish, do it urself.",
]


@pytest.mark.parametrize("line", HOSTILE)
def test_hostile_rewordings_are_dropped(line: str) -> None:
    assert reword(ANSWER, model([line] * 4)) == ANSWER


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.ANSWERED])
def test_only_answers_are_reworded(outcome: Outcome) -> None:
    asked: list[Any] = []
    answer = replace(ANSWER, outcome=outcome)
    assert reword(answer, RunnableLambda(asked.append)) is answer
    assert asked == []


def test_the_model_sees_sentences_of_the_answer_and_nothing_else() -> None:
    seen: list[Any] = []

    def record(messages: Any) -> AIMessage:
        seen.append(messages)
        return AIMessage(json.dumps(GOOD))

    assert texts(reword(ANSWER, RunnableLambda(record)), "expect") == [GOOD[2]]
    [[(first, task), (second, sent)]] = seen
    assert (first, second) == ("system", "human")
    assert json.loads(sent) == SENTENCES
    assert not any(sentence in task for sentence in SENTENCES)


@pytest.mark.parametrize("give", [json.dumps, lambda fresh: AIMessage([{"type": "text", "text": json.dumps(fresh)}])])
def test_any_runnable_will_do(give: Callable[[list[str]], Any]) -> None:
    assert texts(reword(ANSWER, RunnableLambda(lambda _: give(GOOD))), "expect") == [GOOD[2]]


@pytest.mark.parametrize("given", [None, 7, AIMessage(""), object()])
def test_an_answer_of_another_kind_is_nonsense(given: Any) -> None:
    assert reword(ANSWER, RunnableLambda(lambda _: given)) == ANSWER


def test_nothing_to_reword_asks_nobody() -> None:
    answer = replace(ANSWER, parts=(Part("where", "Where to go", (Statement(LEAD, 1), Statement(PHONE, 3), Statement(FIXED))),))
    asked: list[Any] = []
    assert reword(answer, RunnableLambda(asked.append)) is answer
    assert asked == []


@pytest.mark.parametrize("fault", [RuntimeError("key sk-secret refused"), TimeoutError(), ValueError(), ConnectionError(), MemoryError()])
def test_a_model_that_fails_leaves_the_answer_as_it_is(fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Any) -> None:
        raise fault

    with caplog.at_level(logging.WARNING):
        assert reword(ANSWER, RunnableLambda(fail)) == ANSWER
    assert f"the model failed ({type(fault).__name__})" in caplog.text
    assert "secret" not in caplog.text


@pytest.fixture
def waiting() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()
    end_calls()


def end_calls() -> None:
    """Wait for the calls that were given up on."""
    for thread in [thread for thread in threading.enumerate() if thread.name == "reword"]:
        thread.join()


def test_a_model_that_is_too_slow_leaves_the_answer_as_it_is(waiting: threading.Event, caplog: pytest.LogCaptureFixture) -> None:
    def wait(_: Any) -> str:
        waiting.wait()
        return json.dumps(GOOD)

    with caplog.at_level(logging.WARNING):
        assert reword(ANSWER, RunnableLambda(wait), timeout=0.01) == ANSWER
    assert "no answer from the model in 0.01 seconds" in caplog.text


def test_calls_given_up_on_do_not_pile_up(waiting: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", threading.BoundedSemaphore(2))
    begun = []

    def wait(_: Any) -> str:
        begun.append(threading.current_thread())
        waiting.wait()
        return json.dumps(GOOD)

    for _ in range(5):
        assert reword(ANSWER, RunnableLambda(wait), timeout=0.01) == ANSWER
    waiting.set()
    end_calls()
    assert len(begun) == 2
    assert reword(ANSWER, model(GOOD)) != ANSWER, "a call that has ended makes room for another"


def test_no_model_is_the_default() -> None:
    assert rewording("")(ANSWER) is ANSWER


def test_a_real_answer_holds_no_unsupported_fact_whatever_the_model_says(engine: Engine) -> None:
    answer = engine.answer(["school wont apply for an ehcp for my son who is 8, can i apply myself and how long does it take"])
    assert answer.outcome is Outcome.ANSWERED
    quotes = {c.n: c.quote for c in answer.citations}

    def spoil(messages: Any) -> str:
        sentences = json.loads(messages[1][1])
        assert len(sentences) > 3
        assert all(any(sentence in quote for quote in quotes.values()) for sentence in sentences)
        return json.dumps([f"{s[:-1]}, ring 0161 496 0999." if i % 2 else s.replace("You can", "Parents can") for i, s in enumerate(sentences)])

    fresh = reword(answer, RunnableLambda(spoil))
    assert fresh.citations == answer.citations
    assert "0999" not in " ".join(texts(fresh, *PARTS))
    text = "\n".join(s.text for part in fresh.parts for s in part.statements)
    assert list(unsupported(Reply(text, Channel.WEB, engine.release_id, fresh))) == []


def test_danger_is_never_reworded(engine: Engine) -> None:
    answer = engine.answer(["my daughter has taken an overdose"])
    assert answer.outcome is Outcome.URGENT
    assert reword(answer, model(GOOD)) is answer


def langchain_with(init: Callable[[str], Any]) -> dict[str, ModuleType]:
    models = ModuleType("langchain.chat_models")
    models.init_chat_model = init  # type: ignore[attr-defined]
    return {"langchain": ModuleType("langchain"), "langchain.chat_models": models}


def put(monkeypatch: pytest.MonkeyPatch, modules: dict[str, ModuleType]) -> None:
    for name, value in modules.items():
        monkeypatch.setitem(sys.modules, name, value)


def test_a_named_model_rewords(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def init(name: str) -> FakeListChatModel:
        opened.append(name)
        return model(GOOD)

    put(monkeypatch, langchain_with(init))
    apply = rewording("ollama:llama3", 5.0)
    assert opened == ["ollama:llama3"]
    assert texts(apply(ANSWER), "expect") == [GOOD[2]]


@pytest.mark.parametrize(
    ("name", "package"),
    [("anthropic:a-model", "langchain-anthropic"), ("ollama:a-model", "langchain-ollama"), ("google_genai:a-model", "langchain-google-genai")],
)
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, name: str, package: str) -> None:
    monkeypatch.setitem(sys.modules, "langchain", None)
    monkeypatch.delitem(sys.modules, "langchain.chat_models", raising=False)
    with pytest.raises(ConfigError, match=rf"\[bot\] reword_model '{name}' needs packages.*pip install langchain {package}"):
        open_model(name)

    def missing(_: str) -> None:
        raise ImportError(f"please install {package}")

    put(monkeypatch, langchain_with(missing))
    with pytest.raises(ConfigError, match=rf"\[bot\] reword_model '{name}' needs a package.*pip install {package}"):
        rewording(name)


@pytest.mark.parametrize("fault", [ValueError("no such provider\nkey=sk-secret"), RuntimeError("no key\nkey=sk-secret"), TypeError("bad\nsk-secret")])
def test_a_model_that_cannot_be_opened_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail(_: str) -> None:
        raise fault

    put(monkeypatch, langchain_with(fail))
    with pytest.raises(ConfigError, match=r"\[bot\] reword_model 'nonsense' cannot be opened") as raised:
        open_model("nonsense")
    assert str(fault).splitlines()[0] in str(raised.value)
    assert "secret" not in str(raised.value)


def test_langchain_is_imported_only_for_a_named_model() -> None:
    code = "import sys; from bot.reword import rewording; rewording(''); print([n for n in sys.modules if n.startswith('langchain')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
