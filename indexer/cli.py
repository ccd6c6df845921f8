"""The command line of the indexer: ``python -m indexer build | status | rollback | check | diff | suggest | extract | teach``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from tqdm import tqdm

from indexer import release
from indexer.build import Advance, Built, build, fetch
from indexer.checks import check
from indexer.checks.report import as_json, as_text
from indexer.config import IndexerSettings, load_settings
from indexer.diff import as_text as diff_text
from indexer.diff import compare, load_questions, two_ids
from indexer.entries import load_entries
from indexer.errors import ConfigError, WaymarkError
from indexer.model import pin_adapter
from indexer.readers.files import read_file
from indexer.schedule import repeat
from indexer.suggest import as_text as suggestions_text
from indexer.suggest import suggestions
from indexer.teach import teach
from indexer.website.crawl import UnfinishedCrawlError
from indexer.website.extract import extract_page

WAIT = 3600.0
"""Seconds that a build after a crawl waits for another build to end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 when a check finds an error, or 2 when the command, or a part of it, could not be carried out."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        settings = load_settings(IndexerSettings, "indexer", options.config)
        if options.release_dir:
            settings = settings.model_copy(update={"release_dir": options.release_dir.resolve()})
        return int(options.run(settings, options))
    except WaymarkError as fault:
        print(fault, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, help="configuration file (config.toml)")
    common.add_argument("--release-dir", type=Path, help="where releases are published, instead of the configured folder")
    parser = argparse.ArgumentParser(prog="python -m indexer", description="Reads content and documents and publishes releases.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("build", _build, "build a release and publish it"),
        ("status", _status, "say which release is live and what it holds"),
        ("rollback", _rollback, "make the release before the live one live again"),
        ("check", _check, "look for what an editor should put right"),
        ("diff", _diff, "say what differs between two releases, and which questions are now sent elsewhere"),
        ("suggest", _suggest, "list contact details that stand on indexed pages and not in the entries they are about"),
        ("extract", _extract, "show what is read from one file or web page"),
        ("teach", _teach, "teach the embedding model how people ask, from the content's messages, and pin what it learned"),
    ):
        command = commands.add_parser(name, parents=[common], help=text, description=text)
        command.set_defaults(run=run)
        if name == "build":
            command.add_argument("--force", action="store_true", help="build even where nothing has changed")
            command.add_argument("--crawl", action="store_true", help="fetch the configured websites first")
            command.add_argument("--every", type=_duration, metavar="6h", help="do so again and again, after each such time (s, m, h or d)")
            command.add_argument("--agree", action="append", default=[], metavar="NAME", help="let this source shrink by any share")
        if name in ("status", "check", "diff", "suggest", "extract"):
            command.add_argument("--json", action="store_true", help="print JSON")
        if name == "check":
            command.add_argument("--all", action="store_true", help="list every note and every open question")
            command.add_argument("--online", action="store_true", help="also try every page that an entry links to")
            command.add_argument("--on", type=dt.date.fromisoformat, metavar="YYYY-MM-DD", help="check as if on this day, not today")
        if name == "diff":
            command.add_argument("before", metavar="A", nargs="?", help="a release; by default the one before the live one")
            command.add_argument("after", metavar="B", nargs="?", help="a release; by default the live one")
            command.add_argument("--questions", type=Path, metavar="FILE", help="JSON lines with id, turns and channel; by default the content's")
        if name == "extract":
            command.add_argument("file", metavar="FILE_OR_URL")
    return parser


def _build(settings: IndexerSettings, options: argparse.Namespace) -> int:
    if options.every is None:
        return _build_once(settings, options)
    repeat(partial(_build_once, settings, options), options.every, lambda line: print(line, file=sys.stderr, flush=True))
    return 0


def _build_once(settings: IndexerSettings, options: argparse.Namespace) -> int:
    crawled, status = 0, 0
    if options.crawl:
        if not settings.websites:
            raise ConfigError("--crawl: no [[indexer.websites]] in the configuration")
        try:
            crawled = fetch(settings, lambda line: print(line, file=sys.stderr, flush=True))
        except UnfinishedCrawlError as fault:  # what the other websites gave is published all the same
            print(fault, file=sys.stderr, flush=True)
            status = 2
    built = build(settings, _progress, options.force, options.agree, WAIT if options.crawl else 0)
    print(_summary(replace(built, embedded=built.embedded + crawled)), flush=True)
    return status


