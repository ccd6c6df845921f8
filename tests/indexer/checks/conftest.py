"""A content folder without findings, to spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.indexer.tidy import put_in_order


@pytest.fixture
def content(small_content: Path) -> Path:
    put_in_order(small_content)
    return small_content
