"""``/browse``: filters by address, counts, letters, parts of a list, and pages that work as plain forms."""

from __future__ import annotations

from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from indexer.entries import parse_entry
from web.directory import PAGE

MANY = "---\nid: e{n:03}\nkind: service\nname: Entry {n:03}\ndescription: One of many.\nreview_due: 2099-01-01\nsources:\n" \
       "  - {{title: A page, dated: '2024', certainty: 3}}\n---\n"


def page_of(client, path):
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code, response.location)
    return BeautifulSoup(response.data, "lxml")


def names(page):
    return [a.text for a in page.select(".entries h3 a, .entries h4 a")]


@pytest.fixture
def many(engine):
    engine.entries = {f"e{n:03}": parse_entry(MANY.format(n=n), f"services/e{n:03}.md") for n in range(9 * PAGE + 1)}
    engine.groups = type(engine.groups)()


def test_the_front_page_has_both_ways_in(client):
    page = page_of(client, "/browse")
    assert [" ".join(a.text.split()) for a in page.select(".groups a")] == ["Someone to talk to (2 pages)", "Play (1 pages)"]
    assert names(page) == ["The <Helpline>", "Portage", "A rumour", "What to expect: learning, primary school", "What to expect: the guide"]
    assert [h.text for h in page.select("h3.letter")] == ["H", "P", "R", "W"]
    assert page.select_one("a[href='/browse?group=talk']")
    for letter, count in (("H", "1"), ("W", "2"), ("B", "0")):
        assert any(li.text.split()[:2] == [letter, count] for li in page.select(".letters li")), letter


@pytest.mark.parametrize(("path", "expected"), [
    ("/browse?q=helpline", ["The <Helpline>"]), ("/browse?q=helplien", ["The <Helpline>"]), ("/browse?q=hlpline", ["The <Helpline>"]),
    ("/browse?group=play", ["Portage"]), ("/browse?letter=p", ["Portage"]), ("/browse?kind=topic", ["A rumour"]),
    ("/browse?age=2", ["Portage", "What to expect: the guide"]), ("/browse?need=mental-health", ["The <Helpline>"]),
    ("/browse?area=reddish&kind=service", None), ("/browse?kind=service&area=reddish", ["Portage"]),
])
def test_a_filter_has_an_address(client, path, expected):
    if expected is None:
        assert client.get(path).location == "/browse?kind=service&area=reddish"
    else:
        assert names(page_of(client, path)) == expected


@pytest.mark.parametrize(("given", "tidy"), [
    ("/browse?q=&group=&age=&area=", "/browse"),
    ("/browse?need=mental-health&age=7&q=&area=", "/browse?age=7&need=mental-health"),
    ("/browse?need=mental-health&need=autism&need=autism", "/browse?need=mental-health&need=autism"),
    ("/browse?need=autism&need=mental-health", "/browse?need=mental-health&need=autism"),
    ("/browse?q=++the++helpline+", "/browse?q=the+helpline"), ("/browse?age=07", "/browse?age=7"), ("/browse?page=1", "/browse"),
    ("/browse?utm_source=x&age=7", "/browse?age=7"), ("/browse?age=7&q=caf%C3%A9%20bar", "/browse?q=caf%C3%A9+bar&age=7"),
    ("/browse?q=a%FFb", "/browse?q=a%25FFb"),
])
def test_an_address_written_otherwise_leads_to_the_one_way_of_writing_it(client, given, tidy):
    response = client.get(given)
    assert (response.status_code, response.location) == (302, tidy)
    assert client.get(tidy).status_code == 200


def test_a_form_as_a_browser_sends_it_leads_to_a_stable_address(client):
    form = page_of(client, "/browse").select_one("form.filters")
    assert (form["method"], form["action"]) == ("get", "/browse#results")
    fields = [(f["name"], f.get("value", "")) for f in form.select("input[name]:not([type=checkbox]), select[name]")]
    ticked = [(f["name"], f["value"]) for f in form.select("input[type=checkbox]")]
    assert {name for name, _ in fields + ticked} == {"q", "age", "group", "area", "need", "kind"}
    response = client.get("/browse", query_string=fields + ticked)
    assert response.status_code == 302
    again = client.get(response.location)
    assert again.status_code == 200
    page = BeautifulSoup(again.data, "lxml")
    assert {f["value"] for f in page.select("input[type=checkbox][checked]")} == {value for _, value in ticked}


@pytest.mark.parametrize(("query", "told"), [
    ("age=26", "Age: give a whole number from 0 to 25."), ("age=-1", "Age:"), ("age=seven", "Age:"), ("age=" + "9" * 5000, "Age:"),
    ("age=%D9%A7", "Age:"),
    ("need=nothing", "Need: we do not know that choice"), ("area=paris", "Area:"), ("group=x", "What families ask for:"),
    ("letter=aa", "First letter:"),
    ("kind=%3Cscript%3E", "Kind of page:"), ("diagnosis=yes", "Diagnosis:"), ("referral=1", "Referral:"), ("page=0", "Page number:"),
    ("page=99", "There is no page 99"), ("q=%F0%9F%92%AC", "Words: there is no word"), ("q=" + "word+" * 50, "Words: only the first 100 letters"),
    ("area=reddish&area=brinnington", "Area: only one can be chosen"),
])
def test_a_value_that_cannot_be_used_is_left_out_and_the_page_says_so(client, query, told):
    page = page_of(client, f"/browse?{query}")
    assert told in page.select_one(".notice").text
    assert "<script>" not in str(page)
    assert page.select_one("#results")


