"""The weekly digest."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes
from email.policy import default

import pytest

from indexer.errors import WaymarkError
from tests.web.staff.attention.conftest import DAY, NOON, TODAY
from web.feedback import Feedback
from web.staff.attention.digest import MOST, WIDTH, as_mail, digest
from web.staff.attention.store import State
from web.staff.roles import Role

SECRET = "the words of a family"


@pytest.fixture
def board(gathering, console, clock):
    """Twenty comments of a month ago, of which one was taken on and is overdue, and two new ones."""
    feedback = Feedback(gathering.room.database, 20, 200, clock)
    for n in range(20):
        feedback.keep(f"entry-{n:02}", "r", "facts", SECRET)
    row = gathering.board().rows[0]
    due = TODAY + dt.timedelta(days=10)
    said = {"state": State.IN_HAND, "owner": console.name(Role.EDITOR), "due": due, "note": "a private note"}
    gathering.desk.change(row.item, console.who(), "mine", seen=row.seen, **said)
    clock.now = NOON + 30 * DAY
    for n in (98, 99):
        feedback.keep(f"entry-{n}", "r", "contact", SECRET)
    return gathering.board()


def test_it_says_what_is_new_what_is_overdue_and_who_has_what(board, console):
    text = digest(board, "Waymark", "https://waymark.example.org/staff/attention")
    assert text.startswith("Waymark: what needs attention, 10 July 2026\n===")
    assert "22 to do, 2 of them new since 3 July 2026, 1 overdue, 21 without an owner. 0\nsettled in that week." in text
    titles = ("Overdue (1)", "New, the worst first (2)", "By owner", f"For {console.name(Role.EDITOR)} (1)", "Known for longer, the worst first (19)")
    for title in titles:
        assert f"\n{title}\n{'-' * len(title)}\n" in text
    assert f"- {console.name(Role.EDITOR)}: 1 to do, 1 overdue\n- nobody: 21 to do, 0 overdue\n" in text
    assert "due 20 June 2026" in text
    assert text.endswith("The whole list:\nhttps://waymark.example.org/staff/attention\n")


def test_what_is_left_out_is_counted(board):
    assert "and 14 more" in digest(board, "Waymark", "")
    assert MOST < 20


def test_it_holds_no_words_of_families_and_no_notes_and_fits_an_e_mail(board):
    text = digest(board, "Waymark", "")
    assert SECRET not in text
    assert "a private note" not in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_with_nothing_to_do_it_says_so(gathering):
    text = digest(gathering.board(), "Waymark", "")
    assert "0 to do" in text
    assert "Nobody has looked at the content yet" in text


def test_the_e_mail_is_whole_and_opens_as_a_draft():
    text = "Waymark: what needs attention\n\nÜber 3 – things\n" + "x" * WIDTH + "\n"
    mail = message_from_bytes(as_mail(text, "lead@example.org", "local.offer@example.org").as_bytes(), policy=default)
    assert (mail["To"], mail["From"], mail["Subject"]) == ("lead@example.org", "local.offer@example.org", "Waymark: what needs attention")
    assert (mail["X-Unsent"], mail.get_content_type()) == ("1", "text/plain")
    assert mail.get_content() == text
    assert mail["Date"].datetime.tzinfo is not None


@pytest.mark.parametrize("to", ["", "no address", "a@example.org\nBcc: b@example.org", "@example.org", "a@"])
def test_what_is_no_address_is_refused(to):
    with pytest.raises(WaymarkError, match="no e-mail address"):
        as_mail("title\n", to)
