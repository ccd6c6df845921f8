"""Turns text into vectors with onnxruntime and tokenizers alone: no torch, no transformers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from indexer.errors import ModelError
from indexer.model import EXPORTED, sha256_of

Vectors = npt.NDArray[np.float32]
Kind = Literal["question", "passage"]
BATCH = 8
"""Texts per run: small batches of like length are fastest on two cores."""


class Encoder:
    """The int8 export of a sentence-transformers model.

    ``dimensions`` is the width of its vectors, ``sha256`` the checksum of its graph. Safe to share between threads.
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        """Load an export.

        Raises:
            ModelError: if a file is missing or fails its checksum.
        """
        try:
            facts = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            self._prompts: dict[str, str] = facts["prompts"]
            self.dimensions: int = facts["dimensions"]
            self.sha256: str = facts["sha256"]["model.onnx"]
            longest: int = facts["max_tokens"]
            damaged = [file for file in EXPORTED if sha256_of(folder / file) != facts["sha256"][file]]
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise ModelError(f"no usable embedding model in {folder} ({fault}); run 'python -m indexer build'") from fault
        if damaged:
            raise ModelError(f"{folder / damaged[0]} is damaged; run 'python -m indexer build' to export the model again")
        import onnxruntime as ort
        from tokenizers import Tokenizer

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str], kind: Kind, advance: Callable[[int], object] = lambda _: None) -> Vectors:
        """Vectors of unit length, one row per text, shape (texts, dimensions).

        Args:
            texts: what to embed; a text beyond the model's window is cut.
            kind: some models want questions and passages marked differently.
            advance: told after each batch how many texts it held.
        """
        out = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            tokens = self._tokenizer.encode_batch([self._prompts[kind] + texts[i] for i in rows])
            feed = {
                "input_ids": np.array([t.ids for t in tokens], dtype=np.int64),
                "attention_mask": np.array([t.attention_mask for t in tokens], dtype=np.int64),
            }
            vectors = self._session.run(["embedding"], feed)[0]
            out[rows] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
            advance(len(rows))
        return out