def test_good_values_beside_a_bad_one_still_count(client):
    page = page_of(client, "/browse?age=500&kind=topic")
    assert names(page) == ["A rumour"]
    assert [" ".join(li.text.split()) for li in page.select(".chips li")] == ["Remove filter: How things work ✕", "Clear all"]
    assert page.select_one(".share a").text == "/browse?kind=topic"


def test_counts_stand_beside_each_choice(client):
    page = page_of(client, "/browse?kind=service&area=reddish")
    labels = [" ".join(label.text.split()) for label in page.select("form.filters .tick label")]
    assert "Places to go (1 pages)" in labels
    assert "How things work (1 pages)" in labels
    assert "What school should do (2 pages)" in labels
    assert [o.text for o in page.select("#area option")] == ["All of Stockport", "Brinnington (2)", "Reddish (1)"]
    assert page.select_one("#area option[selected]").text == "Reddish (1)"


def test_filters_in_use_can_be_taken_off_one_by_one(client):
    page = page_of(client, "/browse?q=anyone&age=7&need=mental-health&need=autism")
    assert [a["href"] for a in page.select(".chips a")] == [
        "/browse?age=7&need=mental-health&need=autism", "/browse?q=anyone&need=mental-health&need=autism", "/browse?q=anyone&age=7&need=autism",
        "/browse?q=anyone&age=7&need=mental-health", "/browse",
    ]
    for a in page.select(".chips a"):
        assert client.get(a["href"]).status_code == 200


def test_an_empty_list_helps(client):
    page = page_of(client, "/browse?q=helpline+play&age=2")
    assert names(page) == []
    assert "No page of the directory fits all of this" in page.select_one("#results-title").text
    offered = {a["href"]: a.find_parent("li").text.split("(")[1][0] for a in page.select("#results .links a")}
    assert offered == {"/browse?q=play&age=2": "1", "/browse?age=2": "2"}
    for address in offered:
        assert names(page_of(client, address))
    assert page.select_one("form.ask textarea").text.strip() == "helpline play"


def test_a_long_list_comes_in_parts_with_numbers(client, many):
    page = page_of(client, "/browse")
    assert len(names(page)) == PAGE
    assert [li.text for li in page.select(".pages li")] == ["Part 1", "Part 2", "…", "Part 9", "Part 10", "Next"]
    page = page_of(client, "/browse?page=5")
    assert names(page)[0] == "Entry 200"
    assert [li.text for li in page.select(".pages li")] == [
        "Previous", "Part 1", "Part 2", "…", "Part 4", "Part 5", "Part 6", "…", "Part 9", "Part 10", "Next"]
    assert page.select_one(".pages [aria-current=page]").text == "Part 5"
    assert page.select_one("link[rel=next]")["href"] == "/browse?page=6"
    assert "page 5 of 10" in page.title.text
    assert names(page_of(client, "/browse?page=10")) == ["Entry 450"]
    seen = [name for n in range(2, 11) for name in names(page_of(client, f"/browse?page={n}"))]
    assert len(set(seen)) == len(seen) == 8 * PAGE + 1
    assert not page_of(client, "/browse?page=10").select_one("link[rel=next]")


def test_a_filter_starts_from_the_first_part(client, many):
    page = page_of(client, "/browse?page=5")
    assert all("page=" not in a["href"] for a in page.select(".letters a, .chips a"))
    assert not page.select("form.filters input[name=page]")


@pytest.mark.parametrize("path", ["/browse", "/browse?q=helpline", "/browse?q=zzzz&age=7", "/browse?age=x", "/browse?letter=h", "/browse?group=talk"])
def test_pages_are_well_made_for_all(client, path):
    page = page_of(client, path)
    assert len(page.select("h1")) == 1
    ids = [e["id"] for e in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for field in page.select("input:not([type=hidden]), select, textarea"):
        assert page.select_one(f"label[for='{field['id']}']"), field
    for fieldset in page.select("fieldset"):
        assert fieldset.legend.text
    for e in page.select("[aria-describedby], [aria-labelledby]"):
        for id in (e.get("aria-describedby", "") + " " + e.get("aria-labelledby", "")).split():
            assert id in ids
    levels = [int(h.name[1]) for h in page.select("h1, h2, h3, h4")]
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert not page.select("[style], [onclick], script")
    assert not page.select("a:not([href])")


def test_what_was_typed_is_escaped(client):
    page = page_of(client, "/browse?q=%3Cb%3Ehelpline%3C%2Fb%3E+%22x")
    assert not page.select("#results b")
    assert page.select_one("#q")["value"] == '<b>helpline</b> "x'


def test_header_and_footer_lead_there(client):
    page = page_of(client, "/about")
    assert page.select_one("header a[href='/browse']")
    assert {a["href"] for a in page.select("footer a")} >= {"/browse", "/framework"}


def test_a_new_release_is_browsed_at_once(client, engine):
    assert len(names(page_of(client, "/browse"))) == 5
    engine.entries = {"portage": engine.entries["portage"]}
    engine.release_id = "2026-01-02T00-00-00Z-abc124"
    assert names(page_of(client, "/browse")) == ["Portage"]
