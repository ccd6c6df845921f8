"""``groups.toml``: what is read, and what a fault is told as."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build
from indexer.config import IndexerSettings
from indexer.errors import ContentError
from indexer.groups import Groups, load_groups

GOOD = """
[[groups]]
id = "toys"
name = "Toys"
line = "Where to borrow toys."
entries = ["toy-library"]
[[phases]]
id = "primary"
name = "Primary school"
[[areas]]
id = "learning"
name = "Learning"
line = "Reading."
"""


def test_groups_are_read(tmp_path: Path) -> None:
    (tmp_path / "groups.toml").write_text(GOOD)
    found = load_groups(tmp_path)
    assert [(g.id, g.name, g.line, g.entries) for g in found.groups] == [("toys", "Toys", "Where to borrow toys.", ("toy-library",))]
    assert [(s.id, s.line) for s in (*found.phases, *found.areas)] == [("primary", None), ("learning", "Reading.")]


def test_a_folder_without_them_has_none(tmp_path: Path) -> None:
    assert load_groups(tmp_path) == Groups()


@pytest.mark.parametrize(("old", "new", "told"), [
    ('name = "Toys"', 'nane = "Toys"', "groups.toml: groups.0.name: Field required"),
    ('entries = ["toy-library"]', "entries = []", "groups.toml: groups.0.entries:"),
    ('entries = ["toy-library"]', 'entries = ["Toy Library"]', "groups.toml: groups.0.entries.0:"),
    ('id = "toys"', 'id = "Toys!"', "groups.toml: groups.0.id:"),
    ("[[phases]]", '[[groups]]\nid = "toys"\nname = "T"\nline = "T."\nentries = ["a"]\n[[phases]]', "groups: the id 'toys' is used twice"),
    ('id = "toys"', "id = toys", "groups.toml: "),
    ("[[areas]]", "[[area]]", "groups.toml: area: Extra inputs"),
])
def test_a_fault_names_the_file_and_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    (tmp_path / "groups.toml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ContentError) as caught:
        load_groups(tmp_path)
    assert told in str(caught.value)


def test_a_release_carries_its_own_copy(small_content: Path, small_settings: IndexerSettings) -> None:
    (small_content / "groups.toml").write_text(GOOD)
    built = build(small_settings)
    assert load_groups(small_settings.release_dir / built.id) == load_groups(small_content)


def test_a_faulty_file_stops_the_build(small_content: Path, small_settings: IndexerSettings) -> None:
    (small_content / "groups.toml").write_text("[[groups]]")
    with pytest.raises(ContentError, match=r"groups\.toml"):
        build(small_settings)
