"""Waymark inside other sites' pages: what may be framed, by whom, and what the panel leaves out."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

HOSTS = ("https://www.council.example", "https://*.council.example")


@pytest.fixture
def framing(make_app):
    return make_app(embed_hosts=HOSTS).test_client()


@pytest.mark.parametrize("path", ["/panel/", "/panel/search"])
def test_the_hosts_of_the_configuration_may_frame_the_panel(framing, path):
    response = framing.get(path)
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors 'self' https://www.council.example https://*.council.example")
    assert "X-Frame-Options" not in response.headers


@pytest.mark.parametrize("path", ["/", "/about", "/services/portage", "/browse", "/healthz"])
def test_nothing_else_may_be_framed_by_them(framing, path):
    response = framing.get(path)
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_question_asked_in_the_panel_is_answered_in_the_panel(framing):
    sent = framing.post("/panel/", data={"question": "one"})
    assert sent.status_code == 303
    assert sent.location.startswith("/panel/?conversation=")
    page = BeautifulSoup(framing.get(sent.location).text, "lxml")
    assert not page.select("header, footer")
    assert {form["action"] for form in page.select("form[data-chat]")} == {"/panel/"}
    assert {form["data-chat"] for form in page.select("form[data-chat]")} == {"/panel/chat"}


def test_links_out_of_the_panel_open_in_a_page_of_their_own(framing):
    page = BeautifulSoup(framing.get(framing.post("/panel/", data={"question": "one"}).location).text, "lxml")
    outward = [a for a in page.select("a[href]") if not a["href"].startswith(("#", "tel:", "sms:", "mailto:", "/panel/"))]
    assert outward
    assert [a["href"] for a in outward if a.get("target") != "_blank"] == []


def test_the_search_box_sends_the_whole_window_to_the_answer(framing):
    form = BeautifulSoup(framing.get("/panel/search").text, "lxml").form
    assert (form["action"], form["method"], form["target"]) == ("/", "post", "_top")


def test_the_script_has_an_address_that_never_changes_and_may_be_loaded_anywhere(framing):
    with framing.get("/embed.js") as response:
        assert response.mimetype == "text/javascript"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.headers["Cache-Control"] == "public, max-age=3600"
