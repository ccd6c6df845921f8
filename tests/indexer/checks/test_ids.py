"""Ids that lead nowhere, and ids used twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.checks import Finding, check
from tests.indexer.tidy import SWIMMING, TODAY, TOYS, edit


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "where", "message"),
    [
        (TOYS, "related: [swimming-club]", "related: [swiming-club]", "unknown-id", "toy-library", "related: 'swiming-club' is not known"),
        (TOYS, "needs: [learning]", "needs: [lerning]", "unknown-id", "toy-library", "needs: 'lerning' is not known"),
        (TOYS, "areas: [reddish]", "areas: [raddish]", "unknown-id", "toy-library", "areas: 'raddish' is not known"),
        (TOYS, "replaces: [toy-shelf]", "replaces: [bus-pass]", "duplicate-id", "toy-library", "replaces: 'bus-pass' is still an entry of its own"),
        (TOYS, "needs: [learning]", "needs: [learning, learning]", "duplicate-id", "toy-library", "needs: 'learning' is named twice"),
        (TOYS, "related: [swimming-club]", "related: [toy-library]", "duplicate-id", "toy-library", "related: the entry names itself"),
        (SWIMMING, "needs: [physical]", "needs: [physical]\nreplaces: [toy-shelf]", "duplicate-id", "swimming-club",
         "replaces: 'toy-shelf' is also replaced by toy-library"),
        ("urgent.toml", 'start = "toy-library"', 'start = "toy-librari"', "unknown-id", "urgent.toml", "no entry has the id 'toy-librari'"),
        ("urgent.toml", 'also = ["swimming-club"]', 'also = ["pool"]', "unknown-id", "urgent.toml", "no entry has the id 'pool'"),
        ("replies.toml", 'best_human = ["toy-library"]', 'best_human = ["toys"]', "unknown-id", "replies.toml", "no entry has the id 'toys'"),
        ("replies.toml", 'independent = "swimming-club"', 'independent = "pool"', "unknown-id", "replies.toml", "no entry has the id 'pool'"),
        ("replies.toml", 'interpreter = "toy-library"', 'interpreter = "tongues"', "unknown-id", "replies.toml", "no entry has the id 'tongues'"),
    ],
)
def test_an_id_is_named_with_its_place(content: Path, file: str, old: str, new: str, rule: str, where: str, message: str) -> None:
    edit(content, file, old, new)
    assert check(content, TODAY).findings == (Finding(rule, "error", where, message),)


@pytest.mark.parametrize(("ids", "unknown"), [('"bus-pass", "toy-shelf"', []), ('"bus-pass", "tram-pass"', ["no entry has the id 'tram-pass'"])])
def test_groups_name_entries(content: Path, ids: str, unknown: list[str]) -> None:
    (content / "groups.toml").write_text(f'[[groups]]\nid = "travel"\nname = "Travel"\nline = "Travel."\nentries = [{ids}]\n', encoding="utf-8")
    assert [f.message for f in check(content, TODAY).findings if f.entry == "groups.toml"] == unknown


def test_an_absorbed_id_is_known_everywhere(content: Path) -> None:
    edit(content, "topics/bus-pass.md", "related: [swimming-club]", "related: [toy-shelf]")
    edit(content, "urgent.toml", 'start = "toy-library"', 'start = "toy-shelf"')
    (content / "asked_as/toy-shelf.txt").write_text("the toy shelf\n", encoding="utf-8")
    assert check(content, TODAY).findings == ()


def test_phrasings_of_nothing_are_found(content: Path) -> None:
    (content / "asked_as/no-such.txt").write_text("where\n", encoding="utf-8")
    assert check(content, TODAY).findings == (Finding("unknown-id", "error", "asked_as/no-such.txt", "no entry has the id 'no-such'"),)
