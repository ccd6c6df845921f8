"""Sees to texts: answers them as they come in, sends what is owed, tries again, and gives up where nothing helps."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from web import metrics
from web.settings import WebSettings
from web.texting.desk import Desk
from web.texting.providers import OptedOutError, Provider, RefusedError, TryAgainError
from web.texting.records import HELD, OWED, RECEIVED, SENDING, Incoming, Owed
from web.texting.store import Texts

log = logging.getLogger("waymark.web")
BACK_OFF = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)
"""Seconds before each further try; the last holds for all that follow."""
_REDELIVERED_SECONDS = 600
"""How long a reply that only an answer to a webhook can carry waits for the text to be delivered again."""
_AT_ONCE = 50
_CHECK_SECONDS = 5.0
_PURGE_SECONDS = 60.0


class Dispatch:
    """Sees to the texts of every provider. Safe to share between threads and processes: whoever takes a step has claimed it first."""

    def __init__(
        self,
        settings: WebSettings,
        texts: Texts,
        desk: Desk,
        providers: Mapping[str, Provider],
        purge: Callable[[], object],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings, self.texts, self.desk, self.providers = settings, texts, desk, providers
        self._purge, self._clock = purge, clock
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def can_send(self, provider: str) -> bool:
        """Whether a provider can be given a reply other than in the answer to its webhook."""
        return provider in self.providers and self.providers[provider].can_send

    def answer(self, incoming: Incoming) -> Owed | None:
        """Keep a text and answer it within the time that its webhook has; None where the reply is not for this answer.

        The caller hands the reply over and then calls :meth:`handed_over`; until then it counts as in doubt. Whether a carrier that was kept
        waiting still read the answer cannot be told, so this is for those to whom nothing can be sent otherwise.

        Raises:
            SQLAlchemyError: where the text could not be kept.
        """
        number = self._received(incoming)
        if number is None:
            return None
        step = self._workers().submit(self.desk.settle, number)
        try:
            step.result(timeout=self.settings.text_answer_seconds)
        except TimeoutError:
            log.warning("text answered later: no time left")
            return None
        return self.texts.hand_over(number)

    def take(self, incoming: Incoming) -> None:
        """Keep a text; it is answered after its webhook has been.

        Raises:
            SQLAlchemyError: where the text could not be kept.
        """
        number = self._received(incoming)
        if number is not None:
            self._workers().submit(self._see_to, number)

    def handed_over(self, owed: Owed) -> None:
        """The reply stood in an answer that has gone out whole."""
        try:
            self.texts.done(owed.number)
        except SQLAlchemyError:
            log.exception("text handed over, which could not be noted")
            return
        metrics.TEXTS.labels(owed.provider, "sent").inc()

    def see_to_due(self) -> int:
        """See to everything that is due; returns how many texts that was."""
        found = self.texts.due(_AT_ONCE)
        for step in [self._workers().submit(self._see_to_due, number, state) for number, state in found]:
            step.result()
        return len(found)

    def run(self) -> None:
        """See to what is due, again and again, until :meth:`stop`; now and then delete what has been kept for long enough."""
        purged = 0.0
        while not self._stopped.is_set():
            try:
                busy = self.see_to_due() == _AT_ONCE
                if time.monotonic() - purged >= _PURGE_SECONDS:
                    purged = time.monotonic()
                    self._purge()
            except Exception:  # whatever it was, the next look must not fail to come
                log.exception("texts not seen to")
                busy = False
            if not busy:
                self._stopped.wait(1.0)

    def start(self) -> None:
        """Run in a thread of this process's own, which ends with it."""
        threading.Thread(target=self.run, name="texts", daemon=True).start()

    def stop(self) -> None:
        """Take no further step; those begun are finished."""
        self._stopped.set()
        if self._pool:
            self._pool.shutdown()

    def _received(self, incoming: Incoming) -> int | None:
        number = self.texts.receive(incoming)
        if number is None:
            metrics.TEXTS.labels(incoming.provider, "repeated").inc()
            return self.texts.reclaim(self.texts.ref(incoming.provider, incoming.id))
        metrics.TEXTS.labels(incoming.provider, "received").inc()
        return number

    def _workers(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:  # made on first use, so that no thread is lost when a server's processes part
                self._pool = ThreadPoolExecutor(self.settings.threads, thread_name_prefix="texts")
            return self._pool

    def _see_to(self, number: int) -> None:
        try:
            sender = self.texts.sender_of(number)
            self.desk.settle(number, later=True)
            if owed := self.texts.hand_over(number):
                self._send(owed)
            self._go_on(sender)
        except Exception:  # it stays due, so it is seen to again
            log.exception("text not seen to")

    def _go_on(self, sender: str) -> None:
        """See to the next text of a sender, where it waited for the one just settled."""
        following = self.texts.following(sender)
        if following is not None and not self._stopped.is_set():
            self._see_to(following)

    def _see_to_due(self, number: int, state: str) -> None:
        sender = ""
        try:
            if state in (RECEIVED, HELD):
                if not self.texts.claim(number, state):
                    return
                sender = self.texts.sender_of(number)
                self.desk.settle(number, later=True, final=state == HELD)
                state = OWED
            owed = self.texts.hand_over(number, overdue=True) if state == OWED else self._in_doubt(number)
            if owed:
                self._send(owed)
            self._go_on(sender)
        except Exception:  # it stays due, so it is seen to again
            log.exception("text not seen to")

    def _in_doubt(self, number: int) -> Owed | None:
        """A reply that may have been sent: None where it has, or where that cannot be found out now."""
        if not self.texts.claim(number, SENDING):
            return None
        owed = self.texts.owed(number)
        provider = self.providers.get(owed.provider) if owed else None
        if owed is None or provider is None or not provider.can_send:
            return owed
        try:
            if provider.has_sent(owed):
                self.texts.done(number)
                metrics.TEXTS.labels(owed.provider, "sent").inc()
                return None
        except TryAgainError as fault:
            self._later(owed, fault)
            return None
        return owed

    def _send(self, owed: Owed) -> None:
        provider = self.providers.get(owed.provider)
        if provider is None or not owed.reply:
            self._give_up(owed, "the secret key has changed since" if provider else f"{owed.provider} is not set up any more")
            return
        if not provider.can_send:
            if self._clock() - owed.created > _REDELIVERED_SECONDS:
                self._give_up(owed, "the webhook's answer did not get through, and twilio_account_sid is not set")
            else:
                self.texts.again(owed.number, _CHECK_SECONDS, "waits to be delivered again")
            return
        try:
            provider.send(owed)
        except OptedOutError:
            self.texts.opted_out(owed.number)
        except RefusedError as fault:
            self._give_up(owed, fault.why)
        except TryAgainError as fault:
            self._later(owed, fault)
        else:
            self.texts.done(owed.number)
            metrics.TEXTS.labels(owed.provider, "sent").inc()

    def _later(self, owed: Owed, fault: TryAgainError) -> None:
        if owed.tries >= self.settings.text_tries:
            self._give_up(owed, fault.why)
            return
        wait = BACK_OFF[min(owed.tries, len(BACK_OFF)) - 1]
        self.texts.again(owed.number, max(fault.after or 0.0, wait * random.uniform(0.8, 1.2)), fault.why, fault.doubt)
        metrics.TEXTS.labels(owed.provider, "retried").inc()

    def _give_up(self, owed: Owed, why: str) -> None:
        self.texts.give_up(owed.number, why)
        metrics.TEXTS.labels(owed.provider, "failed").inc()
        log.error("reply to a text not sent: %s", why)
