"""Remembers the vectors of texts, so that an unchanged passage is never embedded twice, not even after a build was killed."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from indexer.encoder import Encoder, Kind, Vectors

_BLOCK = 64
_FORGET_AFTER = 90 * 24 * 3600
"""Seconds after which a vector that no build has asked for is dropped."""


class EmbeddingCache:
    """Vectors by model, kind and text, in SQLite. A crawl and a build may use it at the same time."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._database = sqlite3.connect(path, timeout=120)
        self._database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL, used REAL NOT NULL) WITHOUT ROWID")
        self.embedded = 0

    @property
    def model(self) -> str:
        """The digest of the model whose vectors these are."""
        return self._encoder.sha256

    def vectors(self, texts: Sequence[str], kind: Kind, advance: Callable[[int], object] = lambda _: None) -> Vectors:
        """Vectors of unit length, shape (texts, dimensions); only texts never seen before are embedded.

        Args:
            texts: what to embed.
            kind: ``question`` or ``passage``.
            advance: told how many texts are done, as they are done.
        """
        keys = [hashlib.sha256(f"{self._encoder.sha256}\0{kind}\0{text}".encode()).digest() for text in texts]
        known = self._known(set(keys))
        missing = list({key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items())
        advance(len(keys) - len(missing))
        missing.sort(key=lambda pair: len(pair[1]))
        for start in range(0, len(missing), _BLOCK):
            block = missing[start : start + _BLOCK]
            fresh = self._encoder.encode([text for _, text in block], kind, advance)
            self._database.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(key, row.tobytes(), time.time()) for (key, _), row in zip(block, fresh, strict=True)],
            )
            self._database.commit()
            known |= {key: row for (key, _), row in zip(block, fresh, strict=True)}
            self.embedded += len(block)
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, self._encoder.dimensions), dtype=np.float32)

    def close(self) -> None:
        """Drop what no build has asked for in a long time, and close."""
        self._database.execute("DELETE FROM vectors WHERE used < ?", (time.time() - _FORGET_AFTER,))
        self._database.commit()
        self._database.close()

    def _known(self, keys: set[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            for key, vector in self._database.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part):  # noqa: S608 - only marks
                found[key] = np.frombuffer(vector, dtype=np.float32)
            self._database.execute(f"UPDATE vectors SET used = ? WHERE key IN ({marks})", [time.time(), *part])  # noqa: S608
        self._database.commit()  # or nobody else could write until the next text that is new
        return found
