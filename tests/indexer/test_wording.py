"""The words of the field: cleaning, repairing and opening out, and what a faulty file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import ContentError
from indexer.wording import Wording, any_of, clean, load_toml, load_wording

WORDING = Wording({
    "spellings": {"u": "you", "autisim": "autism", "w/out": "without", "my sun": "my son", "cant": "can't"},
    "opened": {"EHCP": "education, health and care plan", "senco": "special needs lead", "hyms": "Healthy Young Minds"},
    "needs": {"autism": {"name": "Autism", "words": ["autis*", "asd", "on the spectrum"]}},
    "askers": {"young-person": ["i am 1* years old", "my mum won't"]},
})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two\n\n words\t here ", "two words here"),
        ("it’s ‘fine’ “now” – ok…", "it's 'fine' \"now\" - ok..."),
        ("zero\u200bwidth", "zero width"),
        ("nul\x00byte", "nul byte"),
        ("right\u202eto left", "right to left"),
        ("e\u0301", "é"),
        ("m\u0334\u0321\u035d\u0489y\u0334\u0321\u035d dog", "my dog"),
        ("Vi\u1ec7t, e\u0323\u0302", "Việt, ệ"),
        ("Żółw 你好", "Żółw 你好"),
        ("a\u00a0b", "a b"),
        ("\ufeff", ""),
        ("", ""),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can U help", "can you help"),
        ("AUTISIM test", "autism test"),
        ("w/out help", "without help"),
        ("my  Sun is 4", "my son is 4"),
        ("the sun is out", "the sun is out"),
        ("I can’t", "i can't"),
        ("I cant", "i can't"),
        ("under", "under"),
        ("autisims", "autisims"),
    ],
)
def test_repair(text: str, expected: str) -> None:
    assert WORDING.repair(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what is an ehcp", "what is an ehcp (education, health and care plan)"),
        ("ehcp or senco, which ehcp", "ehcp or senco, which ehcp (education, health and care plan) (special needs lead)"),
        ("hyms, now healthy young minds", "hyms, now healthy young minds"),
        ("nothing here", "nothing here"),
        ("ehcps", "ehcps"),
    ],
)
def test_open(text: str, expected: str) -> None:
    assert WORDING.open(text) == expected


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["autis*"], "is she autistic", "autistic"),
        (["asd"], "asda", None),
        (["asd"], "has asd", "asd"),
        (["how long .. wait"], "how long is the awful wait", "how long is the awful wait"),
        (["how long .. wait"], "how long wait", "how long wait"),
        (["how long .. wait"], "how long a b c d e wait", None),
        (["plan", "plan review"], "my plan review", "plan review"),
        (["won't"], "they won't", "won't"),
        (["on the spectrum"], "on  the\nspectrum", "on  the\nspectrum"),
        (["c++ (hard)"], "c++ (hard)", "c++ (hard)"),
        ([], "anything", None),
    ],
)
def test_any_of(words: list[str], text: str, found: str | None) -> None:
    match = any_of(words).search(text)
    assert (match.group() if match else None) == found


def test_needs_and_askers_are_patterns() -> None:
    (need,) = WORDING.needs
    assert (need.id, need.name) == ("autism", "Autism")
    assert need.pattern.search("he has asd")
    assert WORDING.askers["young-person"].search("i am 15 years old")


def test_an_empty_file_changes_nothing_but_case() -> None:
    assert Wording({}).open(Wording({}).repair("EHCP Help")) == "ehcp help"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[spellings]\nu = you\n", "words.toml: .*line 2"),
        ("[needs.autism]\nname = 'Autism'\n", r"words.toml: a \[needs.<id>\] table needs 'name' and 'words'"),
        ("[needs]\nautism = 3\n", "words.toml: "),
        ("spellings = 3\n", "words.toml: "),
    ],
)
def test_a_faulty_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "words.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=words):
        load_wording(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"words\.toml: missing from the content folder"):
        load_wording(tmp_path)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "places.toml").write_bytes(b"name = 'caf\xe9'\n")
    with pytest.raises(ContentError, match=r"places\.toml: .*utf-8"):
        load_toml(tmp_path / "places.toml")
