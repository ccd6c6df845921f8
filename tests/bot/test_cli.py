"""The command line of the bot, in its own process as people run it and in this one for the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import main
from bot.engine import Engine
from bot.records import Channel
from indexer.config import IndexerSettings
from tests.bot.questions import OWN

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(indexer_settings: IndexerSettings, release_dir: Path, tmp_path: Path) -> str:
    """A configuration file that names the release of the tests."""
    file = tmp_path / "config.toml"
    file.write_text(f'[indexer]\nrelease_dir = "{release_dir}"\nmodel_dir = "{indexer_settings.model_dir}"\n', encoding="utf-8")
    return str(file)


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    file = tmp_path / "batch.jsonl"
    channels = list(Channel)
    rows = [{"id": f"q{n}", "turns": list(turns), "channel": channels[n % len(channels)]} for n, turns in enumerate(OWN)]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


def run(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], input=given, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, env=environ, check=False
    )


def expected(engine: Engine, batch: Path) -> list[dict[str, object]]:
    items = [json.loads(row) for row in batch.read_text(encoding="utf-8").splitlines()]
    return [json.loads(json.dumps({"id": i["id"], **engine.reply(i["turns"], Channel(i["channel"])).as_dict(i["id"])})) for i in items]


def test_a_batch_from_a_file_and_from_standard_input(engine: Engine, config: str, batch: Path) -> None:
    from_file = run("ask", "--config", config, "--batch", str(batch))
    assert (from_file.returncode, from_file.stderr) == (0, "")
    assert [json.loads(row) for row in from_file.stdout.splitlines()] == expected(engine, batch)
    from_input = run("ask", "--config", config, "--batch", "-", given=batch.read_text(encoding="utf-8"))
    assert (from_input.returncode, from_input.stderr) == (0, "")
    assert from_input.stdout == from_file.stdout


def test_a_question_as_it_is_read(engine: Engine, config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--config", config, "my 3 year old isnt talking"]) == 0
    assert capsys.readouterr().out == engine.reply(["my 3 year old isnt talking"], Channel.WEB).text + "\n"


def test_several_messages_are_one_conversation_on_a_channel(engine: Engine, config: str, capsys: pytest.CaptureFixture[str]) -> None:
    turns = ["my 3 year old isnt talking", "who do i ring"]
    assert main(["ask", "--config", config, "--channel", "sms", "--json", *turns]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(engine.reply(turns, Channel.SMS).as_dict("")))


def test_another_release_folder(small_built: IndexerSettings, config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--config", config, "--release-dir", str(small_built.release_dir), "toys for a baby"]) == 0
    assert "Start with: Toy library." in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "--batch", "x.jsonl", "a question"]])
def test_a_question_or_a_batch_but_not_both(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == "give one question, or --batch FILE\n"


@pytest.mark.parametrize("arguments", [[], ["sing"], ["ask", "--channel", "pigeon", "hello"], ["evaluate"]])
def test_a_wrong_command_shows_how_it_is_used(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as fault:
        main(arguments)
    assert fault.value.code == 2
    assert "usage: python -m bot" in capsys.readouterr().err


def test_a_bad_line_is_named_and_the_replies_before_it_are_kept(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"id": 1, "turns": ["hello"]}\n{"id": 2}\n', encoding="utf-8")
    assert main(["ask", "--config", config, "--batch", str(file)]) == 2
    out, err = capsys.readouterr()
    assert [json.loads(row)["id"] for row in out.splitlines()] == [1]
    assert err.startswith("line 2: ")
    assert "Traceback" not in err


def test_a_line_that_ends_in_the_separators_of_other_scripts_is_one_line(
    engine: Engine, config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A message may hold U+2028 or U+0085, which end no line of JSON lines."""
    text = "my son is 3\u2028and isnt\u0085talking"
    row = json.dumps({"id": 1, "turns": [text]}, ensure_ascii=False)
    file = tmp_path / "batch.jsonl"
    file.write_text(row + "\n", encoding="utf-8")
    assert main(["ask", "--config", config, "--batch", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == engine.reply([text], Channel.WEB).text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", "--batch", "none.jsonl"], "cannot read none.jsonl: No such file or directory"),
        (["evaluate", "none.jsonl"], "cannot read none.jsonl: No such file or directory"),
    ],
)
def test_a_missing_file_is_named(config: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([arguments[0], "--config", config, *arguments[1:]]) == 2
    assert capsys.readouterr().err == message + "\n"


def test_a_batch_file_that_is_not_text_is_named(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": 1, "turns": ["caf\xe9"]}\n')
    assert main(["ask", "--config", config, "--batch", str(tmp_path / "latin.jsonl")]) == 2
    err = capsys.readouterr().err
    assert "latin.jsonl" in err
    assert "Traceback" not in err


def test_without_a_release_the_message_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--release-dir", str(tmp_path), "hello"]) == 2
    assert "python -m indexer build" in capsys.readouterr().err


def test_an_unknown_setting_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text("[bot]\ncolour = 1\n", encoding="utf-8")
    assert main(["ask", "--config", str(tmp_path / "config.toml"), "hello"]) == 2
    assert "[bot] colour: unknown key" in capsys.readouterr().err


def test_measures_as_a_table_and_as_json(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "q.jsonl"
    rows = [
        {
            "id": "Q1",
            "turns": ["how do i claim dla for my 6 year old"],
            "status": ["answered"],
            "start": ["disability-living-allowance"],
            "category": "clean",
        },
        {"id": "Q2", "turns": ["what is the capital of france"], "status": ["answered"], "start": ["portage"], "category": "clean"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert main(["evaluate", "--config", config, str(file)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["items", "judged_on_start", "hit@1", "hit@3", "status", "says", "passed"]
    assert table[1].split() == ["overall", "2", "2", "50.0%", "50.0%", "50.0%", "100.0%", "50.0%"]
    assert "Q2 status, start: got out_of_scope []; wanted ['answered'] ['portage']" in table
    assert table[-1] == "    decided: out_of_scope []"
    assert main(["evaluate", "--config", config, "--json", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["overall"]["hit@1"] == 0.5
