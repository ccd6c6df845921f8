"""The yearly report: its parts, its files, and what it hides."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import delete

from web.models import AskedCount
from web.staff.roles import Role

PARTS = (
    "How families used the guide", "What families asked for", "What could not be answered", "What families told us, and what we did",
    "How current the information is",
)


@pytest.fixture
def counted(console, monkeypatch):
    """A year of counts, the months of the next up to July, and a day of August."""
    site = console.app.extensions["waymark"]
    counts = {"channel": {"web": 60}, "outcome": {"answered": 60}, "need": {"autism": 57, "mental-health": 3}, "area": {"none": 58, "reddish": 2}}
    with site.database.writes.begin() as session:
        for day in [date(2025, n, 5) for n in range(1, 13)] + [date(2026, n, 5) for n in range(1, 9)]:
            session.add_all(AskedCount(day=day, measure=m, value=v, number=n) for m, found in counts.items() for v, n in found.items())
    monkeypatch.setattr(site.asked, "_clock", lambda: 1_786_000_000)  # 6 August 2026
    return console


def table(page, caption):
    found = next(t for t in page.select("table") if t.caption.text == caption)
    return {row.th.text: row.td.text for row in found.select("tbody tr")}


def test_a_year_that_is_over_has_its_totals(counted):
    page = BeautifulSoup(counted.sign_in(Role.READER).get("/staff/report/2025").text, "lxml")
    assert [h.text for h in page.select("main h2")][: len(PARTS)] == list(PARTS)
    needs = table(page, "Questions by need")
    assert needs["mental health and feelings"] == "36"
    assert needs["autism"] == "684"
    assert "720 questions" in page.main.text
    assert page.main.text.count("[Write here:") >= 8


def test_a_year_that_runs_has_only_what_its_months_show(counted):
    page = BeautifulSoup(counted.sign_in(Role.READER).get("/staff/report/2026").text, "lxml")
    assert "up to July 2026" in page.main.text
    assert table(page, "Questions by need")["autism"] == "35 or more"
    assert table(page, "Questions by need")["mental health and feelings"] == "not shown"
    assert "August" not in table(page, "Questions by month")


@pytest.mark.parametrize(("danger", "said"), [(0, "339"), (2, "330 or more")])
def test_what_could_not_be_answered_is_told_only_where_its_number_is(counted, danger, said):
    with counted.room.database.writes.begin() as session:
        session.execute(delete(AskedCount).where(AskedCount.measure.in_(("outcome", "channel"))))
        for month in range(1, 13):
            found, last = (9, danger) if month == 12 else (30, 0)
            counts = {"outcome": {"answered": 100, "not_found": found, "urgent": last}, "channel": {"web": 100 + found + last},
                      "refused": {"not_found": found, "out_of_scope": 20}, "unanswered": {"autism": found}}
            day = date(2025, month, 5)
            session.add_all(AskedCount(day=day, measure=m, value=v, number=n) for m, of in counts.items() for v, n in of.items())
    page = BeautifulSoup(counted.sign_in(Role.READER).get("/staff/report/2025").text, "lxml")
    assert table(page, "Why nothing was found")["We hold nothing on it"] == said
    assert set(table(page, "Why nothing was found")) == {"We hold nothing on it", "Others decide or advise, and were named"}
    assert table(page, "Questions without an answer, by need")["autism"] == said


def test_both_files_hold_the_same(counted):
    browser = counted.sign_in(Role.READER)
    text = browser.get("/staff/report/2025.md")
    assert text.headers["Content-Disposition"] == 'attachment; filename="local-offer-report-2025.md"'
    file = docx.Document(io.BytesIO(browser.get("/staff/report/2025.docx").data))
    for heading in PARTS:
        assert f"\n## {heading}\n" in text.text
        assert heading in [p.text for p in file.paragraphs if p.style.name == "Heading 1"]


@pytest.mark.parametrize("year", [1999, 2024, 2027, 99999])
def test_there_is_no_report_on_a_year_of_which_nothing_is_kept(counted, year):
    browser = counted.sign_in(Role.READER)
    for end in ("", ".md", ".docx"):
        assert browser.get(f"/staff/report/{year}{end}").status_code == 404
