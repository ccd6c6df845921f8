"""A whole file of questions: what is read, what comes back, and that nothing of it stays longer than it must."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import update
from werkzeug.test import TestResponse

from bot.records import Channel
from tests.web.conftest import StandIn
from tests.web.staff.conftest import _TOKEN as TOKEN
from tests.web.staff.conftest import Browser, Console, write_config
from web.__main__ import main
from web.staff.jobs import BROKEN, STOPPED
from web.staff.questions import work
from web.staff.questions.models import QuestionFile
from web.staff.questions.reading import MOST_BYTES, FileError, read_questions
from web.staff.questions.store import AFTER_DOWNLOAD, DAYS, Files
from web.staff.roles import Role

FILE = """question,need,channel
"Where do I go, please?",a place,web
danger here,,sms
,a line without a question,web
=HYPERLINK("http://x"),,pigeon
unknown, to us, but not quoted,staff
"""


def read(text: str | bytes, most: int = 100) -> Any:
    return read_questions("f.csv", text if isinstance(text, bytes) else text.encode(), most)


def xlsx(*rows: Any) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def send(browser: Browser, data: bytes | str, name: str = "questions.csv") -> TestResponse:
    raw = data.encode() if isinstance(data, str) else data
    return browser.post("/staff/questions", {"file": (io.BytesIO(raw), name)}, content_type="multipart/form-data")


@pytest.fixture
def speaks(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    monkeypatch.setattr(work, "engine_of", lambda _room, _release: engine)
    monkeypatch.setattr(work, "live_id", lambda _folder: engine.release_id)
    return engine


def test_columns_are_found_by_their_names_and_odd_lines_are_noted() -> None:
    found = read(FILE)
    assert [(line.number, line.question, line.need, line.channel) for line in found.lines] == [
        (2, "Where do I go, please?", "a place", Channel.WEB),
        (3, "danger here", "", Channel.SMS),
        (4, "", "a line without a question", Channel.WEB),
        (5, '=HYPERLINK("http://x")', "", Channel.WEB),
        (6, "unknown", "to us", Channel.WEB),
    ]
    assert [bool(line.note) for line in found.lines] == [False, False, True, True, True]
    assert "'pigeon' is not known" in found.lines[3].note
    assert "needs quotation marks" in found.lines[4].note
    assert found.notes == ("3 of 5 lines have a note of their own, in the last column of the answers.",)


@pytest.mark.parametrize(
    ("data", "questions", "noted"),
    [
        (b"\xef\xbb\xbfQuestion;Need\r\nwhere, then?;x\r\n", ["where, then?"], ""),
        ("question\ncaf\u00e9".encode("cp1252"), ["caf\u00e9"], "Windows-1252"),
        ("question\tneed\nwhere\tx".encode("utf-16"), ["where"], ""),
        (b"where is it\n\nand that\n", ["where is it", "and that"], "first column"),
        (b"my son, 6, cannot talk\nwhere is it\n", ["my son, 6, cannot talk", "where is it"], "each line was taken for one question"),
        (b'"my son, 6, cannot talk"\n"where ""is"" it"\n', ["my son, 6, cannot talk", 'where "is" it'], "first column"),
        (b'question\n"two\nlines"\nlast', ["two\nlines", "last"], ""),
    ],
)
def test_files_as_people_make_them(data, questions, noted) -> None:
    found = read(data)
    assert [line.question for line in found.lines] == questions
    assert noted in " ".join(found.notes)


def test_a_spreadsheet_is_read_as_csv_is() -> None:
    found = read_questions("f.xlsx", xlsx(["Need", "Question"], ["x", "where is it"], [None, None], [7, 12]), 100)
    assert [(line.number, line.question, line.need) for line in found.lines] == [(2, "where is it", "x"), (4, "12", "7")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"question,need\n,\n", "holds no question"),
        (b"question\n\n", "holds no question"),
        (b"need,text\nx,where\n", "none is called 'question'"),
        (b"question\n" + b"q\n" * 101, "holds 101 questions; at most 100"),
        (b"\x00\x01\x02\xff", "neither CSV nor a spreadsheet"),
        (b"PK\x03\x04 not a zip", "cannot be read as a spreadsheet"),
        (b"\xd0\xcf\x11\xe0 old", "old kind"),
        (b'question\nfirst\n"' + b"x" * 140_000, "cannot be read as CSV after line 2"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(data, said) -> None:
    with pytest.raises(FileError, match=said):
        read(data)


def test_answers_come_back_as_csv_and_as_a_spreadsheet_without_formulas(console, speaks) -> None:
    browser = console.sign_in(Role.READER)
    answer = send(browser, FILE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/questions/1")
    console.do_work()
    page = browser.get("/staff/questions/1").text
    assert "5 of 5 lines are answered" in page
    rows = list(csv.DictReader(io.StringIO(browser.get("/staff/questions/1.csv").get_data().decode("utf-8-sig"))))
    assert [row["outcome"] for row in rows] == ["answered", "urgent", "error", "answered", "not_found"]
    assert rows[0]["start"] == "Portage"
    assert rows[0]["release"] == speaks.release_id
    assert "Portage" in rows[0]["sources"]
    assert rows[3]["question"].startswith("'=HYPERLINK")
    assert rows[2]["note"] == "No question stands in this line."
    sheet = load_workbook(io.BytesIO(browser.get("/staff/questions/1.xlsx").get_data())).active
    assert sheet.max_row == 6
    assert not any(cell.data_type == "f" for row in sheet for cell in row)
    assert [turns for turns, _ in speaks.asked] == [("Where do I go, please?",), ("danger here",), ('=HYPERLINK("http://x")',), ("unknown",)]


def test_work_that_is_broken_off_goes_on_where_it_was(console, speaks, monkeypatch) -> None:
    send(console.sign_in(), "question\n" + "".join(f"question {n}\n" for n in range(50)))
    reply, answered = speaks.reply, 0

    def killed(*args: Any) -> Any:
        nonlocal answered
        answered += 1
        if answered == 31:
            raise SystemExit("killed")
        return reply(*args)

    monkeypatch.setattr(speaks, "reply", killed)
    with pytest.raises(SystemExit):
        console.do_work()
    files = Files(console.room.database)
    assert files.find(1).answered == 20
    task = console.room.jobs.find(files.find(1).job)
    console.room.jobs.lose(task.number, task.worker)
    console.do_work()
    assert files.find(1).complete
    assert [turns[0] for turns, _ in speaks.asked].count("question 5") == 1
    assert files.outcomes(1) == {"answered": 50}


def test_a_file_goes_an_hour_after_its_download_or_after_a_week(console, speaks, rows) -> None:
    browser = console.sign_in()
    send(browser, "question\nsecret words of a family\n")
    send(browser, "question\nnot fetched\n")
    assert browser.get("/staff/questions/1.csv").status_code == 200  # before it is complete, which is not what starts the hour
    console.do_work()
    browser.get("/staff/questions/1.xlsx")
    now = Files(console.room.database).find(1).fetched
    assert Files(console.room.database).find(2).fetched == 0
    Files(console.room.database, lambda: now + 60 * AFTER_DOWNLOAD - 10).forget()
    assert len(Files(console.room.database).listed()) == 2
    Files(console.room.database, lambda: now + 60 * AFTER_DOWNLOAD + 10).forget()
    assert [file.number for file in Files(console.room.database).listed()] == [2]
    assert not any("secret words" in row for row in rows())
    assert browser.get("/staff/questions/1").status_code == 404
    Files(console.room.database, lambda: now + 86_400 * DAYS + 100).forget()
    assert not [row for row in rows() if row.startswith("question_")]


@pytest.fixture
def old_file(console, speaks) -> int:
    """A file that came in more than a week ago, to which nobody comes back; its number."""
    send(console.sign_in(), "question\nsecret words of a family\n")
    with console.room.database.writes.begin() as session:
        session.execute(update(QuestionFile).values(created=QuestionFile.created - 86_400 * DAYS - 100))
    return 1


def test_a_file_goes_though_nobody_visits_the_desk(console, old_file, rows) -> None:
    console.app.extensions["waymark"].dispatch._purge()  # as the server does each minute
    assert not [row for row in rows() if row.startswith("question_")]


def test_a_file_goes_by_command_too(console, old_file, settings, tmp_path, rows) -> None:
    file = write_config(console.room.indexer, tmp_path / "purge.toml", Path(settings.database_url.removeprefix("sqlite:///")))
    assert main(["--config", str(file), "purge"]) == 0
    assert not [row for row in rows() if row.startswith("question_")]


def test_a_file_can_be_deleted_at_once_while_it_is_being_answered(console, speaks, rows) -> None:
    browser = console.sign_in()
    send(browser, "question\nwhere\n")
    assert browser.post("/staff/questions/1/delete").status_code == 303
    console.do_work()
    assert console.room.jobs.find(1).state == STOPPED
    assert not [row for row in rows() if row.startswith("question_")]
    assert [(r.action, r.subject) for r in console.room.audit.listed() if r.action == "delete questions"] == [("delete questions", "file 1")]


def test_without_a_release_the_work_is_marked_as_broken_and_the_file_stays(console) -> None:
    browser = console.sign_in()
    send(browser, "question\nwhere\n")
    console.do_work()
    assert console.room.jobs.find(1).state == BROKEN
    assert "There is no release to answer from." in browser.get("/staff/questions/1").text


def test_a_bad_file_leaves_everything_as_it_was(console) -> None:
    browser = console.sign_in()
    answer = send(browser, "need,text\nx,where\n")
    assert (answer.status_code, "none is called &#39;question&#39;" in answer.text) == (400, True)
    assert browser.post("/staff/questions", {}, content_type="multipart/form-data").status_code == 400
    assert Files(console.room.database).listed() == []
    assert console.room.jobs.listed("questions") == []


def as_form(token: str, text: str) -> dict[str, Any]:
    """A form with a file as browsers send it; the client's own way leaves large ones open."""
    parts = (f'name="csrf_token"\r\n\r\n{token}', f'name="file"; filename="q.csv"\r\nContent-Type: text/csv\r\n\r\n{text}')
    body = "".join(f"--edge\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--edge--\r\n"
    return {"data": body.encode(), "content_type": "multipart/form-data; boundary=edge"}


def test_a_larger_body_is_taken_only_here_and_only_from_staff(make_console, config) -> None:
    console: Console = make_console(config=config, work_rows=100_000)
    big = "question\n" + "where do i go then\n" * 20_000
    assert console.room.settings.max_body_bytes < len(big) < MOST_BYTES
    browser = console.sign_in()
    token = TOKEN.search(browser.get("/staff/questions").text)[1]
    assert browser.client.post("/staff/questions", **as_form(token, big)).status_code == 303
    assert browser.client.post("/staff/questions", **as_form(token, "question\n" + "x" * MOST_BYTES)).status_code == 413
    assert browser.client.post("/staff/questions/1/delete", **as_form(token, big)).status_code == 413
    assert console.app.test_client().post("/staff/questions", **as_form(token, big)).status_code == 413
