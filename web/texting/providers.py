"""What the rest needs of a carrier, whichever it is."""

from __future__ import annotations

from typing import Protocol

from web.texting.records import Owed


class TryAgainError(Exception):
    """A reply could not be sent now. ``after`` is how many seconds the carrier asks to wait, if it says; ``doubt``: it may have been taken."""

    def __init__(self, why: str, after: float | None = None, doubt: bool = False) -> None:
        super().__init__(why)
        self.why, self.after, self.doubt = why, after, doubt


class RefusedError(Exception):
    """A reply can never be sent: the carrier refuses it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class OptedOutError(Exception):
    """The carrier sends this number nothing, since its owner said STOP."""


class Provider(Protocol):
    """A carrier of text messages."""

    name: str

    @property
    def can_send(self) -> bool:
        """Whether a reply can be sent other than in the answer to a webhook."""

    def send(self, reply: Owed) -> None:
        """Send a reply.

        Raises:
            TryAgainError: where it may be sent later.
            RefusedError: where it never can.
            OptedOutError: where the number's owner wants no texts.
        """

    def has_sent(self, reply: Owed) -> bool | None:
        """Whether the carrier has this reply already; None where it cannot be asked. Raises TryAgainError where it does not answer."""
