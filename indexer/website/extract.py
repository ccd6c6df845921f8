"""Reads one page from the web, in the same way as a crawl does."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from indexer.config import Website, host_of
from indexer.documents import Document
from indexer.errors import ContentError
from indexer.website.addresses import canonical
from indexer.website.crawl import fetch_one
from indexer.website.pages import document_from, read_page
from indexer.website.store import Store


def extract_page(address: str) -> Document:
    """One web page or document as a document. A person has typed the address, so its host may be in a private network.

    Raises:
        ContentError: if it is no address, cannot be fetched, or holds no text; the message says why.
    """
    url = canonical(address)
    if url is None:
        raise ContentError(f"{address}: not a web address")
    website = Website(name="page", start=(url,), max_pages=3, max_depth=0, delay_seconds=0, tries=2, private_addresses=True, hosts=(host_of(url),))
    with tempfile.TemporaryDirectory(prefix="waymark-page-") as folder:
        path = Path(folder) / "page.sqlite"
        fetch_one(website, path)
        with Store(path) as store:
            reasons = {page.url: page.reason for page in store.pages()}
            for page in store.unread("", 3):
                data, reason = read_page(website.name, page)
                if data is None:
                    raise ContentError(f"{page.url}: {reason}")
                return document_from(json.loads(data))
    raise ContentError(f"{url}: {reasons.get(url, 'nothing came')}")

