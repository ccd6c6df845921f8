"""Why a question was answered as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import main
from bot.engine import Engine
from bot.explain import explain
from bot.records import Channel


def test_everything_that_was_seen_is_told(engine: Engine) -> None:
    turns = ["my son is 5 and not talking, we live in reddish", "who do i ring?"]
    lines = explain(engine, turns).splitlines()
    assert lines[:2] == [f"message 1: {turns[0]}", f"message 2: {turns[1]}"]
    assert "after: my son is 5 and not talking, we live in reddish" in lines
    understood = next(line for line in lines if line.startswith("understood: "))
    assert "age 5" in understood
    assert "area reddish" in understood
    lead = engine.reply(turns, Channel.WEB).answer.signposts[0].id
    assert any(line.startswith("  ") and line.endswith(f" {lead}") for line in lines)
    assert next(line for line in lines if line.startswith("decided: ")).startswith(f"decided: answered ['{lead}'")
    assert lines[lines.index("reply:") + 1] == "  Where to go"


def test_brief_leaves_out_messages_passages_and_reply(engine: Engine) -> None:
    lines = explain(engine, ["my son is 5 and not talking"], brief=True).splitlines()
    assert lines[0].startswith("read as: ")
    assert not any(line.startswith(("message", "passages", "reply")) for line in lines)


def test_danger_names_the_rule(engine: Engine) -> None:
    lines = explain(engine, ["she is not breathing"]).splitlines()
    assert any(line.startswith("danger: life-in-danger, found by not-breathing: ") for line in lines)


def test_an_empty_message_is_explained_too(engine: Engine) -> None:
    assert "decided: error [] empty" in explain(engine, ["?"])


def test_the_command_explains_one_question(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("bot.cli.open_engine", lambda *_: engine)
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps({"id": "X1", "turns": ["my son is 5 and not talking"], "status": ["out_of_scope"]}), encoding="utf-8")
    assert main(["evaluate", str(path), "--explain", "X1"]) == 0
    assert capsys.readouterr().out.startswith("message 1: my son is 5 and not talking\nread as: ")
    assert main(["evaluate", str(path), "--explain", "X2"]) == 2
    assert "holds no question X2" in capsys.readouterr().err
    assert main(["evaluate", str(path)]) == 0
    assert "    places (probability, learned, retrieved):" in capsys.readouterr().out
