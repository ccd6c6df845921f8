"""What a release is made from beside the curated content: folders of documents, and websites as they were fetched."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexer.config import IndexerSettings, Website
from indexer.documents import Document, Skipped
from indexer.errors import ReleaseError
from indexer.readers.files import read_folder
from indexer.website.crawl import store_path
from indexer.website.pages import documents_of
from indexer.website.reading import read_again
from indexer.website.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """What one website or folder of documents gave: its documents, how many are copies of pages that cannot be read now, how many were folded."""

    name: str
    documents: tuple[Document, ...]
    kept: int = 0
    folded: int = 0


class ShrunkError(ReleaseError):
    """A source has lost more of its documents than may vanish without a person's word."""


def read_sources(settings: IndexerSettings) -> tuple[list[Source], tuple[Skipped, ...]]:
    """The documents of every folder and website, and what could not be read."""
    sources, skipped = list[Source](), list[Skipped]()
    for folder in settings.documents:
        items = list(read_folder(folder))
        skipped += [item for item in items if isinstance(item, Skipped)]
        sources.append(Source(folder.name, tuple(replace(item, source=folder.name) for item in items if isinstance(item, Document))))
    for website in settings.websites:
        with Store(store_path(settings, website)) as store:
            read_again(website, store)
            read = documents_of(website, store)
        sources.append(Source(website.name, read.documents, read.kept, read.folded))
        skipped += read.skipped
    for item in skipped:
        log.info("skipped %s: %s", item.path, item.reason)
    return sources, tuple(skipped)


def refuse_shrunk(settings: IndexerSettings, sources: Sequence[Source], before: Mapping[str, Any], agreed: Sequence[str]) -> None:
    """Stop where a website has lost more of its documents than its setting lets pass.

    Args:
        settings: the ``[indexer]`` table.
        sources: what was read now.
        before: what the live release says of its sources.
        agreed: names of websites for which a person has said that it is right.

    Raises:
        ShrunkError: naming the first such website.
    """
    websites: dict[str, Website] = {website.name: website for website in settings.websites}
    for source in sources:
        had, has = int(before.get(source.name, {}).get("documents", 0)), len(source.documents)
        website = websites.get(source.name)
        if website and source.name not in agreed and has < had * (1 - website.shrink):
            raise ShrunkError(
                f"{source.name} had {had} documents in the live release and has {has} now: nothing is published. "
                f"If that is right, say so with --agree {json.dumps(source.name, ensure_ascii=False)}"
            )


def described(document: Document) -> dict[str, Any]:
    """What a release keeps of a document beside its passages."""
    facts = ("id", "source", "title", "url", "dated", "language", "also", "kept_from")
    return {name: getattr(document, name) for name in facts}
