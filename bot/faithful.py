"""Says whether a rewording keeps to its sentence: nothing new in it, and no figure, duty or "not" left out.

It errs to the strict side, since a sentence whose rewording is dropped is merely less plain. It compares words and not grammar: who does what
to whom it cannot tell, which is why a rewording never stands without the citation that quotes its sentence.
"""

from __future__ import annotations

import re
from collections import Counter

LONGEST = 1.5
"""How many times as long as its sentence a rewording may be."""
LEAST_SHARED = 1 / 3
"""Share of a rewording's longer words that its sentence must hold: below it, it is another sentence."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FIGURE = re.compile(r"[£$€]?\d+(?:[.,:]\d+)*%?|[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_LINK = re.compile(r"\S+@\S+|(?:https?|www)\S+|\b[\w-]+(?:\.[\w-]{2,})+")
_PLAIN = re.compile(r"[A-Za-z0-9 .,;:!?'()-]")
_SENTENCE_START = re.compile(r"(?:^|[.!?]\s+)[\"'(]*([^\W\d_]+)")


def _any(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b")


_COUNTED = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_NUMBERS = {word: str(number) for number, word in enumerate(_COUNTED)} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "hundred": "100",
    "thousand": "1000",
    "dozen": "12",
    "half": "1/2",
    "quarter": "1/4",
    "twice": "x2",
    "double": "x2",
    "fortnight": "w2",
    "fortnightly": "w2",
}
_UNIT = re.compile(r"(?:day|week|month|year|hour|minute|term|working|school|pound|penc|percent|mile|session|people)|[ap]m$")
_NOT = _any(r"no|not|never|none|nobody|nothing|nowhere|nor|neither|without|cannot|unless|except|stop|refus\w+|\w+n't")
_KEPT = {
    "must": _any(r"must|ha(?:ve|s) to|needs? to|required?|shall|legally|by law|duty|obliged"),
    "can": _any(r"can|cannot|can't|able to|allowed"),
    "may": _any(r"may|might|could|perhaps|possibl[ey]"),
    "should": _any(r"should|ought"),
    "will": _any(r"will|won't|would|going to|\w+'ll"),
    "only": _any(r"only|just|sole(?:ly)?"),
    "all": _any(r"all|every\w*|always|each"),
    "free": _any(r"free"),
    "cost": _any(r"costs?|pays?|paid|fees?|charge[sd]?"),
    "before": _any(r"before"),
    "after": _any(r"after|since|once"),
    "under": _any(r"under|below|younger|less|fewer"),
    "over": _any(r"over|above|older|more"),
    "least": _any(r"at least|minimum"),
    "most": _any(r"at most|up to|maximum"),
    "until": _any(r"until|till"),
    "within": _any(r"within"),
}
"""What a sentence must go on saying, and may not begin to say."""
_CLAIMS = _any(
    r"guarantee\w*|promise\w*|certain\w*|definite\w*|surely|entitle\w*|eligib\w*|qualif\w*|diagnos\w*|medic\w*|tablets?|dose\w*"
    r"|illegal\w*|unlawful\w*|sue|win|dot|slash|com"
)
"""What no rewording may bring in: promises, rulings, medicine, and links spelt out."""
_OPENERS = frozenset(
    word
    for line in (
        "a an the this that these those it its they their them he she his her you your we our us i my who what when where how why",
        "if in on at by for from of to with and but or so then there here as any some most many",
        "ask call ring phone text tell talk speak say write send find get give go keep take visit start look read check bring use make",
        "let help try wait do be is are was were has have had does did can may must should will",
        "staff school schools people parents families family children child",
    )
    for word in line.split()
)
"""Words that may begin a sentence with a capital and be no name."""


def is_faithful(sentence: str, fresh: str) -> bool:
    """Whether a rewording may take the place of its sentence; both are cleaned text."""
    return (
        0 < len(fresh) <= LONGEST * len(sentence)
        and all(character in sentence or _PLAIN.fullmatch(character) for character in fresh)
        and _figures(fresh) == _figures(sentence)
        and Counter(_LINK.findall(fresh)) == Counter(_LINK.findall(sentence))
        and len(_NOT.findall(fresh.lower())) == len(_NOT.findall(sentence.lower()))
        and all(bool(kept.search(fresh.lower())) == bool(kept.search(sentence.lower())) for kept in _KEPT.values())
        and set(_CLAIMS.findall(fresh.lower())) <= set(_CLAIMS.findall(sentence.lower()))
        and not _new_names(sentence, fresh)
        and _shared(sentence, fresh) >= LEAST_SHARED
    )


def _figures(text: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """Numbers, in digits or words, each with the units in the three words after it."""
    tokens = [_NUMBERS.get(token.lower(), token.lower()) for token in _FIGURE.findall(text)]
    found: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for i, token in enumerate(tokens):
        if _DIGIT.search(token):
            following = tokens[i + 1 : i + 4]
            end = next((n for n, word in enumerate(following) if _DIGIT.search(word)), len(following))
            found[token, tuple(unit.group() for word in following[:end] if (unit := _UNIT.match(word)))] += 1
    return found


def _new_names(sentence: str, fresh: str) -> set[str]:
    """Capitalised words that the sentence has not; where a sentence begins, only those that seldom begin one."""
    known = {word.lower() for word in _WORD.findall(sentence)}
    starts = {match.start(1) for match in _SENTENCE_START.finditer(fresh)}
    new = [match for match in _WORD.finditer(fresh) if match.group()[0].isupper() and match.group().lower() not in known]
    return {match.group() for match in new if not (match.start() in starts and match.group().lower() in _OPENERS)}


def _shared(sentence: str, fresh: str) -> float:
    """Share of the longer words of a rewording that begin like one of the sentence's; 1 where it has none."""
    old = {word[:4].lower() for word in _WORD.findall(sentence)}
    words = [word[:4].lower() for word in _WORD.findall(fresh) if len(word) > 3]
    return sum(word in old for word in words) / len(words) if words else 1.0
