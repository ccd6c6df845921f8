"""``pins.toml``: what is read, what a fault is told as, what a pin rests on, and what a release carries."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from indexer import build as building
from indexer.build import build
from indexer.config import IndexerSettings
from indexer.entries import Entry, parse_entry
from indexer.errors import ContentError, ReleaseError
from indexer.pins import VECTORS, digest_of, load_pins, same_words
from indexer.release import live_id, load_release, seal
from tests.conftest import MODELS, ROOT, SMALL_ENTRIES

GOOD = """
[[pins]]
id = "toys"
start = "swimming-club"
also = ["bus-pass"]
wordings = ["where can i borrow toys", "who lends swiming things?"]
reason = "The club lends toys now."
agreed = 2026-11-30
review_due = 2027-05-30
rests_on = "0011223344556677"
"""
TOYS = SMALL_ENTRIES["services/toy-library.md"]


def toys(old: str = "", new: str = "") -> Entry:
    assert old in TOYS
    return parse_entry(TOYS.replace(old, new, 1), "services/toy-library.md")


def test_pins_are_read(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(GOOD)
    (pin,) = load_pins(tmp_path)
    assert (pin.id, pin.start, pin.also, pin.reason) == ("toys", "swimming-club", ("bus-pass",), "The club lends toys now.")
    assert pin.wordings == ("where can i borrow toys", "who lends swiming things?")
    assert (pin.agreed, pin.review_due, pin.rests_on) == (dt.date(2026, 11, 30), dt.date(2027, 5, 30), "0011223344556677")


def test_a_folder_without_them_has_none(tmp_path: Path) -> None:
    assert load_pins(tmp_path) == ()


def test_the_file_that_is_shipped_holds_none_and_says_the_form(tmp_path: Path) -> None:
    assert load_pins(ROOT / "content") == ()
    text = (ROOT / "content" / "pins.toml").read_text(encoding="utf-8")
    form = text[text.index("# [[pins]]") :]
    (tmp_path / "pins.toml").write_text("\n".join(line.removeprefix("#").strip() for line in form.splitlines()), encoding="utf-8")
    assert len(load_pins(tmp_path)) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('reason = "The club lends toys now."', "", "pins.toml: pin 'toys': reason: Field required"),
        ('reason = "The club lends toys now."', 'reason = " "', "pins.toml: pin 'toys': reason: "),
        ('start = "swimming-club"', 'start = "Swimming Club"', "pins.toml: pin 'toys': start: "),
        ('"where can i borrow toys", "who lends swiming things?"', "", "pins.toml: pin 'toys': wordings: "),
        ('"where can i borrow toys"', '""', "pins.toml: pin 'toys': wordings.0: "),
        ("agreed = 2026-11-30", 'agreed = "lately"', "pins.toml: pin 'toys': agreed: "),
        ("rests_on", "rest_on", "pins.toml: pin 'toys': rest_on: Extra inputs"),
        ('id = "toys"', "", "pins.toml: pin number 1: id: Field required"),
        ("[[pins]]", "[[pin]]", "pins.toml: pin: Extra inputs"),
        ("[[pins]]", "pins = 3\n[[pin]]", "pins.toml: pins: "),
        ("agreed = 2026-11-30", "agreed = 2026-11-31", "pins.toml: "),
    ],
)
def test_a_fault_names_the_pin_and_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    (tmp_path / "pins.toml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ContentError) as caught:
        load_pins(tmp_path)
    assert told in str(caught.value)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    (tmp_path / "pins.toml").write_text(GOOD + GOOD)
    with pytest.raises(ContentError, match=r"pins\.toml: pin 'toys': id: is used twice"):
        load_pins(tmp_path)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("what's a plan?", "Whats a  PLAN", True),
        ("is it on-line", "is it on line!", True),
        ("what is a plan", "what is the plan", False),
        ("哪里可以", "哪里可以。", True),
    ],
)
def test_the_same_words(one: str, other: str, same: bool) -> None:
    assert (same_words(one) == same_words(other)) is same


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The toy library lends toys", "The toy library gives toys"),
        ("0161 496 0101", "0161 496 0109"),
        ("maximum_age: 4", "maximum_age: 5"),
        ("You can keep each toy for four weeks.", "You can keep each toy for five weeks."),
        ("## If it does not work", "## Good to know"),
        ("dated: 2025-03", "dated: 2025-04"),
    ],
)
def test_a_change_of_what_an_entry_tells_is_another_digest(old: str, new: str) -> None:
    assert digest_of(toys(old, new)) != digest_of(toys())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("review_due: 2099-01-01", "review_due: 2099-02-01"),
        ("## What happens next", "\n\n## What happens next"),
        ("review_due: 2099-01-01", "assured_date: 2026-11-30\nreview_due: 2099-01-01\nasked_as: [toys please]"),
    ],
)
def test_lines_reviews_and_phrasings_change_no_digest(old: str, new: str) -> None:
    assert digest_of(toys(old, new)) == digest_of(toys())
    assert digest_of(toys().model_copy(update={"path": "elsewhere/toy-library.md"})) == digest_of(toys())


def test_a_release_carries_pins_with_the_vectors_of_their_wordings(small_settings: IndexerSettings) -> None:
    first = build(small_settings)
    bare = load_release(small_settings.release_dir, MODELS)
    assert (bare.pins, bare.pin_vectors.shape) == ((), (0, bare.encoder.dimensions))
    assert VECTORS not in bare.manifest["files"]
    (small_settings.content / "pins.toml").write_text(GOOD)
    second = build(small_settings)
    assert second.changed
    assert second.embedded == 1  # "where can i borrow toys" is a message that was learned from
    found = load_release(small_settings.release_dir, MODELS)
    assert found.pins == load_pins(small_settings.content)
    expected = [found.encoder.both(text)[1] for text in ("where can i borrow toys", "who lends swimming things?")]
    assert np.allclose(found.pin_vectors, np.stack(expected), atol=1e-6)
    assert first.id != second.id


def test_a_change_of_pins_alone_learns_nothing_anew(small_settings: IndexerSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build(small_settings)
    monkeypatch.setattr(building, "train_heads", lambda *_: pytest.fail("learned again"))
    (small_settings.content / "pins.toml").write_text(GOOD)
    second = build(small_settings)
    held = [load_release(small_settings.release_dir, MODELS, id=id).manifest["files"]["learned.npz"] for id in (first.id, second.id)]
    assert held[0] == held[1]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('start = "swimming-club"', 'start = "pool"', "pins.toml: pin 'toys': start: no entry has the id 'pool'"),
        ('also = ["bus-pass"]', 'also = ["pool"]', "pins.toml: pin 'toys': also: no entry has the id 'pool'"),
        ("reason", "raeson", "pins.toml: pin 'toys': reason: Field required"),
    ],
)
def test_a_pin_that_cannot_be_followed_stops_the_build(small_settings: IndexerSettings, old: str, new: str, told: str) -> None:
    first = build(small_settings)
    (small_settings.content / "pins.toml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ContentError) as caught:
        build(small_settings)
    assert told in str(caught.value)
    assert live_id(small_settings.release_dir) == first.id


def test_vectors_that_do_not_fit_are_refused(small_release: IndexerSettings, tmp_path: Path) -> None:
    (small_release.release_dir / str(live_id(small_release.release_dir)) / "pins.toml").write_text(GOOD)
    folder = small_release.release_dir / str(live_id(small_release.release_dir))
    np.save(folder / VECTORS, np.zeros((1, 3), dtype=np.float32))
    facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").unlink()
    id = seal(folder, {key: facts[key] for key in ("inputs", "model", "counts", "skipped")})
    folder.rename(small_release.release_dir / "moving")
    (small_release.release_dir / "moving").rename(small_release.release_dir / id)
    with pytest.raises(ReleaseError, match="cannot be read by this version"):
        load_release(small_release.release_dir, MODELS, id=id)
