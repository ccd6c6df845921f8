"""Phone numbers as carriers write them, and what is hidden of them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from web.texting.numbers import Vault, phone_number

KEY = b"a secret key for tests only"


@pytest.fixture
def vault():
    return Vault(KEY)


@pytest.mark.parametrize(("written", "number"), [
    ("+447700900123", "+447700900123"), ("447700900123", "+447700900123"), ("07700900123", "+447700900123"),
    (" +44 7700 900123 ", "+447700900123"), ("07700 900 123", "+447700900123"), ("(0161) 496-0000", "+441614960000"),
    ("whatsapp:+447700900123", "+447700900123"), ("whatsapp: 447700900123", "+447700900123"), ("0800 1111", "+448001111"),
    ("+353861234567", "+353861234567"), ("353861234567", "+353861234567"), ("+12025550123", "+12025550123"), ("12025550123", "+12025550123"),
])
def test_a_number_is_the_same_however_it_is_written(written, number):
    assert phone_number(written) == number


@pytest.mark.parametrize("number", ["+4790123456", "+4520123456", "+6591234567", "+37255512345", "+33612345678", "+15005550006"])
def test_a_number_of_another_country_is_not_taken_for_one_of_ours_where_notify_leaves_the_plus_out(number):
    assert phone_number(number) == phone_number(number[1:]) == number


@pytest.mark.parametrize("name", [
    "STOCKPORT", "GOV.UK", "NHS111", "O2", "Three", "Amazon", "T7700900123", "INFO0161", "A1612345678", "whatsapp:Bank", "client:bob",
    "messenger:447700900123", "+1800FLOWERS", "07700900123x5", "tel:+447700900123", "", " ", "+", "whatsapp:", "0", "000000", "é", "\x00",
])
def test_a_name_is_no_number(name):
    assert phone_number(name) is None


@pytest.mark.parametrize("code", ["999", "111", "1471", "60777", "61611", "66777", "82228", "85258", "88440", "70007", "62277", "600600", "+60777"])
def test_a_short_code_is_no_number(code):
    assert phone_number(code) is None


def test_no_short_code_of_five_digits_is_a_number():
    assert [code for code in range(60_000, 90_000, 37) if phone_number(str(code))] == []


@pytest.mark.parametrize("wrong", ["+4477009001234", "+44770", "07700", "+999123456789", "07700900123456789", "9" * 300])
def test_what_is_too_long_or_too_short_is_no_number(wrong):
    assert phone_number(wrong) is None


def test_a_key_tells_nothing_and_is_the_same_again(vault):
    key = vault.key("+447700900123")
    assert re.fullmatch(r"[0-9a-f]{64}", key)
    assert key == Vault(KEY).key("+447700900123")
    keys = {key, vault.key("+447700900124"), Vault(b"another secret key here").key("+447700900123"), vault.key(), vault.key("")}
    assert len(keys) == 4  # nothing and an empty text are the same
    assert vault.key("ab", "c") != vault.key("a", "bc")
    assert len(vault.key("half a pair \ud800")) == 64


@pytest.mark.parametrize("texts", [("a",), ("", ""), ("+447700900123", "+447700900999", "STOP"), ("line\nbreak \x00 ŵ 😀 \u2028",), ()])
def test_what_is_sealed_can_be_opened_again_and_not_be_read(vault, texts):
    sealed = vault.seal(*texts)
    assert vault.unseal(sealed) == list(texts)
    assert sealed.isascii()
    assert not [text for text in texts if len(text) > 2 and text in sealed]
    assert vault.seal(*texts) != sealed


def test_what_was_sealed_with_another_secret_or_never_opens_as_nothing(vault):
    sealed = vault.seal("a reply")
    assert Vault(b"another secret key here").unseal(sealed) == []
    for spoilt in ("", "a reply", sealed[:-1], sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]):
        assert vault.unseal(spoilt) == []


def test_a_vault_is_shared_between_threads(vault):
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda n: vault.unseal(vault.seal(str(n)))[0], range(200))) == [str(n) for n in range(200)]
