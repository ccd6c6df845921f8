"""The age of the child or young person in a message: said in years or months, by school year, or by stage.

School years follow the English system: a child is in Year N at the age of N + 4 or N + 5. Works on repaired, lower-case text.
"""

from __future__ import annotations

import re

_WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
_NUMBERS = {word: number for number, word in enumerate(_WORDS.split())}
_NUMBER = rf"(?P<n>\d{{1,2}}(?:\.\d)?|{'|'.join(_NUMBERS)})(?P<half>\s*(?:(?:and|an|n|&) a half|an half|1/2))?"
_NOT_AN_AGE = (
    r"(?!\s*(?:st|nd|rd|th|weeks?|wks?|days?|hours?|hrs?|minutes?|mins?|months?|mths?|times?|o'?clock|am|pm|k|percent|stone|miles?|sessions?|words?|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"of|other|people|kids|children|schools?|(?:years?|yrs?) (?:behind|ago|late|below|running))\b|\s*%|[.:]\d|\s*[-/]\s*\d|\d)"
)
_BEING = "he's|she's|hes|shes|they're|i'm|im|i am|he is|she is|is|are|was|aged?|turned|turning|turns|of|have|has"
_CHILD = "son|sons|daughter|boy|girl|lad|child|kid|grandson|granddaughter|brother|sister|pupil|student"
_FOLLOWED = r"[,.)]|$|have|has|with|and \w+ months|he|she|son|girl|boy|not|\d{1,2} months"
_BEFORE = r"(?<![\d/£.:-])"
_NOT_A_WAIT = "".join(
    rf"(?<!\b{word} )"
    for word in ("wait", "waited", "waiting", "for", "after", "over", "about", "took", "taken", "in", "last", "past", "nearly", "almost")
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_BEFORE}\b{_NUMBER}[\s-]*(?:years?|yrs?|yr|y/o|y\.o|yo|y)?[\s-]*old\b",
        rf"{_BEFORE}\b{_NUMBER}[\s-]*(?:yo|y/o|y\.o)\b",
        rf"\b(?:he's|she's|hes|shes|they're|i'm|im|i am|he is|she is|is|are|was|aged?|turned|turning|turns|of)\s+"
        rf"(?:just |only |now |nearly |almost |about |turned )*{_NUMBER}\b{_NOT_AN_AGE}",
        rf"\b(?:son|sons|daughter|boy|girl|lad|child|kid|grandson|granddaughter|brother|sister|pupil|student)(?:'s)?"
        rf"\s*[,(]?\s*(?:is |aged? |who is )?{_NUMBER}\b{_NOT_AN_AGE}",
        rf"{_BEFORE}{_NOT_A_WAIT}\b{_NUMBER}\s+(?:years?|yrs?)\b(?=\s*(?:{_FOLLOWED}))",
        rf"\bmy (?:little |eldest |youngest )?{_NUMBER}\b(?=\s*(?:is|isn't|has|can't|won't|keeps|[,.]))",
        rf"^{_NUMBER}(?: and a half)?$",
        rf"\b{_NUMBER} and (?:\w+|\d+) months\b",
    )
)
_MONTHS = re.compile(r"\b(?P<n>\d{1,2})[\s-]*(?:months?|mths?|mnths?)(?:[\s-]*old\b|(?=\s+(?:baby|boy|girl|and not|not|no)\b))")
_WEEKS = re.compile(r"\b(?P<n>\d{1,2})[\s-]*(?:weeks?|wks?)[\s-]*old\b")
_SCHOOL_YEAR = re.compile(
    r"\b(?:year|yr|y)\s?-?(?P<n>1[0-4]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen)s?\b"
    r"(?!\s*(?:old|ago|behind|later|wait))"
)
_OTHER_LANGUAGES = re.compile(
    "|".join((
        r"\b(?:ma|mam|mają|skończył[a]?)\s+(?:prawie |już |dopiero )?(?P<pl>\d{1,2})\s*(?:lat|lata|latka|rok|roczek)\b",  # Polish
        r"\b(?P<pl2>\d{1,2})\s*-?\s*let(?:ni|nia|niego|niej|niemu|nim)\b",
        r"\b(?:are|am|are deja|are aproape)\s+(?P<ro>\d{1,2})\s+(?:de )?ani\b",  # Romanian
        r"\b(?:fiu|fiica|băiat|băiețel|fat[aă]|fetiț[aă]|copil)(?:ul)?(?: meu| mea| nostru| noastră)?,?(?: de| are)? (?P<ro2>\d{1,2}) ani\b",
        r"\b(?P<uk>\d{1,2})\s*-?\s*річн\w+|\b(?:йому|їй|мені|має|сину|доньці)\s+(?:вже |лише |майже )?(?P<uk2>\d{1,2})\s*(?:рок|рік)",  # Ukrainian
        r"عمر\w*\s+(?P<ar>\d{1,2})\b",  # Arabic, and Persian or Urdu beside it
        r"(?P<fa>\d{1,2})[\s\u200c]*سال(?:ه|ہ|ش|شه|گی)",  # Persian
        r"(?P<ur>\d{1,2})\s*سال\s*(?:کا|کی|کے)\s*(?:ہے|ہیں|بیٹا|بیٹی|بچہ|بچی)",  # Urdu
        r"(?P<zh>\d{1,2})\s*[岁歲]",  # Chinese
    ))
)
_STAGES = (
    (re.compile(r"\b(?:newborn|new baby|the baby|my baby|our baby)\b"), 0.5),
    (re.compile(r"\btoddler\b"), 2.0),
    (
        re.compile(
            r"\b(?:at|goes to|in|starts?|starting|from|her|his|the) (?:a |the )?(?:nursery|preschool|pre-school|playgroup|childminder)\b"
            r"|\bnursery (?:say|says|said|have|has|want|think)"
        ),
        3.0,
    ),
    (re.compile(r"\b(?:in|starts?|starting|into|year) (?:reception|foundation)\b|\breception (?:class|teacher|child|year)\b"), 4.5),
    (re.compile(r"\binfants?(?: school)?\b"), 6.0),
    (re.compile(r"\bjuniors?\b"), 9.0),
    (re.compile(r"\bprimary(?: school)?\b"), 8.0),
    (re.compile(r"\b(?:high school|secondary(?: school)?|teenage[rd]?|teenagers?|my teen|gcses?)\b"), 13.5),
    (re.compile(r"\b(?:sixth form|6th form|a levels?|at college|college|uni|university)\b"), 17.0),
)
_OLDEST = 25


def find_age(text: str) -> float | None:
    """Age in years, or None where a message says nothing of it.

    The first age said counts; a stage ("nursery", "college") only where no age or school year is said.
    """
    if weeks := _WEEKS.search(text):
        return int(weeks["n"]) / 52
    if months := _MONTHS.search(text):
        return int(months["n"]) / 12
    said = [(m.start(), years) for pattern in _PATTERNS for m in pattern.finditer(text) if (years := _years(m)) is not None]
    if said:
        return min(said)[1]
    if other := _OTHER_LANGUAGES.search(text):
        years = float(next(figure for figure in other.groups() if figure))
        return years if 0 < years <= _OLDEST else None
    if year := _SCHOOL_YEAR.search(text):
        return _number(year["n"]) + 4.5
    return next((years for pattern, years in _STAGES if pattern.search(text)), None)


def _number(text: str) -> float:
    return float(_NUMBERS[text]) if text in _NUMBERS else float(text)


def _years(found: re.Match[str]) -> float | None:
    years = _number(found["n"]) + (0.5 if found["half"] else 0.0)
    return years if 0 < years <= _OLDEST else None
