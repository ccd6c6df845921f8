"""What both sides of the benchmark share: the questions, and how a run is timed."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

QUESTIONS = Path(__file__).resolve().parent.parent / "tests" / "data" / "dev-questions.jsonl"
FIRST = "how do i ask for an ehc needs assessment for my son"
"""Asked first by a process that has just started."""
WARM_UP = 5
OTHER_LANGUAGE = "lang"
"""Category of the questions that are not in English."""

Question = dict[str, Any]


def questions() -> list[Question]:
    """The development questions."""
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if line.strip()]


def timed(ask: Callable[[Question], object], asked: Sequence[Question]) -> dict[str, list[float]]:
    """Milliseconds of each question, by language; a few are asked before the clock runs."""
    for question in asked[:WARM_UP]:
        ask(question)
    times: dict[str, list[float]] = {"english": [], "other": []}
    for question in asked:
        start = perf_counter()
        ask(question)
        times["other" if question["category"] == OTHER_LANGUAGE else "english"].append(1000 * (perf_counter() - start))
    return times


def hits(first_three: Callable[[Question], Sequence[str]], asked: Sequence[Question]) -> dict[str, float]:
    """Share of the questions with a right place to start whose first, or any of whose first three, places is right."""
    judged = [q for q in asked if q["start"]]
    named = [(q, list(first_three(q))[:3]) for q in judged]
    first = sum(ids[:1] != [] and ids[0] in q["start"] for q, ids in named)
    among = sum(any(id in (*q["start"], *q["also"]) for id in ids) for q, ids in named)
    return {"judged": len(judged), "hit@1": first / len(judged), "hit@3": among / len(judged)}


def with_content(folder: Path) -> None:
    """Take over what the live release knows of the content, so that what else is indexed is what is measured."""
    from indexer.config import IndexerSettings, load_settings
    from indexer.release import CURRENT, live_id

    settings = load_settings(IndexerSettings, "indexer")
    if (live := live_id(settings.release_dir)) and (settings.release_dir / "embeddings.sqlite").exists():
        shutil.copytree(settings.release_dir / live, folder / live)
        shutil.copyfile(settings.release_dir / "embeddings.sqlite", folder / "embeddings.sqlite")
        (folder / CURRENT).symlink_to(live)


def memory_mb() -> float:
    """Memory of this process that is in RAM now (RSS), in megabytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def say(**facts: Any) -> None:
    """One line of JSON for the process that started this one."""
    print(json.dumps(facts), flush=True)


def run(tasks: dict[str, Callable[[Path], Iterator[dict[str, Any]]]]) -> None:
    """``python -m benchmarks.<side> TASK FOLDER``: carry out one task, saying each of its facts as it comes."""
    task, folder = sys.argv[1:]
    for facts in tasks[task](Path(folder)):
        say(**facts)
