"""The weekly digest: what is new, what is overdue and who has what, as plain text for an e-mail. It holds no words of families, nor notes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from indexer.errors import WaymarkError
from web.present import in_words as day_in_words
from web.staff.attention.gather import Board, Row
from web.staff.attention.items import STEP_WORDS
from web.staff.attention.present import NOBODY, figures

WIDTH = 78
MOST = 15
"""Lines of one list; of the rest it is said how many there are."""


def digest(board: Board, service: str, address: str) -> str:
    """The digest of the week that ends today.

    Args:
        board: everything that needs attention.
        service: what the site is called.
        address: where the list can be seen; empty: not said.
    """
    numbers, today, left = figures(board), board.ground.today, board.left
    title = f"{service}: what needs attention, {day_in_words(today)}"
    lines = [title, "=" * len(title), ""]
    lines += _wrapped(
        f"{numbers.left} to do, {numbers.new} of them new since {day_in_words(today - timedelta(days=7))}, {numbers.overdue} overdue, "
        f"{numbers.unowned} without an owner. {len(board.settled)} settled in that week."
    )
    lines += _wrapped("Nobody has looked at the content yet, so what it lacks is not among them.") if board.ground.content is None else []
    lines += _section("Overdue", (row for row in left if row.overdue), due=True)
    lines += _section("New, the worst first", (row for row in left if row.new))
    lines += ["", *_headed("By owner")]
    lines += [line for owner, (number, late) in numbers.owners.items() for line in _wrapped(f"{owner}: {number} to do, {late} overdue", "- ", "  ")]
    for owner in numbers.owners:
        if owner != NOBODY:
            lines += _section(f"For {owner}", (row for row in left if row.kept.owner == owner), due=True)
    lines += _section("Known for longer, the worst first", (row for row in left if not row.new and not row.overdue), most=5)
    lines += ["", "The whole list:", address] if address else []
    return "\n".join(lines) + "\n"


def as_mail(text: str, to: str, sender: str = "") -> EmailMessage:
    """The digest as a message that a mail program opens as a draft.

    Raises:
        WaymarkError: if an address cannot be one.
    """
    mail = EmailMessage()
    try:
        mail["Subject"] = text.splitlines()[0]
        mail["To"] = to
        if sender:
            mail["From"] = sender
    except (ValueError, IndexError) as fault:
        raise WaymarkError(f"{to!r} is no e-mail address") from fault
    if not mail["To"].addresses or not all(one.username and one.domain for one in mail["To"].addresses):
        raise WaymarkError(f"{to!r} is no e-mail address")
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["X-Unsent"] = "1"
    mail.set_content(text, cte="quoted-printable")
    return mail


def _section(title: str, rows: Iterable[Row], *, due: bool = False, most: int = MOST) -> Iterator[str]:
    held = list(rows)
    if not held:
        return
    yield from ("", *_headed(f"{title} ({len(held)})"))
    for row in held[:most]:
        facts = [STEP_WORDS[row.item.step], row.kept.state.value]
        facts += [f"due {day_in_words(row.kept.due)}"] if due and row.kept.due else []
        facts += [row.kept.owner or NOBODY] if not title.startswith("For ") else []
        yield from _wrapped(row.item.title, f"{row.place}. ", " " * (len(str(row.place)) + 2))
        yield from _wrapped("; ".join(facts), *[" " * (len(str(row.place)) + 2)] * 2)
    if len(held) > most:
        yield f"and {len(held) - most} more"


def _headed(title: str) -> list[str]:
    return [title, "-" * len(title)]


def _wrapped(text: str, first: str = "", after: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=after, break_on_hyphens=False)
