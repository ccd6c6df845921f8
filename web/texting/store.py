"""The texts to which a reply is owed; one module because nothing else queries their tables. Every change of state is one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records import Channel
from web.conversations import Conversations
from web.database import Database
from web.models import Base, Delivery, Sender, Text, TextUse
from web.texting.numbers import Vault
from web.texting.records import DAY, FAILED, HELD, HOUR, OWED, RECEIVED, SENDING, Incoming, Open, Owed, Verdict

POSTPONED = 0.3
"""Seconds for which a text waits that is not its sender's first, unless it is taken up before."""
LEASE = 15.0
"""Seconds that whoever sees to a text has for one step; after that somebody else takes it up."""
_REMEMBERED = 7 * DAY
"""How long a delivery is known again: carriers repeat for hours at most."""


class Texts:
    """Receives, settles and hands over texts. ``clock`` gives seconds since 1970. Safe to share between threads and processes."""

    def __init__(self, database: Database, conversations: Conversations, vault: Vault, clock: Callable[[], float] = time.time) -> None:
        self._database, self._conversations, self._vault, self._clock = database, conversations, vault, clock

    def ref(self, provider: str, id: str) -> str:
        """What a message is known by here; it is also the reference that the reply carries."""
        return self._vault.key("text", provider, id)

    def receive(self, incoming: Incoming) -> int | None:
        """Keep a text before it is acknowledged; returns its number, or None where it was delivered before."""
        ref, key = self.ref(incoming.provider, incoming.id), self._vault.key(incoming.number)
        with self._database.writes.begin() as session:
            if session.get(Delivery, ref) or not _added(session, Delivery(ref=ref, created=self._now())):
                return None
            text = Text(
                ref=ref,
                sender=key,
                provider=incoming.provider,
                channel=incoming.channel.value,
                state=RECEIVED,
                address=self._vault.seal(incoming.sender, incoming.ours, incoming.handled),
                said=self._vault.seal(incoming.said),
                due=self._clock() + LEASE,
                created=self._now(),
            )
            session.add(text)
            self._count(session, key)
            self._use(session).received += 1
            session.flush()
            return text.number

    def reclaim(self, ref: str) -> int | None:
        """The number of a text that was delivered again and that nobody is seeing to any more; None where there is nothing to do.

        A reply that was being sent counts as not sent: the carrier would not deliver the text again if it had the answer. One that is owed
        is taken up whenever that is due, since this may be the last delivery that can carry it.
        """
        with self._database.reads() as session:
            wanted = or_(Text.due <= self._clock(), Text.state == OWED)
            found = session.scalar(select(Text.number).where(Text.ref == ref, Text.state != FAILED, wanted))
        due = self._clock() + LEASE
        if found is None:
            return None
        ours = self._move(found, [SENDING], overdue=True, state=OWED, due=due) or self._move(found, [RECEIVED, HELD], overdue=True, due=due)
        return found if ours or self._move(found, [OWED], due=due) else None

    def due(self, most: int) -> list[tuple[int, str]]:
        """Texts that somebody has to see to now, oldest first: number and state."""
        with self._database.reads() as session:
            query = select(Text.number, Text.state).where(Text.state != FAILED, Text.due <= self._clock()).order_by(Text.number).limit(most)
            return [(number, state) for number, state in session.execute(query)]

    def claim(self, number: int, state: str) -> bool:
        """Take up a text that is due; whether nobody else did. To find out about one that was being sent is another try to send it."""
        tries = Text.tries + (1 if state == SENDING else 0)
        return self._move(number, [state], overdue=True, due=self._clock() + LEASE, tries=tries)

    def has_turn(self, number: int) -> bool:
        """Whether no earlier text of the same sender is being answered still."""
        with self._database.reads() as session:
            text = session.get(Text, number)
            if text is None:
                return True
            ahead = select(Text.number).where(Text.sender == text.sender, Text.number < number, Text.state == RECEIVED, Text.due > self._clock())
            return session.scalar(ahead.limit(1)) is None

    def open(self, number: int, most_age: float) -> Open | None:
        """A text to be answered, with pieces of it that came before; None where it is settled already.

        Args:
            number: which.
            most_age: seconds within which the conversation's last message counts as ``began``: what this text may be the rest of.
        """
        with self._database.writes.begin() as session:
            text = session.get(Text, number)
            if text is None or text.state not in (RECEIVED, HELD):
                return None
            pieces = self._vault.unseal(text.said)
            earlier = session.scalars(select(Text).where(Text.sender == text.sender, Text.state == HELD, Text.number != number)).all()
            if earlier:
                in_order = sorted([*earlier, text], key=lambda one: one.number)
                pieces = [piece for one in in_order for piece in self._vault.unseal(one.said)]
                text.said = self._vault.seal(*pieces)
                session.execute(delete(Text).where(Text.number.in_([one.number for one in earlier])))
            last = self._conversations.last_in(session, text.sender)
            sender = session.get(Sender, text.sender) or Sender(key=text.sender, stopped=False, in_hour=0, in_day=0, told_until=0, repeats=0)
            session.flush()
            session.expunge_all()
            return Open(
                number=number,
                key=text.sender,
                provider=text.provider,
                channel=Channel(text.channel),
                pieces=pieces,
                turns=self._conversations.turns_in(session, text.sender),
                began=last[0] if last and self._clock() - last[1] <= most_age else "",
                sender=sender,
                in_last_hour=self._sum(session, TextUse.received, HOUR),
                segments_today=self._sum(session, TextUse.segments, DAY),
            )

    def handled(self, number: int) -> str:
        """Which word the provider has answered itself, such as STOP; empty: none."""
        with self._database.reads() as session:
            text = session.get(Text, number)
            return (self._vault.unseal(text.address) if text else ["", "", ""])[2]

    def postpone(self, number: int) -> None:
        """Leave a text until an earlier one of its sender is settled: to whoever settles that, or finds this one due."""
        self._move(number, [RECEIVED, HELD], due=self._clock() + POSTPONED)

    def sender_of(self, number: int) -> str:
        """The keyed hash of a text's sender; empty where there is no such text."""
        with self._database.reads() as session:
            return session.scalar(select(Text.sender).where(Text.number == number)) or ""

    def following(self, key: str) -> int | None:
        """Take up the text of a sender whose turn it is, if it was postponed; None where there is none, or somebody else has it."""
        with self._database.reads() as session:
            oldest = session.scalar(select(func.min(Text.number)).where(Text.sender == key, Text.state == RECEIVED))
        if not key or oldest is None:
            return None
        ours = self._move(oldest, [RECEIVED], by=self._clock() + POSTPONED, due=self._clock() + LEASE)
        return oldest if ours else None

    def hold(self, number: int, seconds: float) -> None:
        """Wait for the rest of a text."""
        self._move(number, [RECEIVED], state=HELD, due=self._clock() + seconds)

    def settle(self, number: int, verdict: Verdict, later: bool) -> None:
        """Store what becomes of a text, all of it or nothing. ``later``: the reply is sent by whoever finds it due, now."""
        with self._database.writes.begin() as session:
            text = session.get(Text, number, with_for_update=True)
            if text is None or text.state not in (RECEIVED, HELD):
                return
            key = text.sender
            if verdict.wipe:
                self._wipe(session, key, number)
                text.sender = ""
            elif sender := session.get(Sender, key):
                for field, value in (verdict.changes or {}).items():
                    setattr(sender, field, value)
            if verdict.keep is not None:
                self._conversations.add_in(session, key, Channel(text.channel), verdict.keep, verdict.instead)
            if not verdict.reply:
                session.delete(text)
                return
            text.said, text.reply, text.state = "", self._vault.seal(verdict.reply), OWED
            text.outcome, text.segments = verdict.outcome, verdict.segments
            text.due = self._clock() + (0.0 if later else LEASE)

    def hand_over(self, number: int, overdue: bool = False) -> Owed | None:
        """Take an owed reply to send it; None where there is none, or somebody else has it. Until ``done`` it counts as in doubt."""
        if not self._move(number, [OWED], overdue=overdue, state=SENDING, due=self._clock() + LEASE, tries=Text.tries + 1):
            return None
        return self.owed(number)

    def owed(self, number: int) -> Owed | None:
        """A reply that is being sent."""
        with self._database.reads() as session:
            text = session.get(Text, number)
            if text is None or text.state != SENDING:
                return None
            address, reply = self._vault.unseal(text.address) or ["", ""], self._vault.unseal(text.reply) or [""]
            return Owed(
                number=number,
                ref=text.ref,
                provider=text.provider,
                channel=Channel(text.channel),
                sender=address[0],
                ours=address[1],
                reply=reply[0],
                outcome=text.outcome,
                tries=text.tries,
                created=text.created,
            )

    def done(self, number: int) -> None:
        """A reply is with the carrier: nothing is owed, so nothing of the text stays."""
        with self._database.writes.begin() as session:
            text = session.get(Text, number)
            if text and text.state == SENDING:
                use = self._use(session)
                use.sent += 1
                use.segments += text.segments
                session.delete(text)

    def again(self, number: int, seconds: float, why: str, doubt: bool = False) -> None:
        """A reply could not be sent: try again after some seconds. ``doubt``: the carrier may have it, and is asked first."""
        self._move(number, [SENDING, OWED], state=SENDING if doubt else OWED, due=self._clock() + seconds, why=why[:80])

    def give_up(self, number: int, why: str) -> None:
        """A reply cannot be sent: it stays for staff to see, without its words and whose it was."""
        self._move(number, [RECEIVED, HELD, SENDING, OWED], state=FAILED, why=why[:80], sender="", address="", said="", reply="")

    def opted_out(self, number: int) -> None:
        """The carrier says that the sender wants no texts: keep that, and owe nothing."""
        with self._database.writes.begin() as session:
            text = session.get(Text, number)
            if text:
                if sender := session.get(Sender, text.sender):
                    sender.stopped = True
                session.delete(text)

    def report_failed(self, provider: str, channel: Channel, ref: str, why: str) -> None:
        """A carrier reports that a reply which it took did not arrive; kept once for staff to see."""
        with self._database.writes.begin() as session:
            known = select(Text.number).where(Text.ref == ref)
            if session.scalar(known) is None:
                fields = {"sender": "", "address": "", "said": "", "reply": "", "due": self._clock(), "created": self._now()}
                session.add(Text(ref=ref, provider=provider, channel=channel.value, state=FAILED, why=why[:80], **fields))

    def listed(self) -> list[Text]:
        """Every text that is owed a reply or that got none, oldest first; what is sealed stays so."""
        with self._database.reads() as session:
            found = list(session.scalars(select(Text).order_by(Text.number)))
            session.expunge_all()
            return found

    def use(self, seconds: int) -> tuple[int, int, int]:
        """Texts received, replies sent and their segments, in the last seconds (whole hours)."""
        with self._database.reads() as session:
            columns = (TextUse.received, TextUse.sent, TextUse.segments)
            return cast("tuple[int, int, int]", tuple(self._sum(session, column, seconds) for column in columns))

    def use_between(self, since: int, until: int) -> tuple[int, int, int]:
        """The same from one moment to before another, in whole hours."""
        sums = [func.coalesce(func.sum(column), 0) for column in (TextUse.received, TextUse.sent, TextUse.segments)]
        with self._database.reads() as session:
            found = session.execute(select(*sums).where(TextUse.hour >= since, TextUse.hour < until)).one()
            return int(found[0]), int(found[1]), int(found[2])

    def purge(self, failures_days: int) -> None:
        """Delete what has been kept for long enough."""
        now = self._now()
        with self._database.writes.begin() as session:
            session.execute(delete(Delivery).where(Delivery.created <= now - _REMEMBERED))
            session.execute(delete(Sender).where(Sender.touched <= now - DAY, Sender.stopped.is_(False)))
            session.execute(delete(Text).where(Text.state == FAILED, Text.created <= now - failures_days * DAY))

    def _wipe(self, session: Session, key: str, but: int) -> None:
        self._conversations.forget_in(session, key)
        session.execute(delete(Sender).where(Sender.key == key))
        session.execute(delete(Text).where(Text.sender == key, Text.number != but))

    def _count(self, session: Session, key: str) -> None:
        now = self._now()
        if session.get(Sender, key) is None:
            _added(session, Sender(key=key, stopped=False, hour=now, in_hour=0, day=now, in_day=0, told_until=0, last="", repeats=0, heard=""))
        sender = session.get_one(Sender, key, with_for_update=True)
        if now - sender.hour >= HOUR:
            sender.hour, sender.in_hour = now, 0
        if now - sender.day >= DAY:
            sender.day, sender.in_day = now, 0
        sender.in_hour, sender.in_day = sender.in_hour + 1, sender.in_day + 1
        sender.touched = now

    def _use(self, session: Session) -> TextUse:
        hour = self._now() // HOUR * HOUR
        if session.get(TextUse, hour) is None:
            _added(session, TextUse(hour=hour, received=0, sent=0, segments=0))
        return session.get_one(TextUse, hour, with_for_update=True)

    def _sum(self, session: Session, column: Any, seconds: int) -> int:
        return int(session.scalar(select(func.coalesce(func.sum(column), 0)).where(TextUse.hour > self._now() - seconds)) or 0)

    def _move(self, number: int, states: Sequence[str], overdue: bool = False, by: float | None = None, **changes: Any) -> bool:
        query = update(Text).where(Text.number == number, Text.state.in_(states))
        if overdue or by is not None:
            query = query.where(Text.due <= (self._clock() if by is None else by))
        with self._database.writes.begin() as session:
            return cast("CursorResult[Any]", session.execute(query.values(**changes))).rowcount == 1

    def _now(self) -> int:
        return int(self._clock())


def _added(session: Session, row: Base) -> bool:
    """Add a row; whether it is ours, since another process may have added it at the same moment."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True
