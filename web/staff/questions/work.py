"""Answers a file of questions. Answers are kept as they come, so work that is taken up again goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.consistency import Replies
from bot.records import Answer, Outcome, Reply
from indexer.errors import WaymarkError
from indexer.release import live_id
from web.staff.consistency.work import engine_of
from web.staff.questions.reading import Line
from web.staff.questions.store import Files
from web.staff.work import Bench

BATCH = 20
"""Answers that are kept at once."""


def answer(bench: Bench) -> Mapping[str, Any]:
    """Answer every line of a file that has no answer yet; gives its number and how many lines it has.

    Raises:
        StoppedError: if the work was stopped.
        WaymarkError: if the file has been deleted, or there is no release that can be used.
    """
    files, number = Files(bench.room.database), int(bench.task.args["file"])
    file = files.find(number)
    if file is None:
        raise WaymarkError("The file has been deleted.")
    release = live_id(bench.room.indexer.release_dir)
    if release is None:
        raise WaymarkError("There is no release to answer from.")
    done = file.answered
    bench.step(done, file.rows)
    engine = engine_of(bench.room, release) if not file.complete else None
    while engine and (lines := files.left(number, BATCH)):
        files.keep(number, [(line, _reply(engine, line, release)) for line in lines])
        done += len(lines)
        bench.step(done, file.rows)
    return {"file": number, "rows": file.rows}


def _reply(engine: Replies, line: Line, release: str) -> Reply:
    """The answer to a line; nothing is asked where no question stands in it."""
    if not line.question:
        return Reply("", line.channel, release, Answer(Outcome.ERROR, ()))
    return engine.reply([line.question], line.channel)
