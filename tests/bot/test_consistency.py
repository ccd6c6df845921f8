"""Is everyone told the same: what is asked, what counts as alike, and how a disagreement is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import main
from bot.consistency import WORDINGS, Wording, as_dict, compare, load_wordings, report
from bot.engine import Engine
from bot.evaluate import QuestionError
from bot.records import Answer, Channel, Outcome, Reply, Signpost
from indexer.errors import ContentError
from tests.conftest import ROOT

NEEDS = {
    "toys": [Wording("parent", ("where are toys",), Channel.WEB), Wording("text_message", ("toys",), Channel.SMS)],
    "pool": [
        Wording("parent", ("swim",), Channel.WEB),
        Wording("text_message", ("pool",), Channel.SMS),
        Wording("professional", ("aquatics",), Channel.WEB),
    ],
}
STARTS = {"where are toys": "toy-library", "toys": "toy-library", "swim": "swimming-club", "pool": "swimming-club", "aquatics": None}


class Spoken:
    """Stands in for the engine: sends each message to the place it was told."""

    def reply(self, turns: tuple[str, ...], channel: Channel) -> Reply:
        id = STARTS[turns[-1]]
        signposts = (Signpost(id, "service", id, "why", None, None, (), "2025", None, 1),) if id else ()
        return Reply(f"Go to {id}.", channel, "r", Answer(Outcome.ANSWERED if id else Outcome.NOT_FOUND, (), signposts))


def compared() -> list:  # type: ignore[type-arg]
    return compare(Spoken(), NEEDS)  # type: ignore[arg-type]


def test_a_need_is_alike_when_every_wording_starts_at_the_same_place() -> None:
    toys, pool = compared()
    assert (toys.alike, pool.alike) == (True, False)
    assert [told.start for told in pool.told] == ["swimming-club", "swimming-club", "not_found"]


def test_the_report_counts_and_shows_two_answers_side_by_side() -> None:
    facts = as_dict(compared())
    assert (facts["needs"], facts["wordings"], facts["alike"], facts["agreement"]) == (2, 5, 1, 0.5)
    assert [item["need"] for item in facts["disagreements"]] == ["pool"]
    text = report(compared())
    assert text.splitlines()[0] == "1 of 2 needs are answered alike (50.0%), in 5 wordings."
    assert "pool: not_found or swimming-club?" in text or "pool: swimming-club or not_found?" in text
    beside = [line for line in text.splitlines() if "Go to None." in line]
    assert len(beside) == 1
    assert "Go to swimming-club." in beside[0]


def test_all_alike_needs_no_more_than_a_line() -> None:
    assert report(compare(Spoken(), {"toys": NEEDS["toys"]})).count("\n") == 0  # type: ignore[arg-type]


def test_the_contents_own_needs_are_each_in_five_wordings() -> None:
    needs = load_wordings(ROOT / "content" / WORDINGS)
    assert len(needs) >= 60
    for wordings in needs.values():
        *known, relative_or_young, other = (w.who for w in wordings)
        assert [*known, other] == ["parent", "text_message", "professional", "limited_english"]
        assert relative_or_young in {"grandparent", "young_person"}
        assert [w.channel for w in wordings] == [Channel.WEB, Channel.SMS, Channel.WEB, Channel.WEB, Channel.WEB]


@pytest.mark.parametrize(
    "text",
    [
        '[[needs]]\nneed = "x"\nparent = "a"',
        '[[needs]]\nparent = "a"\nprofessional = "b"',
        '[[needs]]\nneed = "x"\nparent = " "\nprofessional = "b"',
        '[[needs]]\nneed = "x"\nparent = 3\nprofessional = "b"',
    ],
)
def test_a_faulty_need_is_named_by_its_number(tmp_path: Path, text: str) -> None:
    (tmp_path / "w.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"w\.toml: number 1 of \[\[needs\]\]"):
        load_wordings(tmp_path / "w.toml")


def test_a_need_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text('[[needs]]\nneed = "x"\nparent = "a"\nprofessional = "b"\n' * 2, encoding="utf-8")
    with pytest.raises(ContentError, match="'x' is there twice"):
        load_wordings(tmp_path / "w.toml")


def test_no_needs_at_all_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text("", encoding="utf-8")
    (tmp_path / "q.jsonl").write_text(json.dumps({"id": 1, "turns": ["x"], "status": ["answered"], "group": "g"}), encoding="utf-8")
    for name in ("w.toml", "q.jsonl"):
        with pytest.raises(ContentError, match="holds no need in two or more wordings"):
            load_wordings(tmp_path / name)


def test_groups_of_a_question_file_are_needs() -> None:
    needs = load_wordings(ROOT / "tests/data/dev-questions.jsonl")
    assert len(needs) == 10
    assert all(len(wordings) == 3 for wordings in needs.values())


def test_a_question_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="cannot read"):
        load_wordings(tmp_path / "none.jsonl")


def test_the_command_reports_on_a_file(engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.setattr("bot.cli.open_engine", lambda *_: engine)
    path = tmp_path / "w.toml"
    path.write_text(
        '[[needs]]\nneed = "speech"\nparent = "my son is 3 and does not talk"\nprofessional = "3y, no words, speech therapy?"\n', encoding="utf-8"
    )
    assert main(["consistency", str(path)]) == 0
    assert capsys.readouterr().out.startswith("1 of 1 needs are answered alike (100.0%), in 2 wordings.")
    assert main(["consistency", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["disagreements"] == []
