"""Feeds in a build: what they give joins the release, what they spoil is reported, and what has not changed is not embedded again."""

from __future__ import annotations

import json

import pytest

from indexer.build import build
from indexer.config import Feed, IndexerSettings, load_settings
from indexer.errors import ConfigError
from indexer.release import load_release
from tests.indexer.feed_server import serving

ROWS = [
    {"id": "1", "name": "Trampoline club", "description": "Bouncing for disabled children.", "status": "active",
     "organization": {"name": "Hill Charity"}, "phones": [{"number": "0161 496 0101"}], "assured_date": "2020-01-01"},
    {"id": "2", "name": "Drawing class", "description": "Painting on Mondays.", "status": "active", "languages": []},
    {"id": "3", "status": "active"},
]  # fmt: skip


@pytest.fixture
def feed_file(tmp_path):
    path = tmp_path / "feed.json"
    path.write_text(json.dumps({"contents": ROWS}), encoding="utf-8")
    return path


def test_a_feed_joins_the_release(small_settings, feed_file):
    settings = small_settings.model_copy(update={"feeds": (Feed(name="Hill", path=feed_file),)})
    built = build(settings)
    release = load_release(settings.release_dir, settings.model_dir)
    assert built.entries == len(release.entries) == 5
    imported = [e for e in release.entries.values() if e.id.startswith("hill-")]
    assert [e.name for e in imported] == ["Drawing class", "Trampoline club"]
    assert [s.reason for s in built.skipped] == ["name: missing; passed over"]
    assert release.manifest["skipped"] == [vars(s) for s in built.skipped]
    assert not {e.id for e in imported} & set(release.learned.heads["places"].labels)  # nobody has written how people ask for them
    texts = [p.text for p in release.passages if p.entry == imported[1].id]
    assert "Bouncing for disabled children." in texts
    assert not any("0161 496 0101" in text for text in texts)  # assured too long ago to be shown

    again = build(settings)
    assert (again.changed, again.id, again.skipped) == (False, built.id, built.skipped)
    feed_file.write_text(json.dumps({"contents": [*ROWS, {**ROWS[1], "id": "4", "name": "Clay class"}]}), encoding="utf-8")
    more = build(settings)
    assert (more.changed, more.entries) == (True, 6)
    assert 0 < more.embedded < built.embedded / 2


def test_an_address_is_read_at_every_build_and_only_what_changed_is_embedded(small_settings, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    given = [ROWS[1]]
    with serving(lambda *_: {"contents": given, "first_page": True, "last_page": True}) as feed:
        settings = small_settings.model_copy(update={"feeds": (Feed(name="Hill", url=feed.url),)})
        first = build(settings)
        second = build(settings)
        assert (first.entries, second.changed, len(feed.asked)) == (4, False, 2)
        given.append({**ROWS[1], "id": "9", "name": "Clay class"})
        third = build(settings)
        assert (third.changed, third.entries) == (True, 5)
        assert 0 < third.embedded < first.embedded / 2
    gone = build(settings)
    assert (gone.changed, gone.entries) == (True, 3)  # the build goes on without the feed, and says so
    assert [s.path for s in gone.skipped] == ["Hill: page 1"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("name = 'A'", "feeds.0: Value error, give either url or path"),
        ("name = 'A'\nurl = 'https://a.example.org'\npath = 'x'", "feeds.0: Value error, give either url or path"),
        ("url = 'https://a.example.org'", "feeds.0.name: Field required"),
        ("name = ''\npath = 'x'", "feeds.0.name: "),
        ("name = 'A'\nurl = 'ftp://a.example.org'", "feeds.0.url: "),
        ("name = 'A'\nurl = 'file:///etc/passwd'", "feeds.0.url: "),
        ("name = 'A'\npath = 'x'\nversion = '2.0'", "feeds.0.version: "),
        ("name = 'A'\npath = 'x'\nmax_pages = 0", "feeds.0.max_pages: "),
        ("name = 'A'\npath = 'x'\nmax_pages = 10001", "feeds.0.max_pages: "),
        ("name = 'A'\npath = 'x'\ntimeout_seconds = 0", "feeds.0.timeout_seconds: "),
        ("name = 'A'\npath = 'x'\ntimeout_seconds = 121", "feeds.0.timeout_seconds: "),
        ("name = 'A'\npath = 'x'\nspeed = 9", "feeds.0.speed: unknown key"),
    ],
)
def test_faulty_settings_are_refused_by_key(tmp_path, lines, expected):
    (tmp_path / "config.toml").write_text(f"[[indexer.feeds]]\n{lines}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(IndexerSettings, "indexer", tmp_path / "config.toml", {})
    assert expected in str(caught.value)


def test_settings_of_a_feed(tmp_path):
    (tmp_path / "config.toml").write_text('[[indexer.feeds]]\nname = "A"\npath = "feed.json"\n', encoding="utf-8")
    feed = load_settings(IndexerSettings, "indexer", tmp_path / "config.toml", {}).feeds[0]
    assert feed == Feed(name="A", path=tmp_path / "feed.json", version="auto", max_pages=500, timeout_seconds=20, ours=False)
