from __future__ import annotations

import pytest

from bot.faithful import is_faithful

LIMIT = "The council must tell you within 6 weeks if it will carry out the assessment."
ASK = "You can ask the council for an assessment yourself, even if school does not agree."
MAY = "Some families may get help with the cost of travel to a special school."
PORTAGE = "Portage workers visit families at home and teach through play until the child starts school."
RING = "Ring the family hub on 0161 474 4444 between 9am and 5pm to book."
AGES = "The team helps children aged 5 to 11 who find school hard."
FREE = "The service is free and you do not need a diagnosis."
LINK = "Read about it at www.stockport.gov.uk/sendlocaloffer before you apply."

FAITHFUL = [
    (LIMIT, "The council must say within 6 weeks if it will carry out the assessment."),
    (LIMIT, "Within 6 weeks, the council must tell you if it will do the assessment."),
    (LIMIT, "Within six weeks the council must tell you if it will assess."),
    (ASK, "You can ask the council for an assessment. School does not have a say."),
    (ASK, "You can ask the council for this yourself, even if school doesn't agree."),
    (MAY, "Some families may get help to pay for travel to a special school."),
    (PORTAGE, "Portage workers come to your home. They teach through play until your child starts school."),
    (PORTAGE, "They visit families at home and teach through play until school starts."),
    (RING, "To book, ring the family hub on 0161 474 4444 between 9am and 5pm."),
    (AGES, "They help children aged 5 to 11 who find school hard."),
    (FREE, "It is a free service. You do not need a diagnosis."),
    (LINK, "Before you apply, read www.stockport.gov.uk/sendlocaloffer about it."),
]

UNFAITHFUL = [
    # figures
    (LIMIT, "The council must tell you within 4 weeks if it will carry out the assessment."),
    (LIMIT, "The council must tell you within 6 days if it will carry out the assessment."),
    (LIMIT, "The council must tell you within 6 working weeks if it will carry out the assessment."),
    (LIMIT, "The council must tell you within four weeks if it will carry out the assessment."),
    (LIMIT, "The council must tell you if it will carry out the assessment within the time."),
    (LIMIT, "The council must tell you within 6 weeks and 3 days if it will assess."),
    (LIMIT, "The council must tell you within \uff16 weeks if it will carry out the assessment."),
    (AGES, "The team helps children aged 5 to 16 who find school hard."),
    (AGES, "The team helps one child in school aged 5 to 11."),
    (MAY, "Half of families may get help with the cost of travel to a special school."),
    ("It costs £20 a term to join the club.", "It costs 20 a term to join the club."),
    ("It costs £20 a term to join the club.", "It costs £20 a week to join the club."),
    ("Ring on day 6 of 20 weeks about the plan.", "Ring on day 20 of 6 weeks about the plan."),
    # telephone numbers, e-mail addresses and links
    (RING, "Ring the family hub on 0161 474 4445 between 9am and 5pm to book."),
    (RING, "Ring the family hub between 9am and 5pm to book."),
    (RING, "Ring the hub on 0161 474 4444 between 9am and 5pm, or on 0800 1111."),
    (RING, "Ring the family hub on zero one six one between 9am and 5pm to book."),
    (ASK, "You can ask the council for an assessment yourself at ehc@example.org, even if school does not agree."),
    (ASK, "You can ask the council for an assessment yourself at evil.com, even if school does not agree."),
    (ASK, "You can ask the council for an assessment yourself at evil dot com, even if school does not agree."),
    (ASK, "You can ask the council for an assessment, even if school does not agree https://example.org"),
    (LINK, "Read about it at www.stockport.gov.uk.example.org before you apply."),
    (LINK, "Read about it before you apply to the local offer."),
    # names
    (ASK, "You can ask the council or Barnardos for an assessment yourself, even if school does not agree."),
    (ASK, "Childline can ask the council for an assessment, even if school does not agree."),
    (PORTAGE, "Portage workers visit families at home in Hyde and teach through play until the child starts school."),
    (PORTAGE, "Workers from NHS visit families at home and teach through play until the child starts school."),
    # not, and its lack
    (ASK, "You can ask the council for an assessment yourself, even if school does agree."),
    (ASK, "You can not ask the council for an assessment yourself, even if school does not agree."),
    (ASK, "You can't ask the council for an assessment yourself, even if school does not agree."),
    (FREE, "The service is free and you need a diagnosis."),
    (PORTAGE, "Portage workers never visit families at home and teach through play until the child starts school."),
    (MAY, "Some families may get help without the cost of travel to a special school."),
    # duties, permissions, promises
    (LIMIT, "The council can tell you within 6 weeks if it will carry out the assessment."),
    (LIMIT, "The council should tell you within 6 weeks if it will carry out the assessment."),
    (LIMIT, "The council must tell you after 6 weeks if it will carry out the assessment."),
    (LIMIT, "The council tells you within 6 weeks if it will carry out the assessment."),
    (MAY, "Some families get help with the cost of travel to a special school."),
    (MAY, "All families may get help with the cost of travel to a special school."),
    (MAY, "Some families may get free travel to a special school and help."),
    (MAY, "Some families may get help with the travel to a special school."),
    (MAY, "Some families are entitled to and may get help with the cost of travel to a special school."),
    (PORTAGE, "Portage workers must visit families at home and teach through play until the child starts school."),
    (PORTAGE, "Portage workers visit families at home and teach through play before the child starts school."),
    (PORTAGE, "Portage workers visit families at home, diagnose and teach through play until the child starts school."),
    ("Children under 5 are seen at the clinic.", "Children over 5 are seen at the clinic."),
    ("You need at least 2 letters from the school.", "You need at most 2 letters from the school."),
    # another sentence, too long a sentence, none
    (ASK, "You can look on the internet, it does not matter."),
    (ASK, ASK + " You can ask the council for an assessment yourself."),
    (ASK, ""),
    # marks that the sentence has not
    (ASK, "You can ask the council for an assessment [1] yourself, even if school does not agree."),
    (ASK, "<b>You can ask the council</b> for an assessment, even if school does not agree."),
    (ASK, "You can ask the council for an assessment yourself*, even if school does not agree."),
    (ASK, "You can ask the c\u043euncil for an assessment yourself, even if school does not agree."),
    (ASK, "You can ask the council for an assessment yourself, even if school does not agree \U0001f600"),
    (ASK, "You can ask the council for an assessment yourself,\neven if school does not agree."),
]


@pytest.mark.parametrize(("sentence", "fresh"), FAITHFUL)
def test_a_rewording_that_keeps_to_its_sentence_stands(sentence: str, fresh: str) -> None:
    assert is_faithful(sentence, fresh)


@pytest.mark.parametrize(("sentence", "fresh"), UNFAITHFUL)
def test_a_rewording_that_says_something_else_falls(sentence: str, fresh: str) -> None:
    assert not is_faithful(sentence, fresh)


@pytest.mark.parametrize("sentence", sorted({sentence for sentence, _ in [*FAITHFUL, *UNFAITHFUL]}))
def test_a_sentence_keeps_to_itself(sentence: str) -> None:
    assert is_faithful(sentence, sentence)


def test_the_longest_rewording_is_half_as_long_again() -> None:
    sentence = "Help is at home."
    assert is_faithful(sentence, "Help is at the home you".ljust(24, "."))
    assert not is_faithful(sentence, "Help is at the home you".ljust(25, "."))
