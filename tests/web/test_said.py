"""“You said, we did”: published comments with the replies to them, and the yearly report."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from web.__main__ import main
from web.comments import ABOUT
from web.replies import Replies
from web.staff.audit import Audit

YEAR = 2026


@pytest.fixture
def comment(app, settings):
    """A function that stores comments as of some day, and gives the last one's reference."""
    made = [0]

    def make(number=1, entry="portage", about="gone", text="It has closed.", year=YEAR, month=3):
        created = int(datetime(year, month, 5, 12, tzinfo=UTC).timestamp())
        with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection, connection:
            for _ in range(number):
                made[0] += 1
                reference = "F-BCDF-" + "".join("BCDFGHJKMN"[int(d)] for d in f"{made[0]:04}")
                connection.execute("INSERT INTO feedback VALUES (?, ?, 'r', ?, ?, ?)", (reference, entry, about, text, created))
        return reference

    return make


@pytest.fixture
def verdicts(app, settings):
    """A function that stores what people said of answers."""

    def make(helped, number, year=YEAR):
        created = int(datetime(year, 3, 5, tzinfo=UTC).timestamp())
        with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection, connection:
            for n in range(number):
                row = (f"A-{helped:d}-{year}-{n}", helped, "answered", "portage", "r", "web", "", "", created)
                connection.execute("INSERT INTO answer_feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    return make


@pytest.fixture
def staff(settings, tmp_path, capsys):
    """A function that runs a command and gives its exit code and what it printed."""
    file = tmp_path / "config.toml"
    file.write_text(f'[web]\ndatabase_url = "{settings.database_url}"\n[indexer]\nrelease_dir = "none"\n', encoding="utf-8")

    def run(*arguments):
        code = main(["--config", str(file), "comments", *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def replies(app):
    return Replies(app.extensions["waymark"].database)


def page_of(client, path="/you-said-we-did"):
    response = client.get(path)
    assert response.status_code == 200
    return BeautifulSoup(response.data, "lxml").main


def rows_of(client, year=YEAR):
    response = client.get(f"/you-said-we-did/{year}.csv")
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def figures(main_part):
    return {row.th.get_text(): row.td.get_text() for row in main_part.select("table.figures tbody tr")}


# --- Empty states

def test_with_nothing_it_says_so(client):
    main_part = page_of(client)
    assert "Nobody has told us anything yet" in main_part.text
    assert "regulation 56" in main_part.text
    assert client.get("/you-said-we-did/2026").status_code == 404
    assert client.get("/you-said-we-did/2026.csv").status_code == 404


def test_with_comments_but_no_reply_it_says_so(client, comment):
    comment()
    main_part = page_of(client)
    assert "We have not published an answer to a comment yet" in main_part.text
    assert "It has closed" not in main_part.text
    assert main_part.select_one("a[href='/you-said-we-did/2026']")
    assert "It has closed" not in page_of(client, "/you-said-we-did/2026").text


@pytest.mark.parametrize("year", [0, 1969, 2025, 2027, 99999, 10**30])
def test_other_years_are_not_found(client, comment, year):
    comment()
    assert client.get(f"/you-said-we-did/{year}").status_code == 404
    assert client.get(f"/you-said-we-did/{year}.csv").status_code == 404


@pytest.mark.parametrize("year", ["x", "-1", "2026.xls", "2026/"])
def test_what_is_no_year_is_not_found(client, comment, year):
    comment()
    assert client.get(f"/you-said-we-did/{year}").status_code == 404


# --- Published comments

def test_a_published_comment_is_shown_with_its_page_and_reply(client, comment, replies):
    reference = comment()
    comment(text="Not for everyone to see.")
    replies.publish(reference, "It has closed.", "Thank you. It has.", "We took the page down.")
    for path in ("/you-said-we-did", "/you-said-we-did/2026"):
        main_part = page_of(client, path)
        card = main_part.select_one(".card")
        assert card.select_one("h3 a[href='/services/portage']").text == "Portage"
        for words in (str(ABOUT["gone"]), "It has closed.", "Thank you. It has.", "We took the page down.", "March 2026"):
            assert words in card.text
        assert "Not for everyone" not in main_part.text
        assert reference not in main_part.text
    line = rows_of(client)[-1]
    assert line[0] == "published comment"
    assert line[2:3] + line[4:8] == ["Portage", "2026-03", "It has closed.", "Thank you. It has.", "We took the page down."]


def test_the_page_shows_the_latest_year_that_has_a_reply(client, comment, replies):
    replies.publish(comment(year=2024, text="old"), "old words", "old reply")
    replies.publish(comment(year=2025), "newer words", "newer reply")
    comment()
    main_part = page_of(client)
    assert "newer words" in main_part.text
    assert "old words" not in main_part.text
    assert [a.text for a in main_part.select(".years a")] == ["2026", "2025", "2024"]
    assert "old words" in page_of(client, "/you-said-we-did/2024").text


def test_a_page_that_is_gone_is_named_without_a_link(client, comment, replies):
    replies.publish(comment(entry="gone-page"), "words", "reply")
    card = page_of(client).select_one(".card")
    assert card.h3.text == "Gone page"
    assert card.h3.a is None


def test_markup_stays_text(client, comment, replies):
    evil = "<script>alert(1)</script><b>bold</b>{{ 7 * 7 }}"
    replies.publish(comment(), evil, evil, evil)
    for path in ("/you-said-we-did", "/you-said-we-did/2026"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<b>bold" not in text
        assert "{{ 7 * 7 }}" in text


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1", "  =1", '=HYPERLINK("https://example.org")'])
def test_no_cell_is_a_formula(client, comment, replies, cell):
    replies.publish(comment(), cell, cell, cell)
    line = rows_of(client)[-1]
    assert line[5:8] == ["'" + cell] * 3
    assert not [c for row in rows_of(client) for c in row if c.lstrip().startswith(("=", "+", "-", "@"))]


def test_a_cell_keeps_its_lines_quotes_and_letters(client, comment, replies):
    replies.publish(comment(), 'One, "two"\nthrée', "reply")
    assert rows_of(client)[-1][5] == 'One, "two"\nthrée'


# --- Figures

def test_numbers_are_shown_by_kind_and_page(client, comment, verdicts):
    for about in ABOUT:
        comment(6, about=about)
        comment(5, about=about, entry="helpline")
    comment(5, about="gone", entry="rumour")
    verdicts(True, 12)
    verdicts(False, 7)
    found = figures(page_of(client, "/you-said-we-did/2026"))
    assert [found[str(label)] for label in ABOUT.values()] == ["11", "16", "11", "11", "11"]
    assert (found["Answered on this website"], found["Not answered on this website"]) == ("fewer than 5", "5 or more")
    assert (found["Portage"], found["The <Helpline>"], found["A rumour"]) == ("30", "25", "5")
    assert (found["Yes"], found["No"]) == ("12", "7")
    rows = [row[:4] for row in rows_of(client)]
    assert ["comments by kind", str(ABOUT["gone"]), "", "16"] in rows
    assert ["comments by page", "", "Portage", "30"] in rows
    assert ["answers that helped", "", "", "12"] in rows


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_a_small_number_is_not_shown_nor_to_be_worked_out(client, comment, verdicts, replies, small):
    for about in ("contact", "gone", "facts", "unclear"):
        comment(10, about=about)
    replies.publish(comment(small, about="other", entry="helpline"), "words", "reply")
    verdicts(False, small)
    main_part = page_of(client, "/you-said-we-did/2026")
    found = figures(main_part)
    assert found["Something else"] == found["The <Helpline>"] == found["No"] == found["Answered on this website"] == "fewer than 5"
    total = main_part.select_one(".lead").text
    for table in main_part.select("table.figures")[:3]:
        numbers = [cell.text for cell in table.select("td")]
        hidden = [number for number in numbers if not number.isdecimal()]
        assert len(hidden) >= 2 or str(40 + small) not in total, f"{numbers} give a small number away"
    said = [row[3] for row in rows_of(client) if row[3]]
    assert str(small) not in said


@pytest.mark.parametrize("number", [1, 4])
def test_a_year_with_few_comments_has_no_tables_of_them(client, comment, number):
    comment(number)
    main_part = page_of(client, "/you-said-we-did/2026")
    assert "fewer than 5" in main_part.select_one(".lead").text
    assert list(figures(main_part)) == ["Yes", "No"]
    assert not [row for row in rows_of(client) if row[0] == "comments by page"]


def test_a_year_with_only_verdicts_has_a_report(client, verdicts):
    verdicts(True, 5, year=2025)
    assert figures(page_of(client, "/you-said-we-did/2025")) == {"Yes": "5", "No": "fewer than 5"}


def test_it_is_said_why_and_where_the_law_stands(client, comment):
    comment()
    for path in ("/you-said-we-did", "/you-said-we-did/2026"):
        main_part = page_of(client, path)
        assert "SEND Regulations 2014 (regulation 56)" in main_part.text
        assert main_part.select_one("a[href='https://www.legislation.gov.uk/uksi/2014/1530/part/4']")


def test_links_lead_somewhere(client, comment, replies):
    replies.publish(comment(), "words", "reply")
    for path in ("/you-said-we-did", "/you-said-we-did/2026"):
        for link in page_of(client, path).select("a[href^='/']"):
            assert client.get(link["href"]).status_code == 200


# --- The command line

def test_staff_list_comments(comment, staff, replies):
    assert staff("list") == (0, "no comments\n", "")
    first, second = comment(year=2025, text="two\nlines"), comment(entry="helpline")
    replies.publish(second, "said", "reply")
    assert staff("list")[1].splitlines() == [
        f"{first}  2025-03-05  open  portage  gone  two lines", f"{second}  2026-03-05  answered  helpline  gone  said",
    ]
    assert staff("list", "--year", "2026")[1].startswith(second)
    assert staff("list", "--unanswered")[1].startswith(first)
    assert staff("list", "--year", "2026", "--unanswered")[1] == "no comments\n"


def test_staff_publish_and_withdraw(client, comment, staff):
    reference = comment(text="It has closed.")
    code, out, _ = staff("publish", reference, "--reply", "It has moved.", "--done", "We changed the page.")
    assert code == 0
    assert "It has closed." in out
    main_part = page_of(client)
    assert "It has moved." in main_part.text
    assert "We changed the page." in main_part.text
    assert staff("publish", reference, "--reply", "It moved in May.", "--text", "It is shut.")[0] == 0
    assert "It is shut." in page_of(client).text
    assert "It has moved." not in page_of(client).text
    assert staff("withdraw", reference)[0] == 0
    assert "It is shut." not in page_of(client).text
    assert reference in staff("list", "--unanswered")[1]
    code, _, err = staff("withdraw", reference)
    assert code == 1
    assert reference in err


def test_what_is_published_and_withdrawn_at_the_command_line_is_recorded(app, comment, staff):
    audit = Audit(app.extensions["waymark"].database)
    reference = comment(text="It has closed.")
    staff("publish", reference, "--reply", "It has moved.", "--done", "We changed the page.")
    row = audit.listed()[0]
    assert (row.who, row.action, row.subject, row.before) == ("command line", "publish reply", "comment:portage", "")
    assert row.after == f"{reference}\n\nIt has closed.\n\nIt has moved.\n\nWe changed the page."
    staff("publish", reference, "--reply", "It moved in May.")
    assert audit.listed()[0].before == "It has closed.\n\nIt has moved."
    staff("withdraw", reference)
    row = audit.listed()[0]
    assert (row.who, row.action, row.subject, row.before, row.after) == ("command line", "withdraw reply", "comment:portage", reference, "")
    assert staff("withdraw", reference)[0] == staff("publish", "F-BCDF-GHJK", "--reply", "Thank you.")[0] == 1
    assert len(audit.listed()) == 3


def test_only_what_a_comment_is_about_can_be_published(client, comment, staff):
    reference = comment(text="Something that says too much.")
    assert staff("publish", reference, "--reply", "Thank you.", "--text", "")[0] == 0
    assert page_of(client).select_one("blockquote") is None
    assert "too much" not in page_of(client).text


def test_nothing_personal_is_published(client, comment, staff):
    reference = comment(text="ring 0161 496 0000")
    staff("publish", reference, "--reply", "Thank you.", "--text", "My son Oliver of SK5 8AB, ring 07700 900123, jane@example.org. Jane said so.")
    text = page_of(client).text
    assert "taken out]" in text
    assert not [secret for secret in ("Oliver", "SK5", "07700", "jane@", "Jane") if secret in text]
    staff("publish", reference, "--reply", "Thank you.")
    assert "0161" not in page_of(client).select_one("blockquote").text


@pytest.mark.parametrize("reply", ["", "  ", "\n", "..."])
def test_an_empty_reply_is_refused(client, comment, staff, reply):
    code, _, err = staff("publish", comment(), "--reply", reply)
    assert code == 1
    assert "reply is empty" in err
    assert page_of(client).select_one(".card") is None


@pytest.mark.parametrize("reference", ["F-BCDF-GHJK", "x", "A-BCDF-GHJK", "' OR 1"])
def test_an_unknown_comment_is_refused(app, staff, reference):
    code, _, err = staff("publish", reference, "--reply", "Thank you.")
    assert code == 1
    assert "no comment has the reference" in err


def test_staff_export_what_the_page_gives(client, comment, staff, replies, tmp_path):
    replies.publish(comment(6, entry="gone-page"), "=words", "reply")
    file = tmp_path / "out.csv"
    code, out, _ = staff("export", "2026", "--out", str(file))
    assert (code, str(file) in out) == (0, True)
    assert file.read_bytes() == client.get("/you-said-we-did/2026.csv").data
    assert staff("export", "2025")[0] == 1
    assert "nothing came in during 2025" in staff("export", "2025")[2]
    code, _, err = staff("export", "2026", "--out", str(tmp_path / "none" / "out.csv"))
    assert (code, "cannot write" in err) == (1, True)
    assert staff("export", "2026")[1].encode("utf-8") == file.read_bytes()
