"""Fetches one website in a process of its own: the website as JSON on standard input, its store as the one argument."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from scrapy.crawler import CrawlerProcess

from indexer.config import Website
from indexer.website.settings import settings_for
from indexer.website.spider import SiteSpider
from indexer.website.store import Store


def main() -> None:
    """Run until nothing waits any more, or until the process is told to stop or its parent has ended."""
    website = Website.model_validate_json(sys.stdin.read())
    with Store(Path(sys.argv[1])) as store:
        process = CrawlerProcess(settings_for(website), install_root_handler=False)
        process.crawl(SiteSpider, website=website, store=store, parent=os.getppid())
        process.start()


if __name__ == "__main__":
    main()
