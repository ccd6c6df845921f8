"""Pins the measured quality as a floor: ``python -m tests.pin_quality``; ``--lower "reason"`` where a floor has to come down.

The floors of each question file are in ``tests/data/quality.json``, with the digests of the questions and of the content that they were measured
on. ``tests/bot/test_quality.py`` fails when a measure falls below its floor. A floor is raised freely; it is lowered only with a reason, which is
kept in the file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.engine import open_engine
from bot.evaluate import evaluate, load_questions
from bot.settings import BotSettings
from indexer.build import build
from indexer.config import IndexerSettings
from tests.conftest import ADAPTER, LOCK, MODELS, ROOT, TEST_RELEASES

DATA = ROOT / "tests" / "data"
QUESTIONS = (DATA / "dev-questions.jsonl", DATA / "practice-questions.jsonl")
PINNED = DATA / "quality.json"
MEASURES = (
    "hit@1",
    "hit@3",
    "urgent recall",
    "calm without a false alarm",
    "refusal precision",
    "refusal recall",
    "groups with the same start",
    "groups with the same and right start",
)


class PinError(Exception):
    """The floors cannot be pinned; the message says why and what to do."""


def digest(path: Path) -> str:
    """The SHA-256 of a question file, or of all files of a folder with their names."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    whole = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        whole.update(f"{file.relative_to(path)}\0{digest(file)}\n".encode())
    return whole.hexdigest()


def floors_of(measures: Mapping[str, Any]) -> dict[str, float]:
    """The pinned measures out of all that ``evaluate`` gives; one that could not be taken counts as nothing."""
    taken = (
        measures["overall"]["hit@1"],
        measures["overall"]["hit@3"],
        measures["urgent"]["recall"],
        1 - len(measures["urgent"]["false_alarms"]) / measures["questions"],
        measures["refusal"]["precision"],
        measures["refusal"]["recall"],
        measures["groups"]["same_start"],
        measures["groups"]["same_and_right"],
    )
    return {name: round(value or 0.0, 4) for name, value in zip(MEASURES, taken, strict=True)}


def fallen(measured: Mapping[str, float], floors: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """The measures below their floors, each with its floor and what was measured."""
    return {name: (floor, measured.get(name, 0.0)) for name, floor in floors.items() if measured.get(name, 0.0) < floor}


def pin(measures: Mapping[str, Any], digests: Mapping[str, str], before: Mapping[str, Any] | None, reason: str | None) -> dict[str, Any]:
    """What the file of floors is to hold for one question file.

    Args:
        measures: what ``evaluate`` gives.
        digests: of the questions and the content measured on.
        before: what the file holds for them now, or None.
        reason: why a floor may come down, or None.

    Raises:
        PinError: if a floor would come down without a reason, or there is an unsupported fact, which nothing excuses.
    """
    if measures["unsupported_facts"]:
        raise PinError(f"not pinned: unsupported facts {measures['unsupported_facts']}; there may be none")
    measured = floors_of(measures)
    lowered = list(before["lowered"]) if before else []
    drops = fallen(measured, before["floors"]) if before else {}
    if drops and not (reason and reason.strip()):
        listed = ", ".join(f"{name} {floor} -> {value}" for name, (floor, value) in drops.items())
        raise PinError(f'not pinned: this would lower {listed}. If that is right, say why: --lower "reason"')
    if drops and reason:
        lowered += [{"measure": name, "from": floor, "to": value, "reason": reason.strip()} for name, (floor, value) in drops.items()]
    return {
        "digests": dict(digests),
        "items": measures["questions"],
        "floors": measured,
        "lowered": lowered,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and pin; the exit status is 1 where nothing was pinned."""
    parser = argparse.ArgumentParser(prog="python -m tests.pin_quality", description="Pins the measured quality as a floor.")
    parser.add_argument("--lower", metavar="REASON", help="why a floor may come down; kept in the file")
    options = parser.parse_args(arguments)
    settings = IndexerSettings(
        content=ROOT / "content", release_dir=TEST_RELEASES, model_dir=MODELS, model_lock=LOCK, adapter=ADAPTER, keep_releases=2
    )
    build(settings)
    engine = open_engine(BotSettings(), settings)
    before = json.loads(PINNED.read_text(encoding="utf-8")) if PINNED.exists() else {}
    pinned = {}
    try:
        for path in QUESTIONS:
            digests = {"questions": digest(path), "content": digest(ROOT / "content")}
            pinned[path.name] = pin(evaluate(engine, load_questions(path))[0], digests, before.get(path.name), options.lower)
    except PinError as fault:
        print(f"{path.name}: {fault}", file=sys.stderr)
        return 1
    PINNED.write_text(json.dumps(pinned, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({name: held["floors"] for name, held in pinned.items()}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
