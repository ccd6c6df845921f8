"""What families said and asked, as items: comments, answers that did not help, questions without an answer, texts without a reply."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from bot.records import Outcome
from web.answer_feedback import Unhelpful
from web.asked import NONE, Measure
from web.comments import ABOUT
from web.helped import WHY
from web.models import Text
from web.replies import Answered
from web.staff.attention.ground import Ground, months_before
from web.staff.attention.items import Item, Step
from web.staff.figures.asked import Counts, Figures
from web.texting.records import FAILED

KINDS = ("comment", "unhelpful", "unanswered", "text")
LATE_SECONDS = 900
"""After so long a reply that is still owed counts as not sent."""
_NO_PLACE = "no-place"


def comments(ground: Ground, found: Iterable[Answered]) -> Iterator[Item]:
    """Comments without a published reply, by entry."""
    by_entry: defaultdict[str, list[Answered]] = defaultdict(list)
    for comment in found:
        by_entry[comment.entry].append(comment)
    for id, held in by_entry.items():
        kinds = Counter(comment.about for comment in held)
        lines = (*(f"{ABOUT.get(kind, kind)}: {number}" for kind, number in kinds.most_common()), ground.rests(id))
        step = ground.step(Step.NUMBER if kinds["contact"] else Step.SAID, id)
        facts = frozenset(comment.reference for comment in held)
        title = f"{_many(len(held), 'comment')} to answer: {ground.name(id)}"
        yield Item("comment", id, title, lines, facts, step, len(held) + ground.amount([id]), (id,))


def unhelpful(ground: Ground, found: Iterable[Unhelpful]) -> Iterator[Item]:
    """Answers that did not help, by the place where they sent someone first."""
    by_entry: defaultdict[str, list[Unhelpful]] = defaultdict(list)
    for one in found:
        by_entry[one.start or _NO_PLACE].append(one)
    for id, held in by_entry.items():
        whys = Counter(one.why for one in held)
        lines = tuple(f"{WHY.get(why, 'No reason given')}: {number}" for why, number in whys.most_common())
        urgent = any(one.outcome == Outcome.URGENT for one in held)
        step = Step.DANGER if urgent else ground.step(Step.NUMBER if whys["facts"] else Step.SAID, id)
        title = f"{_many(len(held), 'answer')} that did not help: {'no place was named' if id == _NO_PLACE else ground.name(id)}"
        ids = () if id == _NO_PLACE else (id,)
        facts = frozenset(one.reference for one in held)
        yield Item("unhelpful", id, title, lines, facts, step, len(held) + ground.amount(ids), ids)


def unanswered(ground: Ground, counts: Counts) -> Iterator[Item]:
    """Questions without an answer, by need; no number but those that the figures show. A month with more makes what was done come back."""
    months, figures = months_before(ground.today), Figures(counts, {}, {})
    found = figures.per_period(Measure.UNANSWERED, months)
    needs, columns = figures.cells(Measure.UNANSWERED, months, {})
    for need in needs:
        about = "with no need that was understood" if need == NONE else f"about {ground.need(need)}"
        number = int(sum(column[need].low for column in columns))
        known = all(column[need].exact is not None or not count[need] for column, count in zip(columns, found, strict=True))
        said = f"{number}{'' if known else ' or more'} questions {about}" if number else f"questions {about}, in numbers that are not shown,"
        lines = (f"{ground.when} there were {said} that got no answer.", "Their words are not kept.")
        facts = frozenset(month.iso for month, count in zip(months, found, strict=True) if count[need])
        yield Item("unanswered", need, f"Questions without an answer {about}", lines, facts, Step.UNANSWERED, max(1, number))


def texts(found: Iterable[Text], now: float) -> Iterator[Item]:
    """Replies to text messages that were not sent, or are long owed, by provider."""
    by_provider: defaultdict[str, list[Text]] = defaultdict(list)
    for text in found:
        if text.state == FAILED or text.created < now - LATE_SECONDS:
            by_provider[text.provider].append(text)
    for provider, held in by_provider.items():
        whys = Counter(text.why or "still owed" for text in held)
        lines = tuple(f"{why}: {number}" for why, number in whys.most_common())
        urgent = sum(text.outcome == Outcome.URGENT for text in held)
        lines += (f"To a message about danger: {urgent}",) if urgent else ()
        facts = frozenset(text.ref for text in held)
        title = f"{_many(len(held), 'reply', 'replies')} not sent through {provider.capitalize()}"
        yield Item("text", provider, title, lines, facts, Step.DANGER if urgent else Step.SAID, len(held))


def _many(number: int, noun: str, nouns: str = "") -> str:
    return f"{number} {noun if number == 1 else nouns or noun + 's'}"
