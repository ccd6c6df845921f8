"""Danger: real phrasings both ways, the pattern language, the errors a rule-writer sees, and bounds on the work done."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.danger import FIRST_LINE, LONGEST, Danger, DangerRules, load_danger
from bot.engine import Engine
from bot.patterns import MOST_ITEMS, MOST_WORDS, PatternError, Vocabulary, nearly, spread, words_of
from indexer.errors import ContentError
from indexer.wording import Wording

ROOT = Path(__file__).resolve().parents[2]
CONTENT, DATA = ROOT / "content", ROOT / "tests" / "data"
URGENT: Mapping[str, Any] = tomllib.loads((CONTENT / "urgent.toml").read_text(encoding="utf-8"))
RULES = load_danger(CONTENT, Wording({}))
NOT_DANGER = {"lookalike", "out_of_scope", "chitchat"}
# Entries whose askers may well be in danger: their phrasings are judged one by one in the table, not here.
MAY_BE_DANGER = {
    *("emergency-999", "nhs-111", "gm-mental-health-crisis-line", "stockport-safeguarding-children", "stockport-safeguarding-adults"),
    *("childline", "samaritans", "shout", "nspcc-helpline", "papyrus-hopeline", "national-domestic-abuse-helpline"),
    *("youngminds-parents-helpline", "massh", "aspire", "ebsa", "camhs-stockport", "mosaic"),
}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line.strip()]


TABLE = rows("danger-table.jsonl")


def small(rules: list[dict[str, Any]], **more: Any) -> DangerRules:
    kind = {"id": "k", "name": "K", "first_line": "Ring 999 now.", "start": "emergency-999", "also": ["nhs-111"]}
    return DangerRules({"kinds": [kind, {**kind, "id": "other"}], "rules": rules, **more}, Wording({}))


def fires(pattern: str, text: str, **more: Any) -> bool:
    return small([{"id": "r", "kind": "k", "any": [pattern]}], **more).find(text) is not None


def test_the_table_is_large_and_goes_both_ways() -> None:
    assert len(TABLE) >= 300
    assert sum(row["kind"] is None for row in TABLE) >= 150
    assert len({row["text"] for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["text"][:60])
def test_phrasings(row: dict[str, Any]) -> None:
    found = RULES.find(row["text"])
    assert (found and found.kind) == row["kind"], found


def test_every_danger_of_the_corpus_is_found_and_nothing_else() -> None:
    wrong = [row for row in rows("danger.jsonl") if (RULES.find(row["text"]) is None) != (row["kind"] in NOT_DANGER)]
    assert wrong == []


def test_development_questions() -> None:
    wrong = []
    for item in rows("dev-questions.jsonl"):
        if item["status"] == ["urgent"]:
            found = RULES.find(item["turns"][-1])
            wrong += [] if found and (found.start in item["start"]) else [(item["id"], found)]
        else:
            wrong += [(item["id"], found) for turn in item["turns"] if (found := RULES.find(turn))]
    assert wrong == []


def test_ordinary_questions_are_not_urgent(engine: Engine) -> None:
    """Every twentieth message on file of entries whose askers are seldom in danger."""
    fired = []
    for path in sorted((CONTENT / "asked_as").glob("*.txt")):
        if path.stem not in MAY_BE_DANGER:
            texts = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()][::20]
            fired += [(path.stem, text) for text in texts if engine.consider([text]).decision.danger]
    assert fired == []


def test_the_table_with_all_that_is_known(engine: Engine) -> None:
    """No message of danger is lost, and what was learned raises at most one false alarm in a hundred. None of the table is learned from."""
    said = {row["text"]: engine.consider([row["text"]]).decision.danger is not None for row in TABLE}
    assert [row["text"] for row in TABLE if row["kind"] and not said[row["text"]]] == []
    calm = [row["text"] for row in TABLE if row["kind"] is None]
    false = [text for text in calm if said[text]]
    assert len(false) <= len(calm) // 100, false


def made(found: bool, certain: bool = False) -> Danger | None:
    return Danger("k", "K", "Ring 999 now.", "emergency-999", (), "r: x", "x", certain) if found else None


@pytest.mark.parametrize(
    ("found", "certain", "odds", "kind", "danger"),
    [
        (True, False, 0.0, "k", True),  # a rule stands
        (True, False, -4.0, "k", False),  # unless what was learned is sure that it is none
        (True, True, -9.0, "k", True),  # or the rule is one that always stands
        (True, False, -9.0, None, True),  # or nothing was learned
        (False, False, 0.9, "k", False),
        (False, False, 1.0, "k", True),  # danger without a rule
        (False, False, 9.0, None, False),
    ],
)
def test_rules_and_what_was_learned_are_weighed(found: bool, certain: bool, odds: float, kind: str | None, danger: bool) -> None:
    rules = small([], learned={"log_odds": 1.0, "doubted_below": -3.0})
    weighed = rules.weigh(made(found, certain), odds, kind)
    assert (weighed is not None) == danger
    if danger and not found:
        assert weighed
        assert (weighed.first_line, weighed.rule) == ("Ring 999 now.", "learned")


def test_other_languages_have_odds_of_their_own_and_their_rules_are_not_doubted() -> None:
    rules = small([], learned={"log_odds": 1.0, "other_languages": 2.0, "doubted_below": -3.0})
    assert rules.weigh(None, 1.5, "k", english=True)
    assert rules.weigh(None, 1.5, "k", english=False) is None
    assert rules.weigh(made(True), -4.0, "k", english=False)


def test_a_finding_says_what_to_do_and_why() -> None:
    found = RULES.find("she is not breathing")
    assert found == Danger(
        kind="life-in-danger",
        name="Someone's life may be in danger now",
        first_line="Ring 999 now. Say who is in danger and where you are.",
        start="emergency-999",
        also=("nhs-111",),
        rule=found.rule if found else "",
        matched="she is not breathing",
        certain=False,
        text="If nobody's life is in danger, ring NHS {nhs-111}.",
    )
    assert found.rule.startswith("not-breathing: ")


@pytest.mark.parametrize("kind", URGENT["kinds"], ids=lambda kind: kind["id"])
def test_kinds_name_entries_that_exist_and_never_a_number_of_their_own(kind: dict[str, Any]) -> None:
    for entry in [kind["start"], *kind["also"]]:
        assert any((CONTENT / room / f"{entry}.md").exists() for room in ("services", "topics")), entry
    assert kind["start"] not in kind["also"]
    assert len(set(kind["also"])) == len(kind["also"])
    digits = "".join(c if c.isdigit() else " " for c in kind["first_line"]).split()
    assert set(digits) <= {"999", "111", "101", "2"}
    assert len(kind["first_line"]) <= FIRST_LINE


@pytest.mark.parametrize("kind", URGENT["kinds"], ids=lambda kind: kind["id"])
def test_999_is_always_within_reach(kind: dict[str, Any]) -> None:
    assert "emergency-999" in [kind["start"], *kind["also"]]
    if any(word in kind["id"] for word in ("suicide", "overdose", "crisis", "self-harm")):
        assert "nhs-111" in [kind["start"], *kind["also"]]
    if kind["id"].startswith("young-person"):
        assert "childline" in kind["also"]


@pytest.mark.parametrize(
    "text",
    [
        "he wants to kil him self",
        "shes took an overdoes",
        "he is SUISIDAL",
        "not brething",
        "hes tooken all his tablits",
        "thinks about suicde",
        "wont stop BLEEDIN",
    ],
)
def test_misspelt_key_words_are_understood_without_the_words_file(text: str) -> None:
    assert RULES.find(text) is not None


def test_spellings_of_the_words_file_are_used() -> None:
    rules = DangerRules(URGENT, Wording({"spellings": {"brevving": "breathing"}}))
    assert RULES.find("baby not brevving") is None
    assert rules.find("baby not brevving") is not None


def test_danger_far_into_a_long_message_is_found() -> None:
    filler = "We would like to know about the review of his plan. " * 300
    assert RULES.find(f"{filler} He is not breathing.") is not None


def test_only_the_first_twenty_thousand_characters_are_read() -> None:
    assert RULES.find("x" * LONGEST + " he is not breathing") is None


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("swallowed bleach", "He swallowed bleach!", "bleach swallowed him"),
        ("blue|grey|passed_out", "he has passed out", "he passed the ball out"),
        ("kill*", "killing", "skill"),
        ("suicide~", "he is sucide", "he is a guide"),
        ("#6-17 boy", "a 14 boy", "a 40 boy"),
        ("# pills", "he had 30 pills", "he had pills"),
        ("took .. pills", "took all of his pills", "took all of the white round pills"),
        ("took ... pills", "took all of the white round pills", "took them. then pills came"),
        ("own? life", "his life", "his own"),
        ("wake !for", "will not wake", "wake for school"),
        ("knife + scared", "scared because of a knife", "I was scared. A knife is on the table"),
        ("knife & scared", "I was scared. A knife is on the table", "scared"),
        ("{bad} dog", "a very bad dog", "a very good dog"),
        ("不想活", "我不想活了", "我想活"),
        ("can not wake", "I can't wake him", "he can wake"),
    ],
)
def test_pattern_language(pattern: str, yes: str, no: str) -> None:
    more = {"lists": {"bad": ["{worse}", "bad"], "worse": ["awful"]}, "spellings": {"can not": ["can't"]}}
    assert fires(pattern, yes, **more)
    assert not fires(pattern, no, **more)


def test_near_has_a_limit() -> None:
    assert fires("knife & scared", "knife " + "word " * 29 + "scared")
    assert not fires("knife & scared", "knife " + "word " * 40 + "scared")


def test_accents_stretched_letters_and_letter_variants_do_not_count() -> None:
    assert words_of("Heeeelp: ŻYĆ, żyć ZYC", {}) == ["help", "zyc", "zyc", "zyc"]
    assert words_of("أنتحر", {}) == words_of("انتحر", {})
    assert words_of("12yo. 2nite", {}) == ["12", "yo", ".", "2nite"]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [("abc", "abc", True), ("abcd", "acbd", True), ("abcd", "abd", True), ("abd", "abcd", True), ("abcd", "bbcd", False), ("abcd", "axyd", False)],
)
def test_one_letter_apart(a: str, b: str, same: bool) -> None:
    assert nearly(a, b) is same


def test_spread_reaches_exactly_so_far() -> None:
    assert spread(1 << 50, 30) == (1 << 81) - (1 << 20)


def test_figures_are_crossed_out_and_the_rest_still_counts() -> None:
    rules = small([{"id": "r", "kind": "k", "any": ["dying"]}], figures=[{"id": "f", "any": ["dying to know"]}])
    assert rules.find("I am dying to know") is None
    assert rules.find("I am dying to know if he is dying") is not None


def test_unless_holds_nearby_and_unless_message_everywhere() -> None:
    near = small([{"id": "r", "kind": "k", "any": ["knife"], "unless": ["fork"]}])
    far = small([{"id": "r", "kind": "k", "any": ["knife"], "unless_message": ["fork"]}])
    assert near.find("a knife and a fork") is None
    assert near.find("he has a knife. no fork") is not None
    assert far.find("he has a knife. no fork") is None


def test_vetoes_by_sentence_message_kind_and_exception() -> None:
    rule = {"id": "r", "kind": "k", "any": ["overdose"]}
    veto = {"id": "v", "any": ["years ago"], "scope": "sentence", "but": ["again"]}
    assert small([rule], vetoes=[veto]).find("an overdose years ago") is None
    assert small([rule], vetoes=[veto]).find("That was years ago. Now an overdose") is not None
    assert small([rule], vetoes=[{**veto, "scope": "message"}]).find("That was years ago. An overdose") is None
    assert small([rule], vetoes=[veto]).find("an overdose years ago and again") is not None
    assert small([rule], vetoes=[{**veto, "kinds": ["other"]}]).find("an overdose years ago") is not None
    assert small([{**rule, "always": True}], vetoes=[veto]).find("an overdose years ago") is not None


def test_kinds_stand_in_order_and_can_change() -> None:
    rules = [{"id": "a", "kind": "other", "any": ["knife"]}, {"id": "b", "kind": "k", "any": ["blood"]}]
    found = small(rules).find("knife and blood")
    assert found is not None
    assert found.kind == "k"
    change = {"id": "c", "found": ["k"], "becomes": "other", "when": ["mum"], "unless": ["dad"]}
    assert [small(rules, instead=[change]).find(text).kind for text in ("blood mum", "blood mum dad")] == ["other", "k"]  # type: ignore[union-attr]


GOOD = {"id": "r", "kind": "k", "any": ["help"]}


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({**GOOD, "any": ["{nobody}"]}, "'r', any: '{nobody}': unknown list '{nobody}'"),
        ({**GOOD, "kind": "nothing"}, "'r': unknown kind 'nothing'"),
        ({**GOOD, "any": ["a .. "]}, "no gap at its end"),
        ({**GOOD, "any": [".. a"]}, "needs a word before"),
        ({**GOOD, "any": ["a .. !b"]}, "no gap before '!b'"),
        ({**GOOD, "any": ["maybe?"]}, "needs 1 to"),
        ({**GOOD, "any": ["k*"]}, "'*' needs 2 letters"),
        ({**GOOD, "any": ["kil~"]}, "'~' needs 5"),
        ({**GOOD, "any": ["#a-b"]}, "a number is written"),
        ({**GOOD, "unless": ["x|"]}, "'r', unless"),
        ({**GOOD, "any": [" ".join("abcdefghijklmnopqrstu")]}, f"1 to {MOST_ITEMS}"),
        ({**GOOD, "any": ["_".join("abcdefghijk")]}, f"1 to {MOST_WORDS}"),
        ({**GOOD, "anny": ["x"]}, "'r': does not know anny"),
        ({"id": "r", "kind": "k"}, "'r': needs any"),
        ({"kind": "k", "any": ["x"]}, "'number 1': needs id"),
    ],
)
def test_faults_name_the_rule(rule: dict[str, Any], says: str) -> None:
    with pytest.raises(ContentError) as fault:
        small([rule])
    assert says in str(fault.value)


def test_other_faults_are_named_too() -> None:
    with pytest.raises(ContentError, match=r"'r'.*twice"):
        small([GOOD, GOOD])
    with pytest.raises(ContentError, match=r"'v'.*scope"):
        small([GOOD], vetoes=[{"id": "v", "any": ["x"], "scope": "page"}])
    with pytest.raises(ContentError, match="names itself"):
        small([{**GOOD, "any": ["{a}"]}], lists={"a": ["{a}"]})
    with pytest.raises(ContentError, match="first_line"):
        DangerRules({"kinds": [{"id": "k", "name": "K", "first_line": "x" * 91, "start": "a", "also": []}]}, Wording({}))


def test_a_missing_or_broken_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"urgent\.toml: missing"):
        load_danger(tmp_path, Wording({}))
    (tmp_path / "urgent.toml").write_text("[[rules]\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"urgent\.toml"):
        load_danger(tmp_path, Wording({}))


def test_the_work_is_bounded_by_construction() -> None:
    """Patterns are short, gaps are fixed and matching shifts bit sets: nothing can be tried twice, so no message can make it slow."""
    vocabulary = Vocabulary(URGENT["lists"], URGENT["spellings"])
    sources = [
        source
        for table in ("rules", "figures", "vetoes", "instead")
        for row in URGENT[table]
        for field in ("any", "unless", "but", "when")
        for source in row.get(field, ())
    ]
    assert sources
    for source in sources:
        pattern = vocabulary.pattern(source)
        assert len(pattern.parts) <= 6
        for part in pattern.parts:
            assert len(part) <= 3
            assert all(len(sequence) <= MOST_ITEMS and all(item.gap in (0, 3, 8) for item in sequence) for sequence in part)


def test_unknown_lists_are_refused_by_the_language_itself() -> None:
    with pytest.raises(PatternError, match="unknown list"):
        Vocabulary({}, {}).pattern("{x}")


def test_ten_thousand_random_messages_raise_nothing() -> None:
    chance = random.Random(7)
    letters = "abc def .!?'\"#*~{}|&+_\n\t\u200b0123456789éłß中文ابپ你🙂\U000e0041"
    known = [word for words in URGENT["lists"].values() for word in words]
    for _ in range(10_000):
        text = "".join(chance.choice(letters) if chance.random() < 0.7 else f" {chance.choice(known)} " for _ in range(chance.randrange(25)))
        assert RULES.find(text) is None or text
    for text in ("", " ", ".", "'", "\x00", "...", "#", "&"):
        assert RULES.find(text) is None
