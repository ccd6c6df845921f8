"""“You said, we did”: ``/you-said-we-did`` shows published comments with the replies to them, ``/you-said-we-did/<year>`` what came in that year."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, abort, make_response, render_template
from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from web.comments import ABOUT
from web.replies import Replies
from web.report import Report, as_csv, name_of, report_on, years_of
from web.site import site
from web.small_numbers import SMALLEST, Shown
from web.years import day

blueprint = Blueprint("said", __name__)

LAW = "https://www.legislation.gov.uk/uksi/2014/1530/part/4"
"""Part 4 of the Special Educational Needs and Disability Regulations 2014, on the Local Offer."""


@blueprint.get("/you-said-we-did")
def page() -> str:
    """The comments of the latest year that has any with a reply."""
    replies, years = _replies(), _years()
    published = next(((year, found) for year in years if (found := replies.published(year))), None)
    return _show("said.html", years=years, year=published[0] if published else None, published=published[1] if published else [])


@blueprint.get("/you-said-we-did/<int:year>")
def yearly(year: int) -> str:
    """The report on a year."""
    return _show("said_year.html", years=_years(), report=_report(year))


@blueprint.get("/you-said-we-did/<int:year>.csv")
def spreadsheet(year: int) -> Response:
    """The same report as a spreadsheet, in English."""
    with force_locale("en"):
        response = make_response(as_csv(_report(year), site().live.current().entries))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="you-said-we-did-{year}.csv"'
    return response


def in_words(number: Shown) -> str:
    """A number as the page says it."""
    if number.exact is not None:
        return str(number.exact)
    if number.small:
        return str(_("fewer than %(number)s", number=SMALLEST))
    return str(_("%(number)s or more", number=SMALLEST) if number.at_least else _("not shown"))


def on_day(moment: int) -> str:
    """The day of a moment, in words."""
    return str(format_date(day(moment), "d MMMM y"))


def in_month(moment: int) -> str:
    """The month of a moment, in words: the day could tell a family from others."""
    return str(format_date(day(moment), "MMMM y"))


def _show(template: str, **facts: object) -> str:
    entries = site().live.current().entries
    functions = {"in_words": in_words, "on_day": on_day, "in_month": in_month, "name_of": partial(name_of, entries=entries)}
    return render_template(template, **facts, **functions, law=LAW, abouts=ABOUT, smallest=SMALLEST, entries=entries)


def _replies() -> Replies:
    return Replies(site().database)


def _years() -> list[int]:
    return years_of(_replies(), site().answer_feedback)


def _report(year: int) -> Report:
    if year not in _years():
        abort(404)
    return report_on(year, _replies(), site().answer_feedback)
