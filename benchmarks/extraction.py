"""How well pages are read, beside trafilatura and readability: ``python -m benchmarks.extraction --site --articles DIR --snippets DIR``.

The pages are public and not part of the project; each folder is a copy of a repository, fetched by hand:

- ``--articles``: github.com/scrapinghub/article-extraction-benchmark, 181 pages with the text of their article. Each page is compared by its
  runs of four words; precision and recall are means over the pages, and F1 is made from those.
- ``--snippets``: the ``tests`` folder of github.com/adbar/trafilatura, 990 pages with pieces that belong to the text and pieces that do not.
  A piece that belongs and is there is a hit, one that does not belong and is there a false one; all pages count together.

- ``--site``: 100 pages of the made-up Local Offer of ``benchmarks.website``, in the shapes of five platforms, whose text, headings, contact lines and
  what stands around them are known.

Of the pages with a whole text, two more things are counted: how many of the headings that stand in it are kept as headings, and how many of the
lines in it that hold a telephone number or e-mail address are kept.
"""

from __future__ import annotations

import argparse
import gzip
import html as entities
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from lxml import etree
from lxml import html as lxml_html

from benchmarks.website import PDF_EVERY, Website
from indexer.readers import html as reader

RUN = 4
SITE_PAGES = 100
AROUND = ("section 0", "section 11", "we use cookies", "town council", "read more about", "no comments yet", "home > ")
"""How lines begin that stand around the text of a page of that website."""
_WORD = re.compile(r"\w+")
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|(?<!\d)(?:\+44|\(?0\d{2,4}\)?)[\d ]{7,12}\d")


@dataclass(frozen=True)
class Extract:
    """What one extractor made of a page: its text, and the headings that it knows for headings."""

    text: str
    headings: frozenset[str] = frozenset()


def ours(page: bytes) -> Extract:
    """The sections of Waymark's own reader, each heading once, without the title: as for the others, it is not part of the text."""
    lines, seen, title = list[str](), list[str](), reader.title(page)
    for section in reader.sections(page):
        lines += [heading for heading in section.heading if heading not in seen and heading != title]
        seen += section.heading
        lines.append(section.text)
    return Extract("\n".join(lines), frozenset(map(_plain, seen)))


def trafilatura(page: bytes) -> Extract:
    """Trafilatura with the settings of its own evaluation."""
    import trafilatura as library

    text = library.extract(page, include_comments=False, include_tables=True) or ""
    marked = library.extract(page, include_comments=False, include_tables=True, output_format="xml") or ""
    heads = etree.fromstring(marked.encode()).iter("head") if marked else ()
    return Extract(text, frozenset(_plain("".join(head.itertext())) for head in heads))


def readability(page: bytes) -> Extract:
    """Readability's summary."""
    from readability import Document

    try:
        tree = lxml_html.fromstring(Document(page.decode("utf-8", errors="replace")).summary(html_partial=True))
    except (etree.ParserError, ValueError, etree.XMLSyntaxError):
        return Extract("")
    heads = tree.iter("h1", "h2", "h3", "h4", "h5", "h6")
    return Extract("\n".join(tree.itertext()), frozenset(_plain("".join(head.itertext())) for head in heads))


EXTRACTORS: dict[str, Callable[[bytes], Extract]] = {"Waymark": ours, "trafilatura": trafilatura, "readability": readability}


@dataclass
class Score:
    """What one extractor got over all pages."""

    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    headings: list[bool] = field(default_factory=list)
    contacts: list[bool] = field(default_factory=list)
    pieces: Counter[str] = field(default_factory=Counter)
    site: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def rows(self) -> Iterator[tuple[str, str]]:
        """Measures as shown."""
        if self.recall:
            p, r = mean(self.precision), mean(self.recall)
            yield "articles: F1", f"{2 * p * r / (p + r):.4f}"
            yield "articles: precision, recall", f"{p:.4f}, {r:.4f}"
            yield "articles: headings kept as headings", f"{sum(self.headings)} of {len(self.headings)}"
            yield "articles: contact lines kept", f"{sum(self.contacts)} of {len(self.contacts)}"
        if self.pieces:
            p = self.pieces["hit"] / max(1, self.pieces["hit"] + self.pieces["false"])
            r = self.pieces["hit"] / max(1, self.pieces["hit"] + self.pieces["missed"])
            yield "snippets: F1", f"{2 * p * r / (p + r):.4f}"
            yield "snippets: precision, recall", f"{p:.4f}, {r:.4f}"
        for what in ("paragraphs", "headings", "contact lines", "table rows"):
            if self.site[what]:
                yield f"site: {what} kept", f"{self.site[what + ' kept']} of {self.site[what]}"
        if self.site:
            yield "site: lines of menus, banners, footers", str(self.site["around"])
        yield "seconds", f"{self.seconds:.1f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print a table; the exit status is 2 where there is nothing to measure on."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--articles", type=Path, metavar="DIR")
    parser.add_argument("--snippets", type=Path, metavar="DIR")
    parser.add_argument("--site", action="store_true")
    options = parser.parse_args(arguments)
    if not options.articles and not options.snippets and not options.site:
        parser.print_usage(sys.stderr)
        return 2
    scores = {name: Score() for name in EXTRACTORS}
    for name, score in scores.items():
        if options.articles:
            _articles(options.articles, EXTRACTORS[name], score)
        if options.site:
            _site(EXTRACTORS[name], score)
        if options.snippets:
            _snippets(options.snippets, EXTRACTORS[name], score)
    tables = [dict(score.rows()) for score in scores.values()]
    print(f"{'':38}" + "".join(f"{name:>16}" for name in scores))
    for row in tables[0]:
        print(f"{row:38}" + "".join(f"{table[row]:>16}" for table in tables))
    return 0


