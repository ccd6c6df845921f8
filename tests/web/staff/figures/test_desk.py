"""The page of figures and its files: every drawing with its table, small numbers nowhere, and only whole periods."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import delete, update

from web.models import AskedCount, TextUse
from web.staff.roles import Role

COUNTS = {
    "outcome": {"answered": 55, "not_found": 7, "urgent": 3}, "channel": {"web": 52, "sms": 13},
    "need": {"autism": 33, "mental-health": 2, "none": 30},
    "area": {"none": 40, "reddish": 24, "brinnington": 1}, "unanswered": {"autism": 6, "none": 1}, "refused": {"not_found": 7},
    "time": {"25": 50, "100": 10, "more": 5},
}
MONTH = date(2026, 5, 1)


@pytest.fixture
def counted(console, monkeypatch):
    """Two months of counts, and a third that is not over."""
    site = console.app.extensions["waymark"]
    with site.database.writes.begin() as session:
        for day in (MONTH, date(2026, 6, 10), date(2026, 7, 2)):
            session.add_all(AskedCount(day=day, measure=m, value=v, number=n) for m, counts in COUNTS.items() for v, n in counts.items())
        session.add(TextUse(hour=1_777_630_000 // 3600 * 3600, received=3, sent=2, segments=5))
    monkeypatch.setattr(site.asked, "_clock", lambda: 1_783_500_000)  # 8 July 2026
    return console


def rows(browser, name, **query):
    answer = browser.client.get(f"/staff/figures/{name}.csv", query_string=query)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_every_drawing_has_its_table_and_its_files(counted):
    page = BeautifulSoup(counted.sign_in(Role.READER).get("/staff/figures").text, "lxml")
    figures = page.select(".figure")
    assert [figure.h2["id"] for figure in figures] == [
        "questions", "times", "outcomes", "channels", "needs", "areas", "unanswered", "refused", "texts", "helped",
    ]
    for figure in figures:
        assert figure.select_one("table caption")
        assert [a["href"].split("?")[0].rpartition(".")[2] for a in figure.select("p a")] == ["csv", "xlsx"]
        for drawing in figure.select("svg"):
            assert drawing["role"] == "img"
            assert all(page.find(id=id).text.strip() for id in drawing["aria-labelledby"].split())
    assert len(page.select("svg")) >= 7
    assert not page.select("[style]")


def test_small_numbers_are_hidden_and_do_not_follow(counted):
    browser = counted.sign_in(Role.READER)
    needs = {row[0]: row[1:] for row in rows(browser, "needs")}
    assert needs["Need"] == ["2026-05", "2026-06"]
    assert needs["autism"] == ["33", "33"]
    assert needs["mental health and feelings"] == ["fewer than 5"] * 2
    assert needs["No need understood"] == ["5 or more"] * 2
    assert [row[1] for row in rows(browser, "areas")[1:]] == ["fewer than 5", "5 or more", "40"]
    outcomes = {row[0]: row[1] for row in rows(browser, "outcomes")}
    assert (outcomes["Danger"], outcomes["Not found"], outcomes["Answered"]) == ("fewer than 5", "5 or more", "55")


def test_overlapping_downloads_hold_the_same_cells(counted):
    browser = counted.sign_in(Role.READER)
    both, one = rows(browser, "needs", since="2026-05", until="2026-06"), rows(browser, "needs", since="2026-06", until="2026-06")
    assert [[row[0], row[2]] for row in both] == one


@pytest.mark.parametrize("by", ["week", "day"])
def test_all_that_could_be_taken_from_a_month_is_given_by_month_alone(counted, by):
    browser = counted.sign_in(Role.READER)
    page = BeautifulSoup(browser.get(f"/staff/figures?by={by}").text, "lxml")
    assert {figure["id"] for figure in page.select(".figure h2")} == {"questions", "times"}
    for name in ("needs", "outcomes", "channels", "texts"):
        assert browser.get(f"/staff/figures/{name}.csv?by={by}").status_code == 404


@pytest.fixture
def month(counted):
    """A function that puts counts in the place of those of May, and gives a figure's numbers for it by name."""
    site = counted.app.extensions["waymark"]

    def put(**counts):
        with site.database.writes.begin() as session:
            session.execute(delete(AskedCount).where(AskedCount.day == MONTH))
            session.add_all(AskedCount(day=MONTH, measure=m, value=v, number=n) for m, found in counts.items() for v, n in found.items())
        return lambda name: {row[0]: row[1] for row in rows(counted.sign_in(Role.READER), name)}

    return put


