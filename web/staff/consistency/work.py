"""Asks what the runs of one job hold. What has been answered is kept need by need, so work that is taken up again goes on where it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.consistency import Replies, Wording, ask_all
from bot.engine import Engine, open_engine
from bot.records import Channel
from indexer.errors import WaymarkError
from web.staff.consistency.records import Run
from web.staff.consistency.store import Runs
from web.staff.room import Room
from web.staff.work import Bench


def engine_of(room: Room, release: str) -> Engine:
    """An engine over a release, with one thread: whoever asks for help at the same time comes first.

    Raises:
        WaymarkError: if the release is gone or cannot be used.
    """
    return open_engine(room.bot, room.indexer.model_copy(update={"encoder_threads": 1}), release)


def ask(bench: Bench) -> Mapping[str, Any]:
    """Ask every question of the runs that has not been answered yet; gives the numbers of the runs.

    Raises:
        StoppedError: if the work was stopped.
        WaymarkError: if a release is gone or cannot be used.
    """
    runs = Runs(bench.room.database)
    wanted = [run for number in bench.task.args["runs"] if (run := runs.find(number))]
    total, done, faults = sum(run.questions for run in wanted), 0, list[str]()
    for run in wanted:
        left = runs.left(run.number)
        done += run.questions - len(run.channels) * sum(len(wordings) for _, wordings in left)
        bench.step(done, total, f"release {run.release}")
        try:
            engine = engine_of(bench.room, run.release) if left else None
        except WaymarkError as fault:  # the other release is asked all the same
            faults.append(f"Release {run.release} cannot answer: {fault}")
            continue
        for kept in _answers(engine, runs, run, left) if engine else ():
            done += kept
            bench.step(done, total, f"release {run.release}")
        if not run.ended:
            runs.finish(run.number)
    runs.trim(bench.room.settings.runs_kept)
    if faults:
        raise WaymarkError(" ".join(faults))
    return {"runs": [run.number for run in wanted]}


def _answers(engine: Replies, runs: Runs, run: Run, left: Sequence[tuple[str, Sequence[tuple[int, Wording]]]]) -> Iterator[int]:
    """Ask what is left of a run and keep it, need by need; how many questions were kept each time."""
    ids = {need: [id for id, _ in wordings] for need, wordings in left}
    needs = {need: [wording for _, wording in wordings] for need, wordings in left}
    for compared in ask_all(engine, needs, [Channel(name) for name in run.channels]):
        runs.keep(ids[compared.need], compared.told)
        yield len(compared.told)
