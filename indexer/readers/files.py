"""Folders and files to documents: picks the reader by suffix, and finds each document's title, date and address."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from indexer.config import DocumentFolder
from indexer.documents import Document, DocumentSection, Skipped
from indexer.errors import ConfigError, ContentError
from indexer.readers import docx, html, markdown, odt, pdf, text

_Read = tuple[tuple[DocumentSection, ...], str | None, str | None]
"""Sections, title and date, as far as the format states them."""

_FRONT_MATTER = re.compile(r"\A---\r?\n.*?\r?\n---\r?\n", re.DOTALL)
_YEAR = re.compile(r"(?<!\d)((?:19[89]|20)\d\d)(?!\d)")
_HEAD = 2000


def read_folder(source: DocumentFolder) -> Iterator[Document | Skipped]:
    """Every document of a folder (or the one file), in sorted order; a file that cannot be read is a ``Skipped`` with the reason.

    Hidden files and files of other formats are passed over. Ids are unique within the source.

    Raises:
        ConfigError: if the path does not exist.
    """
    if not source.path.exists():
        raise ConfigError(f"[[indexer.documents]] {source.name}: path {source.path} does not exist")
    base = source.path.parent if source.path.is_file() else source.path
    faults: list[OSError] = []
    seen: set[str] = set()
    for path in [source.path] if source.path.is_file() else _files(base, faults.append):
        relative = PurePosixPath(path.relative_to(base).as_posix())
        identity = f"{slug(source.name)}/{'/'.join(map(slug, relative.with_suffix('').parts))}"
        if identity in seen:
            identity = f"{identity}-{path.suffix[1:].lower()}"
        while identity in seen:
            identity += "-2"
        seen.add(identity)
        try:
            yield read_file(path, identity, _address(source, relative))
        except ContentError as fault:
            yield Skipped(relative.as_posix(), str(fault))
    for gap in faults:
        yield Skipped(str(gap.filename), f"cannot list this folder: {gap.strerror}")


def read_file(path: Path, identity: str | None = None, url: str | None = None) -> Document:
    """One file as a document. ``identity`` is its id (by default the slug of its name), ``url`` its address (by default its path).

    Raises:
        ContentError: if the format is not known, or the file cannot be read, is damaged, or holds no text.
    """
    if path.suffix.lower() not in _READERS:
        raise ContentError(f"{path.name}: format {path.suffix or 'without suffix'} is not known; one of {', '.join(_READERS)}")
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise ContentError(f"cannot read the file: {fault.strerror}") from fault
    return read_data(data, path.suffix.lower(), path.stem, identity or slug(path.stem), url or path.as_posix())


def read_data(data: bytes, suffix: str, stem: str, identity: str, url: str) -> Document:
    """The bytes of a file as a document.

    Args:
        data: the file.
        suffix: one of the formats' suffixes, in lower case with the dot.
        stem: its name without the suffix: its title where it says none.
        identity: the document's id.
        url: its address.

    Raises:
        ContentError: if it is damaged or holds no text.
    """
    if not data.strip():
        raise ContentError("empty file")
    try:
        sections, title, dated = _READERS[suffix](data)
    except ContentError:
        raise
    except Exception as fault:
        raise ContentError(f"cannot be read as {suffix}: {type(fault).__name__}: {fault}") from fault
    if not sections:
        raise ContentError("no text found in the file")
    name = title or _readable(stem)
    return Document(identity, name, url, dated or _dated(name, stem, sections), sections, language=html.language(data) if suffix == ".html" else "")


def slug(words: str) -> str:
    """Lower-case letters and digits joined by hyphens; a digest where nothing of the words is left."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or hashlib.sha256(words.encode()).hexdigest()[:10]


def _files(base: Path, onerror: Callable[[OSError], None]) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(base, onerror=onerror):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(folder, name) for name in names if not name.startswith((".", "~$")) and Path(name).suffix.lower() in _READERS]
    return sorted(found, key=lambda path: path.relative_to(base).as_posix())


def _address(source: DocumentFolder, relative: PurePosixPath) -> str:
    if not source.url:
        return relative.as_posix()
    tail = quote(relative.as_posix())
    return source.url if source.path.is_file() and source.url.endswith(f"/{tail}") else f"{source.url.rstrip('/')}/{tail}"


def _readable(stem: str) -> str:
    words = " ".join(re.sub(r"[-_]+", " ", stem).split())
    return words[:1].upper() + words[1:] or stem


def _dated(title: str, stem: str, sections: tuple[DocumentSection, ...]) -> str:
    """A date from the head of the text, else from the title or file name, else ``undated``.

    Dates on short lines ("13 October 2022", "Date: 24 April 2024") date a document better than those that its sentences mention.
    """
    head = "\n".join(line for s in sections[:20] for line in (*s.heading, s.text))[:_HEAD]
    short = text.dates("\n".join(line for line in (title, *head.splitlines()) if len(line.split()) <= 12))
    if short:
        return next((on for on in short if on.startswith(short[0]) and len(on) > len(short[0])), short[0])
    named = text.dates(_readable(stem)) or _YEAR.findall(f"{title} {stem}") or text.dates(head)
    return named[0] if named else "undated"


def _markdown(data: bytes) -> _Read:
    found = markdown.sections(_FRONT_MATTER.sub("", text.decode(data)))
    return found, next((s.heading[0] for s in found if s.heading), None), None


def _text(data: bytes) -> _Read:
    words = text.decode(data)
    if "\0" in words:
        raise ContentError("not text: the file holds binary data")
    lines = [line.strip() for line in words.strip().splitlines()]
    lone = len(lines) < 2 or not lines[1]
    marked = re.match(r"#\s+(.+)", lines[0]) if lines else None
    title = text.plain(marked[1]) if marked else text.short_title(lines[0], 14) if lines and lone and "\t" not in lines[0] else None
    return text.sections(words), title, None


_READERS: dict[str, Callable[[bytes], _Read]] = {
    ".md": _markdown,
    ".html": lambda data: (html.sections(data), html.title(data), html.dated(data)),
    ".htm": lambda data: (html.sections(data), html.title(data), html.dated(data)),
    ".pdf": lambda data: (pdf.sections(data), pdf.title(data), pdf.dated(data)),
    ".odt": lambda data: (odt.sections(data), odt.title(data), odt.dated(data)),
    ".docx": lambda data: (docx.sections(data), docx.title(data), docx.dated(data)),
    ".txt": _text,
}
