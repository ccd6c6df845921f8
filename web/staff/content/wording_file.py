"""Needs and their wordings as they stand in ``wordings.toml``: read, added and taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass

import tomlkit

from indexer.errors import ContentError
from web.staff.content.toml_file import opened, rows, with_row, without_row

FILE, NEEDS, NEED = "wordings.toml", "needs", "need"
LONGEST, LONGEST_KEY = 500, 40
_KEY = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")


@dataclass(frozen=True)
class Need:
    """A need with its wordings, each by who says it so."""

    name: str
    wordings: tuple[tuple[str, str], ...]


def needs_of(text: str) -> list[Need]:
    """The needs of the file, in the order written.

    Raises:
        ContentError: if the file is malformed.
    """
    found = []
    for table in rows(opened(text, FILE), NEEDS):
        row = {str(key): str(value) for key, value in table.unwrap().items()}
        found.append(Need(row.pop(NEED, ""), tuple(row.items())))
    return found


def with_wording(text: str, need: str, who: str, wording: str) -> str:
    """The file with one more wording of a need.

    Raises:
        ContentError: if it cannot be taken; the message says why.
    """
    wording, needs = _one_line(wording), needs_of(text)
    known = next((n for n in needs if n.name == need), None)
    if known is None:
        raise ContentError("there is no such need any more")
    _require(who, wording, needs)
    if who in dict(known.wordings):
        raise ContentError(f"this need has a wording by {who!r} already; call it something else, such as {who}_2")
    document = opened(text, FILE)
    table = next(t for t in rows(document, NEEDS) if t.get(NEED) == need)
    table.append(who, wording)
    return tomlkit.dumps(document)


def with_need(text: str, need: str, wordings: dict[str, str]) -> str:
    """The file with one more need.

    Raises:
        ContentError: if it cannot be taken; the message says why.
    """
    need, needs = _one_line(need), needs_of(text)
    if not need or len(need) > LONGEST:
        raise ContentError(f"say in a few words what the need is, in {LONGEST} characters at most")
    if need.casefold() in {n.name.casefold() for n in needs}:
        raise ContentError("there is a need of that name already")
    if len(wordings) < 2:
        raise ContentError("a need has two wordings or more, by different people")
    cleaned = {who: _one_line(wording) for who, wording in wordings.items()}
    if len({wording.casefold() for wording in cleaned.values()}) < len(cleaned):
        raise ContentError("the wordings are the same")
    for who, wording in cleaned.items():
        _require(who, wording, needs)
    return with_row(text, FILE, NEEDS, {NEED: need, **cleaned})


def without_wording(text: str, need: str, who: str) -> str:
    """The file without a wording, or without the whole need where ``who`` is empty.

    Raises:
        ContentError: if there is no such wording, or only two are left.
    """
    known = next((n for n in needs_of(text) if n.name == need), None)
    if known is None or (who and who not in dict(known.wordings)):
        raise ContentError("there is no such wording any more")
    if not who:
        return without_row(text, FILE, NEEDS, NEED, need)
    if len(known.wordings) <= 2:
        raise ContentError("a need has two wordings or more; add another before you remove this one, or remove the need")
    document = opened(text, FILE)
    next(t for t in rows(document, NEEDS) if t.get(NEED) == need).remove(who)
    return tomlkit.dumps(document)


def _require(who: str, wording: str, needs: list[Need]) -> None:
    if not _KEY.fullmatch(who) or len(who) > LONGEST_KEY or who == NEED:
        raise ContentError(f"who says it so is one word such as school, teenager or text_message: small letters, {LONGEST_KEY} characters at most")
    if not wording:
        raise ContentError("the wording is empty")
    if len(wording) > LONGEST:
        raise ContentError(f"the wording has {len(wording)} characters; {LONGEST} at most")
    for need in needs:
        if wording.casefold() in {text.casefold() for _, text in need.wordings}:
            raise ContentError(f"this wording is there already, under {need.name!r}")


def _one_line(text: str) -> str:
    return " ".join(text.split())
