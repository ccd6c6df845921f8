"""The configuration file: what is read, what wins, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from indexer.config import DocumentFolder, IndexerSettings, load_settings
from indexer.errors import ConfigError


def load(folder: Path, text: str, environ: dict[str, str] | None = None) -> IndexerSettings:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load_settings(IndexerSettings, "indexer", folder / "config.toml", environ or {})


def test_an_empty_file_gives_the_defaults_beside_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, "")
    assert settings.content == tmp_path / "content"
    assert settings.release_dir == tmp_path / "var/releases"
    assert (settings.keep_releases, settings.passage_words, settings.documents) == (5, 60, ())


def test_without_a_file_the_working_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(IndexerSettings, "indexer", environ={}).content == tmp_path / "content"


def test_paths_are_relative_to_the_file_also_in_nested_tables(tmp_path: Path) -> None:
    settings = load(tmp_path, '[indexer]\ncontent = "words"\nmodel_dir = "/models"\n[[indexer.documents]]\nname = "Reports"\npath = "papers"\n')
    assert settings.content == tmp_path / "words"
    assert settings.model_dir == Path("/models")
    assert settings.documents == (DocumentFolder(name="Reports", path=tmp_path / "papers"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[indexer]\ncontnet = 'x'\n", "config.toml: [indexer] contnet: unknown key"),
        ("[indexers]\n", "config.toml: unknown table [indexers]; the tables are [indexer], [bot], [web]"),
        ("[indexer]\nkeep_releases = 1\n", "config.toml: [indexer] keep_releases: Input should be greater than or equal to 2"),
        ("[indexer]\nkeep_releases = 'many'\n", "config.toml: [indexer] keep_releases: Input should be a valid integer"),
        ("[indexer]\npassage_words = 4000\n", "config.toml: [indexer] passage_words: Input should be less than or equal to 400"),
        ("[indexer]\nencoder_threads = 0\n", "config.toml: [indexer] encoder_threads:"),
        ("[indexer]\nmodel = ''\n", "config.toml: [indexer] model:"),
        ("[[indexer.documents]]\nname = 'A'\npaht = 'b'\n", "config.toml: [indexer] documents.0.paht: unknown key"),
        ("[[indexer.documents]]\nname = 'A'\n", "config.toml: [indexer] documents.0.path: Field required"),
        ("[indexer\n", "config.toml is not valid TOML: "),
    ],
)
def test_a_faulty_file_is_refused_by_table_and_key(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert expected in str(caught.value)


def test_every_fault_of_a_table_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "[indexer]\nfoo = 1\nkeep_releases = 0\n")
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert any("foo: unknown key" in line for line in lines)
    assert any("keep_releases" in line for line in lines)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the configuration .*none\.toml: No such file"):
        load_settings(IndexerSettings, "indexer", tmp_path / "none.toml", {})


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("WAYMARK_INDEXER__KEEP_RELEASES", "7", "keep_releases", 7),
        ("WAYMARK_INDEXER__MODEL", "some/model", "model", "some/model"),
        ("WAYMARK_INDEXER__MODEL", '"quoted"', "model", "quoted"),
        ("WAYMARK_INDEXER__CONTENT", "/srv/content", "content", Path("/srv/content")),
        ("WAYMARK_INDEXER__DOCUMENTS", '[{name = "A", path = "/a"}]', "documents", (DocumentFolder(name="A", path=Path("/a")),)),
    ],
)
def test_the_environment_wins_over_the_file(tmp_path: Path, name: str, value: str, field: str, expected: object) -> None:
    text = '[indexer]\nkeep_releases = 3\nmodel = "other"\ncontent = "elsewhere"\n'
    assert getattr(load(tmp_path, text, {name: value}), field) == expected


def test_the_process_environment_is_read_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAYMARK_INDEXER__PASSAGE_WORDS", "99")
    assert load_settings(IndexerSettings, "indexer").passage_words == 99


def test_overrides_of_other_tables_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, "[bot]\nanything = 1\n", {"WAYMARK_BOT__X": "1", "WAYMARK_OTHER": "2"}) == load(tmp_path, "")


@pytest.mark.parametrize(("name", "value"), [("WAYMARK_INDEXER__KEEP", "3"), ("WAYMARK_INDEXER__KEEP_RELEASES", "two")])
def test_a_faulty_override_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name.removeprefix("WAYMARK_INDEXER__").lower()):
        load(tmp_path, "", {name: value})


def test_settings_cannot_be_changed_once_read(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load(tmp_path, "").keep_releases = 9  # type: ignore[misc]
