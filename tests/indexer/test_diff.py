"""What differs between two releases, and contacts that pages give and entries lack."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from indexer.build import build
from indexer.cli import main
from indexer.config import DocumentFolder, IndexerSettings
from indexer.diff import Changes, load_questions
from indexer.entries import load_entries
from indexer.errors import WaymarkError
from indexer.release import load_passages
from indexer.schedule import repeat
from indexer.suggest import suggestions
from tests.conftest import LOCK, MODELS, ROOT


def test_changes() -> None:
    assert Changes.between({"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}) == Changes(("d",), ("c",), ("a",))


def config(settings: IndexerSettings, folder: Path) -> Path:
    path = folder / "config.toml"
    path.write_text(
        f"[indexer]\ncontent = '{settings.content}'\nrelease_dir = '{settings.release_dir}'\nmodel_dir = '{MODELS}'\nmodel_lock = '{LOCK}'\n"
        f"adapter = '{settings.adapter}'\n",
        encoding="utf-8",
    )
    return path


def test_two_releases_and_the_questions_that_moved(
    small_settings: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    file = config(small_settings, tmp_path)
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"id": 1, "turns": ["where can my toddler borrow toys"]}\n{"id": 2, "turns": ["free bus travel"]}\n', encoding="utf-8")
    assert main(["diff", "--config", str(file)]) == 2
    assert "no release" in capsys.readouterr().err
    build(small_settings)
    (small_settings.content / "services" / "toy-library.md").unlink()
    (small_settings.content / "asked_as" / "toy-library.txt").unlink()
    for name in ("services/swimming-club.md", "topics/bus-pass.md"):
        path = small_settings.content / name
        path.write_text(path.read_text(encoding="utf-8").replace("related: [toy-library, bus-pass]", "related: [bus-pass]"), encoding="utf-8")
    build(small_settings)
    assert main(["diff", "--config", str(file), "--questions", str(questions), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["entries"] == {"appeared": [], "changed": ["swimming-club"], "vanished": ["toy-library"]}
    assert [(m["id"], m["before"]) for m in found["moved"]] == [("1", "answered -> toy-library")]
    assert found["asked"] == 2
    assert main(["diff", "--config", str(file), "--questions", str(questions)]) == 0
    text = capsys.readouterr().out
    assert "answers moved: 1 of 2 questions" in text
    assert "entries vanished: 1\n  toy-library" in text


def test_questions_of_a_file_and_of_the_content(tmp_path: Path) -> None:
    assert len(load_questions(None, ROOT / "content")) > 150
    assert load_questions(None, tmp_path) == []
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": 1, "turns": ["a"]}\n{"id": 2}\n', encoding="utf-8")
    with pytest.raises(WaymarkError, match="line 2"):
        load_questions(bad, tmp_path)
    with pytest.raises(WaymarkError, match="cannot read"):
        load_questions(tmp_path / "none.jsonl", tmp_path)


def test_contacts_on_pages_are_suggested(small_settings: IndexerSettings, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "about.html").write_text(
        "<main><h1>About the toys</h1><h2>Contact</h2><p>Ring 0161 496 0199 or 0161 496 0101.</p><p>Write to new@example.org.</p></main>",
        encoding="utf-8",
    )
    (folder / "x.html").write_text("<main><h1>Swimming club</h1><p>Call us on 0161 496 0155 please.</p></main>", encoding="utf-8")
    (folder / "y.html").write_text("<main><h1>Something else</h1><p>Call 0161 496 0166.</p></main>", encoding="utf-8")
    source = DocumentFolder(name="Pages", path=folder, url="https://toys.example.org")
    about = small_settings.content / "services" / "toy-library.md"
    text = about.read_text(encoding="utf-8").replace("https://toys.example.org/about", "https://toys.example.org/about.html")
    about.write_text(text, encoding="utf-8")
    settings = small_settings.model_copy(update={"documents": (source,)})
    build(settings)
    found = suggestions(load_entries(settings.content), load_passages(settings.release_dir))
    assert [(s.entry, s.kind, s.value.replace(" ", "")) for s in found] == [
        ("swimming-club", "phone", "01614960155"),
        ("toy-library", "e-mail", "new@example.org"),
        ("toy-library", "phone", "01614960199"),
    ]
    assert found[2].section == "About the toys > Contact"
    assert "0161 496 0199" in found[2].quote


def test_work_is_repeated_until_told_to_stop() -> None:
    done: list[int] = []
    said: list[str] = []

    def work() -> None:
        done.append(1)
        if len(done) == 1:
            raise WaymarkError("not today")
        if len(done) == 2:
            raise sqlite3.OperationalError("database is locked")
        if len(done) == 3:
            raise OSError("no space left")
        if len(done) == 5:
            raise KeyboardInterrupt

    repeat(work, 0.01, said.append)
    assert (len(done), said) == (5, ["not today", "OperationalError: database is locked", "OSError: no space left", "stopped"])
