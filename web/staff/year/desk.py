"""``/staff/report``: the yearly report on the Local Offer, as a page to look at, and as Word or Markdown to edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import chain

from flask import Response, abort, render_template

from indexer.checks import check
from indexer.errors import ContentError
from web.present import in_words
from web.replies import Replies
from web.report import report_on
from web.site import site
from web.staff.door import desk, takes
from web.staff.figures.desk import asked_figures
from web.staff.roles import May
from web.staff.room import room
from web.staff.sheets import download
from web.staff.year import offer, use
from web.staff.year.blocks import Block, Document, Paragraph, Write
from web.staff.year.markdown import as_markdown

blueprint = desk("year", __name__, "/report")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/<int:year>")
@takes(May.LOOK)
def page(year: int) -> str:
    """The report on a page, with the files to edit."""
    return render_template("staff/year.html", document=report(year), year=year, years=years(), kind=lambda block: type(block).__name__)


@blueprint.get("/<int:year>.docx")
@takes(May.LOOK)
def word(year: int) -> Response:
    """The report as a Word document."""
    from web.staff.year.word import as_docx  # Word's library is large, and needed once a year

    return download(as_docx(report(year)), DOCX, f"local-offer-report-{year}.docx")


@blueprint.get("/<int:year>.md")
@takes(May.LOOK)
def markdown(year: int) -> Response:
    """The report as Markdown."""
    return download(as_markdown(report(year)), "text/markdown", f"local-offer-report-{year}.md")


def years() -> list[int]:
    """The years that there can be a report on, the latest first: this one, and back to the first of which anything is kept."""
    today, first = site().asked.today(), site().asked.first_day()
    kept = {today.year, *(Replies(site().database).years()), *site().answer_feedback.years()}
    return list(range(today.year, min(kept | ({first.year} if first else set())) - 1, -1))


def report(year: int) -> Document:
    """The report on a year; there is none on a year of which nothing is kept."""
    if year not in years():
        abort(404)
    today, figures = site().asked.today(), asked_figures()
    entries = dict(site().live.current().every_entry)
    council, service = site().settings.council_name, site().settings.service_name
    said = report_on(year, Replies(site().database), site().answer_feedback)
    begin: list[Block] = [
        Paragraph(f"{council}. Draft of {in_words(today)}. The figures come from {service} itself; what stands in brackets is to be written."),
        Write("a foreword, and a summary of the three things that matter most this year"),
    ]
    parts = (
        begin,
        use.use(figures, year, today),
        use.asked_for(figures, year, today),
        use.unanswered(figures, year, today),
        offer.comments(said, entries),
        offer.entries_kept(list(entries.values()), today),
        _checked(today),
        [Write("what the council will do next year, who does it, and how families will know")],
    )
    return Document(f"The Local Offer in {year}: yearly report", list(chain.from_iterable(parts)))


def _checked(today: date) -> Sequence[Block]:
    """What the checks of the content folder say, unless the content is not here or cannot be read."""
    try:
        checked = check(room().indexer.content, today)
    except (ContentError, OSError):
        return [Write("the duties of Schedule 2 and the contacts to supply; the content folder could not be read here")]
    entries = dict(site().live.current().every_entry)
    return [*offer.duties(checked), *offer.still_to_supply(checked, entries)]
