"""Addresses of one website: brought into one form, and which of them are worth asking for."""

from __future__ import annotations

import hashlib
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from indexer.config import Website, host_of
from indexer.readers.files import slug

if TYPE_CHECKING:
    from parsel import Selector

LONGEST = 1000
"""Longest address that is asked for, in characters."""
REPEATS = 3
"""A path with a part this often in it leads round in a circle."""
DATED_VARIANTS = 24
"""Most dates for which one page is read: more are a calendar without an end."""

_SESSION = re.compile(r";(?:jsessionid|phpsessid|sessionid|sid|cfid|cftoken)=[^/?#;&]*", re.I)
_EMPTY = frozenset(
    (
        "jsessionid", "phpsessid", "sessionid", "session_id", "sid", "aspsessionid", "cfid", "cftoken", "gclid", "gclsrc", "dclid", "fbclid",
        "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "ref_src", "print", "printable", "share",
    )
)  # fmt: skip
"""Parameters that name a visitor, a campaign or another look of the same page."""
_TRACKING = re.compile(r"(?:utm|pk|mtm|piwik|matomo|hsa)_\w+", re.I)
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-/_.]?(?:0[1-9]|1[0-2])(?:[-/_.]?[0-3]\d)?(?!\d)")
_DATE_KEYS = frozenset(("date", "day", "month", "week", "year", "startdate", "enddate", "cal", "calendar"))
_SPAN_KEYS = frozenset(("start", "end", "from", "to"))
"""Parameters that hold dates in calendars, and plain numbers in lists of many pages."""
_SPAN_DATE = re.compile(rf"{_DATE.pattern}|(?<!\d)[0-3]?\d[-/.][01]?\d[-/.](?:19|20)\d\d(?!\d)|^\d{{10}}(?:\d{{3}})?$")
"""A date anywhere in a value, in either order, or a moment in seconds or milliseconds."""
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|svgz?|webp|avif|ico|bmp|tiff?|css|js|mjs|json|map|woff2?|ttf|otf|eot|mp[34]|m4[av]|avi|mov|wmv|webm|og[gv]|wav|zip|gz|tgz|rar|7z"
    r"|exe|msi|dmg|iso|apk|ics|vcf|rss|atom|kml|kmz|geojson|csv|xlsx?|xlsm|pptx?|doc|rtf)",
    re.I,
)
_ACTIONS = re.compile(r"/(?:log-?in|log-?out|sign-?in|sign-?out|register|basket|cart|print|share|wp-admin|wp-json|feed|user/password)/?$", re.I)


def canonical(url: str, base: str = "") -> str | None:
    """An address in its one form: absolute, without fragment, session and tracking, its parameters sorted; None if it is no web address."""
    from w3lib.url import canonicalize_url  # what a build needs and serving does not

    try:
        joined = urljoin(base, url.strip()) if base else url.strip()
        parts = urlsplit(_SESSION.sub("", joined))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _EMPTY and not _TRACKING.fullmatch(k)]
        path = re.sub(r"/index\.(?:html?|php|aspx?|jsp)$", "/", parts.path) or "/"
        found = canonicalize_url(urlunsplit((parts.scheme, host_of(joined), path, urlencode(kept), "")))
    except ValueError:
        return None
    return found if len(found) <= LONGEST else None


def wanted(url: str, website: Website) -> bool:
    """Whether an address in its one form belongs to a website, by its host and patterns, and can be a page or document."""
    parts = urlsplit(url)
    if host_of(url) not in website.allowed_hosts or (_NO_PAGE.search(parts.path[-8:]) and _NO_PAGE.fullmatch(parts.path[parts.path.rfind(".") :])):
        return False
    if _ACTIONS.search(parts.path) or _circles(parts.path):
        return False
    path = f"{unquote(parts.path)}?{parts.query}" if parts.query else unquote(parts.path)
    if any(fnmatchcase(path, pattern) for pattern in website.exclude):
        return False
    return not website.include or any(fnmatchcase(path, pattern) for pattern in website.include)


def _circles(path: str) -> bool:
    parts = [part for part in path.split("/") if part]
    return any(parts.count(part) >= REPEATS for part in set(parts))


def without_date(url: str) -> str | None:
    """The address with its date taken out, the same for every leaf of a calendar; None for an address without one."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    bare = [(k, "" if _is_date(k.lower(), v) else v) for k, v in pairs]
    path = _DATE.sub("", parts.path)
    # A news item or a document has its date in the path too, but words after it: only a path that ends with its date is a leaf.
    leaf = path if path != parts.path and not re.search(r"[a-z]", parts.path.rsplit("/", 1)[-1], re.I) else parts.path
    found = urlunsplit((parts.scheme, parts.netloc, leaf, urlencode(bare), ""))
    return found if (leaf, bare) != (parts.path, pairs) else None


def _is_date(key: str, value: str) -> bool:
    if key in _SPAN_KEYS:
        return bool(_SPAN_DATE.search(value))
    return bool(_DATE.fullmatch(value) or (key in _DATE_KEYS and re.search(r"\d", value)))


def links_of(page: Selector, url: str, website: Website) -> list[str]:
    """The addresses that a page leads to and that belong to its website, as many as may be followed."""
    base = page.xpath("//base/@href").get()
    base = canonical(base, url) or url if base else url
    onward = page.xpath("//meta[translate(@http-equiv,'REFSH','refsh')='refresh']/@content").re(r"(?i)url\s*=\s*['\"]?([^'\"]+)")
    hrefs = page.xpath("//a[not(contains(@rel, 'nofollow'))]/@href | //area/@href | //link[@rel='next']/@href | //iframe/@src").getall()
    found = dict[str, None]()
    for href in (*onward, *hrefs):
        link = canonical(href, base)
        if link and wanted(link, website):
            found[link] = None
            if len(found) >= website.max_links:
                break
    return list(found)


def document_id(website: str, url: str) -> str:
    """The id of a page's document: readable, and different for every address."""
    path = "/".join(map(slug, filter(None, urlsplit(url).path.split("/")))) or "home"
    return f"{slug(website)}/{path[:80]}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
