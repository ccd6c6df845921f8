"""Why no answer came, in words, and whether to try again."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest
from twisted.internet.error import DNSLookupError
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from indexer.config import Website
from indexer.website.safety import PrivateAddressError


def reason_of(failure: Failure, website: Website) -> tuple[str, bool]:
    """Why there is no answer, and whether to try again."""
    fault = failure.value
    megabytes = f"{website.max_megabytes:g} MB"
    name = type(fault).__name__
    if isinstance(fault, PrivateAddressError):
        return str(fault), False
    if isinstance(fault, IgnoreRequest):
        return f"unpacks to more than {megabytes}", False
    if name == "DownloadCancelledError":
        return f"larger than {megabytes}", False
    if isinstance(fault, ConnectTimeoutError) or name in ("DownloadTimeoutError", "TimeoutError", "TCPTimedOutError"):
        return f"no whole answer within {website.timeout_seconds:g} seconds", True
    if isinstance(fault, DNSLookupError) or name == "CannotResolveHostError":
        return "the host has no address", True
    if isinstance(fault, ResponseFailed) or name in ("ResponseDataLossError", "DownloadFailedError", "_DataLoss"):
        return "the answer broke off or was faulty", True
    return f"cannot be reached ({name})", True
