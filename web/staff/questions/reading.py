"""Reads a file of questions that staff have made: CSV or a spreadsheet, with or without names above its columns."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.records import Channel
from indexer.errors import WaymarkError
from web.site import clean

MOST_BYTES = 4 * 1024 * 1024
"""Largest file that is taken."""
_UNPACKED = 64 * 1024 * 1024
"""Largest spreadsheet, unpacked."""
_QUESTION, _NEED, _CHANNEL = "question", "need", "channel"
_COLUMN_NAMES = frozenset({_QUESTION, _NEED, _CHANNEL})
_TOO_WIDE = "This line has more cells than the first: a comma in a question needs quotation marks around it."
_LONGEST_NEED = 300
_COLUMNS = 50
"""Columns that are looked at."""


class FileError(WaymarkError):
    """A file cannot be used; the message says why, and what to do."""


@dataclass(frozen=True)
class Line:
    """A question with the number of its line; ``note`` says what was odd about it, ``question`` is empty where there is none."""

    number: int
    question: str
    need: str
    channel: Channel
    note: str = ""


@dataclass(frozen=True)
class Questions:
    """What a file holds, and what was odd about it."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def read_questions(name: str, data: bytes, most: int) -> Questions:
    """The questions of a file.

    Args:
        name: what the file is called.
        data: its bytes.
        most: how many questions are taken.

    Raises:
        FileError: if it is neither CSV nor a spreadsheet, holds no question, or more than ``most``.
    """
    if not data.strip():
        raise FileError("The file is empty.")
    notes: list[str] = []
    if data.startswith(b"PK"):
        rows = _spreadsheet(data, most)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileError("This is a spreadsheet of an old kind (.xls). Save it as .xlsx or as CSV, and try again.")
    else:
        rows = _table(data, notes)
    return _questions(name, rows, most, notes)


def _questions(name: str, rows: Sequence[tuple[int, Sequence[str]]], most: int, notes: list[str]) -> Questions:
    filled = [(number, cells) for number, cells in rows if any(cells)]
    if not filled:
        raise FileError(f"{name} holds no question.")
    names, width = [cell.lower() for cell in filled[0][1]], _COLUMNS
    if _QUESTION in names:
        columns = {column: names.index(column) for column in (_QUESTION, _NEED, _CHANNEL) if column in names}
        width, filled = len(names), filled[1:]
    elif _NEED in names or _CHANNEL in names:
        raise FileError(f"{name} names its columns, but none is called 'question'. Name the one that holds the questions so.")
    else:
        columns = {_QUESTION: 0}
        notes.append("No column is called 'question', so the first column was taken for the questions, from the first line on.")
    lines = tuple(_line(number, cells, columns, width) for number, cells in filled)
    if not any(line.question for line in lines):
        raise FileError(f"{name} holds no question.")
    if len(lines) > most:
        raise FileError(f"{name} holds {len(lines)} questions; at most {most} are answered at once. Cut it into several files.")
    if odd := sum(bool(line.note) for line in lines):
        notes.append(f"{odd} of {len(lines)} lines have a note of their own, in the last column of the answers.")
    return Questions(lines, tuple(notes))


def _line(number: int, cells: Sequence[str], columns: Mapping[str, int], width: int) -> Line:
    said = {column: cells[at] if at < len(cells) else "" for column, at in columns.items()}
    given = said.get(_CHANNEL, "").lower()
    known = given in set(Channel)
    notes = [] if said[_QUESTION] else ["No question stands in this line."]
    notes += [] if known or not given else [f"The channel {given[:40]!r} is not known; it was asked as on the web."]
    notes += [_TOO_WIDE] if any(cells[width:]) else []
    channel = Channel(given) if known else Channel.WEB
    return Line(number, said[_QUESTION], said.get(_NEED, "")[:_LONGEST_NEED], channel, " ".join(notes))


def _table(data: bytes, notes: list[str]) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        if b"\x00" in data:
            raise FileError("This is neither CSV nor a spreadsheet (.xlsx).") from None
        text = data.decode("cp1252", "replace")
        notes.append("The file is not in UTF-8; it was read as Windows-1252. Look at letters such as £ or é in the answers.")
    if "\x00" in text:
        raise FileError("This is neither CSV nor a spreadsheet (.xlsx).")
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    before = 0
    try:
        for cells in reader:
            rows.append((before + 1, [_cell(cell) for cell in cells[:_COLUMNS]]))
            before = reader.line_num
    except csv.Error as fault:
        raise FileError(f"The file cannot be read as CSV after line {before} ({fault}).") from fault
    return _whole(text, notes) if _loose(text, rows) else rows


def _loose(text: str, rows: Sequence[tuple[int, Sequence[str]]]) -> bool:
    """Whether the commas of a file belong to its questions: it names no column, quotes nothing, and its lines differ in how many cells they have."""
    named = bool(rows) and bool(_COLUMN_NAMES & {cell.lower() for cell in rows[0][1]})
    return not named and '"' not in text and len({len(cells) for _, cells in rows if any(cells)}) > 1


def _whole(text: str, notes: list[str]) -> list[tuple[int, list[str]]]:
    notes.append("Commas stand in the questions, so each line was taken for one question.")
    return [(number, [_cell(line)]) for number, line in enumerate(text.splitlines(), 1)]


def _delimiter(text: str) -> str:
    """What parts the columns, as the first line shows: a comma, unless it holds only semicolons or tabs (as some spreadsheets write)."""
    first = next((line for line in text.splitlines() if line.strip()), "").lower()
    return next((mark for mark in ",;\t" if mark in first and _COLUMN_NAMES & {cell.strip('" ') for cell in first.split(mark)}), ",")


def _spreadsheet(data: bytes, most: int) -> list[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED:
                raise FileError("The spreadsheet is too large. Cut it into several files.")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)  # in memory: there is nothing to close
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size need not be true
        rows: list[tuple[int, list[str]]] = []
        for number, cells in enumerate(sheet.iter_rows(max_col=_COLUMNS, values_only=True), 1):
            rows.append((number, ["" if cell is None else _cell(str(cell)) for cell in cells]))
            if number > 4 * most + 1000:
                raise FileError(f"The spreadsheet holds too many lines; at most {most} questions are answered at once.")
    except FileError:
        raise
    except Exception as fault:  # a damaged file can fail anywhere in the library that reads it
        raise FileError("This cannot be read as a spreadsheet (.xlsx). Save it as CSV, and try again.") from fault
    return rows


def _cell(text: str) -> str:
    return clean(text).strip()
