"""The algorithmic transparency record: the headings of the UK Algorithmic Transparency Recording Standard, filled in as far as the code and
``docs/experiments.md`` say. What only the council knows is marked as its own to complete. It is shown as a page and given as JSON:
one module because it is one document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from web.settings import WebSettings

STANDARD = "UK Algorithmic Transparency Recording Standard"
TO_COMPLETE = "To be completed by the council."
TIERS = {"Tier 1": "Overview", "Tier 2": "Details"}

Field = tuple[str, tuple[str, ...]]
"""A heading and its paragraphs; none where the council completes it."""


@dataclass(frozen=True)
class Facts:
    """What the record says of the site as it runs: entries published and confirmed, whether texting and rewording are on, and its date."""

    entries: int
    confirmed: int
    texting: bool
    rewords: bool
    prepared: str


def record(settings: WebSettings, facts: Facts) -> dict[str, Any]:
    """The record: tiers, each with sections, each with fields of ``heading``, ``text`` (paragraphs) and ``to_complete``."""
    tier_1 = [("Overview", _overview(settings))]
    tier_2 = [
        ("1. Owner and responsibility", _owner(settings, facts)),
        ("2. Description and rationale", _rationale()),
        ("3. Decision making process", _decisions(facts)),
        ("4. Tool specification: system architecture", _architecture(facts)),
        ("4. Tool specification: models", _models()),
        ("4. Tool specification: data", _data(facts)),
        ("5. Risks, mitigations and impact assessments", _risks()),
    ]
    return {
        "standard": STANDARD,
        "prepared": facts.prepared,
        "tiers": [
            {"heading": f"{name}: {title}", "sections": [_section(*section) for section in sections]}
            for (name, title), sections in zip(TIERS.items(), (tier_1, tier_2), strict=True)
        ],
    }


def _section(heading: str, fields: list[Field]) -> dict[str, Any]:
    listed = [{"heading": name, "text": list(text or (TO_COMPLETE,)), "to_complete": not text} for name, text in fields]
    return {"heading": heading, "fields": listed}


def _overview(settings: WebSettings) -> list[Field]:
    name = settings.service_name
    return [
        ("Name", (name,)),
        (
            "Description",
            (
                f"{name} answers questions from families of children and young people with special educational needs or disabilities (SEND) in "
                "Stockport. It names the place to start, says how to get in and what to expect, and shows the source of each fact.",
                "It is used so that families find the right service quickly and are told the same thing whoever asks. It names places. It takes no "
                "decision about anyone.",
            ),
        ),
        ("Website URL", (settings.public_url,) if settings.public_url else ()),
        ("Contact email", (settings.council_email,) if settings.council_email else ()),
    ]


def _owner(settings: WebSettings, facts: Facts) -> list[Field]:
    twilio = settings.twilio_auth_token.get_secret_value() and "Twilio"
    notify = settings.notify_bearer_token.get_secret_value() and "GOV.UK Notify"
    carriers = " and ".join(filter(None, (twilio, notify)))
    carried = (f"Text messages arrive and leave by way of {carriers}. Any other third party, such as a host, is for the council to name.",)
    return [
        ("1.1 Organisation or department", (settings.council_name,)),
        ("1.2 Team", ()),
        ("1.3 Senior responsible owner", ()),
        ("1.4 Third party involvement", carried if facts.texting else ()),
        ("1.4.1 Third party", ()),
        ("1.4.2 Companies House number", ()),
        ("1.4.3 Third party role", ()),
        ("1.4.4 Procurement procedure type", ()),
        ("1.4.5 Third party data access terms", ()),
    ]


def _rationale() -> list[Field]:
    return [
        (
            "2.1 Detailed description",
            (
                "A message is first searched for signs of danger, by fixed rules and by weights learned from example messages. Where danger is "
                "found, the reply opens with what to do now and whom to ring.",
                "Otherwise the age, place and needs named in the message are read. Entries of the directory are ranked as places to start, and "
                "passages of entries and documents are ranked by how near they are to the question.",
                "The answer is put together from sentences of those passages, word for word, each with its source. The words around them are fixed "
                "and kept in a file that staff can read.",
                "A message outside the subject, or one that asks what nobody here can tell, is refused, where possible with whom to ask. Where "
                "the age alone decides between two places, the reply asks for it.",
            ),
        ),
        (
            "2.2 Benefits",
            (
                "One place to start instead of a list to search. The same start for every way of asking is the aim, and it is measured. "
                "Each fact can be checked at its source. It works by web page at any hour, and by text message where that is switched on.",
            ),
        ),
        ("2.3 Previous process", ()),
        (
            "2.4 Alternatives considered",
            (
                "Search of passages alone, with nothing learned: right first place for 41.4% of 128 development questions, against 94.5% when both "
                "were measured.",
                "Answers written by a language model: small models that fit on a council's own machine invented telephone numbers and promises, "
                "so sentences are copied instead.",
            ),
        ),
    ]


def _decisions(facts: Facts) -> list[Field]:
    return [
        (
            "3.1 Process integration",
            (
                "It stands before any process of the council. It tells people where to ask. It does not read or write case files, and no "
                "decision on support, eligibility or a plan takes its answers into account.",
            ),
        ),
        (
            "3.2 Provided information",
            (
                "The place to start and up to two others, who they are for, how to get in, contacts, what to expect, what to do if that "
                "fails, and the source, date and state of confirmation of what is said.",
            ),
        ),
        (
            "3.3 Frequency and scale of usage",
            (),
        ),
        (
            "3.4 Human decisions and review",
            (
                "The directory, the rules for danger and the example messages are text files that staff can read and change. No person reads a "
                "question as it comes in. Anyone can say that an entry is wrong.",
                f"Of the {facts.entries} entries now published, {facts.confirmed} {'has' if facts.confirmed == 1 else 'have'} been confirmed by a "
                "person at the council or the service. Each answer says which it rests on.",
            ),
        ),
        ("3.5 Required training", ()),
        (
            "3.6 Appeals and review",
            (
                "There is no decision to appeal against. Each entry has a form to say that something is wrong. Complaints about the guide go to "
                "the council. The directory tells how to complain to the council, the NHS and schools, how to appeal, and where "
                "independent advice is free.",
            ),
        ),
    ]


def _architecture(facts: Facts) -> list[Field]:
    reworded = (
        "A language model has been set up to reword answers. It is given published sentences, never the question. Its words are checked against "
        "the source and dropped where a fact, number or link differs.",
    )
    return [
        (
            "4.1.1 System architecture",
            (
                "One program with three parts. An indexer reads the council's content and any documents, and publishes them with all learned "
                "weights as a release that cannot be changed, sealed by checksums. An engine turns a message into an answer from one release. "
                "A web server gives the pages, an interface for programs and the text message service.",
                "Everything runs on one server that the council chooses. No model is called over the network"
                + (" to find an answer." if facts.rewords else ".")
                + " The same message in the same conversation gets the same answer from the same release"
                + (", but for rewording." if facts.rewords else "."),
                *(reworded if facts.rewords else ("No language model writes or rewords answers.",)),
            ),
        ),
        ("4.1.2 System-level input", ("A message in the person's own words, and their earlier messages in the same conversation.",)),
        (
            "4.1.3 System-level output",
            ("One of six outcomes (answered, clarify, not found, out of scope, urgent, error) with the places named, the text and its sources.",),
        ),
        (
            "4.1.4 Maintenance",
            (
                "Every entry has a date by which it is to be looked at again. Each change of content makes a new release, which learns anew. "
                "Tests hold the measured quality to a floor. How often the council reviews the tool is for the council to state.",
            ),
        ),
    ]


def _models() -> list[Field]:
    return [
        (
            "4.2.1 Model names and versions",
            (
                "A sentence embedding model, all-MiniLM-L6-v2, pinned by checksum, with a small adapter learned from example messages. Linear "
                "models for the place to start, danger, subject and things nobody can tell, trained at each build. Keyword search (BM25). Fixed "
                "rules.",
            ),
        ),
        (
            "4.2.2 Model task",
            (
                "The embedding model turns a text into numbers, so that texts can be compared. The linear models give a likelihood for each "
                "place, and odds that a message shows danger or lies outside the subject.",
            ),
        ),
        ("4.2.3 Model input", ("Sentence vectors, words and pairs of words, and groups of three to five letters of the message.",)),
        ("4.2.4 Model output", ("Log probabilities and log odds, compared with fixed floors that are kept in text files.",)),
        (
            "4.2.5 Model architecture",
            (
                "A transformer of six layers, run as an 8-bit ONNX export; low-rank changes (rank 12) to the upper half of its layers; linear "
                "classifiers over three kinds of features.",
            ),
        ),
        ("4.2.6 Model performance", _PERFORMANCE),
        (
            "4.2.7 Datasets and their purposes",
            (
                "Example messages for learning; development and practice questions for choosing; sets of questions kept apart, each run once "
                "before anything was mended, for measuring. All sets were written for the project. None is a record of what families asked.",
            ),
        ),
    ]


_PERFORMANCE = (
    "Figures are from docs/experiments.md and are those of the first run of each set, before anything it showed was mended.",
    "Right first place: 91.7% (200 questions kept apart), 90.2% (160, fresh-questions.jsonl), 88.2% (165, unseen-questions.jsonl), 93.0% (160, "
    "last-questions.jsonl), 92.3% (165, fourth-questions.jsonl), 95.8% (160, fifth-questions.jsonl).",
    "Danger found, in the same order: 18 of 19, 18 of 18, 18 of 20, 17 of 18, 20 of 20 and 22 of 22. False alarms: three, none, one, none, "
    "none and one.",
    "Danger of which half is only hinted at: 155 of 200 such messages found on the first run, with one false alarm among 300 calm ones. After "
    "learning from them, a new set of 140 (danger-unseen.jsonl): 132 found, with 5 false alarms among 260; with what was changed since, 129 and 4.",
    "Other languages are weaker. In seven languages, the first run gave the right first place for 12 of 14, 6 of 14, 12 of 16, 11 of 14, 13 of "
    "16 and 11 of 14 questions. About half of danger was found (49%) in parts left out in turn of the messages in other languages.",
    "One need asked by a parent, by text, by a professional, by a grandparent or young person, and in limited English: of 64 needs, 37 led to the "
    "same first place for all five (58%). For the first three alone it was 44 (69%).",
    "No set comes from families, and none has been marked by the council. Measuring on real use is still to be done.",
)


def _data(facts: Facts) -> list[Field]:
    return [
        (
            "4.3.1 Source data",
            (
                f"The directory: {facts.entries} entries on services, topics and what schools should do, each with its sources, their dates and how "
                "certain they are. Further documents and websites are added where the council names them.",
            ),
        ),
        ("4.3.2 Data modality", ("Text.",)),
        (
            "4.3.3 Data quantities",
            (
                "About 21,000 example messages, in English and seven other languages. For measuring: the sets named under 4.2.6. For choosing: 160 "
                "development and 496 practice questions.",
            ),
        ),
        (
            "4.3.4 Sensitive attributes",
            (
                "Example messages speak of children's needs, disability, health and danger; they were made up for the purpose. What people write "
                "to the guide can speak of the same. The program does not learn from it.",
            ),
        ),
        (
            "4.3.5 Data completeness and representativeness",
            (
                "What the council has not supplied is listed in each entry as missing. Messages in other languages have not been read by native "
                "speakers. Whether the examples speak as Stockport's families do has not been measured.",
            ),
        ),
        (
            "4.3.6 Data cleaning",
            (
                "Text-speak and common misspellings are put right and acronyms opened, by lists that staff can read. Contacts that rest on an "
                "uncertain source are not shown.",
            ),
        ),
        (
            "4.3.7 Data collection",
            (
                "Entries were written from public pages, reports and the law, each named as a source. Example messages were written for the purpose; "
                "staff can add more, without names.",
            ),
        ),
        (
            "4.3.8 Data access and storage",
            (
                "Content is in files. Conversations are in a database on the server, deleted after the time that the "
                "privacy notice gives. Who has access to the server is for the council to state.",
            ),
        ),
        ("4.3.9 Data sharing agreements", ()),
    ]


def _risks() -> list[Field]:
    return [
        ("5.1 Data protection impact assessment", ()),
        ("5.2 Equality impact assessment", ()),
        (
            "5.3 Risks and mitigations",
            (
                "Danger is missed. It is looked for first, in messages of any length, by rules and by what is learned. Some messages of doubtful "
                "danger are answered with a first line on when to ring 999. Every page says that this is no person. It is not enough to rely on.",
                "A false alarm. Every first line is safe to follow, and the reply names other places to talk to.",
                "The wrong place is named. The answer shows its source, names up to two others and what to do if that fails, with a free "
                "independent service. Anyone can say that an entry is wrong.",
                "A fact is out of date. Each has a date and says whether it is confirmed. Uncertain contacts are hidden, and reviews fall due.",
                "Someone takes an answer for a decision or for advice. The guide says that it decides nothing, and refuses to predict one, to "
                "recommend a school or to advise on medicines.",
                "Personal data of a child is written. No name is asked for, no account is needed, nothing that was asked stands in a log, and "
                "conversations are deleted after a short time.",
                "People who write in other languages are served less well. Answers say where to ask for an interpreter. Translations of the "
                "pages say that a machine made them until a person has checked them.",
                "People without internet access are left out. Pages can be printed, and text messages can be switched on.",
            ),
        ),
    ]
