"""Questions that only a page or a file answers: ``python -m benchmarks.documents REPORTS [--misses] [--json FILE]``.

REPORTS is a folder with five public reports as text, which are not part of the project: the council's review of high-needs spending (2020), its
paper on children's services (2021) and its SEND strategy (2024), the Written Statement of Action (2019) and the inspectors' letter (2022). The last
two are made into PDFs here. Beside them two made-up websites of 40 pages are served and fetched (``made_up/``, none of whose services exists),
and all is indexed together with the project's own entries.

The questions (``made_up/questions.jsonl``) are in the words of parents, grandparents, teenagers and staff, by people who saw the documents and
nothing of Waymark. A question is *cited* right when a citation names a section or page in which the answer's words stand, and *quoted* right when
the citation has these very words. Beside that stands how many questions that entries answer get documents quoted too.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.common import questions, with_content
from bot.engine import Engine, open_engine
from bot.records import Channel
from bot.settings import BotSettings
from indexer.build import build, fetch
from indexer.config import DocumentFolder, IndexerSettings, Website, load_settings
from indexer.passages import Passage

MADE_UP = Path(__file__).parent / "made_up"
SITES = ("directory", "activities")
PDFS = ("ofsted-cqc-revisit-letter-october-2022", "written-statement-of-action-april-2019")

Asked = dict[str, Any]
Place = tuple[str, str]
"""Where a passage stands: the address of its document, and its section with the page."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder as a website on 127.0.0.1; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/index.html"
    finally:
        server.shutdown()
        server.server_close()


def as_files(reports: Path, folder: Path) -> None:
    """The reports as the files that are indexed: text, two of them as PDFs."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    style = getSampleStyleSheet()["Normal"]
    for report in sorted(reports.glob("*.txt")):
        if report.stem in PDFS:
            lines = [Paragraph(escape(line), style) for line in report.read_text(encoding="utf-8").splitlines() if line.strip()]
            SimpleDocTemplate(str(folder / f"{report.stem}.pdf"), title=report.stem.replace("-", " ").capitalize()).build(lines)
        else:
            shutil.copy(report, folder)


@contextmanager
def engine_over(reports: Path) -> Iterator[Engine]:
    """An engine over the project's content, the reports and the websites."""
    with tempfile.TemporaryDirectory(prefix="waymark-documents-") as name, ExitStack() as stack:
        release_dir, files = Path(name) / "releases", Path(name) / "reports"
        release_dir.mkdir()
        files.mkdir()
        with_content(release_dir)
        as_files(reports, files)
        starts = {site: stack.enter_context(served(MADE_UP / site)) for site in SITES}
        folder = DocumentFolder(name="Reports", path=files, url="https://www.example.org/reports/")
        sites = tuple(
            Website(name=site, start=(start,), contact="https://www.example.org/", delay_seconds=0, private_addresses=True)
            for site, start in starts.items()
        )
        settings = load_settings(IndexerSettings, "indexer").model_copy(
            update={"release_dir": release_dir, "documents": (folder,), "websites": sites}
        )
        fetch(settings)
        build(settings)
        yield open_engine(BotSettings(), settings)


def plain(text: str) -> str:
    """Words in lower case with single blanks between and around them."""
    return f" {re.sub(r'[^0-9a-z£%]+', ' ', text.lower()).strip()} "


def holds(text: str, asked: Asked) -> bool:
    """Whether a text holds one of the wordings of the answer."""
    return any(plain(answer) in plain(text) for answer in asked["answer"])


def stem(address: str) -> str:
    """The name of the file at an address."""
    return address.rsplit("/", 1)[-1].split(".")[0]


def right_places(passages: Sequence[Passage], asked: Asked) -> set[Place]:
    """The sections and pages in which the answer stands."""
    texts: defaultdict[Place, list[str]] = defaultdict(list)
    for passage in passages:
        if stem(passage.url) in (asked["file"], *asked.get("also", ())):
            texts[passage.url, passage.section].append(passage.text)
    return {place for place, found in texts.items() if holds(" ".join(found), asked)}


def judged(engine: Engine, passages: Sequence[Passage], asked: Asked) -> tuple[bool, bool]:
    """Whether the answer is cited right, and quoted right."""
    citations = engine.reply([asked["q"]], Channel.WEB).answer.citations
    places = right_places(passages, asked)
    right = [citation for citation in citations if (citation.url, citation.section) in places]
    return bool(right), any(holds(citation.quote, asked) for citation in right)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, judge and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.documents", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("reports", type=Path, metavar="REPORTS", help="folder with the reports as text")
    parser.add_argument("--misses", action="store_true", help="name the questions that are not cited right")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write what became of each question as JSON")
    options = parser.parse_args(arguments)
    every: list[Asked] = [json.loads(line) for line in (MADE_UP / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    with engine_over(options.reports) as engine:
        passages = [passage for passage in engine.release.passages if passage.entry is None]
        found = {asked["id"]: judged(engine, passages, asked) for asked in every}
        beside = [engine.reply(q["turns"], Channel.WEB).answer for q in questions() if "answered" in q["status"]]
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for asked in every:
        cited, quoted = found[asked["id"]]
        for name in (asked["set"], "all"):
            counts[name].update(asked=1, cited=cited, quoted=quoted)
    for name, count in counts.items():
        print(f"{name:28}{count['asked']:6} asked{count['cited']:6} cited{count['quoted']:6} quoted")
    print(f"development questions with documents quoted beside the answer: {sum(bool(answer.told) for answer in beside)} of {len(beside)}")
    if options.misses:
        print("\n".join(f"{asked['id']}: {asked['q']}" for asked in every if not found[asked["id"]][0]))
    if options.json:
        options.json.write_text(json.dumps({id: {"cited": c, "quoted": q} for id, (c, q) in found.items()}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
