"""The files of the content folder that staff may change: which these are, how they are read, and how one is replaced whole."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from indexer.entries import FOLDERS
from indexer.errors import WaymarkError

_FOLDERS = "|".join(FOLDERS.values())
_ALLOWED = re.compile(rf"(?:(?:{_FOLDERS})/[a-z0-9]+(?:-[a-z0-9]+)*\.md|pins\.toml|wordings\.toml)")
_LONGEST_NAME = 120
TEMPORARY = ".being-written-"
"""How the name of a file begins that is not in its place yet."""
_WHY = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the content folder cannot be written to",
    errno.EACCES: "the content folder cannot be written to",
    errno.EPERM: "the content folder cannot be written to",
}


class FileError(WaymarkError):
    """A content file cannot be read or written; the message says why."""


@dataclass(frozen=True)
class File:
    """A content file as it is read: its path below the content folder, its text, and the digest of its bytes; both empty where it is not there."""

    path: str
    text: str
    digest: str


def digest_of(data: bytes) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def entry_path(kind: str, id: str) -> str:
    """Where an entry's file is, below the content folder.

    Raises:
        FileError: if that is no place for one.
    """
    path = f"{FOLDERS.get(kind, '')}/{id}.md"
    if not allowed(path):
        raise FileError(f"{id!r} is no id: it has small letters and digits in words joined by hyphens, {_LONGEST_NAME} characters at most")
    return path


def allowed(path: str) -> bool:
    """Whether a path below the content folder is one that staff may change."""
    return bool(_ALLOWED.fullmatch(path)) and len(path) <= _LONGEST_NAME


def place(content: Path, path: str) -> Path:
    """Where a file is.

    Raises:
        FileError: if staff may not change it, or it would lie outside the content folder.
    """
    if not allowed(path):
        raise FileError(f"{path!r} is no file that can be changed here")
    target = content / path
    home = content.resolve()
    expected = home / Path(path).parent
    if target.parent.resolve() != expected or target.is_symlink():
        raise FileError(f"{path} leads out of the content folder by a symbolic link, and is left alone")
    return target


def read(content: Path, path: str) -> File:
    """A file as it stands.

    Raises:
        FileError: if it cannot be read, or is not UTF-8 text.
    """
    try:
        data = place(content, path).read_bytes()
        return File(path, data.decode("utf-8"), digest_of(data))
    except FileNotFoundError:
        return File(path, "", "")
    except UnicodeDecodeError as fault:
        raise FileError(f"{path} is not UTF-8 text ({fault.reason} at byte {fault.start}); save it as UTF-8 first") from fault
    except OSError as fault:
        raise FileError(f"{path} cannot be read ({fault.strerror})") from fault


def replace(content: Path, path: str, text: str, number: int, at: Callable[[str], object] = lambda _step: None) -> None:
    """Put a new text in the place of a file, so that at every moment the whole old or the whole new one is there.

    Args:
        content: the content folder.
        path: the file, below it.
        text: what it shall hold.
        number: the number of the change, by which the temporary file is named.
        at: told before each step, for tests.

    Raises:
        FileError: if it cannot be written; the old file is untouched.
    """
    target = place(content, path)
    fresh = temporary(content, path, number)
    try:
        at("write")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            fresh.chmod(target.stat().st_mode & 0o777)
        at("replace")
        os.replace(fresh, target)
    except OSError as fault:
        why = _WHY.get(fault.errno or 0, fault.strerror)
        raise FileError(f"{path} could not be written ({why}); it is as it was") from fault
    finally:
        fresh.unlink(missing_ok=True)
    at("sync")
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def temporary(content: Path, path: str, number: int) -> Path:
    """Where the new text of a change stands until it is in its place."""
    target = place(content, path)
    return target.with_name(f"{TEMPORARY}{number}-{target.name}")