def _duration(text: str) -> float:
    """Seconds of a time like ``90m``."""
    unit = {"s": 1, "m": 60, "h": 3600, "d": 86_400}.get(text[-1:])
    try:
        seconds = float(text[:-1]) * (unit or 0)
    except ValueError:
        seconds = 0
    if not unit or not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no time like 30m, 6h or 1d")
    return seconds


def _summary(built: Built) -> str:
    held = f"{built.entries} entries, {built.documents} documents, {built.passages} passages"
    lines = [f"{'Published' if built.changed else 'Nothing has changed since'} release {built.id}: {held}, {built.embedded} texts embedded"]
    if built.skipped:
        lines.append(f"{len(built.skipped)} not read, or only as a copy:")
        lines += [f"  {s.path}: {s.reason}" for s in built.skipped]
    return "\n".join(lines)


@contextmanager
def _progress(title: str, total: int) -> Iterator[Advance]:
    """A bar on a terminal; elsewhere one plain line."""
    if not sys.stderr.isatty():
        print(f"{title}: {total}", file=sys.stderr)
        yield lambda _: None
        return
    with tqdm(total=total, desc=title, file=sys.stderr) as bar:
        yield bar.update


def _status(settings: IndexerSettings, options: argparse.Namespace) -> int:
    live = release.live_id(settings.release_dir)
    if live is None:
        print(f"no release in {settings.release_dir}: run 'python -m indexer build'")
        return 1
    manifest = release.verify(settings.release_dir / live)
    others = [id for id in release.release_ids(settings.release_dir) if id != live]
    if options.json:
        print(json.dumps({"live": live, "manifest": {k: v for k, v in manifest.items() if k != "files"}, "others": others}, indent=2))
        return 0
    counts = manifest["counts"]
    print(f"live: {live}\nmodel: {manifest['model']['name']}")
    print(f"holds: {counts['entries']} entries, {counts['documents']} documents, {counts['passages']} passages")
    for name, source in manifest.get("sources", {}).items():
        print(f"  {name}: {source['documents']} documents, {source['kept']} of them copies, {source['folded']} folded")
    print(f"skipped: {len(manifest['skipped'])}\nother releases: {', '.join(others) or 'none'}")
    return 0


def _rollback(settings: IndexerSettings, _options: argparse.Namespace) -> int:
    print(f"release {release.rollback(settings.release_dir)} is live again")
    return 0


def _check(settings: IndexerSettings, options: argparse.Namespace) -> int:
    checked = check(settings.content, options.on or dt.datetime.now().astimezone().date(), online=options.online)
    print(json.dumps(as_json(checked), ensure_ascii=False, indent=2) if options.json else as_text(checked, options.all))
    return 1 if checked.errors else 0


def _diff(settings: IndexerSettings, options: argparse.Namespace) -> int:
    before, after = two_ids(settings.release_dir, options.before, options.after)
    found = compare(settings.release_dir, before, after, load_questions(options.questions, settings.content), options.config)
    print(json.dumps(asdict(found), ensure_ascii=False, indent=2) if options.json else diff_text(found))
    return 0


def _suggest(settings: IndexerSettings, options: argparse.Namespace) -> int:
    live = release.load_passages(settings.release_dir)
    found = suggestions(load_entries(settings.content), live)
    print(json.dumps([asdict(s) for s in found], ensure_ascii=False, indent=2) if options.json else suggestions_text(found))
    return 0


def _teach(settings: IndexerSettings, _options: argparse.Namespace) -> int:
    if settings.adapter is None:
        raise WaymarkError("[indexer] adapter names no file to write")
    teach(settings, settings.adapter)
    pin_adapter(settings.adapter, settings.model_lock)
    print(f"wrote {settings.adapter} and pinned it in {settings.model_lock.name}; 'python -m indexer build' works it in")
    return 0


def _extract(_settings: IndexerSettings, options: argparse.Namespace) -> int:
    address = options.file.startswith(("http://", "https://"))
    document = extract_page(options.file) if address else read_file(Path(options.file))
    if options.json:
        sections = [{"heading": list(s.heading), "text": s.text, "page": s.page} for s in document.sections]
        print(
            json.dumps(
                {"id": document.id, "title": document.title, "url": document.url, "dated": document.dated, "sections": sections},
                ensure_ascii=False,
                indent=2,
            )
        )
        return 0
    print(f"{document.title} ({document.dated})")
    for section in document.sections:
        print(f"\n## {' > '.join(section.heading)}" + (f" (page {section.page})" if section.page else "") + f"\n{section.text}")
    return 0
