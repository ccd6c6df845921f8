"""The desk for files of questions: send one, see how far it is, and take the answers away."""

from __future__ import annotations

from flask import Response, abort, render_template, request

from web.site import clean
from web.staff.door import desk, member, same_page, takes, who
from web.staff.jobs import BROKEN, DONE, Task
from web.staff.questions.reading import MOST_BYTES, FileError, read_questions
from web.staff.questions.store import AFTER_DOWNLOAD, DAYS, KIND, NAMES, File, Files
from web.staff.roles import May
from web.staff.room import room
from web.staff.sheets import XLSX, as_csv, as_xlsx, download

blueprint = desk("questions", __name__, "/questions")


@blueprint.before_app_request
def larger() -> None:
    """Take a larger body here than elsewhere, of whoever is signed in and may send a file."""
    if request.endpoint == f"{blueprint.name}.add" and (staff := who()) and staff.may(May.RUN):
        request.max_content_length = MOST_BYTES


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """Every file that is kept, and the form that sends another."""
    return _page()


@blueprint.post("")
@takes(May.RUN)
def add() -> Response | tuple[str, int]:
    """Take a file and have it answered."""
    given = request.files.get("file")
    name = clean(given.filename or "")[:200] if given else ""
    if given is None or not name:
        return _page("Choose a file first."), 400
    with given.stream as stream:
        data = stream.read()
    try:
        questions = read_questions(name, data, room().settings.work_rows)
    except FileError as fault:
        return _page(str(fault)), 400
    return same_page("staff_questions.file", number=_files().add(room().jobs, member(), name, questions))


@blueprint.get("/<int:number>")
@takes(May.LOOK)
def file(number: int) -> str:
    """One file: how far it is, and what came of it."""
    found = _file(number)
    task = room().jobs.find(found.job)
    return render_template("staff/questions_file.html", file=found, task=task, outcomes=_files().outcomes(number), days=DAYS, minutes=AFTER_DOWNLOAD)


@blueprint.get("/<int:number>.csv")
@takes(May.LOOK)
def answers_csv(number: int) -> Response:
    """The answers as CSV."""
    rows = _answers(number)
    return download(as_csv(NAMES, rows), "text/csv", f"answers-{number}.csv")


@blueprint.get("/<int:number>.xlsx")
@takes(May.LOOK)
def answers_xlsx(number: int) -> Response:
    """The answers as a spreadsheet."""
    rows = _answers(number)
    return download(as_xlsx("Answers", NAMES, rows), XLSX, f"answers-{number}.xlsx")


@blueprint.post("/<int:number>/delete")
@takes(May.RUN)
def delete(number: int) -> Response:
    """Delete a file at once; what has not been answered by then is left."""
    found = _file(number)
    room().jobs.stop(found.job)
    _files().delete(number)
    room().database.tidy()
    room().audit.note(member(), "delete questions", f"file {number}", before=f"{found.rows} lines", reason="no longer needed")
    return same_page("staff_questions.page")


def _page(error: str = "") -> str:
    files = _files()
    files.forget()
    tasks = {task.number: task for task in room().jobs.listed(KIND, most=1000)}
    listed = [(file, _state(file, tasks.get(file.job))) for file in files.listed()]
    facts = {"most": room().settings.work_rows, "megabytes": MOST_BYTES // 1024**2, "days": DAYS, "minutes": AFTER_DOWNLOAD}
    return render_template("staff/questions.html", files=listed, error=error, **facts)


def _state(file: File, task: Task | None) -> str:
    return DONE if file.complete else BROKEN if task is None or task.state == DONE else task.state


def _answers(number: int) -> list[tuple[object, ...]]:
    """The answers of a file, which is deleted before long from now on if it is complete."""
    found = _file(number)
    rows = _files().rows(number)
    if found.complete:
        _files().fetch(number)
    return rows


def _files() -> Files:
    return Files(room().database)


def _file(number: int) -> File:
    _files().forget()
    return _files().find(number) or abort(404)