def _articles(folder: Path, extract: Callable[[bytes], Extract], score: Score) -> None:
    for name, facts in json.loads((folder / "ground-truth.json").read_text(encoding="utf-8")).items():
        page, truth = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()), str(facts.get("articleBody", ""))
        begun = time.perf_counter()
        found = extract(page)
        score.seconds += time.perf_counter() - begun
        got, wanted = _runs(found.text), _runs(truth)
        shared = sum((got & wanted).values())
        if got:
            score.precision.append(shared / sum(got.values()))
        if wanted:
            score.recall.append(shared / sum(wanted.values()))
        score.headings += [heading in found.headings for heading in _headings(page, truth)]
        flat = " ".join(_WORD.findall(found.text))
        score.contacts += [" ".join(_WORD.findall(line)) in flat for line in truth.splitlines() if _CONTACT.search(line)]


def _snippets(folder: Path, extract: Callable[[bytes], Extract], score: Score) -> None:
    for facts in json.loads((folder / "evaldata.json").read_text(encoding="utf-8")).values():
        path = next(p for p in (folder / "cache" / facts["file"], folder / "eval" / facts["file"]) if p.exists())
        page = path.read_bytes()
        begun = time.perf_counter()
        text = " ".join(extract(page).text.split())
        score.seconds += time.perf_counter() - begun
        score.pieces.update("hit" if " ".join(piece.split()) in text else "missed" for piece in facts["with"])
        score.pieces.update("false" if " ".join(piece.split()) in text else "right" for piece in facts["without"])


def _site(extract: Callable[[bytes], Extract], score: Score) -> None:
    for number in range(SITE_PAGES):
        if number % PDF_EVERY == 7:
            continue
        site = Website(SITE_PAGES)
        page, _ = site.body(number)
        _, paragraphs = site.words(number)
        markup = page.decode()
        begun = time.perf_counter()
        found = extract(page)
        score.seconds += time.perf_counter() - begun
        flat, lines = _plain(found.text), {_plain(line) for line in found.text.splitlines()}
        headings = {_plain(h) for h in re.findall(r"<(?:h[23]|summary)>(.*?)</", markup)} - {"related"}
        contacts = [f"0161 496 {number % 10_000:04}", f"team{number}@example.org"]
        kept = {
            "paragraphs": [_plain(text) in flat for text in paragraphs],
            "headings": [heading in found.headings for heading in headings],
            "contact lines": [contact in flat for contact in contacts],
            "table rows": ["monday" in flat and "9 to 5" in flat] if "<table>" in markup else [],
        }
        for what, ticks in kept.items():
            score.site.update({what: len(ticks), f"{what} kept": sum(ticks)})
        score.site["around"] += sum(any(line.startswith(mark) for line in lines) for mark in AROUND)


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[i : i + RUN]) for i in range(max(1, len(words) - RUN + 1))) if words else Counter()


def _headings(page: bytes, truth: str) -> set[str]:
    """The headings of a page that stand in its text on a line of their own."""
    lines = {_plain(line) for line in truth.splitlines()}
    found = re.findall(r"<h[1-6][^>]*>(.*?)</h[1-6]>", page.decode("utf-8", errors="replace"), re.I | re.S)
    return {heading for raw in found if (heading := _plain(entities.unescape(re.sub(r"<[^>]+>", " ", raw)))) and heading in lines}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


if __name__ == "__main__":
    sys.exit(main())
