"""The reading grade, against cases worked out by hand."""

from __future__ import annotations

import pytest

from tests.readability import grade, syllables


@pytest.mark.parametrize(
    ("word", "count"), [("cat", 1), ("table", 2), ("education", 4), ("responsibility", 6), ("don't", 1), ("Stockport", 2), ("zzz", 1)]
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("text", "words", "sentences", "syllable_count"),
    [
        ("The cat sat.", 3, 1, 3),
        ("The cat sat. The dog ran to the table.", 9, 2, 10),
        ("Steps\n1. Ask the school.\n2. Wait.", 5, 3, 5),
        ("Education is a responsibility!", 4, 1, 12),
    ],
)
def test_grade(text: str, words: int, sentences: int, syllable_count: int) -> None:
    assert grade(text) == pytest.approx(0.39 * words / sentences + 11.8 * syllable_count / words - 15.59)


def test_a_text_without_words_has_no_grade() -> None:
    with pytest.raises(ValueError, match="no reading grade"):
        grade("12 + 3")
