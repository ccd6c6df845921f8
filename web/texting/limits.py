"""How much is answered: limits for one number and for all, and conversations with other machines. Danger is never held back by a limit."""

from __future__ import annotations

from dataclasses import dataclass

from web.models import Sender
from web.texting.records import DAY, HOUR
from web.texting.settings import TextingSettings

REPEATS = 3
"""The same text this often in a row is a machine, or a finger that slipped: the first ones are answered."""


@dataclass(frozen=True)
class Held:
    """That a text is not answered: the line that says so (empty: silence), and until when it is said only once."""

    line: str = ""
    until: int = 0


def too_much(settings: TextingSettings, sender: Sender, in_last_hour: int, segments_today: int, now: int) -> Held | None:
    """Whether a text without danger goes beyond a limit; its sender is told once, then nothing is sent until the limit allows it again."""
    if sender.in_hour > settings.texts_per_number_hour:
        held = Held("too_many", sender.hour + HOUR)
    elif sender.in_day > settings.texts_per_number_day:
        held = Held("too_many", sender.day + DAY)
    elif segments_today >= settings.text_segments_per_day:
        held = Held("busy", now + DAY)
    elif in_last_hour > settings.texts_per_hour:
        held = Held("busy", now + HOUR)
    else:
        return None
    return Held() if sender.told_until > now else held


def repeats(sender: Sender, heard: str, last: str) -> int:
    """How often the sender has now sent this text in a row; -1 where it is our own last reply come back.

    Args:
        sender: what is known of who sends it.
        heard: the keyed hash of the text as a reply of ours.
        last: its keyed hash as a text of theirs.
    """
    if sender.heard and sender.heard == heard:
        return -1
    return sender.repeats + 1 if sender.last == last else 1
