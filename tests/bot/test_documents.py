"""Questions whose answer stands on a page or in a file beside the entries, quoted with its section and page."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from bot.engine import Engine, open_engine
from bot.records import Channel
from bot.settings import BotSettings
from indexer.build import build, fetch
from indexer.config import IndexerSettings
from indexer.release import CURRENT, live_id
from tests.indexer.website.site import page, serving

PAGES = {
    "dolphins": ("Dolphins swimming club", "<h2>When and where</h2><p>The Dolphins swim at Avondale pool every Sunday from 4pm to 5pm.</p>"),
    "minibus": (
        "Marple accessible minibus",
        "<h2>How to book</h2><p>Book the Marple minibus two working days before you travel.</p><table><tr><th>Day</th><th>First run</th></tr>"
        "<tr><td>Tuesday</td><td>9.40am</td></tr><tr><td>Thursday</td><td>10.15am</td></tr></table>",
    ),
    "sensory-room": (
        "Sensory room at Bredbury library",
        "<h2>Hiring the room</h2><p>A family can hire the sensory room at Bredbury library for 45 minutes at a time.</p>"
        "<details><summary>What is in the room?</summary><p>There is a bubble tube, a weighted blanket and a quiet tent.</p></details>",
    ),
    "haircuts": ("Quiet haircuts", "<p>Quiet haircuts for autistic children are offered at the Edgeley barber on Monday mornings.</p>"),
    "trampoline": (
        "Rebound therapy sessions",
        "<h2>Who can come</h2><p>Rebound trampoline sessions are for wheelchair users aged 8 to 18.</p><h2>Fees</h2><p>Later sessions cost £6.</p>",
    ),
}
ASKED = [
    ("what time on sunday do the dolphins swim at avondale pool?", "dolphins", "When and where", "4pm to 5pm"),
    ("when does the marple accessible minibus first run on a thursday", "minibus", "How to book", "10.15am"),
    ("how far ahead do i book the marple minibus", "minibus", "How to book", "two working days"),
    ("what is in the sensory room at bredbury library?", "sensory-room", "What is in the room?", "bubble tube"),
    ("how long can a family hire the bredbury library sensory room for", "sensory-room", "Hiring the room", "45 minutes"),
    ("is there a quiet haircut for my autistic son", "haircuts", "Quiet haircuts", "Monday mornings"),
    ("what ages is rebound trampoline therapy for", "trampoline", "Who can come", "8 to 18"),
    ("how many lockers does the hydrotherapy pool in Offerton have", "pool.pdf", "page 2", "forty lockers"),
    ("how warm is the water of the hydrotherapy pool in Offerton", "pool.pdf", "page 1", "35 degrees"),
]


def pdf() -> bytes:
    data, styles = io.BytesIO(), getSampleStyleSheet()
    SimpleDocTemplate(data, title="The hydrotherapy pool in Offerton").build(
        [
            Paragraph("1. The water", styles["Heading1"]),
            Paragraph("The water of the hydrotherapy pool in Offerton is kept at 35 degrees all year.", styles["Normal"]),
            PageBreak(),
            Paragraph("2. Changing", styles["Heading1"]),
            Paragraph("The hydrotherapy pool in Offerton has forty lockers and two rooms with a hoist.", styles["Normal"]),
        ]
    )
    return data.getvalue()


@pytest.fixture(scope="module")
def told(indexer_settings: IndexerSettings, release_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The project's own release with a website beside it; vectors and what was learned are taken over, so that only the website is new."""
    folder = tmp_path_factory.mktemp("releases")
    live = str(live_id(release_dir))
    (folder / live).symlink_to(release_dir / live)
    (folder / "embeddings.sqlite").write_bytes((release_dir / "embeddings.sqlite").read_bytes())
    (folder / CURRENT).symlink_to(live)
    with serving() as site:
        site.page("/", "Home", *PAGES, "pool.pdf")
        for path, (title, body) in PAGES.items():
            html = page(title, text="?").replace("<p>?</p>", body)
            site.answers[f"/{path}"] = lambda request, html=html: request.send(html)
        site.answers["/pool.pdf"] = lambda request: request.send(pdf(), Content_Type="application/pdf")
        settings = indexer_settings.model_copy(update={"release_dir": folder, "websites": (site.website(),)})
        fetch(settings)
        build(settings)
    return open_engine(BotSettings(), settings)


@pytest.mark.parametrize(("question", "path", "section", "words"), ASKED)
def test_it_is_quoted_with_its_section_and_page(told: Engine, question: str, path: str, section: str, words: str) -> None:
    reply = told.reply([question], Channel.WEB).as_dict("")
    cited = [(c["url"].rsplit("/", 1)[-1], c["section"], c["quote"]) for c in reply["citations"]]
    assert any(url == path and section in where and words in quote for url, where, quote in cited), json.dumps(cited, indent=1)
    assert words in reply["text"]
