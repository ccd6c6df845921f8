"""The reading grade, where tests look for it."""

from __future__ import annotations

from indexer.readability import grade, syllables

__all__ = ["grade", "syllables"]
