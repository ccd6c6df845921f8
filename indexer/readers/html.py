"""HTML to sections: the main content of a page without its navigation, forms and banners.

Everything is read from one parsed tree that is never changed, so that the three questions asked of a page cost one parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PreformattedString

from indexer.documents import DocumentSection
from indexer.readers import main_text
from indexer.readers import text as plain_text

_DROPPED = frozenset(
    (
        "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "iframe", "svg", "button", "select", "textarea",
        "dialog", "object",
    )
)  # fmt: skip
_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog"))
_BANNER = re.compile(r"cookie|breadcrumb|skip-?(?:link|to)|consent-?banner", re.I)
_HEADING = re.compile(r"h[1-6]")
_TOLD = 200
"""Characters in the paragraphs of a form from which it holds more than its fields."""
_BLOCKS = frozenset(
    (
        "address", "article", "blockquote", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure",
        "header", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
        "form", "body",
    )
)  # fmt: skip
_SHARED = re.compile(r"(?:og|twitter|article):|author\b", re.I)
_XML = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ISO = re.compile(r"\s*((?:19[89]|20)\d\d(?:-\d\d(?:-\d\d)?)?)(?!\d)")
_LABELS = (re.compile(r"\b(?:updated|modified)\b.{0,30}", re.I | re.S), re.compile(r"\b(?:published|reviewed)\b.{0,30}", re.I | re.S))
_META = (
    "article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "datemodified", "last-modified", "article:published_time",
    "dcterms.issued", "dcterms.date", "dcterms.created", "dc.date.issued", "dc.date.created", "dc.date", "datepublished", "date",
)  # fmt: skip
"""Names of meta tags that date a page, changes before first publication."""


def sections(markup: bytes) -> tuple[DocumentSection, ...]:
    """The sections of a page along its headings, one paragraph, list item, table row or term to a line; never raises on broken markup."""
    soup = _soup(markup)
    root = _root(soup)
    links = [_text(link) for link in root.find_all("a")] if _says_what_is_text(soup) else None
    lines = main_text.kept(list(_Walk().lines(root)), _markup_text(markup), title(markup), links)
    found: list[tuple[tuple[str, ...], list[str]]] = [((), [])]
    for heading, line in lines:
        if found[-1][0] != heading:
            found.append((heading, []))
        found[-1][1].append(line)
    return tuple(DocumentSection(heading, "\n".join(lines)) for heading, lines in found if lines)


def title(markup: bytes) -> str | None:
    """The first heading of level 1, else the page's title without the name of the site, else None."""
    soup = _soup(markup)
    for heading in soup.find_all("h1"):
        if words := _text(heading):
            return words
    words = _text(soup.title) if soup.title else ""
    return re.split(r"\s[|–—]\s|\s-\s(?=[^-]*$)", words)[0].strip() or None


def dated(markup: bytes) -> str | None:
    """When the page was changed or published, as ``YYYY[-MM[-DD]]``: from meta tags, ``<time>``, or "last updated" in its text."""
    soup = _soup(markup)
    metas = {_meta_name(tag): str(tag.get("content", "")) for tag in soup.find_all("meta")}
    times = [tag for tag in soup.find_all("time") if tag.get("datetime") or tag.get_text()]
    marked = [tag for tag in times if tag.get("itemprop") or tag.has_attr("pubdate") or any(label.search(_near(tag)) for label in _LABELS)]
    values = [metas[name] for name in _META if name in metas]
    # A lone <time> dates the page; several unlabelled ones are events or opening hours.
    values += [str(tag.get("datetime") or tag.get_text()) for tag in marked or (times if len(times) == 1 else [])]
    words = soup.get_text(" ")
    values += [match.group() for label in _LABELS for match in label.finditer(words)]
    return next((on for on in map(_date, values) if on), None)


def language(markup: bytes) -> str:
    """The language that the page says it is in, as a code of two or three letters, or an empty text."""
    root = _soup(markup).find("html", lang=True)
    code = str(root["lang"]).partition("-")[0].strip().lower() if isinstance(root, Tag) else ""
    return code if code.isalpha() and len(code) in (2, 3) else ""


def _meta_name(tag: Tag) -> str:
    return str(tag.get("name") or tag.get("property") or tag.get("itemprop") or "").lower()


def _near(tag: Tag) -> str:
    return tag.parent.get_text(" ")[:200] if tag.parent else ""


def _date(value: str) -> str | None:
    iso = _ISO.match(value)
    return next(iter(plain_text.dates(value)), iso[1] if iso else None)


@lru_cache(maxsize=1)
def _soup(markup: bytes) -> BeautifulSoup:
    return BeautifulSoup(f"<!doctype html>{_markup_text(markup)}", "lxml")


def _markup_text(markup: bytes) -> str:
    declared = EncodingDetector.find_declared_encoding(markup, is_html=True)
    return _XML.sub("", plain_text.decode(markup, declared))


