"""Dates in words, safe links, Markdown."""

from __future__ import annotations

from datetime import date

import pytest

from bot.records import Contact
from web.present import alike, bare, checked_line, contact_href, in_words, markdown, safe_href, shown, source_line


@pytest.mark.parametrize(("dated", "words"), [
    ("2024", "2024"), ("2024-04", "April 2024"), ("2024-04-05", "5 April 2024"), (date(2026, 12, 31), "31 December 2026"), ("undated", ""),
    (None, ""), ("", ""), ("2024-13", "2024"), ("soon", ""),
])
def test_dates_in_words(dated, words):
    assert in_words(dated) == words


@pytest.mark.parametrize(("title", "dated", "line"), [
    ("An NHS page", "2023", "From An NHS page (2023)."),
    ("Strategy, April 2024", "2024-04", "From Strategy, April 2024."),
    ("A page.", "undated", "From A page (no date given)."),
    (None, "2023", "From a source of 2023."),
    (None, "undated", "From a source without a date."),
])
def test_where_it_comes_from(title, dated, line):
    assert source_line(title, dated) == line


def test_the_two_dates_are_told_apart():
    assert checked_line(None) == "Not yet confirmed by the service."
    assert checked_line("2026-03-05") == "Confirmed by the service on 5 March 2026."


@pytest.mark.parametrize(("contact", "href"), [
    (Contact("phone", "0161 496 0000"), "tel:01614960000"), (Contact("phone", "+44 161 496 0000"), "tel:+441614960000"),
    (Contact("text", "85258"), "sms:85258"), (Contact("textphone", "18001 0161 496 0000"), "tel:1800101614960000"),
    (Contact("email", "a.b@example.org"), "mailto:a.b@example.org"), (Contact("email", "a@b.c?subject=<x>"), "mailto:a@b.c%3Fsubject%3D%3Cx%3E"),
    (Contact("link", "https://example.org"), "https://example.org"), (Contact("link", "javascript:alert(1)"), ""),
    (Contact("address", "1 High Street"), ""),
])
def test_contacts_can_be_pressed(contact, href):
    assert contact_href(contact) == href


@pytest.mark.parametrize("url", [
    "javascript:alert(1)", "JAVASCRIPT:x", "//evil.example", "data:text/html,x", "ftp://x", "", "x", "http://[",
    "/\\evil.example",
])
def test_unsafe_addresses_are_no_links(url):
    assert safe_href(url) == ""


@pytest.mark.parametrize("url", ["https://example.org/a?b=c#d", "http://example.org", "/services/portage", "/topics/a#b"])
def test_safe_addresses_are_links(url):
    assert safe_href(url) == url


def test_each_sentence_line_is_a_paragraph_and_lists_stay_lists():
    html = str(markdown("One.\nTwo.\n1. a\n2. b\n\n- c\n- d"))
    assert html.count("<p>") == 2
    assert html.count("<li>") == 4


@pytest.mark.parametrize("text", ["<script>x</script>", "<img src=x onerror=y>", "![a](https://e.org/x.png)", "[a](javascript:x)", "<a href=x>"])
def test_markdown_lets_no_markup_through(text):
    html = str(markdown(text))
    assert not [tag for tag in ("<script", "<img", "<a ") if tag in html]


def test_numbers_of_one_desk_stand_together():
    numbers = [Contact("phone", "1", None, "day"), Contact("phone", "2", None, "day"), Contact("phone", "3", None, "night"), Contact("text", "4")]
    assert [[c.value for c in group] for group in alike(numbers)] == [["1", "2"], ["3"], ["4"]]


def test_addresses_are_shown_as_people_write_them():
    assert bare("https://www.example.org/a/") == "example.org/a"
    assert bare("0161 496 0000") == "0161 496 0000"


def test_control_characters_are_not_shown():
    assert shown("a\x00b\x1b[31mc\x85\nd") == "a b [31mc \nd"
