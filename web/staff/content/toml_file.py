"""A TOML file of the content folder, changed in one place: comments and everything else stay as they are."""

from __future__ import annotations

from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table
from tomlkit.toml_document import TOMLDocument

from indexer.errors import ContentError


def opened(text: str, path: str) -> TOMLDocument:
    """A file, ready to be changed.

    Raises:
        ContentError: if it is not TOML, with the line.
    """
    try:
        return tomlkit.parse(text)
    except TOMLKitError as fault:
        raise ContentError(f"{path}: {fault}") from fault


def rows(document: TOMLDocument, name: str) -> list[Table]:
    """The tables of an array of tables; none where the file has no such array."""
    found = document.get(name)
    return list(found) if isinstance(found, AoT) else []


def with_row(text: str, path: str, name: str, values: dict[str, Any]) -> str:
    """The file with one more table at the end of an array of tables."""
    document = opened(text, path)
    table = tomlkit.table()
    for key, value in values.items():
        table.append(key, _several_lines(value) if isinstance(value, list) and len(value) > 1 else value)
    lines = tomlkit.dumps(document)
    if lines and not lines.endswith("\n"):
        lines += "\n"
    gap = "\n" if lines and not lines.endswith("\n\n") else ""
    return f"{lines}{gap}[[{name}]]\n{table.as_string()}"


def without_row(text: str, path: str, name: str, key: str, value: str) -> str:
    """The file without the table in which ``key`` has this value."""
    document = opened(text, path)
    found = document.get(name)
    if isinstance(found, AoT):
        for number, table in enumerate(found):
            if table.get(key) == value:
                found.pop(number)
                break
        if not len(found):
            document.remove(name)
    left = tomlkit.dumps(document)
    return left.rstrip("\n") + "\n" if left.strip() else left


def _several_lines(values: list[Any]) -> Any:
    array = tomlkit.array()
    array.extend(values)
    return array.multiline(True)
