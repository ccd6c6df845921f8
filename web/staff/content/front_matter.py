"""The front matter of an entry in its own order and style: fields that are not changed stay as they are, to the last space."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from indexer.entries import YAML_LOADER, Entry
from indexer.errors import ContentError

ORDER = [name for name in Entry.model_fields if name not in ("sections", "path")]
_PARTS = re.compile(r"\A(---\r?\n)(.*?\r?\n)(---\r?\n?)(.*)\Z", re.DOTALL)
_KEY = re.compile(r"^([A-Za-z_]\w*):(?=\s|$)")
_FOLDED_FROM = 100
"""Characters from which a text is written on lines of its own."""


@dataclass
class Block:
    """One field as it is written: its name (empty for what stands before the first), and its lines with their ends."""

    name: str
    raw: str


@dataclass
class Parts:
    """A file taken apart: the line before the fields, the fields, the line after them, and the body. Put together again it is the same."""

    opening: str
    blocks: list[Block]
    closing: str
    body: str

    def __str__(self) -> str:
        return self.opening + "".join(block.raw for block in self.blocks) + self.closing + self.body

    def block(self, name: str) -> Block | None:
        """A field, where the file has it."""
        return next((block for block in self.blocks if block.name == name), None)

    def put(self, name: str, raw: str) -> None:
        """Write a field anew: in its place, or after the field that usually comes before it."""
        if block := self.block(name):
            block.raw = raw
            return
        present = {block.name: n for n, block in enumerate(self.blocks)}
        before = next((present[earlier] for earlier in reversed(ORDER[: ORDER.index(name)]) if earlier in present), -1)
        self.blocks.insert(before + 1, Block(name, raw))


def take_apart(text: str, path: str) -> Parts:
    """Take a file apart.

    Raises:
        ContentError: if it has no front matter.
    """
    found = _PARTS.match(text)
    if not found:
        raise ContentError(f"{path}:1: front matter: the file must start with a block between two lines of ---")
    blocks = [Block("", "")]
    for line in found[2].splitlines(keepends=True):
        if key := _KEY.match(line):
            blocks.append(Block(key[1], line))
        else:
            blocks[-1].raw += line
    return Parts(found[1], [block for block in blocks if block.raw], found[3], found[4])


def value_of(block: Block | None) -> Any:
    """What a field holds: a text, a list, or None where it is missing or empty. Every scalar is a text."""
    if block is None:
        return None
    read = yaml.load(block.raw, Loader=YAML_LOADER)  # noqa: S506 - it builds only str, list and dict
    return read.get(block.name) or None


def text_of(block: Block | None) -> str:
    """A text field as it is shown in a form: a text on lines of its own keeps them."""
    value = value_of(block)
    if block is None or not isinstance(value, str):
        return ""
    first, _, rest = block.raw.partition("\n")
    if re.fullmatch(rf"{block.name}:\s*[>|][+-]?\s*", first):
        return "\n".join(line.strip() for line in rest.splitlines() if line.strip())
    return value.strip()


def yaml_of(block: Block | None) -> str:
    """A field of rows as YAML, without the name of the field."""
    if block is None or value_of(block) is None:
        return ""
    first, _, rest = block.raw.partition("\n")
    held = first.partition(":")[2].strip()
    lines = [*([held] if held else []), *rest.splitlines()]
    indent = min((len(line) - len(line.lstrip()) for line in rest.splitlines() if line.strip()), default=0)
    return "\n".join(line[indent:].rstrip() if n or not held else line for n, line in enumerate(lines)).strip("\n")


def written_text(name: str, text: str, old: Block | None) -> str:
    """A text field, written in the way in which it stood."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if not lines:
        return f"{name}:\n"
    was_folded = bool(old and re.match(rf"{name}:\s*[>|]", old.raw))
    if was_folded or len(lines) > 1 or len(lines[0]) > _FOLDED_FROM:
        return f"{name}: >\n" + "".join(f"  {line}\n" for line in lines)
    quoted = bool(old and re.match(rf'{name}:\s*"', old.raw))
    return f"{name}: {_scalar(lines[0], quoted)}\n"


def written_list(name: str, items: Sequence[str], old: Block | None) -> str:
    """A list of texts, on one line unless its items stood on lines of their own."""
    if not items:
        return f"{name}: []\n"
    if old and re.match(rf"{name}:\s*\n\s*-", old.raw):
        return f"{name}:\n" + "".join(f"  - {_scalar(item, False)}\n" for item in items)
    quoted = old.raw if old else ""
    return f"{name}: [{', '.join(_scalar(item, json.dumps(item, ensure_ascii=False) in quoted, '[{}, x]') for item in items)}]\n"


def written_yaml(name: str, text: str) -> str:
    """A field of rows, from YAML that has been read already."""
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return f"{name}:\n" + "".join(f"  {line}\n" if line else "\n" for line in lines) if any(lines) else f"{name}: []\n"


def _scalar(text: str, quoted: bool, frame: str = "{}") -> str:
    """A text as YAML: plain where it is read back as the same, else in double quotes."""
    try:
        read = yaml.load("x: " + frame.format(text), Loader=YAML_LOADER)["x"]  # noqa: S506 - as above
        same = (read if frame == "{}" else read[0]) == text and (frame == "{}" or len(read) == 2)
    except (yaml.YAMLError, TypeError, KeyError, IndexError):
        same = False
    return text if same and not quoted else json.dumps(text, ensure_ascii=False)
