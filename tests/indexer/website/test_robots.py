"""What robots.txt allows: cases after RFC 9309 and the examples that search engines give for it."""

from __future__ import annotations

import pytest

from indexer.website.robots import MOST_BYTES, rules_of

HOST = "https://town.example.org"
OURS = "user-agent: Waymark\n"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        # which group is ours (RFC 9309, 2.2.1)
        ("user-agent: *\ndisallow: /", "/x", False),
        ("user-agent: other\ndisallow: /", "/x", True),
        (OURS + "disallow: /a\n\nuser-agent: *\ndisallow: /", "/x", True),
        ("user-agent: *\ndisallow: /\n\nUSER-AGENT: wAyMaRk\nallow: /", "/x", True),
        ("user-agent: other\nuser-agent: Waymark\ndisallow: /", "/x", False),
        (OURS + "disallow: /a\n\n" + OURS + "disallow: /b", "/b", False),
        ("disallow: /", "/x", True),
        ("", "/x", True),
        # the longest match wins, and allow where two are as long (2.2.2)
        (OURS + "disallow: /x/page.html\nallow: /x/", "/x/page.html", False),
        (OURS + "disallow: /x/\nallow: /x/page.html", "/x/page.html", True),
        (OURS + "disallow: /x\nallow: /x", "/x", True),
        (OURS + "disallow:", "/x", True),
        (OURS + "disallow: /\nallow: /p", "/page", True),
        (OURS + "allow: /folder\ndisallow: /folder", "/folder/page", True),
        (OURS + "allow: /page\ndisallow: /*.htm", "/page.htm", False),
        (OURS + "allow: /page\ndisallow: /*.ph", "/page.php5", True),
        (OURS + "allow: /$\ndisallow: /", "/", True),
        (OURS + "allow: /$\ndisallow: /", "/page.htm", False),
        # where a path begins and ends
        (OURS + "disallow: /fish", "/fish", False),
        (OURS + "disallow: /fish", "/fish.html", False),
        (OURS + "disallow: /fish", "/fishheads/yummy.html", False),
        (OURS + "disallow: /fish", "/fish.php?id=anything", False),
        (OURS + "disallow: /fish", "/Fish.asp", True),
        (OURS + "disallow: /fish", "/catfish", True),
        (OURS + "disallow: /fish/", "/fish", True),
        (OURS + "disallow: /fish/", "/fish/?id=anything", False),
        (OURS + "disallow: /*.php", "/folder/filename.php?parameters", False),
        (OURS + "disallow: /*.php", "/", True),
        (OURS + "disallow: /*.php$", "/filename.php", False),
        (OURS + "disallow: /*.php$", "/filename.php?parameters", True),
        (OURS + "disallow: /*.php$", "/filename.php5", True),
        (OURS + "disallow: /fish*.php", "/fishheads/catfish.php?parameters", False),
        (OURS + "disallow: /fish*.php", "/Fish.PHP", True),
        # percent-encoding (2.2.2)
        (OURS + "disallow: /foo/bar?baz=http://foo.bar", "/foo/bar?baz=http://foo.bar", False),
        (OURS + "disallow: /foo/bar/%E3%83%84", "/foo/bar/%E3%83%84", False),
        (OURS + "disallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", False),
        # comments, spaces, unknown lines, broken lines (2.2)
        ("# hello\nuser-agent: * # all\ndisallow: /x # not this\nnonsense\nfoo: bar", "/x", False),
        ("user-agent: *\r\ndisallow: /x\r\n", "/x", False),
        ("user-agent: *\rdisallow: /x\r", "/x", False),
        ("\ufeffuser-agent: *\ndisallow: /x", "/x", False),
        ("user-agent: *\n\n\ndisallow: /x", "/x", False),
        ("  user-agent :  *  \n disallow :  /x ", "/x", False),
    ],
)
def test_rules(text: str, path: str, allowed: bool) -> None:
    assert rules_of(200, text.encode()).allows(HOST + path) is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(204, True), (301, True), (400, True), (401, True), (403, True), (404, True), (500, False), (503, False), (0, False)],
)
def test_a_file_that_is_not_there_allows_all_and_one_that_cannot_be_read_nothing(status: int, allowed: bool) -> None:
    rules = rules_of(status, b"")
    assert rules.allows(HOST + "/x") is allowed
    assert bool(rules.closed) is not allowed


def test_delay_and_sitemaps() -> None:
    text = b"user-agent: Waymark\ncrawl-delay: 2.5\n\nuser-agent: *\ncrawl-delay: 9\nsitemap: https://town.example.org/a.xml\nSitemap: /b.xml"
    rules = rules_of(200, text)
    assert rules.delay == 2.5
    assert rules.sitemaps[0] == "https://town.example.org/a.xml"
    assert rules_of(200, b"user-agent: other\ncrawl-delay: 9").delay == 0
    assert rules_of(404, b"").sitemaps == ()


@pytest.mark.parametrize("data", [b"\x00\xff" * 5000, b"<html><body>disallow: /</body></html>", b"user-agent: *\n" + b"disallow: /\xff\xfe\n"])
def test_rubbish_is_no_rule(data: bytes) -> None:
    assert rules_of(200, data).allows(HOST + "/x")


def test_rules_beyond_the_limit_are_not_read() -> None:
    long = b"user-agent: *\n" + b"#" * MOST_BYTES + b"\ndisallow: /x"
    assert rules_of(200, long).allows(HOST + "/x")
    assert not rules_of(200, long[: MOST_BYTES // 2] + b"\ndisallow: /x").allows(HOST + "/x")
