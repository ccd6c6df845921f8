"""Where the floors stand, and why: ``python -m benchmarks.floors`` measures each on messages kept apart and draws its curve in ``docs/floors``.

Three floors keep an answer from being given that should not be: *outside* the subject, what is asked for that *nobody can tell*, and *danger*.
Each is a log odds learned from the messages of ``content/``; the messages measured on are in ``tests/data`` and are never learned from.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.engine import Engine, open_engine
from bot.evaluate import REFUSALS, load_questions
from bot.records import Outcome
from bot.settings import BotSettings
from indexer.config import IndexerSettings, load_settings
from indexer.errors import WaymarkError
from indexer.heads import ASKS

ROOT = Path(__file__).resolve().parents[1]
DATA, TARGET = ROOT / "tests/data", ROOT / "docs/floors"
OUTSIDE = Outcome.OUT_OF_SCOPE.value
STEPS = np.arange(-5.0, 5.01, 0.25)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and draw; the exit status is 0, or 2 where there is nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floors", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--config", type=Path, help="configuration file (config.toml)")
    options = parser.parse_args(arguments)
    try:
        bot = load_settings(BotSettings, "bot", options.config)
        engine = open_engine(bot, load_settings(IndexerSettings, "indexer", options.config))
    except WaymarkError as fault:
        print(fault, file=sys.stderr)
        return 2
    TARGET.mkdir(parents=True, exist_ok=True)
    draw("outside", "Refused as outside the subject", *outside(engine), at=bot.outside_floor)
    danger_odds, is_danger = danger(engine)
    draw("danger", "Recognised as danger without a rule", danger_odds, is_danger, at=engine.reader.danger.learned_from)
    draw("asks", "Taken to ask for what nobody can tell", *asks(engine), at=bot.asked_floor)
    return 0


def outside(engine: Engine) -> tuple[list[float], list[bool]]:
    """Log odds of lying outside, and whether a message must be refused; for the practice questions where one or the other is right.

    Those that show danger or name another place are decided elsewhere.
    """
    judged = [q for q in practice() if "urgent" not in q["status"] and (set(q["status"]) <= REFUSALS or OUTSIDE not in q["status"])]
    found = [(engine.consider(q["turns"]), OUTSIDE in q["status"]) for q in judged]
    pairs = [(c.evidence.outside, refuse) for c, refuse in found if c.evidence and not (c.reading.elsewhere or c.reading.abroad)]
    return [odds for odds, _ in pairs], [refuse for _, refuse in pairs]


def danger(engine: Engine) -> tuple[list[float], list[bool]]:
    """Log odds of danger for messages of both kinds, and whether they show it."""
    rows = read(DATA / "danger-practice.jsonl")
    seen = [(engine.gatherer.gather(engine.reader.read([row["text"]])).danger, row["kind"] != "lookalike") for row in rows]
    return [odds for odds, _ in seen], [kind for _, kind in seen]


def asks(engine: Engine) -> tuple[list[float], list[bool]]:
    """Log odds of each thing that can be asked for, over all messages, and whether it is asked for."""
    odds, wanted = list[float](), list[bool]()
    for row in read(DATA / "asks-practice.jsonl"):
        told = engine.gatherer.odds(engine.reader.read([row["text"]]))[ASKS]
        odds += told.values()
        wanted += [label in row["labels"] for label in told]
    return odds, wanted


def practice() -> Iterable[dict[str, Any]]:
    """The practice questions."""
    return load_questions(DATA / "practice-questions.jsonl")


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file in JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def draw(name: str, title: str, odds: Sequence[float], wanted: Sequence[bool], at: float) -> None:
    """Print precision and recall by floor, and draw them with the floor that is set."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "waymark"
    from matplotlib import pyplot as plt

    scores, truth = np.array(odds), np.array(wanted)
    rows = [(float(step), *measures(scores >= step, truth)) for step in STEPS]
    print(f"\n{title}: {truth.sum()} of {len(truth)} should be; the floor is {at}")
    print("\n".join(f"  {step:6.2f}  precision {precision:6.1%}  recall {recall:6.1%}  wrongly {wrong}" for step, precision, recall, wrong in rows))
    figure, axes = plt.subplots(figsize=(6, 3.6))
    axes.plot(STEPS, [row[1] for row in rows], label="precision")
    axes.plot(STEPS, [row[2] for row in rows], label="recall", linestyle="--")
    axes.axvline(at, color="0.4", linestyle=":", label="the floor")
    axes.set(title=title, xlabel="log odds", ylim=(0, 1.02))
    axes.legend(loc="lower left")
    figure.tight_layout()
    figure.savefig(TARGET / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def measures(said: Any, truth: Any) -> tuple[float, float, int]:
    """Precision, recall, and how many were said wrongly; precision is 1 where nothing was said."""
    right = int((said & truth).sum())
    return (right / int(said.sum()) if said.any() else 1.0), right / max(1, int(truth.sum())), int((said & ~truth).sum())


if __name__ == "__main__":
    sys.exit(main())
