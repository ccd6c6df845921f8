"""Which pin a question belongs to: one with the same words, or with nearly the same that are read alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.evidence import AGE_SLACK, Evidence, Gatherer, ages_of
from bot.reading import Reader, Reading
from indexer.encoder import Vectors
from indexer.entries import Entry
from indexer.pins import Pin, same_words
from indexer.release import Release

NEAR, CLOSE = 0.85, 0.92
"""Least cosine of a message to a wording of a pin to count as a paraphrase: where what was learned ranks the same place first for both, and where
it does not (docs/experiments.md)."""
_AGES_APART = 2.0
"""Years by which the ages in a message and in a wording may differ."""
_OLDEST = 25
"""The age up to which young people have special educational needs in law: a place for all up to it has no limit that matters."""
_DENIES = re.compile(
    r"\b(?:no|not|never|nobody|none|nothing|without|cannot|\w+n't|(?:do|does|did|is|are|was|wo|ca|should|would|could|has|have|had)nt)\b"
)


@dataclass(frozen=True)
class _Told:
    """A wording of a pin as it is read, and the place that it starts with."""

    pin: Pin
    start: Entry | None
    reading: Reading


class Pinned:
    """The pins of one release, ready to be looked up; false where there are none. Safe to share between threads.

    A pin is for the message alone, not for what was said before. A message that only asks on ("who do I ring?") stays with the pin before it.
    """

    def __init__(self, release: Release, reader: Reader, gatherer: Gatherer) -> None:
        """Read the wordings of the release's pins."""
        self._gatherer, self._vectors = gatherer, release.pin_vectors
        self._pins: Mapping[str, Pin] = {pin.id: pin for pin in release.pins}
        entries = release.entries
        self._told = [_Told(pin, entries.get(pin.start), reader.read([text])) for pin in release.pins for text in pin.wordings]
        self._same = {same_words(told.reading.repaired): told.pin for told in reversed(self._told)}

    def __bool__(self) -> bool:
        return bool(self._pins)

    def find(self, reading: Reading, evidence: Evidence) -> Pin | None:
        """The pin that a message belongs to; None where it belongs to none.

        Args:
            reading: what was understood; in another language than English only the same words count.
            evidence: what was found for it, with its vector as a message.
        """
        if not self._pins:
            return None
        if reading.context and (reading.picked or reading.only_asks_on or reading.text in reading.before.choices):
            return None if reading.picked else self._pins.get(reading.before.pin or "")
        return self._same.get(same_words(reading.repaired)) or self._near(reading, evidence)

    def _near(self, reading: Reading, evidence: Evidence) -> Pin | None:
        """The pin of the nearest wording that is near enough, among those that are read alike."""
        asked = evidence.asked
        if asked is None or reading.language != "en":
            return None
        nearness = self._vectors @ asked
        for at in map(int, (-nearness).argsort(kind="stable")):
            told = self._told[at]
            if nearness[at] < NEAR:
                return None
            if alike(told.reading, reading, told.start) and (nearness[at] >= CLOSE or self._led_alike(told.reading, at, reading, asked)):
                return told.pin
        return None

    def _led_alike(self, wording: Reading, at: int, message: Reading, asked: Vectors) -> bool:
        """Whether the same place is first for a wording and a message, as far as was learned."""
        return self._gatherer.leader(wording, self._vectors[at]) == self._gatherer.leader(message, asked)


def alike(wording: Reading, message: Reading, start: Entry | None) -> bool:
    """Whether a message may be about the same as a wording, for all that is read in both: needs, what is denied, what nobody can tell, and ages.

    An age in the message has to be near that in the wording, and one that the place to start is for. Where the wording says an age and the place
    is not for all of them, the message must say one too.
    """
    if wording.language != "en" or set(wording.needs) != set(message.needs) or wording.limits != message.limits:
        return False
    if bool(_DENIES.search(wording.repaired)) != bool(_DENIES.search(message.repaired)):
        return False
    youngest, oldest = ages_of(start) if start else (0, 130)
    if message.age is None:
        return wording.age is None or (youngest == 0 and oldest >= _OLDEST)
    fits = youngest - AGE_SLACK <= message.age < oldest + 1 + AGE_SLACK
    return fits and (wording.age is None or abs(wording.age - message.age) <= _AGES_APART)
