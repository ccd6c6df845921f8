"""The desk "What needs attention", with all its pages."""

from __future__ import annotations

from web.staff.attention import item, listing
from web.staff.attention.room import blueprint

__all__ = ["blueprint", "item", "listing"]
