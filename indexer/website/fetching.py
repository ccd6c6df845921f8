"""Fetches one website, in a process of its own: Scrapy runs once in a process."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

from scrapy.crawler import CrawlerProcess

from indexer.config import Website
from indexer.website.settings import settings_for
from indexer.website.spider import SiteSpider
from indexer.website.store import Store


def fetch(website: Website, path: Path, log: Path) -> None:
    """Run until nothing waits any more, or until the process is told to stop or its parent has ended.

    Args:
        website: what to fetch.
        path: its store.
        log: the file that takes all that the process says.
    """
    with log.open("wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    with Store(path) as store:
        process = CrawlerProcess(settings_for(website), install_root_handler=False)
        process.crawl(SiteSpider, website=website, store=store, parent=multiprocessing.parent_process())
        process.start()
