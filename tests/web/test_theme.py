"""The council's colours and logo."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from indexer.errors import ConfigError
from web.settings import contrast_with_white, load_web_settings

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


def test_the_colours_come_from_the_configuration(make_app):
    client = make_app(header_colour="#123456", button_colour="#654321").test_client()
    address = BeautifulSoup(client.get("/").text, "lxml").select_one("link[href^='/theme.css']")["href"]
    response = client.get(address)
    assert "--top: #123456" in response.text
    assert "--button: #654321" in response.text
    assert "--button-hover: #50351a" in response.text
    assert response.headers["Cache-Control"] == "public, max-age=31536000"


def test_another_theme_has_another_address(make_app):
    def address(**changed):
        page = make_app(**changed).test_client().get("/").text
        return [link["href"] for link in BeautifulSoup(page, "lxml").select("link[href^='/theme.css']")]

    assert address() == []
    assert address(link_colour="#000080") != address(link_colour="#000060") != []


def test_the_logo_stands_in_place_of_the_name(tmp_path, make_app, settings):
    logo = tmp_path / "logo.svg"
    logo.write_text(SVG)
    client = make_app(logo=logo).test_client()
    picture = BeautifulSoup(client.get("/").text, "lxml").select_one("header img")
    assert picture["alt"] == settings.council_name
    with client.get(picture["src"]) as response:
        assert (response.mimetype, response.text) == ("image/svg+xml", SVG)


def test_a_logo_that_is_not_there_is_said_at_the_start(tmp_path, make_app):
    with pytest.raises(ConfigError, match=r"cannot read the logo .*; see \[web\] logo"):
        make_app(logo=tmp_path / "none.svg")


@pytest.mark.parametrize(("line", "why"), [
    ('header_colour = "#ffdd00"', "contrast"), ('link_colour = "blue"', "pattern"), ('logo = "logo.exe"', "not one of"),
    ('embed_hosts = ["javascript:x"]', "pattern"), ('embed_hosts = ["https://a.example/path"]', "pattern"), ('embed_hosts = ["*"]', "pattern"),
])
def test_what_could_not_be_read_or_would_open_the_page_to_all_is_refused(tmp_path, line, why):
    file = tmp_path / "config.toml"
    file.write_text(f"[web]\n{line}")
    with pytest.raises(ConfigError, match=why):
        load_web_settings(file)


def test_contrast_is_as_the_guidelines_reckon_it():
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)
