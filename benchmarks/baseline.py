"""Waymark beside a plain LangChain + FAISS pipeline: ``python -m benchmarks.baseline [--json FILE]``, or ``make bench``.

Both sides index the same content, the live release's passages put back together as pages, with the same weights. The baseline is
measured twice: on the pages, and on the pages with every phrasing of ``content/asked_as`` as a text of its own, since Waymark's build embeds
those too (and every sentence by itself, and learns where to start). The baseline answers with five chunks; Waymark with a whole reply.
Each side runs in processes of its own, by turns; figures are medians of the rounds. On a machine that is shared, believe
processor time. LangChain's FAISS store has no rebuild other than building again, so its build is what a rebuild with nothing changed costs.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from indexer import release
from indexer.config import IndexerSettings, load_settings
from indexer.entries import load_entries
from indexer.errors import ReleaseError, WaymarkError
from indexer.messages import asked_as
from indexer.model import locate

ROWS = (
    # what, unit, digits, the baseline's key, Waymark's key, whether fewer is better
    ("build, pages", "s", 1, "build_s", "build_s", True),
    ("build, pages and phrasings", "s", 1, "build_all_s", "build_s", True),
    ("processor time of that, pages", "s", 1, "build_cpu_s", "build_cpu_s", True),
    ("processor time, with phrasings", "s", 1, "build_all_cpu_s", "build_cpu_s", True),
    ("texts embedded, pages", "", 0, "texts", "texts", None),
    ("texts embedded, with phrasings", "", 0, "texts_all", "texts", None),
    ("texts embedded a second (all)", "", 1, "texts_per_s", "texts_per_s", False),
    ("rebuild, nothing changed (pages)", "s", 2, "build_s", "rebuild_s", True),
    ("cold start to first answer", "s", 2, "cold_s", "cold_s", True),
    ("one question, p50", "ms", 1, "english_p50", "english_p50", True),
    ("one question, p99", "ms", 1, "english_p99", "english_p99", True),
    ("other languages, p50", "ms", 1, "other_p50", "other_p50", True),
    ("other languages, p99", "ms", 1, "other_p99", "other_p99", True),
    ("memory of one process (RSS)", "MB", 0, "rss_mb", "rss_mb", True),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 0, or 2 where there is no release to measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baseline", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--config", type=Path, help="configuration file (config.toml)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds of starting and asking (3)")
    parser.add_argument("--builds", type=int, default=1, metavar="N", help="rounds of building from nothing, a minute or more each (1)")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="waymark-bench-") as name:
            figures = measure(Path(name), options.config, max(1, options.rounds), max(1, options.builds))
    except WaymarkError as fault:
        print(fault, file=sys.stderr)
        return 2
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def measure(folder: Path, config: Path | None, rounds: int, builds: int) -> dict[str, Any]:
    """All figures: ``baseline`` and ``waymark`` by name, ``machine`` and ``content``.

    Raises:
        WaymarkError: if there is no live release, or a side fails.
    """
    begun, load = perf_counter(), os.getloadavg()[0]
    content = prepare(folder, config)
    baseline, waymark = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for n in range(builds):
        note(f"building, round {n + 1} of {builds}")
        _, (pages, everything) = start("langchain_side", "build", folder)
        shutil.rmtree(folder / "releases", ignore_errors=True)
        _, (whole,) = start("waymark_side", "build", folder)
        _, (same,) = start("waymark_side", "build", folder)
        if not whole["changed"] or same["changed"]:
            raise WaymarkError("the content changed while it was measured; try again")
        plain = {**pages, **everything, "texts_per_s": everything["texts_all"] / everything["build_all_s"]}
        ours = {"build_s": whole["seconds"], "build_cpu_s": whole["cpu_seconds"], "texts": whole["texts"], "rebuild_s": same["seconds"]}
        ours["texts_per_s"] = whole["texts"] / whole["seconds"]
        for figures, values in ((baseline, plain), (waymark, ours)):
            for name, value in values.items():
                figures[name].append(value)
    for n in range(rounds):
        note(f"asking, round {n + 1} of {rounds}")
        for side, figures in (("langchain_side", baseline), ("waymark_side", waymark)):
            seconds, (_, asked) = start(side, "ask", folder)
            figures["cold_s"].append(seconds)
            figures["rss_mb"].append(asked["rss_mb"])
            for language, times in asked["times"].items():
                figures[f"{language}_p50"].append(statistics.median(times))
                figures[f"{language}_p99"].append(percentile(times, 99))
    judged = [facts for side in ("langchain_side", "waymark_side") for facts in start(side, "judge", folder)[1]]
    hits = {name: value for facts in judged for name, value in facts.items()}
    return {
        "baseline": {name: statistics.median(values) for name, values in baseline.items()},
        "waymark": {name: statistics.median(values) for name, values in waymark.items()},
        "hits": hits, "machine": machine(load), "content": content, "rounds": rounds, "builds": builds, "seconds": perf_counter() - begun,
    }


def prepare(folder: Path, config: Path | None) -> dict[str, int]:
    """Write what both sides read: the live release as pages, the phrasings, and where model and configuration are."""
    settings = load_settings(IndexerSettings, "indexer", config)
    live = release.live_id(settings.release_dir)
    if live is None:
        raise ReleaseError(f"no release in {settings.release_dir}: run 'python -m indexer build'")
    release.verify(settings.release_dir / live)
    passages = json.loads((settings.release_dir / live / "passages.json").read_text(encoding="utf-8"))
    pages: dict[str, list[str]] = {}
    for passage in passages:
        pages.setdefault(passage["document"], [passage["title"]]).append("\n".join([*passage["heading"], passage["text"]]))
    phrasings = [(id, text) for id, texts in asked_as(settings.content, load_entries(settings.content)).items() for text in texts]
    _write(folder / "pages.jsonl", [{"entry": id, "text": "\n\n".join(parts)} for id, parts in pages.items()])
    _write(folder / "phrasings.jsonl", [{"entry": id, "text": text} for id, text in phrasings])
    facts = {"model": str(locate(settings.model)), "config": str(config.resolve()) if config else None}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    characters = sum(len(part) for parts in pages.values() for part in parts)
    return {"pages": len(pages), "characters": characters, "passages": len(passages), "phrasings": len(phrasings)}


def start(side: str, task: str, folder: Path) -> tuple[float, list[dict[str, Any]]]:
    """Run one task of one side in a process of its own; seconds to its first line, and the facts of all its lines."""
    with (folder / "errors.txt").open("w+", encoding="utf-8") as errors:
        begun = perf_counter()
        command = [sys.executable, "-W", "ignore", "-m", f"benchmarks.{side}", task, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, "HF_HUB_OFFLINE": "1"}) as process:
            assert process.stdout
            lines = [process.stdout.readline()]
            seconds = perf_counter() - begun
            lines += process.stdout.readlines()
        if process.returncode:
            errors.seek(0)
            raise WaymarkError(f"{side} {task} failed ({process.returncode}):\n{errors.read()[-2000:]}")
    return seconds, [json.loads(line) for line in lines if line.startswith("{")]


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def machine(load: float) -> str:
    """The machine and the versions, in one line."""
    cpu = next((line.partition(":")[2].strip() for line in _read("/proc/cpuinfo").splitlines() if line.startswith("model name")), platform.machine())
    names = ("torch", "sentence-transformers", "langchain-core", "faiss-cpu", "onnxruntime")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    return f"{len(os.sched_getaffinity(0))} cores of {cpu}, load {load:.1f} before, Python {platform.python_version()}, {versions}"


def table(figures: dict[str, Any]) -> str:
    """The figures side by side, with how many times better Waymark is."""
    baseline, waymark, content = figures["baseline"], figures["waymark"], figures["content"]
    rows = [("", "LangChain + FAISS", "Waymark", "ratio")]
    for what, unit, digits, left, right, fewer in ROWS:
        a, b = baseline[left], waymark[right]
        ratio = "" if fewer is None else f"{(a / b if fewer else b / a):.2f}x"
        rows.append((what, f"{a:,.{digits}f} {unit}".strip(), f"{b:,.{digits}f} {unit}".strip(), ratio))
    for measure_ in ("hit@1", "hit@3"):
        for name, title in (("pages", "pages"), ("all", "with phrasings")):
            rows.append((f"{measure_}, {title}", f"{figures['hits'][name][measure_]:.1%}", f"{figures['hits']['answers'][measure_]:.1%}", ""))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    judged = figures["hits"]["answers"]["judged"]
    return "\n".join([
        figures["machine"],
        ", ".join(f"{count:,} {what}" for what, count in content.items()),
        *("  ".join([row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in (1, 2, 3))]).rstrip() for row in rows),
        f"medians of {figures['builds']} build(s) and {figures['rounds']} rounds of asking, {figures['seconds']:.0f} s in all",
        "ratio: how many times better Waymark is; the baseline's rebuild is its build again, since it knows no other",
        f"hits: of {judged} questions with a right place to start; a reply of Waymark's that asks back or refuses counts as a miss",
    ])


def note(text: str) -> None:
    """Say how far the work is, apart from the result."""
    print(text, file=sys.stderr, flush=True)


def _write(path: Path, items: Sequence[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
