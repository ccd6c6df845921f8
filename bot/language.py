"""The language of a message: py3langid, which carries its model (Lui and Baldwin 2012), with a guard for short and texted English."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from bm25s.stopwords import STOPWORDS_EN

_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_COMMON = "i i'm im my he she we me you do can get have has how what who where need help please son daughter school"
_ENGLISH = frozenset(STOPWORDS_EN) | frozenset(_COMMON.split())
_SHORTEST = 15
_SURE = 0.6


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def find_language(text: str) -> str:
    """ISO 639-1 code of the language of a cleaned message; ``en`` unless there is good evidence for another.

    A message in another script is never English. In Latin letters, one in which a third of the words are common English words is English
    however it is spelt, since texted English looks foreign to any identifier.
    """
    letters = _LETTER.findall(text)
    if sum(c > "\u024f" for c in letters) > len(letters) / 2:
        return str(_identifier().classify(text)[0])
    words = _WORD.findall(text.lower())
    if len(text) < _SHORTEST or sum(word in _ENGLISH for word in words) >= len(words) / 3:
        return "en"
    language, probability = _identifier().classify(text)
    return str(language) if probability >= _SURE else "en"
