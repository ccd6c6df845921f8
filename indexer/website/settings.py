"""Scrapy's settings: what it does by itself, and what the spider does instead."""

from __future__ import annotations

from typing import Any

from indexer.config import Website
from indexer.website.robots import AGENT


def settings_for(website: Website) -> dict[str, Any]:
    """Scrapy's settings for a website."""
    contact = f" (+{website.contact})" if website.contact else ""
    return {
        "USER_AGENT": f"{AGENT}/1.0{contact}",
        "ROBOTSTXT_OBEY": False,  # obeyed by the spider itself, which knows what a robots.txt that cannot be read means
        "COOKIES_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "RETRY_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "HTTPAUTH_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "CRITICAL",
        "DOWNLOAD_DELAY": website.delay_seconds,
        "DOWNLOAD_DELAY_JITTER": 0.0,
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": website.at_once,
        "DOWNLOAD_TIMEOUT": website.timeout_seconds,
        "DOWNLOAD_MAXSIZE": int(website.max_megabytes * 1_000_000),
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver" if website.private_addresses else "indexer.website.safety.PublicResolver",
        "DNS_TIMEOUT": min(20.0, website.timeout_seconds),
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8", "Accept-Language": "en-GB,en;q=0.9"},
    }
