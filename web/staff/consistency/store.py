"""Keeps consistency runs. The only place that queries their tables."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.consistency import Compared, Told, Wording
from bot.records import Channel
from web.database import Database
from web.staff.audit import Who
from web.staff.consistency.models import ConsistencyRun, ConsistencyText, ConsistencyTold, ConsistencyWording
from web.staff.consistency.records import Asked, Difference, Need, Run, difference
from web.staff.jobs import ASKING, Jobs

KIND = "consistency"
"""The kind of job that asks what runs hold."""


class Runs:
    """Runs and what they found. ``clock`` gives seconds since 1970. Safe to share between threads and processes."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def add(self, jobs: Jobs, who: Who, releases: Sequence[str], needs: Sequence[Need], channels: Sequence[Channel], scope: str) -> list[int]:
        """Add a run for each release, and one job that asks them all; their numbers. All of it or nothing.

        Args:
            jobs: where the job is added.
            who: asks for it.
            releases: ids.
            needs: what is asked; at least one.
            channels: on which each wording is asked; at least one.
            scope: the same in words.
        """
        with self._database.writes.begin() as session:
            numbers = [self._add(session, who, release, needs, channels, scope) for release in releases]
            job = jobs.add(KIND, ASKING, {"runs": numbers}, who, session)
            session.execute(update(ConsistencyRun).where(ConsistencyRun.number.in_(numbers)).values(job=job))
        return numbers

    def find(self, number: int) -> Run | None:
        """One run; None where there is none with that number."""
        with self._database.reads() as session:
            row = session.get(ConsistencyRun, number)
            return _run(row) if row else None

    def listed(self) -> list[Run]:
        """Every run, the newest first."""
        with self._database.reads() as session:
            return [_run(row) for row in session.scalars(select(ConsistencyRun).order_by(ConsistencyRun.number.desc()))]

    def latest(self, release: str = "") -> Run | None:
        """The newest run that has ended (over a release, if one is named); None where there is none."""
        return next((run for run in self.listed() if run.ended and run.release == (release or run.release)), None)

    def left(self, number: int) -> list[tuple[str, list[tuple[int, Wording]]]]:
        """What a run has still to ask: each need with the ids of its wordings."""
        answered = select(ConsistencyTold.wording)
        query = select(ConsistencyWording).where(ConsistencyWording.run == number, ConsistencyWording.id.not_in(answered))
        found: dict[str, list[tuple[int, Wording]]] = {}
        with self._database.reads() as session:
            for row in session.scalars(query.order_by(ConsistencyWording.id)):
                found.setdefault(row.need, []).append((row.id, Wording(row.who, tuple(json.loads(row.turns)), Channel.WEB)))
        return list(found.items())

    def keep(self, ids: Sequence[int], told: Sequence[Told]) -> None:
        """Keep what the wordings with some ids were told, in that order, each on every channel; what is kept already stays."""
        each = len(told) // len(ids)
        owners = [id for id in ids for _ in range(each)]
        with self._database.writes.begin() as session:
            there = select(ConsistencyTold.wording, ConsistencyTold.channel).where(ConsistencyTold.wording.in_(ids))
            kept = {tuple(row) for row in session.execute(there)}
            texts = {_digest(one.reply.text): one.reply.text for one in told}
            known = set(session.scalars(select(ConsistencyText.digest).where(ConsistencyText.digest.in_(texts))))
            session.add_all(ConsistencyText(digest=digest, text=text) for digest, text in texts.items() if digest not in known)
            session.flush()
            for id, one in zip(owners, told, strict=True):
                if (id, one.wording.channel.value) not in kept:
                    session.add(_told(id, one))

    def finish(self, number: int) -> None:
        """Say that all of a run has been asked, and count how many of its needs start alike."""
        alike = sum(need.alike for need in self.results(number))
        with self._database.writes.begin() as session:
            session.execute(update(ConsistencyRun).where(ConsistencyRun.number == number).values(ended=int(self._clock()), alike=alike))

    def results(self, number: int) -> list[Compared[Asked]]:
        """What has been found, need by need, in the order of asking; within a need wording by wording, each on every channel."""
        query = select(ConsistencyWording, ConsistencyTold, ConsistencyText.text)
        query = query.join(ConsistencyTold, ConsistencyTold.wording == ConsistencyWording.id)
        query = query.join(ConsistencyText, ConsistencyText.digest == ConsistencyTold.text).where(ConsistencyWording.run == number)
        run, found = self.find(number), dict[str, list[Asked]]()
        order = {channel: at for at, channel in enumerate(run.channels if run else ())}
        with self._database.reads() as session:
            rows = sorted(session.execute(query), key=lambda row: (row[0].id, order.get(row[1].channel, 9)))
            for asked, told, text in rows:
                question = (asked.need, asked.who, tuple(json.loads(asked.turns)), asked.learned)
                found.setdefault(asked.need, []).append(Asked(*question, told.channel, told.start, told.name, told.outcome, text))
        return [Compared(need, tuple(answers)) for need, answers in found.items()]

    def disagreements(self, number: int) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
        """Needs that do not start alike, each with (wording, channel, start, outcome) of all that was asked."""
        return [(c.need, [(t.question, t.channel, t.start, t.outcome) for t in c.told]) for c in self.results(number) if not c.alike]

    def moved(self, a: int, b: int) -> Difference:
        """The questions of two runs that are now answered otherwise."""
        return difference(self.results(a), self.results(b))

    def trim(self, kept: int) -> None:
        """Delete the oldest runs beyond those kept, and replies that no run holds any more."""
        with self._database.writes.begin() as session:
            old = session.scalars(select(ConsistencyRun.number).order_by(ConsistencyRun.number.desc()).offset(kept)).all()
            if old:
                session.execute(delete(ConsistencyRun).where(ConsistencyRun.number.in_(old)))
                session.execute(delete(ConsistencyText).where(ConsistencyText.digest.not_in(select(ConsistencyTold.text))))

    def asked(self, number: int) -> int:
        """How many questions of a run have been asked."""
        query = select(func.count()).select_from(ConsistencyTold).join(ConsistencyWording, ConsistencyWording.id == ConsistencyTold.wording)
        with self._database.reads() as session:
            return session.scalar(query.where(ConsistencyWording.run == number)) or 0

    def _add(self, session: Session, who: Who, release: str, needs: Sequence[Need], channels: Sequence[Channel], scope: str) -> int:
        facts = {"who": who.name, "created": int(self._clock()), "release": release, "scope": scope, "needs": len(needs)}
        wordings = [(need, wording) for need in needs for wording in need.wordings]
        row = ConsistencyRun(**facts, channels=" ".join(channels), questions=len(wordings) * len(channels))
        session.add(row)
        session.flush()
        session.add_all(
            ConsistencyWording(run=row.number, need=need.name, who=wording.who, turns=json.dumps(wording.turns), learned=need.learned)
            for need, wording in wordings
        )
        session.flush()
        return row.number


def _told(id: int, told: Told) -> ConsistencyTold:
    signposts = told.reply.answer.signposts
    name = signposts[0].name if signposts else told.start.replace("_", " ")
    facts = {"start": told.start[:120], "name": name[:300], "outcome": told.reply.outcome.value, "text": _digest(told.reply.text)}
    return ConsistencyTold(wording=id, channel=told.wording.channel.value, **facts)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _run(row: ConsistencyRun) -> Run:
    facts = (row.scope, row.needs, row.questions, row.alike, row.ended)
    return Run(row.number, row.job, row.who, row.created, row.release, tuple(row.channels.split()), *facts)
