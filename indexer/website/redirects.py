"""What becomes of the copy of a page that is elsewhere now: known only when the page has been asked for there."""

from __future__ import annotations

from collections.abc import Mapping

from indexer.website.store import FAILED, MOVED, OK, Page, Store


def settle(store: Store) -> None:
    """Drop the copies of pages that came from where they are now; where one did not come, it is with the copy as with the page it leads to."""
    pages = {page.url: page for page in store.pages()}
    for page in pages.values():
        if page.outcome != MOVED:
            continue
        end = _end(page, pages)
        if end and end.outcome == MOVED:
            store.close_page(page.url, FAILED, "redirects in a circle")
        elif page.digest and end and end.outcome == OK:
            store.drop([page.url])
        elif page.digest:
            outcome, reason = (end.outcome, end.reason) if end else (FAILED, "it was not asked for")
            store.close_page(page.url, outcome, f"now {page.reason}: {reason}")


def _end(page: Page, pages: Mapping[str, Page]) -> Page | None:
    """The last page that a page leads to; one that is elsewhere itself where they lead round in a circle."""
    seen, end = {page.url}, pages.get(page.target or "")
    while end and end.outcome == MOVED and end.url not in seen:
        seen.add(end.url)
        end = pages.get(end.target or "")
    return end
