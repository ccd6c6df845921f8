"""The directory as an Open Referral UK feed (HSDS-UK 3.0) under ``/open-referral/``: open to everyone and to pages of other sites."""

from __future__ import annotations

import math
import re
from typing import Any, NoReturn, cast

from flask import Blueprint, Response, abort, current_app, jsonify, request
from werkzeug.exceptions import HTTPException

from indexer.errors import WaymarkError
from indexer.open_referral import export
from indexer.open_referral.directory import Directory, Filters, paged
from indexer.open_referral.export import Publisher
from web import metrics
from web.problems import DETAILS, log, problem
from web.site import AnswersQuestions, site

PREFIX = "/open-referral"
VERSION = "HSDS-UK-3.0"
PROFILE = "https://github.com/OpenReferralUK/uk-profile/blob/main/docs/index.md"
OPENAPI = "https://docs.openreferraluk.org/en/latest/openapi30.json"
"""The profile and its description: the two addresses that the profile's own examples give."""
PER_PAGE, MOST_PER_PAGE, LAST_PAGE, SEARCH_LIMIT, OLDEST = 50, 100, 1_000_000, 200, 130
NOT_HELD = ("start_time", "end_time", "day", "postcode", "proximity")
"""Filters of the standard for which the directory holds no fields. Refused: to ignore them would be to say that everything suits."""

blueprint = Blueprint("open_referral", __name__, url_prefix=PREFIX)


@blueprint.get("/")
def about() -> Response:
    """What this feed is."""
    return jsonify(version=VERSION, profile=PROFILE, openapi_url=OPENAPI)


@blueprint.get("/services")
def services() -> Response:
    """Services, flat, by page and filter."""
    return jsonify(directory().services(_filters(), *_page()))


@blueprint.get("/services/<id>")
def service(id: str) -> Response:
    """One service in full."""
    return _one(directory().service(id))


@blueprint.get("/service_at_locations")
def service_at_locations() -> Response:
    """Where services are, flat, by page and filter."""
    return jsonify(directory().places(_filters(), *_page()))


@blueprint.get("/service_at_locations/<id>")
def service_at_location(id: str) -> Response:
    """One place of a service in full."""
    return _one(directory().place(id))


@blueprint.get("/taxonomies")
def taxonomies() -> Response:
    """The one taxonomy that services are tagged with."""
    return jsonify(paged([export.taxonomy()], *_page(), dict))


@blueprint.get("/taxonomies/<id>")
def taxonomy(id: str) -> Response:
    """That taxonomy with its terms."""
    found = directory().taxonomy()
    return _one(found if found["id"] == id.lower() else None)


@blueprint.get("/taxonomy_terms")
def taxonomy_terms() -> Response:
    """The needs, as terms."""
    return jsonify(paged(directory().terms, *_page(), dict))


@blueprint.get("/taxonomy_terms/<id>")
def taxonomy_term(id: str) -> Response:
    """One need."""
    return _one(next((t for t in directory().terms if t["id"] == id.lower()), None))


def directory() -> Directory:
    """The directory of the release that is live now, kept until another is."""
    engine = site().live.current()
    held = cast("tuple[AnswersQuestions, Directory] | None", current_app.extensions.get("waymark_open_referral"))
    if held is None or held[0] is not engine:
        held = current_app.extensions["waymark_open_referral"] = (engine, Directory(engine.entries.values(), _publisher(engine)))
    return held[1]


def _publisher(engine: AnswersQuestions) -> Publisher:
    settings, release = site().settings, getattr(engine, "release", None)
    made = re.match(r"(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)Z", engine.release_id)  # as release.seal writes ids
    needs = {need.id: need.name for need in release.wording.needs} if release else {}
    return Publisher(settings.council_name, settings.council_url, f"{made[1]}:{made[2]}:{made[3]}Z" if made else None, needs)


def _one(found: dict[str, Any] | None) -> Response:
    return jsonify(found) if found is not None else problem(404, "There is nothing with this id.")


def _page() -> tuple[int, int]:
    return _whole("page", 1, LAST_PAGE), min(_whole("per_page", PER_PAGE, LAST_PAGE), MOST_PER_PAGE)


def _filters() -> Filters:
    for name in NOT_HELD:
        if request.args.get(name):
            _wrong(name, "this directory holds no times or coordinates to filter by.")
    search = request.args.get("search", "")
    if len(search) > SEARCH_LIMIT:
        _wrong("search", f"at most {SEARCH_LIMIT} characters.")
    ids = {name: request.args[name].lower() for name in ("taxonomy_term_id", "taxonomy_id") if request.args.get(name)}
    ages = {name: _age(name) for name in ("minimum_age", "maximum_age")}
    return Filters(search, ids.get("taxonomy_term_id"), ids.get("taxonomy_id"), **ages)


def _whole(name: str, default: int, most: int) -> int:
    given = request.args.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,7}", given) or not 1 <= int(given) <= most:
        _wrong(name, f"a whole number from 1 to {most}.")
    return int(given)


def _age(name: str) -> float | None:
    given = request.args.get(name)
    if not given:
        return None
    age = float(given) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", given) else math.inf
    return age if age <= OLDEST else _wrong(name, f"a number of years from 0 to {OLDEST}.")


def _wrong(name: str, detail: str) -> NoReturn:
    abort(problem(400, f"{name}: {detail}", "wrong-parameter"))


@blueprint.errorhandler(Exception)
def fault(error: Exception) -> Response:
    """Every fault as a problem document."""
    if isinstance(error, HTTPException):
        return error.get_response() if error.response else _refused(error)  # type: ignore[return-value]
    if isinstance(error, WaymarkError):
        log.exception("no usable release")
        return problem(503, DETAILS[503])
    metrics.FAILURES.inc()
    log.exception("unforeseen fault")
    return problem(500, DETAILS[500])


@blueprint.before_app_request
def unrouted() -> Response | None:
    """Addresses below ours that do not exist, and methods that they do not take: those faults come before any blueprint is chosen."""
    error = request.routing_exception
    return _refused(error) if _ours() and isinstance(error, HTTPException) and (error.code or 500) >= 400 else None


@blueprint.after_app_request
def open_to_all(response: Response) -> Response:
    """Pages of any site may read the feed, as the profile's compliance page asks; nothing else here may be read so."""
    if _ours():
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _ours() -> bool:
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def _refused(error: HTTPException) -> Response:
    status = error.code or 500
    response = problem(status, DETAILS.get(status, f"{error.name}."))
    if status == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return response
