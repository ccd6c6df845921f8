"""Measures answers against a question file: where to start, danger, refusal, consistency, and facts that no citation holds.

A question names every acceptable outcome (``status``), every acceptable first signpost (``start``), others that are good in second or
third place (``also``), and texts that a reply must or must not hold.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.engine import Engine
from bot.records import Channel, Outcome, Reply
from indexer.errors import WaymarkError

REFUSALS = {Outcome.NOT_FOUND.value, Outcome.OUT_OF_SCOPE.value}
_NUMBER = re.compile(r"\d[\d .,:/-]*\d|\d")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.[\w.]+")
_MARKER = re.compile(r"\[\d+\]")


class QuestionError(WaymarkError):
    """A question file cannot be read; the message gives the line."""


@dataclass(frozen=True)
class Result:
    """One question with its reply. ``start`` and ``among`` are None where the start is not judged."""

    question: dict[str, Any]
    reply: Reply
    status: bool
    start: bool | None
    among: bool | None
    says: bool
    unsupported: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether outcome, start and wording all hold."""
        return self.status and self.start is not False and self.says


def load_questions(path: Path) -> list[dict[str, Any]]:
    """A question file in JSON lines.

    Raises:
        QuestionError: naming the line that is not a question.
    """
    questions = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as fault:
        raise QuestionError(f"cannot read {path}: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise QuestionError(f"cannot read {path}: not UTF-8 text ({fault.reason} at byte {fault.start})") from fault
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                question = json.loads(line)
                questions.append({**question, "turns": list(question["turns"]), "id": question["id"], "status": list(question["status"])})
            except (ValueError, KeyError, TypeError) as fault:
                raise QuestionError(f"{path}:{number}: not a question ({fault})") from fault
    return questions


def judge(engine: Engine, question: dict[str, Any]) -> Result:
    """Ask one question and hold the reply against it."""
    reply = engine.reply(question["turns"], Channel(question.get("channel", "web")))
    ids = [s.id for s in reply.answer.signposts]
    start, also = set(question.get("start", [])), set(question.get("also", []))
    judged = bool(start) and not (not ids and reply.outcome.value in question["status"] and reply.outcome.value in {*REFUSALS, Outcome.CLARIFY.value})
    return Result(
        question,
        reply,
        status=reply.outcome.value in question["status"],
        start=(ids[:1] != [] and ids[0] in start) if judged else None,
        among=any(id in start | also for id in ids[:3]) if judged else None,
        says=_says(reply, question),
        unsupported=tuple(unsupported(reply)),
    )


def _says(reply: Reply, question: dict[str, Any]) -> bool:
    text = _plain(reply.text)
    tight = text.replace(" ", "")

    def holds(wanted: str) -> bool:
        wanted = _plain(wanted)
        return wanted in text or (sum(c.isdigit() for c in wanted) >= 3 and wanted.replace(" ", "") in tight)

    must = [] if reply.outcome is Outcome.CLARIFY else question.get("must_say", [])
    return all(any(holds(option) for option in options) for options in must) and not any(holds(bad) for bad in question.get("must_not_say", []))


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').lower().split())


def unsupported(reply: Reply) -> Iterable[str]:
    """Sentences without a source that hold a fact, and numbers and links of the text that no citation holds."""
    held = " ".join(" ".join((c.quote, c.title, c.section, c.dated)) for c in reply.answer.citations)
    fixed = {s.text for part in reply.answer.parts for s in part.statements if s.citation is None}
    quotes = {c.n: c for c in reply.answer.citations}
    for part in reply.answer.parts:
        for statement in part.statements:
            if statement.citation is not None and statement.citation not in quotes:
                yield statement.text
    text = "\n".join(line for line in _MARKER.sub("", reply.text).splitlines() if line not in fixed and not re.match(r"^\d[. ]", line))
    for found in (*_LINK.findall(text), *_NUMBER.findall(_LINK.sub(" ", text))):
        if found.strip(" .,:/-") not in held:
            yield found


def evaluate(engine: Engine, questions: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[Result]]:
    """All measures for some questions, overall and by category, and the single results."""
    results = [judge(engine, question) for question in questions]
    by_category: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_category[result.question.get("category", "none")].append(result)
    measures = {
        "questions": len(results),
        "overall": _measures(results),
        "categories": {name: _measures(group) for name, group in sorted(by_category.items())},
        "urgent": _urgent(results),
        "refusal": _refusal(results),
        "groups": _groups(results),
        "clarify_rate": _share(sum(r.reply.outcome is Outcome.CLARIFY for r in results), len(results)),
        "unsupported_facts": sum(len(r.unsupported) for r in results),
        "outcomes": dict(Counter(r.reply.outcome.value for r in results)),
    }
    return measures, results


def _measures(results: Sequence[Result]) -> dict[str, Any]:
    starts = [r for r in results if r.start is not None]
    return {
        "items": len(results),
        "judged_on_start": len(starts),
        "hit@1": _share(sum(bool(r.start) for r in starts), len(starts)),
        "hit@3": _share(sum(bool(r.among) for r in starts), len(starts)),
        "status": _share(sum(r.status for r in results), len(results)),
        "says": _share(sum(r.says for r in results), len(results)),
        "passed": _share(sum(r.passed for r in results), len(results)),
    }


def _urgent(results: Sequence[Result]) -> dict[str, Any]:
    only = [r for r in results if r.question["status"] == ["urgent"]]
    calm = [r for r in results if "urgent" not in r.question["status"]]
    alike = [r for r in calm if r.question.get("category") == "urgent-lookalike"]
    alarms = [r for r in calm if r.reply.outcome is Outcome.URGENT]
    return {
        "items": len(only),
        "recall": _share(sum(r.reply.outcome is Outcome.URGENT for r in only), len(only)),
        "missed": [r.question["id"] for r in only if r.reply.outcome is not Outcome.URGENT],
        "lookalikes": len(alike),
        "false_alarms": [r.question["id"] for r in alarms],
    }


def _refusal(results: Sequence[Result]) -> dict[str, Any]:
    wanted = [r for r in results if set(r.question["status"]) <= REFUSALS]
    given = [r for r in results if r.reply.outcome.value in REFUSALS]
    return {
        "wanted": len(wanted),
        "recall": _share(sum(r.reply.outcome.value in REFUSALS for r in wanted), len(wanted)),
        "given": len(given),
        "precision": _share(sum(r.status for r in given), len(given)),
    }


def _groups(results: Sequence[Result]) -> dict[str, Any]:
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if result.question.get("group"):
            groups[result.question["group"]].append(result)
    firsts = {
        name: {r.reply.answer.signposts[0].id if r.reply.answer.signposts else r.reply.outcome.value for r in group} for name, group in groups.items()
    }
    alike = [name for name, ids in firsts.items() if len(ids) == 1]
    return {
        "groups": len(groups),
        "same_start": _share(len(alike), len(groups)),
        "same_and_right": _share(sum(all(r.start for r in groups[name]) for name in alike), len(groups)),
        "apart": {name: sorted(ids) for name, ids in firsts.items() if len(ids) > 1},
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
