"""The age in a message: said any way that families say it, and numbers that are not ages."""

from pathlib import Path

import pytest

from bot.ages import find_age
from indexer.wording import Wording, load_wording

CONTENT = Path(__file__).parents[2] / "content"

AGES = [
    # years, said in figures
    ("my son is 7 years old and cant read", 7),
    ("my 7 year old cant read", 7),
    ("7yr old boy wont sit still", 7),
    ("7yo with adhd", 7),
    ("7 y/o girl, no words yet", 7),
    ("6-year-old with a stammer", 6),
    ("she is 12 and refuses school", 12),
    ("She's 12, she won't go in", 12),
    ("shes 12 n wont go", 12),
    ("hes only 4 and has been sent home again", 4),
    ("he's just turned 5", 5),
    ("he has just turned three", 3),
    ("turning 11 in march", 11),
    ("nearly 16 and still no plan", None),
    ("he is nearly 16 and still no plan", 16),
    ("he is almost 2 and not walking", 2),
    ("aged 9", 9),
    ("a boy aged 9 with autism", 9),
    ("daughter age 10 selective mutism", 10),
    ("my daughter (14) self isolates", 14),
    ("our lad, 13, has been excluded", 13),
    ("my son 8 cant hold a pencil", 8),
    ("grandson 3 doesnt answer to his name", 3),
    ("I'm 17 and I want to stay on at college", 17),
    ("im 15 and i hate school", 15),
    ("i am 22 and autistic", 22),
    ("a child of 6", 6),
    # in other languages
    ("moja córka ma 5 lat i nie mówi", 5),
    ("mój 14-letni syn nie chodzi do szkoły", 14),
    ("czekamy od 3 lat na diagnozę", None),
    ("fiul meu are 14 ani și nu merge la școală", 14),
    ("fetița mea de 3 ani nu vorbește", 3),
    ("așteptăm de 2 ani", None),
    ("моєму 10-річному сину важко в школі", 10),
    ("доньці 4 роки, вона не говорить", 4),
    ("ابني عمره 6 ولا يتكلم", 6),
    ("پسر ۵ ساله من حرف نمی‌زند", 5),
    ("میرا بیٹا 6 سال کا ہے", 6),
    ("我儿子7岁,不说话", 7),
    ("my 4 is not talking", 4),
    ("they're 10 and both have dyslexia", 10),
    ("a boy who is 11", 11),
    ("pupil aged 8 in my class", 8),
    ("25 yr old with learning disability", 25),
    # years, said in words
    ("my two year old isnt talking", 2),
    ("my son is seven", 7),
    ("she's fourteen and won't leave her room", 14),
    ("twelve years old", 12),
    ("aged sixteen", 16),
    ("my eldest ten is struggling", 10),
    ("my little three is struggling", 3),
    ("my little three keeps falling", 3),
    # halves, months and weeks
    ("he is 2 and a half and says nothing", 2.5),
    ("two and a half year old with no speech", 2.5),
    ("she's 3 1/2 and not toilet trained", 3.5),
    ("3.5 years old", 3.5),
    ("18 months old and not walking", 1.5),
    ("my 18 month old isnt walking", 1.5),
    ("30 mths old no words", 2.5),
    ("my baby is 6 months old", 0.5),
    ("a 6 month old baby who cannot hear", 0.5),
    ("9 months and not sitting", 0.75),
    ("8 weeks old with down syndrome", 8 / 52),
    ("2 years 4 months, no words", 2),
    ("4 and 3 months", 4),
    # an answer to "how old is the child"
    ("7", 7),
    ("14", 14),
    ("six", 6),
    ("4 and a half", 4.5),
    # school years: Year N is the age of N + 4 or N + 5
    ("he's in year 3", 7.5),
    ("yr 3 son wont read", 7.5),
    ("shes in y6", 10.5),
    ("Year 9 and failing", 13.5),
    ("year nine, no support", 13.5),
    ("year one teacher says he cant cope", 5.5),
    ("a Y11 with exams coming", 15.5),
    ("year 13 and no plan for after", 17.5),
    ("she goes into yr7 in september", 11.5),
    # a school year and an age together: the age counts
    ("he's 8, year 3, at a primary in reddish", 8),
    # stages
    ("my toddler isnt talking", 2),
    ("nursery say he is behind", 3),
    ("he goes to nursery and screams", 3),
    ("starting reception in september with no support", 4.5),
    ("the reception teacher is worried", 4.5),
    ("at infants school", 6),
    ("in the juniors", 9),
    ("primary school wont help", 8),
    ("high school is too loud for her", 13.5),
    ("secondary school wont follow the plan", 13.5),
    ("my teenager wont come out of his room", 13.5),
    ("at college with a plan", 17),
    ("sixth form transport", 17),
    ("our new baby has a heart problem", 0.5),
    # one child's age after another's stage or number
    ("waited 2 years, she is 9 now", 9),
    ("school has 2 classes and he is 6", 6),
]

NOT_AGES = [
    "we waited 2 years, nobody rang",
    "waiting nearly 3 years, it is not fair",
    "for 2 years he has had no help",
    "over 4 years not one visit",
    "we have waited 2 years for an appointment",
    "been on the list 18 months",
    "i have 3 kids",
    "i have 2 children with autism",
    "i've got 4 children",
    "they have 6 weeks to decide",
    "it is 20 weeks now",
    "he is 2 years behind",
    "she's 3 years behind the others",
    "he has been off for 5 days",
    "he has 1 hour a day",
    "she has 15 hours of help a week",
    "he is 2nd on the list",
    "it was 5 months ago",
    "he was diagnosed 3 years ago",
    "the meeting is at 3 pm",
    "she was up at 4 o'clock",
    "the meeting was 12 march",
    "he is 40 percent behind",
    "she's 5 stone",
    "he has 10 words",
    "i'm 35 and his mum",
    "i am 42 years old",
    "my nan is 70",
    "call me on 0161 496 0000",
    "sk5 postcode",
    "bus 192 to hazel grove",
    "£20 a week",
    "there are 30 in the class",
    "section 19",
    "we live at number 7",
    "it costs 15 pounds",
    "they have had 3 meetings",
    "the school has 2 sencos",
    "he has 2 brothers",
    "he's had 6 sessions",
    "tribunal is 10 weeks away",
    "he was excluded 4 times",
    "she is 1 of 30",
    "after 2 years of asking",
    "year ago",
    "last year they said no",
    "next year we move",
    "a year later still nothing",
    "i asked for help 12 days ago",
    "5-16 clubs",
    "ages are not the point",
    "is 111 free to ring",
    "i want an ehcp",
    "",
]


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_wording(CONTENT)


@pytest.mark.parametrize(("text", "years"), AGES, ids=[text[:40] for text, _ in AGES])
def test_ages_said(wording: Wording, text: str, years: float | None) -> None:
    found = find_age(wording.repair(text))
    assert found is None if years is None else found == pytest.approx(years)


@pytest.mark.parametrize("text", NOT_AGES, ids=[text[:40] or "empty" for text in NOT_AGES])
def test_numbers_that_are_not_ages(wording: Wording, text: str) -> None:
    assert find_age(wording.repair(text)) is None


def test_the_tables_are_long_enough() -> None:
    assert len(AGES) + len(NOT_AGES) >= 120
