"""The commands, and the server's options."""

from __future__ import annotations

import pytest

from indexer.errors import ConfigError, ReleaseError
from web.__main__ import main
from web.serve import Server, address, options
from web.settings import WebSettings


@pytest.mark.parametrize(("environ", "where"), [
    ({}, "127.0.0.1:8000"), ({"PORT": "8123"}, "127.0.0.1:8123"), ({"HOST": "0.0.0.0", "PORT": ""}, "0.0.0.0:8000"), ({"HOST": "::1"}, "[::1]:8000"),
])
def test_the_environment_chooses_where(monkeypatch, environ, where):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("HOST", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert address(WebSettings()) == where


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1", "8000.5", "٨"])
def test_a_port_that_is_none_is_named(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(ConfigError, match="PORT"):
        address(WebSettings())


def test_the_servers_options_are_known_to_it(app, settings):
    chosen = options(settings, "127.0.0.1:8000", app)
    cfg = Server(app, chosen).cfg
    assert [name for name in chosen if name not in cfg.settings] == []
    assert cfg.preload_app
    assert (cfg.workers, cfg.threads) == (settings.workers, settings.threads)
    assert cfg.secure_scheme_headers == {}
    assert cfg.accesslog is None


def test_purge_says_how_many(tmp_path, capsys):
    (tmp_path / "config.toml").write_text("")
    assert main(["--config", str(tmp_path / "config.toml"), "purge"]) == 0
    assert capsys.readouterr().out == "0 expired conversations deleted\n"


def test_without_a_release_the_server_explains_and_stops(tmp_path, monkeypatch, capsys):
    def none(_config: object) -> None:
        raise ReleaseError("no release in var/releases; run make build")

    monkeypatch.setattr("web.app.open_live", none)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    (tmp_path / "config.toml").write_text("")
    assert main(["--config", str(tmp_path / "config.toml"), "serve"]) == 1
    assert capsys.readouterr().err == "waymark: no release in var/releases; run make build\n"


def test_a_wrong_setting_is_explained(tmp_path, capsys):
    (tmp_path / "config.toml").write_text("[web]\ncolour = 1\n")
    assert main(["--config", str(tmp_path / "config.toml"), "purge"]) == 1
    assert "[web] colour: unknown key" in capsys.readouterr().err
