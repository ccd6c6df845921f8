"""Waymark's side: the build from nothing, a build with nothing changed, and whole answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.common import FIRST, Question, hits, memory_mb, questions, run, timed


def _settings(folder: Path) -> Any:
    """The configured settings with releases in the benchmark's own folder."""
    from indexer.config import IndexerSettings, load_settings

    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    settings = load_settings(IndexerSettings, "indexer", Path(facts["config"]) if facts["config"] else None)
    return settings.model_copy(update={"release_dir": folder / "releases"})


def build(folder: Path) -> Iterator[dict[str, Any]]:
    """Build and publish a release, in a folder that holds none or that holds one of the same."""
    start = perf_counter()
    from indexer.build import build as publish

    built = publish(_settings(folder))
    yield {"seconds": perf_counter() - start, "cpu_seconds": process_time(), "texts": built.embedded, "changed": built.changed}
    _without_torch()


def ask(folder: Path) -> Iterator[dict[str, Any]]:
    """Open the release, answer once, then time every question."""
    reply = _replies(folder)
    reply({"turns": [FIRST], "channel": "web"})
    yield {"answered": True}
    yield {"times": timed(reply, questions()), "rss_mb": memory_mb()}
    _without_torch()


def judge(folder: Path) -> Iterator[dict[str, Any]]:
    """How often the right place is named."""
    reply = _replies(folder)
    yield {"answers": hits(lambda question: [signpost.id for signpost in reply(question).answer.signposts], questions())}


def _replies(folder: Path) -> Callable[[Question], Any]:
    from bot.engine import open_engine
    from bot.records import Channel
    from bot.settings import BotSettings
    from indexer.config import load_settings

    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    bot = load_settings(BotSettings, "bot", Path(facts["config"]) if facts["config"] else None)
    engine = open_engine(bot, _settings(folder))
    return lambda question: engine.reply(question["turns"], Channel(question["channel"]))


def _without_torch() -> None:
    heavy = sorted({"torch", "sentence_transformers", "transformers", "langchain_core"} & set(sys.modules))
    if heavy:
        raise SystemExit(f"Waymark's side imported {', '.join(heavy)}: is the model exported? Run 'python -m indexer build' first")


if __name__ == "__main__":
    run({"build": build, "ask": ask, "judge": judge})
