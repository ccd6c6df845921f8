"""Encodings and segments of text messages, against counts made by hand from 3GPP TS 23.038 and 23.040."""

import random
import unicodedata

import pytest

from bot.gsm import PART, SINGLE, UCS2_PART, UCS2_SINGLE, encoding, fold, segments, septets, split

SEGMENTS = [
    ("", 1),
    ("a", 1),
    ("a" * 160, 1),
    ("a" * 161, 2),
    ("a" * 306, 2),  # 153 * 2
    ("a" * 307, 3),
    ("a" * 459, 3),  # 153 * 3
    ("a" * 460, 4),
    # each of ^ { } \ [ ~ ] | and the euro sign takes two septets
    ("€" * 80, 1),
    ("€" * 80 + "a", 2),
    ("a" * 158 + "€", 1),
    ("a" * 159 + "€", 2),
    ("[" * 79 + "ab", 1),
    ("{}" * 40, 1),
    ("{}" * 40 + "{", 2),
    # an escape sequence never falls over the end of a part: 152 and the euro sign leave one septet unused
    ("a" * 152 + "€" + "a" * 151, 2),
    ("a" * 152 + "€" + "a" * 152, 3),
    ("a" * 151 + "€" + "a" * 153, 2),
    ("a" * 151 + "€" + "a" * 154, 3),
    ("a" * 152 + "€" + "a" * 150 + "€", 3),
    # 16-bit units
    ("ż" * 70, 1),
    ("ż" * 71, 2),
    ("ż" * 134, 2),  # 67 * 2
    ("ż" * 135, 3),
    ("ż" * 201, 3),
    ("ż" * 202, 4),
    ("a" * 69 + "ż", 1),
    ("a" * 70 + "ż", 2),
    # beyond the basic plane a character takes two units
    ("😀" * 35, 1),
    ("😀" * 35 + "a", 2),
    ("a" * 69 + "😀", 2),
    ("a" * 68 + "😀", 1),
]

ENCODINGS = [
    ("Ring 0161 217 6028.", "GSM-7"),
    ("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà", "GSM-7"),
    ("^{}\\[~]|€", "GSM-7"),
    ("line\nline\r\n", "GSM-7"),
    ("a\tb", "UCS-2"),
    ("`", "UCS-2"),
    ("’", "UCS-2"),
    ("ç", "UCS-2"),  # only the capital is in the alphabet
    ("ê", "UCS-2"),
    ("á", "UCS-2"),
    ("ع", "UCS-2"),
    ("中", "UCS-2"),
    ("😀", "UCS-2"),
]


FOLDED = [
    ("„Dzień dobry”", '"Dzien dobry"'),
    ("«да» »", '"да" "'),
    ("‘a’ `b`", "'a' 'b'"),
    ("a‑b − c – d — e", "a-b - c - d - e"),
    ("soft\u00adhyphen", "softhyphen"),
    ("Łódź, łatwo", "Lodz, latwo"),
    ("Đak, đak", "Dak, dak"),
    ("ısı", "isi"),
    ("œuvre, Œuvre", "oeuvre, OEuvre"),
    ("ðað þetta", "dad thetta"),
    ("3 × 4", "3 x 4"),
    ("ășțâî", "astai"),
    ("ñü é à", "ñü é à"),
]

SPLITS = [
    ("", [""]),
    ("a" * 160, ["a" * 160]),
    ("a" * 161, ["a" * 153, "a" * 8]),
    ("a" * 307, ["a" * 153, "a" * 153, "a"]),
    ("a" * 152 + "€" + "a" * 151, ["a" * 152, "€" + "a" * 151]),
    ("a" * 151 + "€" + "a" * 153, ["a" * 151 + "€", "a" * 153]),
    ("€" * 81, ["€" * 76, "€" * 5]),
    ("ż" * 70, ["ż" * 70]),
    ("ż" * 71, ["ż" * 67, "ż" * 4]),
    ("中" * 66 + "😀" + "中" * 10, ["中" * 66, "😀" + "中" * 10]),
    ("中" * 65 + "😀" + "中" * 10, ["中" * 65 + "😀", "中" * 10]),
    ("中" * 66 + "q\u0301" + "中" * 10, ["中" * 66, "q\u0301" + "中" * 10]),
    ("中" * 66 + "म\u0947" + "中" * 10, ["中" * 66, "म\u0947" + "中" * 10]),
    ("中" * 66 + "می\u200c" + "中" * 10, ["中" * 66 + "م", "ی\u200c" + "中" * 10]),
]


