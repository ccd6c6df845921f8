"""Tables as files: CSV and spreadsheets, safe to open. A cell that a spreadsheet would take for a formula is made plain text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from flask import Response, make_response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 32_000
"""Characters that a cell of a spreadsheet holds."""
_NOT_IN_TITLE = re.compile(r"[][:*?/\\]")
"""Characters that the name of a sheet cannot hold."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under their names, as CSV with a mark by which Excel knows that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def as_xlsx(title: str, names: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Rows under their names, as one sheet of a workbook."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = _NOT_IN_TITLE.sub("", title)[:31]
    sheet.append(list(names))
    for row in rows:
        sheet.append([cell if isinstance(cell, (int, float)) else ILLEGAL_CHARACTERS_RE.sub(" ", str(_plain(cell)))[:_LONGEST] for cell in row])
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = 28
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def download(text: str | bytes, kind: str, name: str) -> Response:
    """A file to keep."""
    response = make_response(text)
    response.headers["Content-Type"] = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
