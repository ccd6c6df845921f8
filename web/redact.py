"""Takes out of a comment what could tell who wrote it or whom it is about: numbers, e-mail addresses, postcodes, streets, dates, names.

Simple patterns, which would rather take out too much than too little. A name is known by the words before it ("my son ..."), by a title,
or because it is written with a capital and no page of the directory has the word; a name in small letters that nothing announces is not
recognised, which is why the form asks to leave names out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from web.lookup import words_of

_UNIT = r"(?:zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_STREETS = (
    "road|rd|street|st|avenue|ave|lane|ln|drive|dr|close|crescent|cres|grove|gardens|terrace|way|place|court|ct|walk|mews|square|rise|view|hill"
)
_STREET_WORD = r"(?!(?:is|are|was|were|and|or|to|not|wrong|over|under|years?)\b)[\w'-]+"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("link", re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("email", re.compile(r"[\w.+'-]+\s*@\s*[\w-]+(?:\s*\.\s*[\w-]+)*", re.IGNORECASE)),
    ("email", re.compile(r"[\w.+-]+\s*[(\[{]\s*at\s*[)\]}]\s*[\w-]+(?:\s*(?:\.|[(\[{]\s*dot\s*[)\]}]| dot )\s*[\w-]+)+", re.IGNORECASE)),
    ("email", re.compile(r"\b[\w.+-]+ at [\w-]+(?: dot [\w-]+)+", re.IGNORECASE)),
    ("user name", re.compile(r"(?<!\w)@\w+")),
    ("postcode", re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s*\d\s*[a-z]{2}\b", re.IGNORECASE)),
    ("number", re.compile(r"\b[a-z]{2}\s*(?:\d\s*){6}[a-d]\b", re.IGNORECASE)),
    ("date", re.compile(r"\b\d{1,4}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{1,4}\b")),
    ("date", re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})[a-z]*\.?,? \d{{2,4}}\b", re.IGNORECASE)),
    ("date", re.compile(rf"\b(?:{_MONTHS})[a-z]*\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{2,4}}\b", re.IGNORECASE)),
    ("address", re.compile(rf"\b(?:flat|apartment|apt|unit|no\.?)?\s*\d+[a-z]?,?\s+(?:{_STREET_WORD}\s+){{1,3}}?(?:{_STREETS})\b\.?", re.IGNORECASE)),
    ("number", re.compile(r"\+?(?:\d[\s().\-–—/,*_]*){7,}|\d{6,}")),
    ("number", re.compile(rf"\b{_UNIT}(?:[\s,-]+{_UNIT}){{4,}}\b", re.IGNORECASE)),
)
_CAPITAL = r"[^\W\d_a-zà-öø-ÿ][\w'’-]*"
_CAPITALS = rf"{_CAPITAL}(?:[ \t]+{_CAPITAL})*"
_WORDS = rf"(?:{_CAPITALS}|[^\W\d_][\w'’-]*(?:[ \t]+[^\W\d_][\w'’-]*)?)"
_NAME_IS = re.compile(rf"\b((?i:names? (?:is|are)|name's|name:|(?:is|are|was) (?:called|named)|signed|regards|cheers),?\s+)({_WORDS})")
_TITLED = re.compile(rf"\b((?i:mr|mrs|ms|mx|dr|prof)\b\.?[ \t]+|(?:Miss|Doctor|Professor|Sir|Dame|Rev|Nurse|Auntie?|Uncle) )({_WORDS})")
_RELATION = re.compile(
    rf"\b((?i:(?:my|our|her|his|their|the) (?:\w+ )?(?:son|daughter|child|boy|girl|lad|brother|sister|twins?|mum|dad|mother|father|husband|wife"
    rf"|partner|friend|baby|toddler|grandson|granddaughter|niece|nephew|worker|teacher|caseworker)),?[ \t]+)({_CAPITALS})"
)
_CAPITALISED = re.compile(_CAPITALS)
_SENTENCE_START = re.compile(r"(?:\A|[.!?:\n\"“(•-])\s*\Z")
_SPEAKS = re.compile(r"\s+(?:said|says|told|tells|is|was|has|had|rang|called|answered|replied|works|worked|left|never|and|from|at)\b", re.IGNORECASE)
_COMMON = frozenset(
    "i im ive id ill we it he she they you the this that there these those a an and or but if not no yes ok please thanks thank sorry hello hi hey "
    "why what when where who how is are was were do does did has have had can could will would should my our your his her their its in on at to "
    "from for of with by as so also maybe unfortunately however actually currently only one some all most many every everyone nobody someone "
    "somebody still just now then today yesterday tomorrow monday tuesday wednesday thursday friday saturday sunday january february march "
    "april may june july august september october november december english british uk wrong closed moved website page phone number link".split()
)


def redact(text: str, known: Collection[str] = ()) -> str:
    """A comment without what could identify someone; each thing taken out leaves its kind in square brackets.

    Args:
        text: what was written.
        known: words of the directory, in lower case: a capital letter makes none of them a name.
    """
    text = "".join(c for c in unicodedata.normalize("NFKC", text) if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    for kind, pattern in _PATTERNS:
        text = pattern.sub(f"[{kind} taken out] ", text)
    text = _NAME_IS.sub(lambda m: _announced(m, known), text)
    for cue in (_TITLED, _RELATION):
        text = cue.sub(_announced, text)
    text = _CAPITALISED.sub(lambda m: _unless_known(m, known), text)
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).replace("] .", "].").replace("] ,", "],").strip()


def _announced(found: re.Match[str], known: Collection[str] = ()) -> str:
    """What follows words that announce a name; in small letters only as far as it can be one. A service may be called by a known name."""
    words = found.group(2).split()
    while words and words[-1].islower() and words[-1] in _COMMON:
        words.pop()
    if not words or words[0] in _COMMON or all(part in known for word in words for part in words_of(word)):
        return found.group()
    return f"{found.group(1)}[name taken out] {' '.join(found.group(2).split()[len(words) :])}"


def _unless_known(found: re.Match[str], known: Collection[str]) -> str:
    """The capitalised words, or a mark in their place where any of them is a word that neither the directory nor common English has."""
    before, words = found.string[: found.start()], found.group().split()
    unknown = [word for word in words if not all(part in _COMMON or part in known for part in words_of(word))]
    if not unknown or all(word.isupper() for word in words):
        return found.group()
    starts = _SENTENCE_START.search(before) is not None
    if starts and unknown == words[:1]:  # a sentence's first word has a capital anyway
        follows = found.string[found.end() :]
        if len(words) == 1 and not _SPEAKS.match(follows):
            return found.group()
    return "[name taken out]"
