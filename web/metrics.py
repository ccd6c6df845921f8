"""Counts for Prometheus. With several processes they share the folder that ``PROMETHEUS_MULTIPROC_DIR`` names."""

from __future__ import annotations

import os

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REGISTRY = CollectorRegistry()
REQUESTS = Counter("waymark_requests", "Requests by route and status.", ["route", "status"], registry=REGISTRY)
REPLIES = Counter("waymark_replies", "Replies by channel and outcome.", ["channel", "outcome"], registry=REGISTRY)
FAILURES = Counter("waymark_failures", "Requests that ended in an unforeseen fault.", registry=REGISTRY)
TEXTS = Counter(
    "waymark_texts",
    "Text messages by provider and what became of them: received, repeated, answered, silent, limited, loop, sent, retried, failed.",
    ["provider", "became"],
    registry=REGISTRY,
)
REPLY_SECONDS = Histogram(
    "waymark_reply_seconds",
    "Seconds the engine took for a reply, by channel.",
    ["channel"],
    buckets=(0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.5, 1, 5),
    registry=REGISTRY,
)


def exposition() -> tuple[bytes, str]:
    """All counts in the text format of Prometheus, with its content type."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
