"""The [web] table: bounded, documented, resolved; and the secret key."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from indexer.errors import ConfigError
from web.settings import WebSettings, load_web_settings, secret_key


def load(tmp_path, text):
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load_web_settings(file)


def test_every_key_is_documented():
    assert all(field.description for field in WebSettings.model_fields.values())


def test_paths_are_resolved_against_the_configurations_folder(tmp_path):
    settings = load(tmp_path, "")
    assert settings.database_url == f"sqlite:///{tmp_path}/var/waymark.db"
    assert settings.secret_key_file == tmp_path / "var/secret-key"


@pytest.mark.parametrize("url", ["sqlite:////srv/waymark.db", "postgresql+psycopg://user:p%40ss@db/waymark"])
def test_other_databases_are_left_as_they_are(tmp_path, url):
    assert load(tmp_path, f'[web]\ndatabase_url = "{url}"').database_url == url


@pytest.mark.parametrize(("line", "key"), [
    ("colour = 1", "colour"), ("port = 0", "port"), ("port = 70000", "port"), ("workers = 0", "workers"), ("threads = 65", "threads"),
    ("conversation_minutes = 1", "conversation_minutes"), ("conversation_minutes = 100000", "conversation_minutes"),
    ("trusted_proxies = -1", "trusted_proxies"), ("trusted_proxies = 11", "trusted_proxies"), ("max_body_bytes = 10", "max_body_bytes"),
    ('public_url = "ftp://x"', "public_url"), ('public_url = "https://x/?a=b"', "public_url"), ('council_url = "javascript:x"', "council_url"),
    ('council_phone = "call us"', "council_phone"), ('database_url = "nonsense"', "database_url"), ('database_url = "sqlite://"', "database_url"),
    ('database_url = "sqlite:///:memory:"', "database_url"), ('secret_key = "short"', "secret_key"), ('service_name = ""', "service_name"),
    ("timeout_seconds = 1", "timeout_seconds"), ("database_wait_seconds = 0", "database_wait_seconds"),
    ('twilio_account_sid = "SM' + "0" * 32 + '"', "twilio_account_sid"), ('twilio_account_sid = "AC1"', "twilio_account_sid"),
    ('twilio_api_url = "api.twilio.com"', "twilio_api_url"), ('notify_api_url = "https://x/?a=b"', "notify_api_url"),
    ('notify_template_id = "one"', "notify_template_id"), ('notify_sender_id = "07700900999"', "notify_sender_id"),
    ("texts_per_number_hour = 2", "texts_per_number_hour"), ("texts_per_number_day = 0", "texts_per_number_day"),
    ("texts_per_hour = 9", "texts_per_hour"), ("text_segments_per_day = 1", "text_segments_per_day"),
    ("text_segment_pence = -1", "text_segment_pence"),
    ("text_answer_seconds = 0", "text_answer_seconds"), ("text_answer_seconds = 15", "text_answer_seconds"),
    ("text_parts_seconds = 61", "text_parts_seconds"), ("text_tries = 0", "text_tries"), ("text_failures_days = 0", "text_failures_days"),
])
def test_a_wrong_value_is_named(tmp_path, line, key):
    with pytest.raises(ConfigError, match=rf"\[web\] {key}:"):
        load(tmp_path, f"[web]\n{line}")


NOTIFY = {"notify_bearer_token": "bearerbearer", "notify_api_key": "keykeykeykey", "notify_template_id": "f33517ff-2a88-4f6e-b855-c550268ce08a"}


@pytest.mark.parametrize("missing", [["notify_api_key"], ["notify_template_id"], ["notify_api_key", "notify_template_id"]])
def test_notify_is_set_up_whole_or_not_at_all(tmp_path, missing):
    lines = [f'{key} = "{value}"' for key, value in NOTIFY.items() if key not in missing]
    with pytest.raises(ConfigError, match=f"notify_bearer_token is set, so {' and '.join(missing)} must be set too"):
        load(tmp_path, "\n".join(["[web]", *lines]))
    assert load(tmp_path, "\n".join(["[web]", *(line for line in lines if "bearer" not in line)])).texting is False


def test_anyone_can_text_where_a_provider_is_set_up(tmp_path):
    assert not load(tmp_path, "").texting
    assert not load(tmp_path, '[web]\ntwilio_account_sid = "AC' + "0" * 32 + '"').texting
    assert load(tmp_path, '[web]\ntwilio_auth_token = "t"').texting
    assert load(tmp_path, "\n".join(["[web]", *(f'{key} = "{value}"' for key, value in NOTIFY.items())])).texting


def test_secrets_are_never_shown(tmp_path):
    secrets = {"secret_key": "abcdefghijklmnopqrstuvwxyz", "twilio_auth_token": "tokentokentoken"} | NOTIFY
    settings = load(tmp_path, "\n".join(["[web]", *(f'{key} = "{value}"' for key, value in secrets.items())]))
    for secret in ("abcdef", "tokentoken", "bearerbearer", "keykeykey"):
        assert secret not in repr(settings)
        assert secret not in str(settings.model_dump())
    with pytest.raises(ConfigError) as fault:
        load(tmp_path, '[web]\nsecret_key = "tooshort-abc"')
    assert "tooshort-abc" not in str(fault.value)


def test_a_key_is_made_once_for_all_threads_and_only_its_owner_can_read_it(tmp_path):
    settings = WebSettings(secret_key_file=tmp_path / "deep" / "key")
    with ThreadPoolExecutor(20) as pool:
        keys = set(pool.map(lambda _: secret_key(settings), range(20)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert stat.S_IMODE(settings.secret_key_file.stat().st_mode) == 0o600
    assert [p.name for p in settings.secret_key_file.parent.iterdir()] == ["key"]


def test_a_given_key_is_not_written_anywhere(tmp_path):
    settings = WebSettings(secret_key=SecretStr("k" * 20), secret_key_file=tmp_path / "key")
    assert secret_key(settings) == b"k" * 20
    assert not settings.secret_key_file.exists()


def test_a_key_that_cannot_be_kept_or_is_too_short_is_explained(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="secret_key"):
        secret_key(WebSettings(secret_key_file=tmp_path / "file" / "key"))
    with pytest.raises(ConfigError, match="too short"):
        secret_key(WebSettings(secret_key_file=tmp_path / "file"))