OUTCOMES = {"answered": 100, "clarify": 20, "not_found": 30, "out_of_scope": 9, "urgent": 2}


def test_danger_does_not_follow_from_why_nothing_was_found(month):
    refused = {"not_found": 18, "limit": 12, "out_of_scope": 9}
    of = month(outcome=OUTCOMES, channel={"web": 161}, refused=refused, unanswered={"autism": 30})
    outcomes = of("outcomes")
    assert [outcomes[name] for name in ("Danger", "Not for this guide", "Not found")] == ["fewer than 5", "5 or more", "30"]
    assert of("refused") == {"Reason": "2026-05", "We hold nothing on it": "18", "Others decide or advise, and were named": "12"}
    assert of("unanswered")["autism"] == "30"


def test_where_questions_that_were_not_found_are_hidden_nothing_tells_of_them(month):
    outcomes = {**OUTCOMES, "not_found": 9, "out_of_scope": 30}
    of = month(outcome=outcomes, channel={"web": 161}, refused={"not_found": 9, "out_of_scope": 30}, unanswered={"autism": 9})
    assert of("outcomes")["Not found"] == "5 or more"
    for name in ("refused", "unanswered"):
        assert set(list(of(name).values())[1:]) == {"not shown"}


@pytest.mark.parametrize(
    ("channels", "shown"),
    [
        ({"web": 40, "sms": 20}, ["20", "19", "40"]),
        ({"web": 40, "sms": 20, "api": 30}, ["20", "19", "40"]),
        ({"web": 40, "sms": 3}, ["not shown"] * 3),
        ({"web": 40, "sms": 20, "whatsapp": 2}, ["not shown"] * 3),
        ({"web": 40, "sms": 20, "api": 2}, ["not shown"] * 3),
    ],
)
def test_texts_do_not_give_away_a_channel_that_is_hidden(counted, month, channels, shown):
    with counted.room.database.writes.begin() as session:
        session.execute(update(TextUse).values(received=20, sent=19, segments=40))
    of = month(channel=channels, outcome={"answered": sum(channels.values())})
    assert list(of("texts").values())[1:] == shown


def test_a_period_that_is_not_over_is_not_shown(counted):
    browser = counted.sign_in(Role.READER)
    assert "2026-07" not in rows(browser, "questions")[0]
    days = rows(browser, "questions", by="day", since="2026-07", until="2026-07")
    assert days[0][1:] == [(date(2026, 7, 1) + timedelta(n)).isoformat() for n in range(7)]
    assert days[1][1:] == ["0", "65", "0", "0", "0", "0", "0"]


def test_times_are_at_most(counted):
    found = rows(counted.sign_in(Role.READER), "times")
    assert [row[1] for row in found[1:]] == ["25", "1000 or more"]


def test_the_spreadsheet_holds_the_same(counted):
    browser = counted.sign_in(Role.READER)
    sheet = load_workbook(io.BytesIO(browser.get("/staff/figures/needs.xlsx").data)).active
    assert [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)] == rows(browser, "needs")


def test_every_figure_can_be_had_as_a_spreadsheet(counted):
    browser = counted.sign_in(Role.READER)
    links = [a["href"] for a in BeautifulSoup(browser.get("/staff/figures").text, "lxml").select(".figure p a") if ".xlsx" in a["href"]]
    assert len(links) == 10
    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert load_workbook(io.BytesIO(browser.get("/staff/figures/helped.xlsx").data)).active.title == "Did answers help"


@pytest.mark.parametrize("query", ["by=year", "since=2026-13&until=soon", "since=2026-06&until=2026-05", "by=week&since=2019-01"])
def test_what_cannot_be_chosen_is_left_out(counted, query):
    assert counted.sign_in(Role.READER).get(f"/staff/figures?{query}").status_code == 200


def test_before_anything_was_counted_the_page_says_so(console):
    assert "is over yet" in console.sign_in(Role.READER).get("/staff/figures").text
    assert console.sign_in(Role.READER).get("/staff/figures/needs.csv").status_code == 404
