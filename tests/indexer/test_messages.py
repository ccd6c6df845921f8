"""The messages that a release learns from: where they stand, what each file says of them, and what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.entries import load_entries
from indexer.errors import ContentError
from indexer.messages import Message, load_messages, require_known


def write(content: Path, name: str, *lines: str) -> None:
    path = content / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def load(content: Path) -> dict[str, Message]:
    return {message.text: message for message in load_messages(content, load_entries(content))}


def test_a_message_of_an_entry_shows_no_danger_and_leaves_open_what_it_asks_for(small_content: Path) -> None:
    assert load(small_content)["toys for my baby"] == Message("toys for my baby", True, ["toy-library"], [], None)


def test_a_message_outside_the_subject_shows_nothing(small_content: Path) -> None:
    assert load(small_content)["bin collection day"] == Message("bin collection day", True, ["!out-of-scope"], [], [])


def test_a_line_in_two_files_counts_for_both(small_content: Path) -> None:
    write(small_content, "asked_as/toy-library.txt", "a float for the pool")
    write(small_content, "asked_as/swimming-club.txt", "a float for the pool")
    assert load(small_content)["a float for the pool"].places == ["swimming-club", "toy-library"]


def test_a_former_id_stands_for_the_entry_that_replaced_it(small_content: Path) -> None:
    write(small_content, "asked_as/toy-shelf.txt", "the shelf with toys")
    write(small_content, "asked_as/other-languages/pl.txt", "toy-shelf | zabawki dla dziecka")
    assert load(small_content)["the shelf with toys"].places == ["toy-library"]
    assert load(small_content)["zabawki dla dziecka"].places == ["toy-library"]


def test_other_languages_name_their_places_on_each_line(small_content: Path) -> None:
    write(
        small_content, "asked_as/other-languages/pl.txt", "toy-library, bus-pass | dokąd po zabawki autobusem", "!out-of-scope | kiedy wywożą śmieci"
    )
    found = load(small_content)
    assert found["dokąd po zabawki autobusem"] == Message("dokąd po zabawki autobusem", False, ["toy-library", "bus-pass"], [], None)
    assert found["kiedy wywożą śmieci"].places == ["!out-of-scope"]


def test_a_conversation_is_one_message_of_all_its_parts(small_content: Path) -> None:
    write(small_content, "asked_as/conversations/all.txt", "bus-pass | we need the bus | how do we get one")
    assert load(small_content)["we need the bus how do we get one"].places == ["bus-pass"]


@pytest.mark.parametrize(
    "line", ["toy-library zabawki", "toy-library |", "nowhere | zabawki", "toy-library, nowhere | zabawki", "| zabawki", "!weather | śnieg"]
)
@pytest.mark.parametrize("folder", ["other-languages", "conversations"])
def test_a_line_that_names_no_entry_is_named(small_content: Path, folder: str, line: str) -> None:
    write(small_content, f"asked_as/{folder}/pl.txt", "toy-library | zabawki", line)
    with pytest.raises(ContentError, match=rf"asked_as/{folder}/pl\.txt: line 2 is not 'id, id \| message'"):
        load(small_content)


def test_danger_and_what_sounds_like_it(small_content: Path) -> None:
    write(small_content, "danger/fire.txt", "the house is on fire", "smoke in the hall")
    write(small_content, "danger/flood.txt", "smoke in the hall")
    write(small_content, "danger/not-danger.txt", "toys for my baby", "we get on like a house on fire")
    write(small_content, "danger/other-languages/fire.txt", "pali się")
    found = load(small_content)
    assert found["the house is on fire"] == Message("the house is on fire", True, None, ["fire"], None)
    assert found["smoke in the hall"].dangers == ["fire", "flood"]
    assert (found["pali się"].english, found["pali się"].dangers) == (False, ["fire"])
    assert found["we get on like a house on fire"].dangers == []
    assert (found["toys for my baby"].places, found["toys for my baby"].dangers) == (["toy-library"], [])


def test_messages_of_a_crisis_entry_are_not_taken_to_be_harmless(small_content: Path) -> None:
    path = small_content / "services/toy-library.md"
    path.write_text(path.read_text(encoding="utf-8").replace("kind: service", "kind: service\ncrisis: true", 1), encoding="utf-8")
    assert load(small_content)["toys for my baby"].dangers is None
    assert load(small_content)["how do i get a bus pass"].dangers == []


def test_what_is_asked_for(small_content: Path) -> None:
    write(small_content, "asks/phone.txt", "what number do i ring for toys")
    write(small_content, "asks/none.txt", "how do i get a bus pass")
    found = load(small_content)
    assert found["what number do i ring for toys"].asks == ["phone"]
    assert (found["how do i get a bus pass"].asks, found["how do i get a bus pass"].places) == ([], ["bus-pass"])


def test_files_named_for_no_kind_are_told(small_content: Path) -> None:
    write(small_content, "danger/fire.txt", "the house is on fire")
    write(small_content, "danger/rain.txt", "it rains")
    write(small_content, "asks/phone.txt", "what number")
    write(small_content, "asks/weather.txt", "will it rain")
    messages = load_messages(small_content, load_entries(small_content))
    urgent, replies = {"kinds": [{"id": "fire"}]}, {"asks": {"phone": {}}, "limits": [{"id": "verdict"}]}
    with pytest.raises(ContentError, match=r"^asks/weather\.txt, danger/rain\.txt: named for no kind"):
        require_known(messages, urgent, replies)
    require_known(messages, {"kinds": [{"id": "fire"}, {"id": "rain"}]}, replies | {"limits": [{"id": "weather"}]})


def test_a_file_that_is_no_text_is_named(small_content: Path) -> None:
    (small_content / "asked_as/bus-pass.txt").write_bytes(b"bus \xff pass\n")
    with pytest.raises(ContentError, match=r"bus-pass\.txt: not UTF-8 text"):
        load(small_content)