@pytest.mark.parametrize(("text", "count"), SEGMENTS, ids=[str(at) for at in range(len(SEGMENTS))])
def test_segments(text: str, count: int) -> None:
    assert segments(text) == count


@pytest.mark.parametrize(("text", "name"), ENCODINGS)
def test_encoding(text: str, name: str) -> None:
    assert encoding(text) == name


def test_folding_brings_what_it_can_into_the_alphabet() -> None:
    assert fold("It’s “here” – now… • yes") == 'It\'s "here" - now... - yes'
    assert fold("a\u00a0b\tc") == "a b c"
    assert fold("Fiancé, über, señor") == "Fiancé, über, señor"
    assert fold("ç ê á ā ş ż") == "c e a a s z"
    assert fold("e\u0301") == "é"
    assert fold("ﬁne") == "fine"


@pytest.mark.parametrize("text", ["中文", "ابني", "😀", "Де"])
def test_folding_leaves_other_scripts_as_they_are(text: str) -> None:
    assert fold(text) == text


@pytest.mark.parametrize("text", ["It’s “here” – now… ", "Zaświadczenie", "ﬁne ½ ①", "中文"])
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_character_of_the_alphabet_counts_one_or_two() -> None:
    basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
    assert len(set(basic)) == 127  # 128 places, one of them the escape
    assert all(segments(c * 160) == 1 and segments(c * 161) == 2 for c in basic)
    assert all(segments(c * 80) == 1 and segments(c * 81) == 2 for c in "^{}\\[~]|€\f")


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_folding_of_what_else_has_a_plain_form(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


@pytest.mark.parametrize(("text", "parts"), SPLITS, ids=[str(at) for at in range(len(SPLITS))])
def test_parts(text: str, parts: list[str]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize(("text", "size"), [("", 0), ("abc", 3), ("a€b", 4), ("^{}\\[~]|€\f", 20), ("Ω\nΔ", 3)])
def test_septets(text: str, size: int) -> None:
    assert septets(text) == size


@pytest.mark.parametrize(
    "letters",
    ["abc é€[]\n", "abc żś 😀👍", "اردو\u200c پ\u064e", "中文, a😀", "नम\u0947स\u094dक\u093e ", "q\u0301\u0323 ж"],
    ids=["alphabet", "emoji", "arabic", "chinese", "hindi", "marks"],
)
def test_parts_are_the_text_none_is_too_long_and_nothing_is_cut_in_two(letters: str) -> None:
    at_random = random.Random(letters)
    for length in [*range(60, 80), *range(130, 170, 3), 201, 202, 306, 307, 459, 460, 900]:
        text = "".join(at_random.choices(letters, k=length))
        parts = split(text)
        assert "".join(parts) == text
        assert segments(text) == len(parts)
        if encoding(text) == "GSM-7":
            sizes, single, part = [septets(p) for p in parts], SINGLE, PART
        else:
            sizes, single, part = [len(p.encode("utf-16-be")) // 2 for p in parts], UCS2_SINGLE, UCS2_PART
        assert all(0 < size <= (single if len(parts) == 1 else part) for size in sizes)
        assert not [p for p in parts[1:] if unicodedata.category(p[0]) in {"Mn", "Me", "Mc"} or p[0] == "\u200c"]


@pytest.mark.parametrize("marks", [70, 200])
def test_a_letter_under_more_marks_than_a_part_holds_still_gives_parts_that_can_be_sent(marks: int) -> None:
    text = "b" + "a" + "\u0334" * marks
    parts = split(text)
    assert "".join(parts) == text
    assert all(0 < len(part.encode("utf-16-be")) // 2 <= UCS2_PART for part in parts)
