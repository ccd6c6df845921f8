"""Encodings and segments of text messages, against counts made by hand from 3GPP TS 23.038 and 23.040."""

import pytest

from bot.gsm import encoding, fold, segments

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
