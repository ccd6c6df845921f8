"""Fetches one website, in a process of its own: Scrapy runs once in a process."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from scrapy.crawler import CrawlerProcess

from indexer.config import Website
from indexer.website.settings import settings_for
from indexer.website.spider import SiteSpider
from indexer.website.store import Store


def fetch(website: Website, path: Path) -> None:
    """Run until nothing waits any more, or until the process is told to stop or its parent has ended; ``path`` is the website's store."""
    with Store(path) as store:
        process = CrawlerProcess(settings_for(website), install_root_handler=False)
        process.crawl(SiteSpider, website=website, store=store, parent=multiprocessing.parent_process())
        process.start()
