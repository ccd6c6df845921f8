"""Sitemaps (sitemaps.org protocol 0.9): addresses from a list of pages or of further sitemaps, as XML, text or a feed, gzipped or not."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

from lxml import etree

MOST_BYTES = 50 * 1024 * 1024
"""Largest sitemap, unpacked, as the protocol has it."""
MOST_ADDRESSES = 50_000
"""Most addresses in one sitemap, as the protocol has it."""


class SitemapFaultError(ValueError):
    """A file that is no sitemap; the message says why."""


def unpacked(data: bytes) -> bytes:
    """The bytes of a file, unpacked where it is gzipped.

    Raises:
        SitemapFaultError: if it is damaged, or larger than ``MOST_BYTES``.
    """
    if data.startswith(b"\x1f\x8b"):
        packer = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            data = packer.decompress(data, MOST_BYTES + 1)
        except zlib.error as fault:
            raise SitemapFaultError(f"damaged gzip ({fault})") from fault
    if len(data) > MOST_BYTES:
        raise SitemapFaultError(f"unpacks to more than {MOST_BYTES // 1024**2} MB")
    return data


def read_sitemap(data: bytes) -> tuple[list[str], list[str]]:
    """Addresses of pages, and of further sitemaps, in the order written; what is no address is passed over.

    Raises:
        SitemapFaultError: if the file is no sitemap.
    """
    data = unpacked(data)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"<"):
        lines = start.decode("utf-8", errors="replace").split()
        if not any(line.startswith(("http://", "https://")) for line in lines):
            raise SitemapFaultError("neither XML nor a list of addresses")
        return [line for line in lines if line.startswith(("http://", "https://"))][:MOST_ADDRESSES], []
    found: dict[str, list[str]] = {"url": [], "sitemap": []}
    try:
        for kind, url in islice(_addresses(start), MOST_ADDRESSES):
            found[kind].append(url)
    except etree.XMLSyntaxError as fault:
        if not any(found.values()):
            raise SitemapFaultError(f"broken XML ({fault.msg})") from fault
    return found["url"], found["sitemap"]


def _addresses(xml: bytes) -> Iterator[tuple[str, str]]:
    root = None
    events = etree.iterparse(BytesIO(xml), events=("start", "end"), recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    for event, element in events:
        name = _name(element)
        if event == "start":
            if root is None:
                root = name
                if root not in ("urlset", "sitemapindex", "rss", "feed", "rdf"):
                    raise SitemapFaultError(f"no sitemap, but <{root}>")
            continue
        if name in ("url", "sitemap", "item", "entry"):
            inner = {_name(child): child for child in element if isinstance(child.tag, str)}
            where = inner.get("loc") if "loc" in inner else inner.get("link")
            text = "" if where is None else (where.text or where.get("href") or "").strip()
            if text.startswith(("http://", "https://")):
                yield ("sitemap" if name == "sitemap" else "url"), text
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
