"""The command line of the bot: ``python -m bot ask | evaluate | consistency``."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.batch import answer_lines
from bot.consistency import WORDINGS, as_dict, compare, load_wordings, report
from bot.engine import Engine, open_engine
from bot.evaluate import Result, evaluate, load_questions
from bot.explain import explain
from bot.records import Channel
from bot.settings import BotSettings
from indexer.config import IndexerSettings, load_settings
from indexer.errors import WaymarkError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, or 2 when it could not be carried out."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        return int(options.run(options))
    except WaymarkError as fault:
        print(fault, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, help="configuration file (config.toml)")
    common.add_argument("--release-dir", type=Path, help="where releases are, instead of the configured folder")
    common.add_argument("--release", metavar="ID", help="answer from this release, not the live one")
    common.add_argument("--json", action="store_true", help="print JSON")
    parser = argparse.ArgumentParser(prog="python -m bot", description="Answers questions from the live release.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    ask = commands.add_parser("ask", parents=[common], help="answer one question, or a batch")
    ask.add_argument("question", nargs="*", help="the question; several are successive messages of one conversation")
    ask.add_argument(
        "--channel",
        type=Channel,
        choices=list(Channel),
        default=Channel.WEB,
        metavar="CHANNEL",
        help="shape of the reply: web, sms, whatsapp, api, staff",
    )
    ask.add_argument("--batch", metavar="FILE", help="JSON lines with id, turns and channel; - for standard input")
    ask.set_defaults(run=_ask)
    measure = commands.add_parser("evaluate", parents=[common], help="measure answers against a question file")
    measure.add_argument("file", type=Path, metavar="FILE")
    measure.add_argument("--explain", metavar="ID", help="say why one question of the file was answered as it was, instead of measuring")
    measure.set_defaults(run=_evaluate)
    alike = commands.add_parser("consistency", parents=[common], help="ask each need in several wordings and compare where they are sent")
    alike.add_argument("file", type=Path, metavar="FILE", nargs="?", help="wordings (TOML) or questions in groups; by default the content's")
    alike.set_defaults(run=_consistency)
    return parser


def _indexer(options: argparse.Namespace) -> IndexerSettings:
    indexer = load_settings(IndexerSettings, "indexer", options.config)
    return indexer.model_copy(update={"release_dir": options.release_dir.resolve()}) if options.release_dir else indexer


def _open(options: argparse.Namespace) -> Engine:
    return open_engine(load_settings(BotSettings, "bot", options.config), _indexer(options), options.release)


def _ask(options: argparse.Namespace) -> int:
    if bool(options.batch) == bool(options.question):
        print("give one question, or --batch FILE", file=sys.stderr)
        return 2
    engine = _open(options)
    if options.batch:
        source = sys.stdin if options.batch == "-" else _lines(options.batch)
        for line in answer_lines(engine, source):
            print(line, flush=True)
        return 0
    reply = engine.reply(options.question, options.channel)
    if options.json:
        print(json.dumps(reply.as_dict(""), ensure_ascii=False, indent=2))
        return 0
    print(reply.text)
    if reply.sms:
        print(f"({reply.sms.encoding}, {reply.sms.segments} segment{'s' if reply.sms.segments != 1 else ''})", file=sys.stderr)
    return 0


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").split("\n")
    except OSError as fault:
        raise WaymarkError(f"cannot read {path}: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise WaymarkError(f"cannot read {path}: not UTF-8 text ({fault.reason} at byte {fault.start})") from fault


def _evaluate(options: argparse.Namespace) -> int:
    engine, questions = _open(options), load_questions(options.file)
    if options.explain:
        wanted = next((q for q in questions if str(q["id"]) == options.explain), None)
        if wanted is None:
            raise WaymarkError(f"{options.file} holds no question {options.explain}")
        print(explain(engine, wanted["turns"], Channel(wanted.get("channel", "web"))))
        return 0
    measures, results = evaluate(engine, questions)
    if options.json:
        print(json.dumps(measures, ensure_ascii=False, indent=2))
        return 0
    print(_table(measures))
    for result in results:
        if not result.passed or result.unsupported:
            print(_miss(result))
            print(textwrap.indent(explain(engine, result.question["turns"], brief=True), "    "))
    return 0


def _consistency(options: argparse.Namespace) -> int:
    compared = compare(_open(options), load_wordings(options.file or _indexer(options).content / WORDINGS))
    print(json.dumps(as_dict(compared), ensure_ascii=False, indent=2) if options.json else report(compared))
    return 0


def _table(measures: dict[str, Any]) -> str:
    columns = ("items", "judged_on_start", "hit@1", "hit@3", "status", "says", "passed")
    rows = [("", *columns)]
    for name, group in (("overall", measures["overall"]), *measures["categories"].items()):
        rows.append((name, *("-" if group[c] is None else f"{group[c]:.1%}" if isinstance(group[c], float) else str(group[c]) for c in columns)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    more = ("urgent", "refusal", "groups", "clarify_rate", "unsupported_facts", "outcomes")
    return "\n".join([*lines, *(f"{name}: {json.dumps(measures[name])}" for name in more)])


def _miss(result: Result) -> str:
    got = [s.id for s in result.reply.answer.signposts]
    faults = [name for name, bad in (("status", not result.status), ("start", result.start is False), ("says", not result.says)) if bad]
    faults += [f"unsupported {list(result.unsupported)}"] if result.unsupported else []
    wanted = result.question.get("start", [])
    return f"{result.question['id']} {', '.join(faults)}: got {result.reply.outcome.value} {got}; wanted {result.question['status']} {wanted[:4]}"
