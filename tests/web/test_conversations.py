"""Retention: what is kept, for how long, and that it is gone afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from bot.records import Channel
from web.conversations import Conversations, is_public_id
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


def test_turns_come_back_in_order_and_only_the_last_ten(store):
    conversation = store.append(None, Channel.WEB, "0")
    for n in range(1, 15):
        assert store.append(conversation, Channel.WEB, str(n)) == conversation
    assert store.turns(conversation) == [str(n) for n in range(5, 15)]


def test_the_eleventh_turn_back_is_deleted(store, rows):
    conversation = store.append(None, Channel.WEB, "first of all")
    for n in range(10):
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


def test_purge_deletes_everything_that_expired_and_nothing_else(store, clock, rows):
    store.append(None, Channel.WEB, "old")
    with store.seen("SM1", Channel.SMS, "k" * 64) as delivery:
        delivery.keep("old text", "old reply")
    with store.seen("SM2", Channel.SMS, "m" * 64) as delivery:
        delivery.keep(None, "old help")
    clock.now += 121 * 60
    fresh = store.append(None, Channel.WEB, "fresh")
    assert store.purge() == 0  # the write before has purged already
    assert store.turns(fresh) == ["fresh"]
    assert "old" not in "\n".join(rows())
    clock.now += 121 * 60
    assert store.purge() == 1
    assert rows() == []


def test_forget_deletes_turns_and_replies(store, rows):
    with store.seen("SM1", Channel.SMS, "k" * 64) as delivery:
        delivery.keep("a text", "a reply")
    assert store.forget("k" * 64)
    assert not store.forget("k" * 64)
    assert rows() == []


def test_deleted_words_are_gone_from_the_file(store, settings):
    conversation = store.append(None, Channel.WEB, "a secret nobody may find")
    store.forget(conversation)
    store._database.close()
    path = settings.database_url.removeprefix("sqlite:///")
    with open(path, "rb") as file:
        assert b"nobody may find" not in file.read()


def test_a_claim_that_fails_leaves_nothing(store, rows):
    def cut_short() -> None:
        with store.seen("SM1", Channel.SMS, "k" * 64) as delivery:
            delivery.keep("a text", "a reply")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_short()
    assert rows() == []


def test_a_second_delivery_finds_the_reply(store):
    with store.seen("SM1", Channel.SMS, "k" * 64) as delivery:
        assert delivery.reply == ""
        delivery.keep("a text", "a reply")
    with store.seen("SM1", Channel.SMS, "k" * 64) as delivery:
        assert delivery.reply == "a reply"


def test_many_writers_at_once_lose_nothing(store):
    conversation = store.append(None, Channel.WEB, "first")
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: store.append(conversation, Channel.WEB, str(n)), range(9)))
    assert sorted(store.turns(conversation)) == sorted(["first", *map(str, range(9))])
