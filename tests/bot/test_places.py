"""Neighbourhoods and places outside the borough, as families name them."""

from pathlib import Path

import pytest

from bot.places import Places, load_places
from indexer.errors import ContentError
from indexer.wording import load_toml, load_wording

CONTENT = Path(__file__).parents[2] / "content"

AREAS = [
    ("we live in brinnington", "brinnington"),
    ("Brinny family hub?", "brinnington"),
    ("i am in Reddish", "reddish"),
    ("north reddish here", "north-reddish"),
    ("near Hazel Grove", "hazel-grove"),
    ("hazle grove clubs", "hazel-grove"),
    ("Cheadle Hulme", "cheadle-hulme"),
    ("cheadle heath", "cheadle-heath"),
    ("cheadle", "cheadle"),
    ("we live in marple bridge", "marple-bridge"),
    ("marple", "marple"),
    ("live nr romily", "romiley"),
    ("Edgeley, behind the station", "edgeley"),
    ("our school is in Heaton Moor", "heaton-moor"),
    ("the heatons", "heatons"),
    ("offerton", "offerton"),
    ("town centre", "town-centre"),
    ("bramall", "bramhall"),
    ("woodley and bredbury", "woodley"),
    ("bredbury or woodley", "bredbury"),
    ("my mum is in adswood, i am in gatley", "adswood"),
    # a postcode district counts only where one neighbourhood lies in it, and none of the borough's does
    ("sk5 7rl", None),
    ("SK8", None),
    ("stockport", None),
    ("i said it plainly", None),
    ("he mellowed at last", None),
    ("", None),
]

ELSEWHERE = [
    ("i live in hyde", "Tameside"),
    ("we live in Manchester", "Manchester"),
    ("we're in levenshulme, is that you", "Manchester"),
    ("I'm in Leeds", "Leeds"),
    ("im in wilmslow", "Cheshire East"),
    ("trafford council said no", "Trafford"),
    ("living in glossop", "Derbyshire"),
    ("our council is oldham", "Oldham"),
    ("under tameside", "Tameside"),
    # named, but not as where they live
    ("the appointment was at manchester royal", None),
    ("she goes to a school in hyde", None),
    ("is there a sale on", None),
    ("bury my head", None),
    ("i live in stockport", None),
    ("we live in brinnington", None),
    ("", None),
]


@pytest.fixture(scope="module")
def places() -> Places:
    return load_places(CONTENT)


@pytest.mark.parametrize(("text", "area"), AREAS)
def test_area(places: Places, text: str, area: str | None) -> None:
    assert places.area(load_wording(CONTENT).repair(text)) == area


@pytest.mark.parametrize(("text", "name"), ELSEWHERE)
def test_elsewhere(places: Places, text: str, name: str | None) -> None:
    assert places.elsewhere(load_wording(CONTENT).repair(text)) == name


def test_every_neighbourhood_is_found_by_each_of_its_words(places: Places) -> None:
    data = load_toml(CONTENT / "places.toml")
    missed = [(id, word) for id, place in data["areas"].items() for word in place["words"] if places.area(f"we live in {word} now") != id]
    assert missed == []


def test_every_place_outside_is_found_where_somebody_lives_there(places: Places) -> None:
    data = load_toml(CONTENT / "places.toml")
    missed = [
        (place["name"], word)
        for place in data["elsewhere"].values()
        for word in place["words"]
        if places.elsewhere(f"i live in {word}") != place["name"]
    ]
    assert missed == []


def test_no_neighbourhood_lies_outside(places: Places) -> None:
    data = load_toml(CONTENT / "places.toml")
    alarms = [word for place in data["areas"].values() for word in place["words"] if places.elsewhere(f"we live in {word}")]
    assert alarms == []


def test_districts_name_known_neighbourhoods() -> None:
    data = load_toml(CONTENT / "places.toml")
    assert {id for ids in data["districts"].values() for id in ids} <= set(data["areas"])
    stated = {(district, id) for id, place in data["areas"].items() for district in place["districts"]}
    assert stated == {(district, id) for district, ids in data["districts"].items() for id in ids}


def test_a_district_with_one_neighbourhood_says_where() -> None:
    data = {"lives_there": ["in {}"], "areas": {"one": {"name": "One", "words": ["one"]}}, "districts": {"SK1": ["one"]}, "elsewhere": {}}
    assert Places(data).area("sk1 2ab") == "one"


WILD = "lives_there = ['in {}']\nareas = {}\ndistricts = {}\n[elsewhere.x]\nname = 'X'\nwords = ['hy*']"


@pytest.mark.parametrize("text", ["", "lives_there = 3", "lives_there = []\n[areas.x]\nname = 'X'", WILD])
def test_a_malformed_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "places.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"places\.toml"):
        load_places(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"places\.toml: missing"):
        load_places(tmp_path)
