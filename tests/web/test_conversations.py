"""Retention: what is kept, for how long, and that it is gone afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from bot.records import Channel
from web.conversations import TURNS, Conversations, is_public_id
from web.database import Database


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(settings, clock):
    with closing(Database(settings)) as database:
        yield Conversations(database, 120, clock)


def test_turns_come_back_in_order_and_only_the_last_ones(store):
    conversation = store.append(None, Channel.WEB, "0")
    for n in range(1, TURNS + 5):
        assert store.append(conversation, Channel.WEB, str(n)) == conversation
    assert store.turns(conversation) == [str(n) for n in range(5, TURNS + 5)]


def test_what_came_before_the_last_ones_is_deleted(store, rows):
    conversation = store.append(None, Channel.WEB, "first of all")
    for n in range(TURNS):
        store.append(conversation, Channel.WEB, str(n))
    assert "first of all" not in "\n".join(rows())


def test_ids_cannot_be_guessed_and_are_public(store):
    ids = {store.append(None, Channel.WEB, "x") for _ in range(50)}
    assert len(ids) == 50
    assert all(is_public_id(i) for i in ids)
    assert not any(is_public_id(i) for i in ("", "a" * 21, "a" * 23, "a" * 64, "a" * 21 + "\n", "a" * 21 + "é"))


def test_an_untouched_conversation_expires(store, clock, rows):
    conversation = store.append(None, Channel.WEB, "kept")
    clock.now += 119 * 60
    assert store.turns(conversation) == ["kept"]
    clock.now += 60
    assert store.turns(conversation) == []
    assert store.append(conversation, Channel.WEB, "later") != conversation
    assert "kept" not in "\n".join(rows())


def test_a_touched_conversation_lives_on(store, clock):
    conversation = store.append(None, Channel.WEB, "one")
    clock.now += 100 * 60
    store.append(conversation, Channel.WEB, "two")
    clock.now += 100 * 60
    assert store.turns(conversation) == ["one", "two"]


def text(store, key, message, instead=False):
    """A message of the sender with a key, as the texting part stores it."""
    with store._database.writes.begin() as session:
        store.add_in(session, key, Channel.SMS, message, instead)


def test_purge_deletes_everything_that_expired_and_nothing_else(store, clock, rows):
    store.append(None, Channel.WEB, "old")
    text(store, "k" * 64, "old text")
    clock.now += 121 * 60
    fresh = store.append(None, Channel.WEB, "fresh")
    assert store.purge() == 0  # the write before has purged already
    assert store.turns(fresh) == ["fresh"]
    assert "old" not in "\n".join(rows())
    text(store, "m" * 64, "a text")
    clock.now += 121 * 60
    assert store.purge() == 2
    assert rows() == []


def test_texts_of_a_sender_are_one_conversation_by_their_key(store, clock):
    for key, message in (("k" * 64, "one"), ("m" * 64, "another"), ("k" * 64, "two")):
        text(store, key, message)
        clock.now += 60
    assert store.turns("k" * 64) == ["one", "two"]
    with store._database.reads() as session:
        assert store.turns_in(session, "k" * 64) == ["one", "two"]
        assert store.last_in(session, "k" * 64) == ("two", int(clock.now) - 60)
        assert store.last_in(session, "x" * 64) is None
        assert store.turns_in(session, "x" * 64) == []


def test_a_text_can_take_the_place_of_the_last_one(store):
    text(store, "k" * 64, "whole", instead=True)  # where there is none yet, it is the first
    text(store, "k" * 64, "begin")
    text(store, "m" * 64, "another")
    text(store, "k" * 64, "beginning and end", instead=True)
    assert (store.turns("k" * 64), store.turns("m" * 64)) == (["whole", "beginning and end"], ["another"])


def test_of_texts_too_only_the_last_ones_are_kept(store, rows):
    for n in range(TURNS + 2):
        text(store, "k" * 64, f"text {n}")
    assert store.turns("k" * 64) == [f"text {n}" for n in range(2, TURNS + 2)]
    assert sum(row.startswith("turns") for row in rows()) == TURNS


def test_an_untouched_conversation_of_texts_expires(store, clock, rows):
    text(store, "k" * 64, "kept")
    clock.now += 119 * 60
    assert store.turns("k" * 64) == ["kept"]
    clock.now += 60
    assert store.turns("k" * 64) == []
    text(store, "k" * 64, "later")
    assert store.turns("k" * 64) == ["later"]
    assert "kept" not in "\n".join(rows())


def test_forget_deletes_the_conversation_of_a_key(store, rows):
    text(store, "k" * 64, "a text")
    text(store, "m" * 64, "another")
    with store._database.writes.begin() as session:
        store.forget_in(session, "k" * 64)
    assert (store.turns("k" * 64), store.turns("m" * 64)) == ([], ["another"])
    assert store.forget("m" * 64)
    assert not store.forget("m" * 64)
    assert rows() == []


def test_what_is_stored_in_a_session_that_fails_is_not_stored(store, rows):
    def cut_short() -> None:
        with store._database.writes.begin() as session:
            store.add_in(session, "k" * 64, Channel.SMS, "a text")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_short()
    assert rows() == []


def test_many_texts_of_a_sender_at_once_are_one_conversation(store, rows):
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: text(store, "k" * 64, str(n)), range(10)))
    assert sorted(store.turns("k" * 64)) == [str(n) for n in range(10)]
    assert sum(row.startswith("conversations") for row in rows()) == 1


def test_deleted_words_are_gone_from_the_file(store, settings):
    conversation = store.append(None, Channel.WEB, "a secret nobody may find")
    store.forget(conversation)
    store._database.close()
    path = settings.database_url.removeprefix("sqlite:///")
    with open(path, "rb") as file:
        assert b"nobody may find" not in file.read()


def test_many_writers_at_once_lose_nothing(store):
    conversation = store.append(None, Channel.WEB, "first")
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: store.append(conversation, Channel.WEB, str(n)), range(9)))
    assert sorted(store.turns(conversation)) == sorted(["first", *map(str, range(9))])
