"""The interface in other languages: every word of it in every catalogue, carried from page to page, and marked where nobody has checked it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup

from web.languages import CATALOGUES, NAMES, RIGHT_TO_LEFT

WEB = CATALOGUES.parent
OTHERS = sorted(set(NAMES) - {"en"})
_FIELD = re.compile(r"%\(\w+\)[sd]")
_TAG = re.compile(r"<[^>]+>")


def wanted() -> dict[str, str | tuple[str, ...]]:
    """Every text that a template or module asks to have translated."""
    methods = [("templates/**.html", "jinja2"), ("**.py", "python")]
    found = extract_from_dir(str(WEB), method_map=methods, keywords={"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)})
    return {message if isinstance(message, str) else message[0]: message for _file, _line, message, _comments, _context in found}


WANTED = wanted()


def catalogue(code: str) -> Catalog:
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def test_the_interface_has_words_to_translate():
    assert len(WANTED) > 150
    assert "Ask" in WANTED


def test_there_is_a_catalogue_for_each_language_and_no_other():
    assert sorted(path.stem for path in Path(CATALOGUES).glob("*.po")) == OTHERS


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(code):
    held = catalogue(code)
    empty = [id for id in WANTED if id not in held or not (held[id].string if isinstance(held[id].string, str) else all(held[id].string))]
    assert empty == []
    assert [m.id for m in held if m.id and m.fuzzy] == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_catalogue_keeps_what_is_no_longer_asked_for(code):
    held = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue(code) if m.id}
    assert sorted(held - set(WANTED)) == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_keeps_fields_tags_and_numbers(code):
    wrong = []
    for message in catalogue(code):
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        fields, tags = set(_FIELD.findall("".join(originals))), sorted(_TAG.findall(originals[-1]))
        for string in strings:
            extra = set(_FIELD.findall(string)) - fields
            numbers = [n for n in ("999", "111", "2014", "2018") if (n in originals[-1]) != (n in string)]
            if extra or numbers or (tags and sorted(_TAG.findall(string)) != tags):
                wrong.append((originals[0], string))
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_the_page_is_in_the_language_and_its_direction_and_says_who_translated(client, code):
    page = BeautifulSoup(client.get(f"/?lang={code}").text, "lxml")
    assert page.html["lang"] == code
    assert page.html["dir"] == ("rtl" if code in RIGHT_TO_LEFT else "ltr")
    assert page.h1.text == catalogue(code)["Where do I go?"].string
    assert "has not been checked" in page.header.text
    assert page.select_one(".languages [aria-current]").text == NAMES[code]


def test_english_carries_no_mark_and_no_parameter(client):
    page = BeautifulSoup(client.get("/").text, "lxml")
    assert "not been checked" not in page.text
    assert [a["href"] for a in page.select("header a, main a") if "lang=" in a["href"]] == []


def test_a_language_is_carried_to_every_page_and_through_a_question(client):
    sent = client.post("/?lang=ur", data={"question": "one"})
    assert "lang=ur" in sent.location
    page = BeautifulSoup(client.get(sent.location).text, "lxml")
    own = [a["href"] for a in page.select("a[href^='/']") if "hreflang" not in a.attrs]
    assert own
    assert [address for address in own if "lang=ur" not in address] == []
    answer = page.select_one("#latest .answer")
    assert (answer["lang"], answer["dir"]) == ("en", "ltr")


@pytest.mark.parametrize("code", ["xx", "../../etc/passwd", "<script>", "EN", "", "pl\x00"])
def test_a_language_that_there_is_not_gives_english(client, code):
    response = client.get("/", query_string={"lang": code})
    assert response.status_code == 200
    assert BeautifulSoup(response.text, "lxml").html["lang"] == "en-GB"


def test_nothing_is_kept_of_the_choice(client):
    assert "Set-Cookie" not in client.get("/?lang=pl").headers
    assert BeautifulSoup(client.get("/", headers={"Accept-Language": "pl"}).text, "lxml").html["lang"] == "en-GB"


def test_the_directory_is_browsed_in_the_language(client):
    response = client.get("/browse?lang=ur&age=7")
    assert response.status_code == 200
    page = BeautifulSoup(response.text, "lxml")
    assert page.select_one(".filters input[name=lang]")["value"] == "ur"
    assert {a["href"] for a in page.select("a.chip, .chips .clear a")} == {"/browse?lang=ur"}
    moved = client.get("/browse?age=&lang=ur")
    assert (moved.status_code, moved.location) == (302, "/browse?lang=ur")
    assert client.get("/browse?lang=xx").location == "/browse"
