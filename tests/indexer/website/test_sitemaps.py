"""Sitemaps in each form that the protocol has, and broken ones."""

from __future__ import annotations

import gzip

import pytest

from indexer.website import sitemaps
from indexer.website.sitemaps import SitemapFaultError, read_sitemap

A, B = "https://town.example.org/a", "https://town.example.org/b?x=1&y=2"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
ONE = f"{HEAD}<urlset {SPACE}><url><loc>{A}</loc><lastmod>2005-01-01</lastmod><changefreq>monthly</changefreq><priority>0.8</priority></url></urlset>"
TWO = f"{HEAD}<urlset {SPACE}><url><loc>{A}</loc></url><url><lastmod>2004</lastmod><loc>\n  {B.replace('&', '&amp;')}\n</loc></url></urlset>"
INDEX = f"{HEAD}<sitemapindex {SPACE}><sitemap><loc>{A}.xml.gz</loc><lastmod>2004-10-01T18:23:17+00:00</lastmod></sitemap></sitemapindex>"
RSS = f'{HEAD}<rss version="2.0"><channel><link>https://town.example.org/</link><item><title>A</title><link>{A}</link></item></channel></rss>'
ATOM = f'{HEAD}<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link href="{A}"/></entry></feed>'
PICTURES = (
    f'{HEAD}<urlset {SPACE} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>{A}</loc>'
    f"<image:image><image:loc>{A}.jpg</image:loc></image:image></url></urlset>"
)


@pytest.mark.parametrize(
    ("text", "pages", "further"),
    [
        (ONE, [A], []),
        (TWO, [A, B], []),
        (INDEX, [], [f"{A}.xml.gz"]),
        (RSS, [A], []),
        (ATOM, [A], []),
        (PICTURES, [A], []),
        (f"\ufeff{ONE}", [A], []),
        (f"\n\n{ONE}", [A], []),
        (f"{A}\n{B}\n", [A, B], []),
        (f"<urlset><url><loc>{A}</loc></url></urlset>", [A], []),
        (f"<urlset><url><loc><![CDATA[{B}]]></loc></url></urlset>", [B], []),
        (f"<urlset><url><loc/></url><url></url><url><loc>{A}</loc></url></urlset>", [A], []),
        (f"<urlset><url><loc>{A}</loc></url><url><loc>cut", [A], []),
    ],
)
def test_forms(text: str, pages: list[str], further: list[str]) -> None:
    assert read_sitemap(text.encode()) == (pages, further)
    assert read_sitemap(gzip.compress(text.encode())) == (pages, further)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><body>Not found</body></html>", "no sitemap, but <html>"),
        (b"", "neither XML nor a list"),
        (b"nothing here", "neither XML nor a list"),
        (b"\x1f\x8b\x08damaged", "damaged gzip"),
    ],
)
def test_what_is_none_is_said(data: bytes, reason: str) -> None:
    with pytest.raises(SitemapFaultError, match=reason):
        read_sitemap(data)


def test_entities_are_not_opened() -> None:
    bomb = f'<!DOCTYPE x [<!ENTITY a "{A}">]><urlset><url><loc>&a;</loc></url><url><loc>{B.replace("&", "&amp;")}</loc></url></urlset>'
    pages, _ = read_sitemap(bomb.encode())
    assert A not in pages


def test_a_bomb_is_refused_and_a_long_one_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SitemapFaultError, match="unpacks to more than 50 MB"):
        read_sitemap(gzip.compress(b" " * (sitemaps.MOST_BYTES + 10)))
    monkeypatch.setattr(sitemaps, "MOST_ADDRESSES", 3)
    many = "<urlset>" + "".join(f"<url><loc>{A}{i}</loc></url>" for i in range(9)) + "</urlset>"
    assert len(read_sitemap(many.encode())[0]) == 3
