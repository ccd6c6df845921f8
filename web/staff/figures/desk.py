"""``/staff/figures``: what was asked and what became of it, drawn, as tables and as files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Response, abort, render_template, request

from web.site import site
from web.staff.door import desk, takes
from web.staff.figures.asked import Figures
from web.staff.figures.charts import WIDTH, chart
from web.staff.figures.hiding import in_cell
from web.staff.figures.other import by_month, helped, texts
from web.staff.figures.periods import Grain, Period, month_of, whole
from web.staff.figures.records import Figure
from web.staff.roles import May
from web.staff.sheets import XLSX, as_csv, as_xlsx, download

blueprint = desk("figures", __name__, "/figures")
MONTHS_SHOWN = 12
MOST_DAYS = 62
_MADE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)Z")


@dataclass(frozen=True)
class Chosen:
    """Which periods are looked at: months to choose from, the first and last of them that is chosen, and the periods in between that are over."""

    grain: Grain
    months: tuple[Period, ...]
    since: str
    until: str
    periods: tuple[Period, ...]
    cut: bool

    @property
    def query(self) -> dict[str, str]:
        """As an address says it."""
        return {"by": self.grain.value, "since": self.since, "until": self.until}


@blueprint.get("")
@takes(May.LOOK)
def page() -> str:
    """Every figure that the chosen periods can have."""
    chosen = _chosen()
    found = figures(chosen.periods)
    drawn = [(figure, chart(figure)) for figure in found]
    facts = {"grains": Grain, "in_cell": in_cell, "width": WIDTH, "most_days": MOST_DAYS, "year": site().asked.today().year}
    return render_template("staff/figures.html", chosen=chosen, drawn=drawn, age=index_age(), **facts)


@blueprint.get("/<name>.csv")
@takes(May.LOOK)
def csv_file(name: str) -> Response:
    """One figure as CSV."""
    figure, chosen = _figure(name)
    return download(as_csv(figure.head, figure.lines()), "text/csv", f"{_file_name(name, chosen)}.csv")


@blueprint.get("/<name>.xlsx")
@takes(May.LOOK)
def xlsx_file(name: str) -> Response:
    """One figure as a spreadsheet."""
    figure, chosen = _figure(name)
    return download(as_xlsx(figure.title, figure.head, figure.lines()), XLSX, f"{_file_name(name, chosen)}.xlsx")


def figures(periods: tuple[Period, ...]) -> list[Figure]:
    """Every figure for some periods."""
    if not periods:
        return []
    asked = asked_figures()
    found = list(asked.of(periods))
    if by_month(periods):
        found += [texts(site().dispatch.texts, periods, asked.texts_known(periods)), helped(site().answer_feedback, periods)]
    return found


def asked_figures() -> Figures:
    """The figures on questions, with names from the live release."""
    engine = site().live.current()
    return Figures(site().asked, engine.need_names, engine.area_names)


def index_age() -> tuple[str, int] | None:
    """When the live release was made (UTC), and how many days ago; None where its name does not say."""
    made = _MADE.match(site().live.current().release_id)
    if not made:
        return None
    moment = datetime.fromisoformat(f"{made[1]}:{made[2]}:{made[3]}").replace(tzinfo=UTC)
    return moment.strftime("%Y-%m-%d %H:%M"), max(0, (datetime.now(UTC) - moment).days)


def _chosen() -> Chosen:
    """The periods that the address asks for; months that there are none of are left out."""
    given = request.args.get("by", Grain.MONTH.value)
    grain = Grain(given) if given in list(Grain) else Grain.MONTH
    today = site().asked.today()
    first = site().asked.first_day() or today
    months = tuple(whole(Grain.MONTH, first, month_of(today).until))
    names = [month.iso for month in months]
    until = request.args.get("until", "")
    until = until if until in names else names[-1]
    since = request.args.get("since", "")
    since = since if since in names and since <= until else names[max(0, names.index(until) - MONTHS_SHOWN + 1)]
    begin, end = date.fromisoformat(f"{since}-01"), month_of(date.fromisoformat(f"{until}-01")).until
    if grain is Grain.WEEK and begin.weekday():
        begin += timedelta(7 - begin.weekday())  # weeks that begin in the chosen months, each of them whole
    periods = tuple(p for p in whole(grain, begin, today) if p.since < end)
    most = MOST_DAYS if grain is Grain.DAY else len(periods)
    return Chosen(grain, months, since, until, periods[-most:] if most else (), len(periods) > most)


def _figure(name: str) -> tuple[Figure, Chosen]:
    chosen = _chosen()
    return next((figure for figure in figures(chosen.periods) if figure.id == name), None) or abort(404), chosen


def _file_name(name: str, chosen: Chosen) -> str:
    return f"{name}-by-{chosen.grain}-{chosen.periods[0].iso}-{chosen.periods[-1].iso}"
