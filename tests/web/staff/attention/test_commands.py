"""``python -m web digest``."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest

from tests.web.staff.conftest import write_config
from web.__main__ import main


@pytest.fixture
def config(content, small_settings, tmp_path):
    return write_config(small_settings, tmp_path / "config.toml", tmp_path / "waymark.db")


def test_the_content_is_looked_at_and_the_digest_printed(config, capsys):
    assert main(["--config", str(config), "digest"]) == 0
    text = capsys.readouterr().out
    assert "what needs attention" in text
    assert "Covered in part: Places to swim." in text


def test_it_is_written_to_a_file(config, tmp_path, capsys):
    assert main(["--config", str(config), "digest", "--out", str(tmp_path / "digest.txt")]) == 0
    assert "what needs attention" in (tmp_path / "digest.txt").read_text(encoding="utf-8")
    assert capsys.readouterr().out == f"written to {tmp_path / 'digest.txt'}\n"


def test_or_as_a_whole_e_mail(config, tmp_path):
    file = tmp_path / "digest.eml"
    assert main(["--config", str(config), "digest", "--eml", "--to", "lead@example.org", "--out", str(file)]) == 0
    assert message_from_bytes(file.read_bytes(), policy=default)["To"] == "lead@example.org"


@pytest.mark.parametrize("words", [["--eml"], ["--to", "a@example.org"], ["--eml", "--to", "nobody"], ["--out", "/no/such/folder/x"]])
def test_what_cannot_be_done_is_said(config, words, capsys):
    assert main(["--config", str(config), "digest", *words]) == 1
    assert capsys.readouterr().err.startswith("waymark: ")


def test_content_that_cannot_be_read_is_named(config, content, capsys):
    (content / "duties.toml").unlink()
    assert main(["--config", str(config), "digest"]) == 1
    assert "duties.toml" in capsys.readouterr().err
