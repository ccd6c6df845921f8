"""Changes as git takes them: unified patches with paths below the work tree. Where the git program is there, it says what is in git already."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_NO_END = "\\ No newline at end of file\n"
_SECONDS = 20


@dataclass(frozen=True)
class Edit:
    """One file before and after, by its path below the content folder. ``before`` is None for a new file."""

    path: str
    before: str | None
    after: str


def work_tree(content: Path) -> Path | None:
    """The git work tree in which a folder lies, or None. The git program is not needed to tell."""
    home = content.resolve()
    return next((folder for folder in (home, *home.parents) if (folder / ".git").exists()), None)


def patch(content: Path, edits: Iterable[Edit]) -> str:
    """Edits as one patch: with paths below the work tree where there is one, else below the content folder."""
    home = content.resolve()
    tree = work_tree(content) or home
    return "".join(part_of(edit, (home / edit.path).relative_to(tree).as_posix()) for edit in edits if edit.before != edit.after)


def part_of(edit: Edit, path: str) -> str:
    """The part of a patch for one file, of which git calls the path ``path``."""
    head = f"diff --git a/{path} b/{path}\n" + ("new file mode 100644\n" if edit.before is None else "")
    names = ("/dev/null" if edit.before is None else f"a/{path}", f"b/{path}")
    return head + "".join(_lines(edit.before or "", edit.after, names))


def plain_diff(before: str, after: str) -> str:
    """What differs between two texts, for people."""
    return "".join(list(_lines(before, after, ("", "")))[2:])


def uncommitted(content: Path) -> list[Edit] | None:
    """What differs between the content folder and the last commit; None where git cannot tell."""
    tree, git = work_tree(content), shutil.which("git")
    if tree is None or git is None:
        return None
    home = content.resolve()
    listed = _git(git, home, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", ".")
    if listed is None:
        return None
    edits = []
    for row in filter(None, listed.split("\0")):
        path = tree / row[3:]
        if not path.is_file() or path.is_symlink():
            continue  # gone, which nobody can do from here
        below = path.relative_to(home).as_posix()
        before = None if row.startswith(("??", "A")) else _git(git, home, "show", f"HEAD:./{below}")
        edits.append(Edit(below, before, path.read_bytes().decode("utf-8", "replace")))
    return edits


def _git(git: str, folder: Path, *arguments: str) -> str | None:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run([git, "-C", str(folder), *arguments], capture_output=True, check=False, timeout=_SECONDS, env=environment)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def _lines(before: str, after: str, names: tuple[str, str]) -> Iterator[str]:
    for line in difflib.unified_diff(_ended(before), _ended(after), *names):
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}"


def _ended(text: str) -> list[str]:
    """Lines with their ends, parted where git parts them and nowhere else."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    return [line for line in lines if line]
