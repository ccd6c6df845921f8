"""Optional rewording of an answer that already stands, by a language model that LangChain can open. The default is none.

The model is shown sentences of the answer, which are published content, and never the question. What comes back is held against each
sentence (:mod:`bot.faithful`) and dropped, the sentence kept, wherever it says anything else. Citations are untouched, so that each goes on
quoting the exact words that its statement rests on.
"""

from __future__ import annotations

import json
import logging
import queue
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any, Protocol

from bot.faithful import is_faithful
from bot.records import Answer, Outcome, Part
from indexer.errors import ConfigError
from indexer.passages import REACH, SOURCES
from indexer.wording import clean

log = logging.getLogger(__name__)

PARTS = frozenset({"where", "expect", "else"})
TIMEOUT = 4.0
"""Seconds that a model is waited for."""

_TASK = (
    "You are given a JSON list of sentences from a council's guide for families. Reword each one so that a nine-year-old can read it aloud. "
    "Keep its meaning exactly. Keep every number, time limit, name, 'must', 'can', 'may' and 'not'. Add nothing: no names, numbers, links, "
    "advice or promises. Answer with a JSON list of the same length and order, and nothing else."
)
_AT_ONCE = threading.BoundedSemaphore(8)
"""Calls under way, those given up on included; beyond it answers are left as they are."""

_FENCE = re.compile(r"^```(?:json)?\s*|\s*```$")


class Invokes(Protocol):
    """What is needed of a model: a LangChain chat model, or any runnable that takes messages."""

    def invoke(self, input: Any, /) -> Any:
        """The answer to a list of messages: a message or text."""


def rewording(name: str, timeout: float = TIMEOUT) -> Callable[[Answer], Answer]:
    """What ``[bot] reword_model`` asks for: a function from an answer to itself, reworded where that is safe.

    Args:
        name: a model as LangChain names it (``anthropic:...``, ``ollama:...``); empty for none.
        timeout: seconds that the model is waited for.

    Raises:
        ConfigError: if the model cannot be opened, naming the package that is missing where one is.
    """
    return partial(reword, model=open_model(name), timeout=timeout) if name else lambda answer: answer


def open_model(name: str) -> Invokes:
    """A chat model by its LangChain name.

    Raises:
        ConfigError: if it cannot be opened, naming the package that is missing where one is.
    """
    provider = name.partition(":")[0].replace("_", "-")
    try:
        init_chat_model = import_module("langchain.chat_models").init_chat_model
    except ImportError as fault:
        raise ConfigError(f"[bot] reword_model {name!r} needs packages that are not installed: pip install langchain langchain-{provider}") from fault
    try:
        model: Invokes = init_chat_model(name)
    except ImportError as fault:
        raise ConfigError(f"[bot] reword_model {name!r} needs a package that is not installed: pip install langchain-{provider} ({fault})") from fault
    except Exception as fault:
        # each provider has errors of its own; their first line says what is missing, the rest may repeat settings
        raise ConfigError(f"[bot] reword_model {name!r} cannot be opened: {type(fault).__name__}: {str(fault).partition(chr(10))[0]}") from fault
    return model


def reword(answer: Answer, model: Invokes, timeout: float = TIMEOUT) -> Answer:
    """An answer with its sentences reworded where the rewording is safe; an urgent one, or any that is not ``answered``, as it is.

    Nothing is raised: a model that fails, takes longer than ``timeout`` seconds or answers nonsense leaves the answer as it is.
    """
    if answer.outcome is not Outcome.ANSWERED:
        return answer
    sentences = _sentences(answer)
    new = _ask(model, sentences, timeout) if sentences else []
    kept = {old: fresh for old, text in zip(sentences, new, strict=True) if (fresh := clean(text)) and is_faithful(old, fresh)} if new else {}
    return replace(answer, parts=tuple(_with(part, kept) for part in answer.parts)) if kept else answer


def _sentences(answer: Answer) -> list[str]:
    """Cited sentences that may be reworded: those in a passage's exact words, contacts and sources aside."""
    quotes = {c.n: c.quote for c in answer.citations if c.section not in (REACH, SOURCES)}
    statements = [s for part in answer.parts if part.id in PARTS for s in part.statements]
    return list(dict.fromkeys(s.text for s in statements if s.citation in quotes and s.text in quotes[s.citation]))


def _with(part: Part, kept: dict[str, str]) -> Part:
    if part.id not in PARTS:
        return part
    return replace(part, statements=tuple(replace(s, text=kept.get(s.text, s.text)) if s.citation else s for s in part.statements))


def _ask(model: Invokes, sentences: Sequence[str], timeout: float) -> list[str]:
    """The model's rewordings, one for each sentence, or none at all."""
    calls = _AT_ONCE
    if not calls.acquire(blocking=False):
        log.warning("rewording left out: too many calls of the model are under way")
        return []
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def call() -> None:
        try:
            done.put(model.invoke([("system", _TASK), ("human", json.dumps(sentences, ensure_ascii=False))]))
        except Exception as fault:  # whatever a provider raises, the answer stands without it
            done.put(fault)
        finally:
            calls.release()

    try:
        threading.Thread(target=call, name="reword", daemon=True).start()
    except RuntimeError:
        calls.release()
        log.warning("rewording left out: no thread to call the model from")
        return []
    try:
        answered = done.get(timeout=timeout)
    except queue.Empty:
        log.warning("rewording left out: no answer from the model in %s seconds", timeout)
        return []
    if isinstance(answered, Exception):
        log.warning("rewording left out: the model failed (%s)", type(answered).__name__)
        return []
    return _parsed(answered, len(sentences))


def _parsed(answered: Any, count: int) -> list[str]:
    text = answered if isinstance(answered, str) else getattr(answered, "text", "")
    try:
        found = json.loads(_FENCE.sub("", str(text).strip()))
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list) and len(found) == count and all(isinstance(item, str) for item in found):
        return found
    log.warning("rewording left out: the model did not answer with a list of %s sentences", count)
    return []
