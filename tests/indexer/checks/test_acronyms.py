"""Acronyms are explained where an entry first uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.checks import Finding, check
from tests.indexer.tidy import TODAY, TOYS, edit

ASK = "Ask at the swimming club."


@pytest.mark.parametrize(
    "text",
    [
        "Ask the special needs lead (SENCO).",
        "An education, health and care (EHC) plan helps. An EHC plan is long.",
        "Ask the Support Hub (MASSH).",
        "The special needs teacher (SENCO, once INCO) helps.",
        "SEN support is help for special educational needs (SEN).",
        "Ask MASSH (the council's front door).",
        "Ask PACTS, the parent carer forum.",
        "PACTS is the parent carer forum.",
        "DLA stands for Disability Living Allowance.",
        "ICB on a letter stands for Integrated Care Board.",
        "The team for plans is called the EHCP team.",
        "The older name for an early help plan is CAF.",
        "Text SHOUT to us.",
        "Text the word HELP to us.",
        "Write to TOYS@example.org or see ipsea.org.uk.",
        "The hall is in SK2 7JE.",
        "The charity SOS!SEN helps.",
        "I can help.",
        "Ask a GP.",
        "The club has CADS camps. We do not know what CADS stands for.",
    ],
)
def test_what_is_explained_or_no_acronym(content: Path, text: str) -> None:
    words = (content / "words.toml").read_text(encoding="utf-8")
    (content / "words.toml").write_text(f'{words}[known_acronyms]\nGP = "family doctor"\n', encoding="utf-8")
    edit(content, TOYS, ASK, text)
    assert [f for f in check(content, TODAY).findings if f.rule == "acronym"] == []


@pytest.mark.parametrize(
    ("text", "acronym", "sentence"),
    [
        ("Ask the SENCO.", "SENCO", "Ask the SENCO."),
        ("Ask a GP.", "GP", "Ask a GP."),
        ("EHCPs are long.", "EHCP", "EHCPs are long."),
        ("An EHC plan helps. It is an education, health and care (EHC) plan.", "EHC", "An EHC plan helps."),
        ("MASSH is also the route for anxiety.", "MASSH", "MASSH is also the route for anxiety."),
        ("Ask school (SENCO) or the hub (MASSH). Ask CAMHS.", "CAMHS", "Ask CAMHS."),
        ("The SENCO's job is to help.", "SENCO", "The SENCO's job is to help."),
    ],
)
def test_what_is_not_explained(content: Path, text: str, acronym: str, sentence: str) -> None:
    edit(content, TOYS, ASK, text)
    found = [f for f in check(content, TODAY).findings if f.rule == "acronym"]
    assert found == [Finding("acronym", "error", "toy-library", f"{acronym} is not spelled out at its first use: {sentence}")]


def test_each_entry_explains_for_itself(content: Path) -> None:
    edit(content, TOYS, ASK, "Ask the special needs lead (SENCO).")
    edit(content, "services/swimming-club.md", "The swimming club meets on Saturdays.", "Ask the SENCO.")
    assert [(f.rule, f.entry) for f in check(content, TODAY).findings] == [("acronym", "swimming-club")]


def test_what_is_explained_in_the_description_holds_for_the_rest(content: Path) -> None:
    edit(content, TOYS, "The toy library lends toys", "The Toy Lending Club (TLC) lends toys")
    edit(content, TOYS, ASK, "Ask the TLC.")
    assert check(content, TODAY).findings == ()
