"""The desk for consistency: runs, what each of them found, and two of them side by side."""

from __future__ import annotations

from flask import Response, abort, render_template, request

from bot.consistency import Compared
from web.site import site
from web.staff.consistency.files import MOVED, RUN, moved_rows, run_rows
from web.staff.consistency.form import Form
from web.staff.consistency.grid import grid
from web.staff.consistency.records import Asked, Run, shares
from web.staff.consistency.store import KIND, Runs
from web.staff.door import desk, given_number, member, same_page, takes
from web.staff.jobs import BROKEN, DONE, Task
from web.staff.roles import May
from web.staff.room import room
from web.staff.sheets import XLSX, as_csv, as_xlsx, download

blueprint = desk("consistency", __name__, "/consistency")
PAIRED = 12
"""Disagreements whose answers are written out on one page."""


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """Every run, and the form that begins another."""
    return _page(Form.empty(room().indexer, site().live.current().entries))


@blueprint.post("")
@takes(May.RUN)
def add() -> Response | tuple[str, int]:
    """Begin a run, or one over each of two releases."""
    form = Form.empty(room().indexer, site().live.current().entries).filled(request.form)
    if form.error:
        return _page(form), 400
    numbers = _runs().add(room().jobs, member(), form.releases, form.chosen, form.channels, form.scope)
    if len(numbers) == 2:
        return same_page("staff_consistency.compare", a=numbers[0], b=numbers[1])
    return same_page("staff_consistency.run", number=numbers[0])


@blueprint.get("/<int:number>")
@takes(May.LOOK)
def run(number: int) -> str:
    """What one run has found so far."""
    found = _run(number)
    compared = _runs().results(number)
    apart = [need for need in sorted(compared, key=_strayed) if not need.alike]
    first = max(0, request.args.get("from", 1, type=int) - 1)
    return render_template(
        "staff/consistency_run.html",
        run=found,
        task=_task(found),
        state=_state(found, _task(found)),
        alike=len(compared) - len(apart),
        compared=compared,
        grid=grid(compared, found.channels, "only" in request.args),
        only="only" in request.args,
        apart=apart[first : first + PAIRED],
        apart_in_all=len(apart),
        first=first,
        paired=PAIRED,
        by_wording=shares([need for need in compared if not need.told[0].learned], "who"),
        by_channel=shares(compared, "channel"),
        before=next((other for other in _runs().listed() if other.number < number and other.ended), None),
    )


@blueprint.get("/<int:number>.csv")
@takes(May.LOOK)
def run_csv(number: int) -> Response:
    """The same as CSV."""
    found = _run(number)
    return download(as_csv(RUN, run_rows(found, _runs().results(number))), "text/csv", f"consistency-{number}.csv")


@blueprint.get("/<int:number>.xlsx")
@takes(May.LOOK)
def run_xlsx(number: int) -> Response:
    """The same as a spreadsheet."""
    found = _run(number)
    return download(as_xlsx(f"Run {number}", RUN, run_rows(found, _runs().results(number))), XLSX, f"consistency-{number}.xlsx")


@blueprint.get("/compare")
@takes(May.LOOK)
def compare() -> str:
    """Two runs side by side: who would now be sent elsewhere."""
    pair = _pair()
    tasks = {task.number: task for run in pair or () if not run.ended and (task := _task(run))}
    laid = _runs().moved(pair[0].number, pair[1].number) if pair and all(run.ended for run in pair) else None
    runs = [run for run in _runs().listed() if run.ended]
    return render_template("staff/consistency_compare.html", pair=pair, tasks=list(tasks.values()), laid=laid, runs=runs)


@blueprint.get("/compare.csv")
@takes(May.LOOK)
def compare_csv() -> Response:
    """The questions that moved, as CSV."""
    pair = _pair() or abort(404)
    rows = moved_rows(pair, _runs().moved(pair[0].number, pair[1].number))
    return download(as_csv(MOVED, rows), "text/csv", f"moved-{pair[0].number}-{pair[1].number}.csv")


def _page(form: Form) -> str:
    tasks = {task.number: task for task in room().jobs.listed(KIND, most=1000)}
    runs = [(run, _state(run, tasks.get(run.job)), tasks.get(run.job)) for run in _runs().listed()]
    return render_template("staff/consistency.html", form=form, runs=runs, kept=room().settings.runs_kept)


def _pair() -> tuple[Run, Run] | None:
    """The two runs that the address names; None where it names none."""
    numbers = [given_number(name) for name in "ab"]
    return (_run(numbers[0]), _run(numbers[1])) if numbers[0] is not None and numbers[1] is not None else None


def _runs() -> Runs:
    return Runs(room().database)


def _run(number: int) -> Run:
    return _runs().find(number) or abort(404)


def _task(run: Run) -> Task | None:
    return room().jobs.find(run.job)


def _state(run: Run, task: Task | None) -> str:
    """What has become of a run: that of its job, which may still be asking another run."""
    return DONE if run.ended else BROKEN if task is None or task.state == DONE else task.state


def _strayed(need: Compared[Asked]) -> int:
    return -sum(told.start != need.usual for told in need.told)
