"""Files that are a ZIP of parts (DOCX, ODT): opened only if what they unpack to is within bounds."""

from __future__ import annotations

import zipfile
from io import BytesIO

from indexer.errors import ContentError

MOST_BYTES, MOST_PARTS = 300_000_000, 5000
"""Most bytes that a file may unpack to, and most parts in it."""


def opened(data: bytes, format: str) -> zipfile.ZipFile:
    """The parts of a packed file.

    Raises:
        ContentError: if it is damaged, or unpacks to more than it may.
    """
    try:
        packed = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError) as fault:
        raise ContentError(f"damaged {format}: {fault}") from fault
    parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise ContentError(f"{format} that unpacks to more than {MOST_BYTES // 1_000_000} MB")
    return packed
