"""What is asked, as counts: each fact by itself, written in the background, and never in the way of an answer."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql

from bot.records import Answer, Channel, Outcome, Reply, Signpost
from web.asked import Asked, Measure

DAY = date(2023, 11, 14)
"""The day of the test's clock."""
NEXT = DAY + timedelta(1)


def signpost(id):
    return Signpost(id, "service", id.title(), "For play.", None, None, (), "2024", None, 1)


def reply(outcome=Outcome.ANSWERED, channel=Channel.WEB, places=("portage", "helpline"), **understood):
    known = {key: value for key, value in understood.items() if value}
    return Reply("words", channel, "release", Answer(outcome, (), tuple(map(signpost, places)), understood=known))


@pytest.fixture
def asked(database, clock):
    return Asked(database, clock)


def test_each_fact_is_counted_by_itself(asked):
    asked.count(reply(needs=["autism", "sleep"], area="reddish", age=7), 0.012)
    found = {measure.value: dict(asked.totals(measure, DAY, NEXT)) for measure in Measure}
    assert found == {
        "outcome": {"answered": 1}, "channel": {"web": 1}, "both": {"web answered": 1}, "need": {"autism": 1, "sleep": 1}, "area": {"reddish": 1},
        "start": {"portage": 1}, "place": {"portage": 1, "helpline": 1}, "unanswered": {}, "refused": {}, "time": {"25": 1},
    }


def test_the_table_holds_no_column_that_could_join_two_facts(database):
    assert {column["name"] for column in inspect(database.engine).get_columns("asked_counts")} == {"day", "measure", "value", "number"}


def test_what_was_written_is_kept_nowhere(asked, rows):
    asked.count(reply(age=7), 0.01)
    asked.flush()
    kept = [row for row in rows() if row.startswith("asked_counts")]
    assert kept
    assert not [row for row in kept if "words" in row or "'age'" in row]


@pytest.mark.parametrize(("outcome", "places", "refused"), [
    (Outcome.NOT_FOUND, (), "not_found"), (Outcome.NOT_FOUND, ("portage",), "limit"), (Outcome.OUT_OF_SCOPE, (), "out_of_scope"),
    (Outcome.ERROR, (), "error"), (Outcome.CLARIFY, (), None), (Outcome.URGENT, ("helpline",), None),
])
def test_refusals_are_told_apart(asked, outcome, places, refused):
    asked.count(reply(outcome, places=places), 0.01)
    assert asked.totals(Measure.REFUSED, DAY, NEXT) == (Counter([refused]) if refused else Counter())


@pytest.mark.parametrize(("needs", "counted"), [(["autism"], ["autism"]), (None, ["none"]), ([3, None], ["none"])])
def test_what_could_not_be_answered_is_counted_by_need(asked, needs, counted):
    asked.count(reply(Outcome.NOT_FOUND, places=(), needs=needs), 0.01)
    asked.count(reply(Outcome.ANSWERED, needs=["sleep"]), 0.01)
    assert asked.totals(Measure.UNANSWERED, DAY, NEXT) == Counter(counted)


@pytest.mark.parametrize(("seconds", "bucket"), [(0, "25"), (0.025, "25"), (0.0251, "50"), (0.25, "250"), (0.9, "1000"), (1.0, "1000"), (7, "more")])
def test_times_are_counted_in_classes(asked, seconds, bucket):
    asked.count(reply(), seconds)
    assert asked.totals("time", DAY, NEXT) == Counter([bucket])


def test_staff_are_not_counted(asked):
    asked.count(reply(channel=Channel.STAFF), 0.01)
    assert asked.totals("channel", DAY, NEXT) == Counter()


def test_days_are_kept_apart_and_the_last_is_left_out(asked, clock):
    for _ in range(2):
        asked.count(reply(), 0.01)
    clock.now += 86_400
    asked.count(reply(channel=Channel.SMS), 0.01)
    assert asked.by_day("channel", DAY, NEXT + timedelta(1)) == {DAY: Counter(web=2), NEXT: Counter(sms=1)}
    assert asked.totals("channel", DAY, NEXT) == Counter(web=2)
    assert asked.first_day() == DAY


def test_two_processes_add_up(asked, database, clock):
    other = Asked(database, clock)
    for each in (asked, other, asked):
        each.count(reply(), 0.01)
        each.flush()
    assert other.totals("channel", DAY, NEXT) == Counter(web=3)


def test_threads_lose_nothing(asked):
    threads = [threading.Thread(target=lambda: [asked.count(reply(), 0.01) or asked.flush() for _ in range(5)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked.totals("channel", DAY, NEXT) == Counter(web=20)


def test_a_database_that_cannot_be_written_loses_nothing(asked, database, monkeypatch):
    asked.count(reply(), 0.01)
    with monkeypatch.context() as patch:
        patch.setattr(database, "writes", Broken())
        asked.flush()
    assert asked.totals("channel", DAY, NEXT) == Counter(web=1)


class Broken:
    def begin(self):
        from sqlalchemy.exc import OperationalError

        raise OperationalError("INSERT", {}, Exception("the disk is gone"))


def test_it_is_written_in_the_background_and_when_it_stops(asked, monkeypatch, rows):
    monkeypatch.setattr("web.asked.WRITE_SECONDS", 0.01)
    written, flush = threading.Event(), asked.flush
    monkeypatch.setattr(asked, "flush", lambda: (flush(), written.set()))
    asked.start()
    try:
        assert written.wait(10)
    finally:
        asked.count(reply(), 0.01)
        asked.stop()
    assert [row for row in rows() if row.startswith("asked_counts") and "'web', 1" in row]
    assert "counts" not in {thread.name for thread in threading.enumerate()}


def test_the_statement_is_also_one_of_postgresql():
    from web.models import AskedCount

    row = postgresql.insert(AskedCount).values(day=DAY, measure="need", value="autism", number=1)
    said = str(row.on_conflict_do_update(index_elements=["day", "measure", "value"], set_={"number": AskedCount.number + row.excluded.number})
               .compile(dialect=postgresql.dialect()))
    assert "ON CONFLICT (day, measure, value) DO UPDATE SET number = (asked_counts.number + excluded.number)" in said


def test_questions_on_the_page_and_the_api_are_counted(app):
    client, asked = app.test_client(), app.extensions["waymark"].asked
    client.post("/", data={"question": "one"})
    client.post("/api/chat", json={"question": "unknown"})
    client.post("/api/chat", json={"question": "of staff", "channel": "staff"})
    client.get("/")
    today = asked.today()
    assert asked.totals("both", today, today + timedelta(1)) == Counter({"web answered": 1, "api not_found": 1})


def test_a_question_is_answered_where_counts_cannot_be_written(app, monkeypatch):
    site = app.extensions["waymark"]
    monkeypatch.setattr(site.asked._database, "writes", Broken())
    assert app.test_client().post("/api/chat", json={"question": "one"}).status_code == 200
    site.asked.flush()


def test_texts_are_counted_once_though_asked_on_and_not_at_all_where_no_reply_goes_out(make_app, text_us):
    app = make_app()
    client, asked = app.test_client(), app.extensions["waymark"].asked
    for n, said in enumerate(("where do i go", "MORE", "STOP", "where then", "danger")):
        text_us(client, said, sid=f"SM{n}")
    today = asked.today()
    assert asked.totals("both", today, today + timedelta(1)) == Counter({"sms answered": 1, "sms urgent": 1})
