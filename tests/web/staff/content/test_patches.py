"""Changes are offered as git takes them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from web.staff.content.patches import Edit, patch, uncommitted, work_tree

GIT = shutil.which("git")
needs_git = pytest.mark.skipif(GIT is None, reason="git is not installed")


def git(folder, *arguments, **how):
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    return subprocess.run([GIT, "-C", str(folder), *who, *arguments], check=True, capture_output=True, **how)


@pytest.fixture
def repository(tmp_path):
    """A repository whose content lies below a folder of its own."""
    content = tmp_path / "repo" / "some" / "content"
    (content / "services").mkdir(parents=True)
    for name, text in {"a.md": "one\ntwo\nthree\n", "b.md": "no end", "c.md": "dos\r\nlines\r\n", "d.md": "odd\x0cpage\u2028line\n"}.items():
        (content / "services" / name).write_bytes(text.encode())
    git(tmp_path, "init", "-q", "repo")
    git(tmp_path / "repo", "add", "-A")
    git(tmp_path / "repo", "commit", "-qm", "first")
    return content


EDITS = [
    Edit("services/a.md", "one\ntwo\nthree\n", "one\n2\nthree\nfour\n"),
    Edit("services/b.md", "no end", "no end\nbut more"),
    Edit("services/c.md", "dos\r\nlines\r\n", "dos\r\nmore lines\r\n"),
    Edit("services/d.md", "odd\x0cpage\u2028line\n", "odd\x0cleaf\u2028line\n"),
    Edit("services/new.md", None, "fresh\n"),
]


@needs_git
@pytest.mark.parametrize("edits", [[edit] for edit in EDITS] + [EDITS])
def test_git_takes_the_patch(repository, edits):
    text = patch(repository, edits)
    root = repository.parents[1]
    git(root, "apply", "--check", "-", input=text.encode())
    git(root, "apply", "-", input=text.encode())
    for edit in edits:
        assert (repository / edit.path).read_bytes().decode() == edit.after


@needs_git
def test_git_says_what_is_not_in_it_yet(repository):
    for edit in EDITS:
        (repository / edit.path).write_bytes(edit.after.encode())
    (repository.parent / "outside.md").write_text("not content", encoding="utf-8")
    found = uncommitted(repository)
    assert {(e.path, e.before, e.after) for e in found} == {(e.path, e.before, e.after) for e in EDITS}
    git(repository, "add", "-A")
    assert len(uncommitted(repository)) == len(EDITS)
    git(repository, "commit", "-qm", "second")
    assert uncommitted(repository) == []


def test_without_the_git_program_the_work_tree_is_found_all_the_same(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / "content").mkdir()
    monkeypatch.setenv("PATH", "")
    assert work_tree(tmp_path / "content") == tmp_path.resolve()
    assert uncommitted(tmp_path / "content") is None
    assert patch(tmp_path / "content", EDITS[:1]).startswith("diff --git a/content/services/a.md b/content/services/a.md\n")


def test_outside_a_work_tree_paths_are_below_the_content_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("web.staff.content.patches.work_tree", lambda _: None)
    assert "--- a/services/a.md\n+++ b/services/a.md\n" in patch(tmp_path, EDITS[:1])
