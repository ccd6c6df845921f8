"""The language of a message: English however it is spelt, and the languages that families in the borough write in."""

from pathlib import Path

import pytest

from bot.language import find_language
from indexer.wording import load_toml

ENGLISH = [
    "My son is 8 and school will not help him",
    "shes 4 n not tlkin wot do i do",
    "ehcp?",
    "ehcp refused help",
    "he dont sleep no more i am tierd",
    "pls can u tell me who 2 ring abt my lads speach",
    "senco said no",
    "dla form",
    "autism asessment stockport",
    "My daughter, she not speak, she three year. Where I go please?",
    "i am from poland my son is in school he have autism what to do",
    "My son he not go school two months. School send letter. I am scare.",
    "Hazel Grove",
    "camhs waiting list",
    "12",
    "???",
    "",
    "CAN SOMEONE PLEASE HELP US",
    "wheelchair for school transport",
    "portage brinnington",
    "sensory processing occupational therapy assessment",
    "anxiety school refusal ebsa",
    "dyslexia",
    "tourettes tics year 5",
]

OTHERS = [
    ("Mój syn ma pięć lat i nie mówi. Gdzie mogę szukać pomocy?", "pl"),
    ("Jak mogę poprosić o plan EHC dla mojej córki?", "pl"),
    ("Fiul meu are patru ani și nu vorbește. Unde pot cere ajutor?", "ro"),
    ("Mi hijo no habla", "es"),
    ("necesito ayuda con mi hija que tiene autismo", "es"),
    ("moj syn nie mowi ma 3 lata gdzie isc", "pl"),
    ("copilul meu nu vorbeste unde ma duc", "ro"),
    ("Mi hijo tiene seis años y no quiere ir a la escuela. ¿Quién puede ayudarnos?", "es"),
    ("Мій син не розмовляє, йому три роки. Куди мені звернутися?", "uk"),
    ("ابني عمره أربع سنوات ولا يتكلم. أين أذهب؟", "ar"),
    ("میرا بیٹا چار سال کا ہے اور بات نہیں کرتا۔ میں کہاں جاؤں؟", "ur"),
    ("پسرم چهار ساله است و حرف نمی‌زند. کجا باید بروم؟", "fa"),
    ("我的儿子四岁了还不会说话，我应该去哪里？", "zh"),
    ("Mon fils a cinq ans et il ne parle pas. Où puis-je aller ?", "fr"),
    ("Mein Sohn ist fünf Jahre alt und spricht nicht. Wohin kann ich gehen?", "de"),
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_however_spelt(text: str) -> None:
    assert find_language(text) == "en"


@pytest.mark.parametrize(("text", "code"), OTHERS, ids=[f"{code}{at}" for at, (_, code) in enumerate(OTHERS)])
def test_other_languages(text: str, code: str) -> None:
    assert find_language(text) == code


@pytest.mark.parametrize("text", ["أين", "哪里", "کہاں", "де"])
def test_another_script_is_never_english_however_short(text: str) -> None:
    assert find_language(text) != "en"


def test_every_language_with_a_line_of_its_own_is_recognised() -> None:
    lines = load_toml(Path(__file__).parents[2] / "content" / "replies.toml")["languages"]
    found = {code: find_language(line) for code, line in lines.items()}
    assert found == {code: code for code in lines}
