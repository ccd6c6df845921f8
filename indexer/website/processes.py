"""How processes that fetch and read websites are started."""

from __future__ import annotations

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
"""Processes that fetch and read are forked off one that has loaded what they need, which takes a second or two for each otherwise."""
PROCESSES.set_forkserver_preload(["indexer.website.fetching", "indexer.website.reading", "indexer.website.crawl", "trafilatura"])
FETCHING = "fetching"
"""Name of a process that fetches."""
