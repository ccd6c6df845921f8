"""What pins catch: ``python -m benchmarks.pins`` pins each need of ``wordings.toml`` and asks everything else there is.

*Recall*: a need is pinned in all of its wordings but one, and the one left out is asked. *Others*: all needs are pinned in all wordings, and the
questions of ``tests/data`` are asked, each of which either means the same as a wording or is caught by mistake; they are printed to be read. A
wording of one need must never be caught by the pin of another.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from bot.consistency import WORDINGS, load_wordings
from bot.engine import Engine, open_engine
from bot.evidence import Evidence
from bot.pins import Pinned
from bot.settings import BotSettings
from indexer.config import IndexerSettings, load_settings
from indexer.encoder import Vectors
from indexer.errors import WaymarkError
from indexer.pins import Pin

DATA = Path(__file__).resolve().parents[1] / "tests/data"
START = "stockport-local-offer"
"""Where every pin leads: a place for all ages, so that no age keeps a message from it."""


class Pins:
    """Pins over needs, and what is asked of them; every text is embedded once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._vectors: dict[str, Vectors] = {}

    def over(self, needs: Mapping[str, Sequence[str]]) -> Pinned:
        """One pin for each need, in these wordings."""
        day = dt.date(2026, 11, 30)
        pins = tuple(
            Pin(id=f"need-{number}", start=START, wordings=tuple(texts), reason=need, agreed=day, review_due=day, rests_on="-")
            for number, (need, texts) in enumerate(needs.items(), 1)
        )
        vectors = np.stack([self._vector(text) for texts in needs.values() for text in texts])
        return Pinned(dataclasses.replace(self._engine.release, pins=pins, pin_vectors=vectors), self._engine.reader, self._engine.gatherer)

    def caught(self, pinned: Pinned, text: str) -> str | None:
        """The need whose pin a message belongs to."""
        vector = self._vector(text)
        found = pinned.find(self._engine.reader.read([text]), Evidence((), (), vector, asked=vector))
        return found.reason if found else None

    def _vector(self, text: str) -> Vectors:
        if text not in self._vectors:
            reading, release = self._engine.reader.read([text]), self._engine.release
            self._vectors[text] = release.encoder.both(release.wording.learnable(reading.repaired, reading.language == "en")[1])[1]
        return self._vectors[text]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 0, or 2 where there is nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pins", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--config", type=Path, help="configuration file (config.toml)")
    options = parser.parse_args(arguments)
    try:
        indexer = load_settings(IndexerSettings, "indexer", options.config)
        engine = open_engine(load_settings(BotSettings, "bot", options.config), indexer)
        needs = {need: [w.turns[0] for w in told] for need, told in load_wordings(indexer.content / WORDINGS).items()}
    except WaymarkError as fault:
        print(fault, file=sys.stderr)
        return 2
    pins = Pins(engine)
    left_out = [(need, text, [other for other in texts if other != text]) for need, texts in needs.items() for text in texts]
    found = sum(pins.caught(pins.over({need: others}), text) is not None for need, text, others in left_out)
    print(f"recall: {found} of {len(left_out)} wordings left out are caught by the others of their need")
    same = pins.over(needs)
    print(f"same words: {sum(pins.caught(same, text) == need for need, text, _ in left_out)} of {len(left_out)} are caught by their own pin")
    others_of = {need: pins.over(_but(needs, need)) for need in needs}
    wrong = [text for need, text, _ in left_out if pins.caught(others_of[need], text)]
    print(f"other needs: {len(wrong)} of {len(left_out)} wordings are caught by the pin of another need", *wrong, sep="\n  ")
    asked = list(dict.fromkeys(_questions()))
    caught = [(text, need) for text in asked if (need := pins.caught(same, text))]
    print(f"others: {len(caught)} of {len(asked)} questions of tests/data are caught")
    for text, need in caught:
        print(f"  {need}: {text}")
    return 0


def _but(needs: Mapping[str, Sequence[str]], left_out: str) -> dict[str, Sequence[str]]:
    return {need: texts for need, texts in needs.items() if need != left_out}


def _questions() -> Iterator[str]:
    """Every first message of the question files, and every message of the practice sets."""
    for path in sorted(DATA.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield row["turns"][0] if "turns" in row else row["text"]


if __name__ == "__main__":
    raise SystemExit(main())
