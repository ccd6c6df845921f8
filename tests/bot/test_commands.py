"""Words that a text message can be instead of a question: however they are typed, and never a question taken for one."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.commands import Command, Commands, Said
from bot.phrases import load_phrases
from indexer.errors import ContentError

ROOT = Path(__file__).resolve().parents[2]
CONTENT, DATA = ROOT / "content", ROOT / "tests" / "data"
REPLIES = tomllib.loads((CONTENT / "replies.toml").read_text(encoding="utf-8"))
TABLE: dict[str, Any] = REPLIES["commands"]
FOUND = load_phrases(CONTENT).commands
WORD = re.compile(r"[^\W\d_]+")

MORE, SOURCES, HELP = Said(Command.MORE), Said(Command.SOURCES), Said(Command.HELP)
STOP, START, DELETE = Said(Command.STOP), Said(Command.START), Said(Command.DELETE)


def pick(place: int) -> Said:
    return Said(Command.PICK, place)


def lang(code: str | None = None) -> Said:
    return Said(Command.LANG, language=code)


COMMANDS: list[tuple[str, Said]] = [
    *((text, MORE) for text in ("MORE", "more", "More.", "mOrE", " more \n", "MORE!!!", "'more'", "m o r e", "M.O.R.E", "more 👍", "ＭＯＲＥ")),
    *((text, MORE) for text in ("more pls", "More please", "MORE PLEASE!!", "more pls thx", "more now", "More, thank you", "more x", "more plz 🙏")),
    *((text, MORE) for text in ("tell me more", "Tell me more please", "more info", "next", "Next!", "next please", "the rest", "carry on")),
    *((text, MORE) for text in ("mroe", "moer", "mor", "mre", "mmore", "omre", "continu")),
    *((text, pick(1)) for text in ("1", "1.", "(1)", "#1", "１", "one", "ONE", "One please", "no 1", "number 1", "Number one", "option 1")),
    *((text, pick(2)) for text in ("2", "2!", "2 pls", "two", "number 2", "no. 2", "2️⃣", "Option 2 please")),
    *((text, pick(3)) for text in ("3", "three", "3 thanks", "thre", "number three", "No 3")),
    *((text, SOURCES) for text in ("SOURCES", "source", "Sources?", "proof", "where from", "says who?", "how do you know", "Where is this from?")),
    *((text, SOURCES) for text in ("souces", "sorces", "soruce", "sourcess", "surces", "sources please", "proff")),
    *((text, HELP) for text in ("HELP", "help!", "Help pls", "help please 🙏", "info", "menu", "hlep", "hlp", "hepl", "heelp", "infoo", "H E L P")),
    *((text, STOP) for text in ("STOP", "stop", "STOP!!", "Stop.", "S T O P", "s.t.o.p", "STOP now", "stop please", "stop all", "STOPALL")),
    *((text, STOP) for text in ("sotp", "stpo", "tsop", "stp", "sstop", "unsubscribe", "unsubscibe", "Unsubcribe", "opt out", "OPT-OUT", "optout")),
    *((text, STOP) for text in ("quit", "END", "cancel", "cancle", "Stop texting me", "stop messaging me please", "unsubscribe me")),
    *((text, START) for text in ("START", "start", "Start please", "start again", "strt", "satrt", "unstop", "UNSTOP", "unstpo", "resume", "opt in")),
    *((text, START) for text in ("subscribe", "subscibe")),
    *((text, DELETE) for text in ("DELETE", "delete", "Delete me please", "delete my data", "DELETE ALL", "forget me", "erase", "erase me pls")),
    *((text, DELETE) for text in ("detele", "delet", "deleet", "dleete", "delete everything!", "delete my number", "Delete my messages", "forgt")),
    *((text, lang()) for text in ("LANG", "lang?", "language", "Languages", "other languages", "change language please", "langauge", "lnag")),
    *((text, lang("ur")) for text in ("LANG URDU", "lang urdu", "lang urdo", "language urdu please", "Lang: Urdu", "lang اردو", "langauge urdu")),
    *((text, lang("pl")) for text in ("langauge polish", "LANG POLISH", "lang polski", "lang pl", "lang pollish", "lang polsh", "Language, Polish!")),
    *((text, lang("ar")) for text in ("lang arabic", "LANG العربية", "lang arabik")),
    *((text, lang("ro")) for text in ("lang romanian", "lang română", "lang rumanian")),
    *((text, lang("zh")) for text in ("lang chinese", "lang 中文", "lang cantonese", "lang mandrin")),
    *((text, lang("fa")) for text in ("lang farsi", "lang فارسی", "lang persian")),
    *((text, lang("uk")) for text in ("lang ukrainian", "lang українська", "lang ukranian")),
    *((text, lang("es")) for text in ("lang spanish", "lang español", "lang espanol")),
    *((text, lang()) for text in ("lang klingon", "lang french", "lang welsh")),
]

QUESTIONS = [
    *("no more", "no more please", "he wont stop", "she wont stop crying", "stop him", "how do i stop him hitting", "stop it", "when does it stop"),
    *("shop", "step", "steps", "spot", "post", "top", "stops", "stopped", "help me", "please help", "pls help me", "help my son", "helpless"),
    *("my son needs more help", "more help at school", "i need more", "more money", "more than one", "mum", "mother", "move", "mode", "form", "mole"),
    *("what is a one page profile", "one page profile", "one to one", "two sons", "1 to 1", "1-1 support", "2 kids", "3 year old", "he is 2", "1 2"),
    *("5", "10", "0", "11", "4", "15", "year 1", "class 2", "band 3", "0161 217 6028", "111", "999", "SK5"),
    *("into", "land", "lane", "long", "lung", "council", "cancer", "panel", "canal", "hello", "held", "hell", "hi", "heel", "health", "yes", "no"),
    *("delete my sons dla claim", "delete his file", "related", "relate", "deleted", "forget it", "i forget", "forgot", "he forgets everything"),
    *("start school", "he starts in september", "when do we start", "starter", "state school", "starving", "smart", "a fresh start", "star"),
    *("cancel my appointment", "they cancelled", "end of term", "the end", "i want to end it", "quiet", "quite", "suit", "quit school", "unit"),
    *("course", "courses", "resource", "resources", "score", "school", "senco", "sauce", "source of income", "roof", "proof of address"),
    *("there", "tree", "these", "thanks", "thank you", "please", "ok", "x", "?", "", " ", "👍", "!!!", "🙏🙏", "\u200b", "١"),
    *("language therapy", "language delay", "language disorder", "language problems", "language development", "language unit", "language class"),
    *("speech and language", "sign language", "english is my second language", "languages at school", "body language", "polish", "urdu", "english"),
    *("menu for school dinners", "info about portage", "mental", "mend", "next week", "next steps", "what next", "net", "text", "nest", "neck"),
    *("sub", "describe", "subscription", "option", "opinion", "phase transfer", "ease", "please delete me from the list of the school"),
    # words of one's own that differ by two letters from a command
    *("sure", "sore", "NEET", "refuge", "rescue", "refuse", "result", "option", "comments", "chance", "councel", "fidget", "forest", "force"),
    *("fought", "forces", "former", "threw"),
]

SLIPS = {"nxt", "nex", "mor", "mre", "stopt", "stpo", "sto", "hel", "helo", "helpd", "hlp", "meny", "menus", "instruction", "languge", "langage"}
"""Slips of commands that families really typed; each may be taken for its command."""


def messages(folder: str) -> list[tuple[str, str]]:
    """Each message of a folder of content with the file in which it stands."""
    found: list[tuple[str, str]] = []
    for path in sorted((CONTENT / folder).rglob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = line.split(" | ")
            found += [(path.relative_to(CONTENT).as_posix(), field.strip()) for field in (fields[1:] if len(fields) > 1 else fields) if field.strip()]
    return found


def turns() -> list[tuple[str, str]]:
    """Each message of the question files with the file in which it stands."""
    rows = [(path.name, row) for path in sorted(DATA.glob("*-questions.jsonl")) for row in path.read_text(encoding="utf-8").split("\n")]
    return [(name, turn) for name, row in rows if row.strip() for turn in json.loads(row)["turns"]]


@pytest.fixture(scope="module")
def taken() -> list[tuple[str, str, Said]]:
    """The messages on file that are taken for commands."""
    every = [*turns(), *messages("asked_as"), *messages("danger")]
    assert len(every) > 30_000
    return [(name, text, said) for name, text in every if (said := FOUND.find(text))]


def test_the_tables_are_large() -> None:
    assert len({text for text, _ in COMMANDS}) >= 80
    assert len(set(QUESTIONS)) >= 60
    assert {said.command for _, said in COMMANDS} == set(Command)
    assert not {text for text, _ in COMMANDS} & set(QUESTIONS)


@pytest.mark.parametrize(("text", "said"), COMMANDS, ids=[text for text, _ in COMMANDS])
def test_commands(text: str, said: Said) -> None:
    assert FOUND.find(text) == said


@pytest.mark.parametrize("text", sorted(set(QUESTIONS)))
def test_questions(text: str) -> None:
    assert FOUND.find(text) is None


@pytest.mark.parametrize("text", [text for text, said in COMMANDS if said.command is not Command.LANG][::4])
def test_a_command_within_a_longer_message_is_none(text: str) -> None:
    assert FOUND.find(f"my son {text} at school") is None
    assert FOUND.find(f"{text} my son is autistic") is None


def test_no_message_on_file_stops_deletes_starts_or_changes_the_language(taken: list[tuple[str, str, Said]]) -> None:
    weighty = (Command.STOP, Command.START, Command.DELETE, Command.LANG)
    assert [(name, text) for name, text, said in taken if said.command in weighty] == [("danger/not-danger.txt", "STOP")]


def test_the_only_message_on_file_that_is_another_command_asks_for_help(taken: list[tuple[str, str, Said]]) -> None:
    gentle = (Command.MORE, Command.HELP, Command.SOURCES, Command.PICK)
    assert {text for _, text, said in taken if said.command in gentle} <= {"help please"}


def test_no_word_that_several_families_used_is_taken_for_another() -> None:
    """A word sent alone may answer a question of ours, or be all that somebody dares to send."""
    every = [*messages("asked_as"), *messages("danger")]
    used = Counter(word for name, text in every if "/other-languages/" not in name for word in set(WORD.findall(text.lower())))
    listed = {word for command in Command for words in TABLE[command.value] for word in ([words] if isinstance(words, str) else words)}
    wrong = {word: said.command.value for word, times in used.items() if times >= 3 and word not in listed | SLIPS and (said := FOUND.find(word))}
    assert len(used) > 5_000
    assert wrong == {}


def test_every_way_of_saying_a_command_is_that_command() -> None:
    for command in Command:
        for at, words in enumerate(TABLE[command.value], 1):
            for phrase in [words] if isinstance(words, str) else words:
                said = Said(command, at if command is Command.PICK else 0)
                for text in (phrase, phrase.upper(), f" {phrase.capitalize()}! ", f"{phrase} please", f"{phrase}, thank you 🙏"):
                    assert FOUND.find(text) == said, text


def test_no_word_is_two_commands_or_both_a_command_and_never_one() -> None:
    said = [(phrase, command) for command in Command for words in TABLE[command.value] for phrase in ([words] if isinstance(words, str) else words)]
    assert [phrase for phrase, times in Counter(phrase for phrase, _ in said).items() if times > 1] == []
    assert {word for word in TABLE["never"] if FOUND.find(word) and word not in {phrase for phrase, _ in said}} == set()


def test_every_language_that_is_named_has_a_line_of_its_own_and_can_be_asked_for() -> None:
    assert set(TABLE["languages"]) == set(REPLIES["languages"])
    for code, names in TABLE["languages"].items():
        assert {FOUND.find(f"lang {name}") for name in names} == {lang(code)}


def test_words_that_our_own_texts_tell_people_to_send_are_commands() -> None:
    told = {(name, word) for name, line in REPLIES["texting"].items() for word in re.findall(r"\b[A-Z]{4,}\b", line)}
    assert {word for _, word in told} >= {"MORE", "SOURCES", "DELETE", "STOP", "START", "LANG", "POLISH"}
    for name, word in told:
        said = FOUND.find(word) or FOUND.find(f"LANG {word}")
        assert said, (name, word)
        assert said.command is not Command.LANG or word == "LANG" or said.language, (name, word)


@pytest.mark.parametrize("name", [*(command.value for command in Command), "padding", "never", "languages"])
def test_a_missing_table_is_named(name: str) -> None:
    data = copy.deepcopy(TABLE)
    del data[name]
    with pytest.raises(ContentError, match=rf"^replies\.toml: \[commands\] {name} is missing$"):
        Commands(data)


def test_all_that_is_missing_is_named_at_once() -> None:
    data = {name: value for name, value in TABLE.items() if name not in ("more", "stop", "never")}
    with pytest.raises(ContentError, match=r"^replies\.toml: \[commands\] more, stop, never is missing$"):
        Commands(data)


def test_a_word_is_never_a_slip_once_it_is_listed() -> None:
    data = copy.deepcopy(TABLE)
    assert Commands(data).find("sotp") == STOP
    data["never"].append("sotp")
    assert Commands(data).find("sotp") is None


def test_another_word_for_a_command_is_taken_with_its_slips() -> None:
    data = copy.deepcopy(TABLE)
    assert Commands(data).find("farther") is None
    data["more"].append("farther")
    assert {Commands(data).find(text) for text in ("farther", "Farther please", "fartehr", "frther")} == {MORE}