def _says_what_is_text(soup: BeautifulSoup) -> bool:
    """Whether a page marks its main content and is not made to be shared: around an article stand comments and other articles, in ``main`` too."""
    marked = soup.find("main") or soup.find(role="main")
    shared = soup.find("meta", property=_SHARED) or soup.find("meta", attrs={"name": _SHARED})
    return marked is not None and shared is None


def _root(soup: BeautifulSoup) -> Tag:
    articles = soup.find_all("article")
    for found in (soup.find("main"), soup.find(role="main"), articles[0] if len(articles) == 1 else None):
        if isinstance(found, Tag) and found.get_text(strip=True):
            return found
    return soup.body or soup


def _dropped(tag: Tag) -> bool:
    names = " ".join([*tag.get_attribute_list("class"), str(tag.get("id", ""))]) if tag.attrs else ""
    banner = bool(names) and _BANNER.search(names) is not None
    if tag.name not in _DROPPED and tag.get("role") not in _ROLES and not banner:
        return False
    # Some systems wrap the whole page in one form, or mark it "has-cookie-banner"; the content's own headers hold its headings.
    if tag.name == "header" and tag.find_parent(["main", "article"]):
        return not tag.find(_HEADING)
    if tag.name == "form" and sum(len(text.get_text(strip=True)) for text in tag.find_all("p")) >= _TOLD:
        return False
    wraps = tag.name == "form" or (banner and tag.name not in _DROPPED)
    return not (wraps and tag.find(["h1", "main", "article"]))


def _text(tag: Tag) -> str:
    """The words of an element on one line, without dropped parts and nested tables."""
    parts, waiting = list[str](), list(reversed(tag.contents))
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            if node.name != "table" and not _dropped(node):
                gap = [NavigableString(" ")] if node.name in _BLOCKS or node.name == "br" else []
                waiting += [*gap, *reversed(node.contents), *gap]
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            parts.append(node)
    return " ".join("".join(parts).split())


class _Walk:
    """Walks a tree in document order with a stack of its own: pages nest deeper than Python recurses."""

    def __init__(self) -> None:
        self.path: list[tuple[int, str]] = []
        self.floors: list[tuple[int, list[tuple[int, str]]]] = []
        self.held: list[str] = []
        self.terms: list[str] = []
        self.after_term = False

    def lines(self, root: Tag) -> Iterator[tuple[tuple[str, ...], str]]:
        """Pairs of heading path and line of text."""
        waiting: list[tuple[object, bool]] = [(root, False)]
        while waiting:
            node, leaving = waiting.pop()
            if isinstance(node, Tag):
                if not leaving and node is not root and _dropped(node):
                    continue
                if node.name in _BLOCKS or _HEADING.fullmatch(node.name):
                    yield from self._flush()
                if leaving:
                    if node.name == "details" and self.floors:
                        self.path = self.floors.pop()[1]
                    continue
                line, inside = self._enter(node)
                if line:
                    yield self._heading(), line
                waiting.append((node, True))
                waiting += [(child, False) for child in reversed(inside)]
            elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                self.held.append(node)
        yield from self._flush()

    def _enter(self, tag: Tag) -> tuple[str, list[object]]:
        """The line that an element makes by itself, and the nodes in it that are still to be walked."""
        if _HEADING.fullmatch(tag.name):
            self._head(max(int(tag.name[1]), self.floors[-1][0] + 1 if self.floors else 1), _text(tag))
            return "", []
        if tag.name == "details":
            self.floors.append((self.path[-1][0] + 1 if self.path else 1, self.path))
        elif tag.name == "summary" and self.floors:
            self._head(self.floors[-1][0], _text(tag))
            return "", []
        elif tag.name == "tr":
            cells = tag.find_all(["td", "th"], recursive=False)
            if not tag.find(_HEADING):
                return " | ".join(words for words in map(_text, cells) if words), [table for cell in cells for table in _tables(cell)]
        elif tag.name == "dt":
            self.terms = [*([] if self.after_term else self.terms), _text(tag).rstrip(":")]
            self.after_term = False
            return "", []
        elif tag.name == "dd":
            self.after_term = True
            words = _text(tag)
            return f"{', '.join(self.terms)}: {words}" if words and self.terms else words, list(_tables(tag))
        elif tag.name == "br":
            self.held.append("\n")
        return "", list(tag.contents)

    def _head(self, level: int, words: str) -> None:
        if words:
            self.path = [step for step in self.path if step[0] < level] + [(level, words)]

    def _heading(self) -> tuple[str, ...]:
        return tuple(words for _, words in self.path)

    def _flush(self) -> Iterator[tuple[tuple[str, ...], str]]:
        line = " ".join("".join(self.held).split())
        self.held = []
        if line:
            yield self._heading(), line


def _tables(tag: Tag) -> Iterator[Tag]:
    """The outermost tables inside an element, in document order."""
    waiting = list(reversed(tag.contents))
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag) and node.name == "table":
            yield node
        elif isinstance(node, Tag):
            waiting += reversed(node.contents)
