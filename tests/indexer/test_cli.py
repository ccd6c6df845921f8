"""The indexer's command line: what it prints, with which exit status, and that no fault shows a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.checks.pages import Answer
from indexer.cli import main
from indexer.config import IndexerSettings
from indexer.release import live_id
from tests.conftest import LOCK, MODELS, ROOT
from tests.indexer.test_build import REPORT, edit
from tests.indexer.tidy import put_in_order

TOYS = "services/toy-library.md"


def configured(settings: IndexerSettings, folder: Path, more: str = "") -> str:
    path = folder / "config.toml"
    path.write_text(
        f"[indexer]\ncontent = '{settings.content}'\nrelease_dir = '{settings.release_dir}'\n"
        f"model_dir = '{MODELS}'\nmodel_lock = '{LOCK}'\nadapter = '{settings.adapter}'\n{more}",
        encoding="utf-8",
    )
    return str(path)


def test_build_status_and_rollback(small_settings: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = configured(small_settings, tmp_path)
    assert main(["status", "--config", file]) == 1
    assert capsys.readouterr().out == f"no release in {small_settings.release_dir}: run 'python -m indexer build'\n"

    assert main(["build", "--config", file]) == 0
    out, err = capsys.readouterr()
    first = live_id(small_settings.release_dir)
    assert out.startswith(f"Published release {first}: 3 entries, 0 documents, 18 passages, ")
    assert err.splitlines()[0].startswith("Embedding: ")
    assert "\r" not in err

    assert main(["build", "--config", file]) == 0
    assert capsys.readouterr().out.startswith(f"Nothing has changed since release {first}: 3 entries")

    assert main(["rollback", "--config", file]) == 2
    assert capsys.readouterr().err == f"there is no release before {first} in {small_settings.release_dir}\n"

    assert main(["status", "--config", file]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"live: {first}", f"model: {small_settings.model}", "holds: 3 entries, 0 documents, 18 passages", "skipped: 0", "other releases: none"]

    assert main(["status", "--json", "--config", file]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["live"], told["others"], told["manifest"]["counts"]["entries"]) == (first, [], 3)


def test_a_damaged_release_is_told_by_status(small_release: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small_release.release_dir / "current" / "vectors.faiss").unlink()
    assert main(["status", "--config", configured(small_release, tmp_path)]) == 2
    assert "vectors.faiss is missing: run 'python -m indexer rollback'" in capsys.readouterr().err


def test_release_dir_wins_over_the_file(small_built: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = configured(small_built.model_copy(update={"release_dir": tmp_path / "none"}), tmp_path)
    assert main(["status", "--config", file]) == 1
    assert main(["status", "--config", file, "--release-dir", str(small_built.release_dir)]) == 0
    assert f"live: {live_id(small_built.release_dir)}" in capsys.readouterr().out


def test_what_was_skipped_is_named_and_counted(small_settings: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "good.md").write_text(REPORT, encoding="utf-8")
    (papers / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    file = configured(small_settings, tmp_path, '[[indexer.documents]]\nname = "Papers"\npath = "papers"\n')
    assert main(["build", "--config", file]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "3 entries, 1 documents" in lines[0]
    assert lines[1] == "1 not read, or only as a copy:"
    assert lines[2].startswith("  broken.pdf: damaged PDF")
    assert main(["status", "--config", file]) == 0
    assert "skipped: 1" in capsys.readouterr().out


def test_check_tells_what_to_put_right(small_settings: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = configured(small_settings, tmp_path)
    put_in_order(small_settings.content)
    edit(small_settings, TOYS, "needs: [learning]", "needs: [flying]")
    assert main(["check", "--config", file]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:4] == ["  toy-library", "    unknown-id: needs: 'flying' is not known"]
    assert lines[-1].startswith("3 entries: 1 error, no notes; ")
    assert main(["check", "--json", "--config", file]) == 1
    held = json.loads(capsys.readouterr().out)
    assert held["findings"] == [{"rule": "unknown-id", "level": "error", "entry": "toy-library", "message": "needs: 'flying' is not known"}]
    edit(small_settings, TOYS, "needs: [flying]", "needs: [learning]")
    assert main(["check", "--config", file]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("3 entries: no errors, no notes; ")


def test_check_counts_notes_and_lists_them_when_asked(small_settings: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = configured(small_settings, tmp_path)
    put_in_order(small_settings.content)
    edit(small_settings, TOYS, "Ask at the swimming club.", "They lend toys.")
    note = "    stands-alone: begins with a word that points back: They lend toys."
    assert main(["check", "--config", file]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert note not in lines
    assert "  stands-alone       1" in lines
    assert main(["check", "--all", "--config", file]) == 0
    assert note in capsys.readouterr().out.splitlines()


def test_check_is_made_as_on_a_day(small_settings: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = configured(small_settings, tmp_path)
    put_in_order(small_settings.content)
    assert main(["check", "--on", "2099-01-01", "--config", file]) == 0
    assert main(["check", "--on", "2099-01-02", "--config", file]) == 1
    assert "    overdue-review: review was due on 2099-01-01" in capsys.readouterr().out.splitlines()
    with pytest.raises(SystemExit):
        main(["check", "--on", "tomorrow", "--config", file])


def test_check_goes_online_only_when_asked(
    small_settings: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = configured(small_settings, tmp_path)
    put_in_order(small_settings.content)
    asked: list[str] = []
    monkeypatch.setattr("indexer.checks.pages.look_at", lambda url: asked.append(url) or Answer(404, "the server answers 404"))
    assert main(["check", "--config", file]) == 0
    assert asked == []
    assert main(["check", "--online", "--config", file]) == 1
    assert sorted(asked) == ["https://toys.example.org", "https://toys.example.org/about"]
    assert "    unreachable-page: https://toys.example.org: the server answers 404" in capsys.readouterr().out.splitlines()


def test_extract_shows_what_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plan.md").write_text(REPORT, encoding="utf-8")
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    arguments = ["extract", str(tmp_path / "plan.md"), "--config", str(tmp_path / "config.toml")]
    assert main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["id"], told["title"], told["dated"]) == ("plan", "Plan for the toy library", "2024-03")
    assert told["sections"][1] == {"heading": ["Plan for the toy library", "Money"], "text": "The toy library costs £900 a year.", "page": None}
    assert main(arguments) == 0
    assert "## Plan for the toy library > Visits > Time limits\nA worker must visit" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("config", "arguments", "words"),
    [
        ("[indexer]\nrelase_dir = 'x'\n", ["status"], "config.toml: [indexer] relase_dir: unknown key"),
        ("[idnexer]\n", ["build"], "config.toml: unknown table [idnexer]"),
        ("[indexer]\ncontent = 'none'\n", ["build"], "no entries in "),
        ("[indexer]\n", ["extract", "no-such.pdf"], "cannot read the file: No such file or directory"),
        ("[indexer]\n", ["extract", "config.toml"], "format .toml is not known"),
        ("[[indexer.documents]]\nname = 'A'\npath = 'none'\n", ["rollback"], "there is no release before the first"),
    ],
)
def test_a_fault_is_a_message_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], config: str, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert "Traceback" not in err


def test_every_faulty_entry_is_told_at_once(small_settings: IndexerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(small_settings, TOYS, "name:", "nam:")
    edit(small_settings, "topics/bus-pass.md", "name:", "nam:")
    assert main(["build", "--config", configured(small_settings, tmp_path)]) == 2
    err = capsys.readouterr().err.splitlines()
    assert [line for line in err if "nam: unknown field" in line] == [
        "services/toy-library.md:4: nam: unknown field", "topics/bus-pass.md:4: nam: unknown field"]


def test_it_runs_as_a_module_and_lists_its_commands() -> None:
    done = subprocess.run([sys.executable, "-m", "indexer", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert all(command in done.stdout for command in ("build", "status", "rollback", "check", "extract"))
