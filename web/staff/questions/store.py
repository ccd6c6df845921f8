"""Keeps files of questions and their answers for as long as they are needed. The only place that queries their tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update

from bot.records import Channel, Reply
from web.database import Database
from web.staff.audit import Who
from web.staff.jobs import ASKING, Jobs
from web.staff.questions.models import QuestionFile, QuestionRow
from web.staff.questions.reading import Line, Questions

KIND = "questions"
"""The kind of job that answers a file."""
DAYS, AFTER_DOWNLOAD = 7, 60
"""How long a file is kept: days from when it was sent, and minutes from when its answers were first downloaded."""
NAMES = ("line", "question", "need", "channel", "outcome", "start", "other places", "text", "sources", "release", "note")
"""Columns of the answers."""


@dataclass(frozen=True)
class File:
    """A file as it is listed. Times are seconds since 1970; ``fetched`` is 0 until its answers have been downloaded."""

    number: int
    job: int
    who: str
    created: int
    fetched: int
    name: str
    notes: tuple[str, ...]
    rows: int
    answered: int

    @property
    def complete(self) -> bool:
        """Whether every line has its answer."""
        return self.answered >= self.rows


class Files:
    """Files of questions. ``clock`` gives seconds since 1970. Safe to share between threads and processes."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def add(self, jobs: Jobs, who: Who, name: str, questions: Questions) -> int:
        """Keep a file, and add the job that answers it; its number. Files that have been kept long enough go."""
        self.forget()
        with self._database.writes.begin() as session:
            rows = len(questions.lines)
            file = QuestionFile(who=who.name, created=int(self._clock()), name=name[:200], notes="\n".join(questions.notes), rows=rows)
            session.add(file)
            session.flush()
            session.add_all(
                QuestionRow(file=file.number, line=line.number, question=line.question, need=line.need, channel=line.channel.value, note=line.note)
                for line in questions.lines
            )
            file.job = jobs.add(KIND, ASKING, {"file": file.number}, who, session)
            return file.number

    def listed(self) -> list[File]:
        """Every file that is kept, the newest first."""
        answered = select(func.count()).where(QuestionRow.file == QuestionFile.number, QuestionRow.outcome != "").scalar_subquery()
        with self._database.reads() as session:
            return [_file(*row) for row in session.execute(select(QuestionFile, answered).order_by(QuestionFile.number.desc()))]

    def find(self, number: int) -> File | None:
        """One file; None where there is none with that number (any more)."""
        return next((file for file in self.listed() if file.number == number), None)

    def left(self, number: int, most: int) -> list[Line]:
        """Lines of a file that have no answer yet, in order."""
        query = select(QuestionRow).where(QuestionRow.file == number, QuestionRow.outcome == "").order_by(QuestionRow.line).limit(most)
        with self._database.reads() as session:
            return [Line(row.line, row.question, row.need, Channel(row.channel), row.note) for row in session.scalars(query)]

    def keep(self, number: int, answers: Sequence[tuple[Line, Reply]]) -> None:
        """Keep the answers to some lines of a file; nothing where it has been deleted meanwhile."""
        with self._database.writes.begin() as session:
            for line, reply in answers:
                mine = update(QuestionRow).where(QuestionRow.file == number, QuestionRow.line == line.number)
                session.execute(mine.values(**_facts(reply)))

    def rows(self, number: int) -> list[tuple[object, ...]]:
        """The lines of a file with their answers, under :data:`NAMES`."""
        with self._database.reads() as session:
            found = session.scalars(select(QuestionRow).where(QuestionRow.file == number).order_by(QuestionRow.line)).all()
            return [
                (r.line, r.question, r.need, r.channel, r.outcome, r.start, r.others, r.text, r.sources, r.release, r.note) for r in found
            ]

    def outcomes(self, number: int) -> dict[str, int]:
        """How many lines of a file had each outcome; those without an answer yet under an empty name."""
        with self._database.reads() as session:
            query = select(QuestionRow.outcome, func.count()).where(QuestionRow.file == number).group_by(QuestionRow.outcome)
            return {outcome: int(count) for outcome, count in session.execute(query.order_by(func.count().desc()))}

    def fetch(self, number: int) -> None:
        """Say that the answers of a file have been downloaded: it is deleted before long."""
        with self._database.writes.begin() as session:
            session.execute(update(QuestionFile).where(QuestionFile.number == number, QuestionFile.fetched == 0).values(fetched=int(self._clock())))

    def delete(self, number: int) -> None:
        """Delete a file with all its lines."""
        with self._database.writes.begin() as session:
            session.execute(delete(QuestionFile).where(QuestionFile.number == number))

    def forget(self) -> None:
        """Delete files that have been kept long enough."""
        now = int(self._clock())
        fetched = (QuestionFile.fetched > 0) & (QuestionFile.fetched < now - 60 * AFTER_DOWNLOAD)
        over = or_(QuestionFile.created < now - 86_400 * DAYS, fetched)
        with self._database.reads() as session:
            if session.scalar(select(func.count()).select_from(QuestionFile).where(over)) == 0:
                return
        with self._database.writes.begin() as session:
            session.execute(delete(QuestionFile).where(over))
        self._database.tidy()


def _facts(reply: Reply) -> dict[str, str]:
    answer, sources = reply.answer, list[str]()
    for c in answer.citations:
        sources.append(", ".join(filter(None, (c.title, c.section, c.dated, c.url))))
    names = [signpost.name for signpost in answer.signposts]
    facts = {"outcome": reply.outcome.value, "start": names[0][:300] if names else "", "others": "; ".join(names[1:])}
    return facts | {"text": reply.text, "sources": "\n".join(dict.fromkeys(sources)), "release": reply.release}


def _file(row: QuestionFile, answered: int) -> File:
    notes = tuple(row.notes.split("\n")) if row.notes else ()
    return File(row.number, row.job, row.who, row.created, row.fetched, row.name, notes, row.rows, answered)
