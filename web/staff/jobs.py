"""Background work: what is to be done, how far it is, and what came of it. The only place that queries the table of jobs.

Whoever works on a job holds a lease and renews it. A job whose lease has run out is taken up again by the next process that looks, or marked
as broken where that has been tried often enough; so work survives a process that dies, and nothing is ever left looking as if it went on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from web.database import Database
from web.staff.audit import Who
from web.staff.models import Job

WAITING, RUNNING, DONE, BROKEN, STOPPED = "waiting", "running", "done", "broken", "stopped"
ENDED = (DONE, BROKEN, STOPPED)
ASKING, BUILDING = "asking", "building"
"""Lanes: one job of each at a time."""
LEASE_SECONDS = 15.0
TRIES = 3


@dataclass(frozen=True)
class Task:
    """A job as it stands. Times are seconds since 1970, 0 for not yet; ``note`` says what is at work, or what went wrong."""

    number: int
    kind: str
    args: Mapping[str, Any]
    who: str
    state: str
    worker: str
    done: int
    total: int
    note: str
    result: Mapping[str, Any]
    created: int
    started: int
    ended: int

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED

    @property
    def share(self) -> int:
        """How far it is, in percent."""
        return 100 if self.state == DONE else int(100 * self.done / self.total) if self.total else 0


class Jobs:
    """Keeps jobs. ``clock`` gives seconds since 1970. Safe to share between threads and processes."""

    def __init__(self, database: Database, kept: int, clock: Callable[[], float] = time.time) -> None:
        self._database, self._kept, self._clock = database, kept, clock

    def add(self, kind: str, lane: str, args: Mapping[str, Any], who: Who, session: Session | None = None) -> int:
        """Put a job in its lane; its number. With ``session``, within that transaction. The oldest of its kind beyond those kept go."""
        if session is None:
            with self._database.writes.begin() as own:
                return self.add(kind, lane, args, who, own)
        job = Job(kind=kind, lane=lane, args=json.dumps(args), who=who.name, state=WAITING, created=int(self._clock()))
        session.add(job)
        session.flush()
        old = select(Job.number).where(Job.kind == kind, Job.state.in_(ENDED)).order_by(Job.number.desc()).offset(self._kept)
        session.execute(delete(Job).where(Job.number.in_(session.scalars(old).all())))
        return job.number

    def claim(self, worker: str) -> Task | None:
        """Take the oldest job that waits in a lane where nothing is at work; None where there is none. Broken leases are seen to first."""
        now = self._clock()
        with self._database.reads() as session:  # which takes no lock: most looks find nothing
            if not session.scalar(select(func.count()).where(Job.state.in_((WAITING, RUNNING)))):
                return None
        with self._database.writes.begin() as session:
            for lost in session.scalars(select(Job).where(Job.state == RUNNING, Job.lease < now)).all():
                self._lost(lost, int(now))
            session.flush()
            busy = session.scalars(select(Job.lane).where(Job.state == RUNNING)).all()
            job = session.scalars(select(Job).where(Job.state == WAITING, Job.lane.not_in(busy)).order_by(Job.number).limit(1)).first()
            if job is None:
                return None
            job.state, job.worker, job.tries, job.lease = RUNNING, worker, job.tries + 1, now + LEASE_SECONDS
            job.started = job.started or int(now)
            return _task(job)

    def renew(self, number: int, worker: str, **facts: Any) -> bool:
        """Keep a lease, and say how far the job is (``done``, ``total``, ``note``). False where it is no longer this worker's: it must stop."""
        mine = update(Job).where(Job.number == number, Job.worker == worker, Job.state == RUNNING)
        with self._database.writes.begin() as session:
            return bool(session.execute(mine.values(lease=self._clock() + LEASE_SECONDS, **facts)).rowcount)  # type: ignore[attr-defined]

    def end(
        self, number: int, worker: str, state: str, note: str = "", result: Mapping[str, Any] | None = None, session: Session | None = None
    ) -> bool:
        """Say what came of a job; False where it was no longer this worker's."""
        if session is None:
            with self._database.writes.begin() as own:
                return self.end(number, worker, state, note, result, own)
        mine = update(Job).where(Job.number == number, Job.worker == worker, Job.state == RUNNING)
        facts = {"state": state, "note": note, "result": json.dumps(result or {}), "ended": int(self._clock())}
        return bool(session.execute(mine.values(**facts)).rowcount)  # type: ignore[attr-defined]

    def lose(self, number: int, worker: str) -> None:
        """Say that the worker of a job has died; it is taken up again at once, unless that has been tried often enough."""
        with self._database.writes.begin() as session:
            job = session.get(Job, number)
            if job and job.worker == worker and job.state == RUNNING:
                self._lost(job, int(self._clock()))

    def stop(self, number: int, session: Session | None = None) -> bool:
        """Stop a job that has not ended; whoever works on it notices within a few seconds. With ``session``, within that transaction."""
        if session is None:
            with self._database.writes.begin() as own:
                return self.stop(number, own)
        going = update(Job).where(Job.number == number, Job.state.in_((WAITING, RUNNING)))
        return bool(session.execute(going.values(state=STOPPED, ended=int(self._clock()))).rowcount)  # type: ignore[attr-defined]

    def find(self, number: int) -> Task | None:
        """One job; None where there is none with that number."""
        with self._database.reads() as session:
            job = session.get(Job, number)
            return _task(job) if job else None

    def listed(self, *kinds: str, most: int = 20) -> list[Task]:
        """The newest jobs of these kinds, the newest first."""
        with self._database.reads() as session:
            return [_task(job) for job in session.scalars(select(Job).where(Job.kind.in_(kinds)).order_by(Job.number.desc()).limit(most))]

    @staticmethod
    def _lost(job: Job, now: int) -> None:
        if job.tries < TRIES:
            job.state, job.worker = WAITING, ""
        else:
            job.state, job.ended = BROKEN, now
            job.note = f"Broken off {job.tries} times, last after {job.done} of {job.total} steps."


def _task(job: Job) -> Task:
    facts = (job.state, job.worker, job.done, job.total, job.note)
    result = json.loads(job.result) if job.result else {}
    return Task(job.number, job.kind, json.loads(job.args), job.who, *facts, result, job.created, job.started, job.ended)
