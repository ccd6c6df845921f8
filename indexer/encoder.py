"""Turns text into vectors with onnxruntime and tokenizers alone: no torch, no transformers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from indexer.errors import ModelError
from indexer.model import EXPORTED, sha256_of

Vectors = npt.NDArray[np.float32]
Kind = Literal["question", "passage", "asked"]
"""What a text is embedded as: to find passages, as a passage, or (with the adapter) to tell where its asker should start."""
_MANY = 50
"""Texts from which it is worth the time to open a graph with one output for them."""


class Encoder:
    """The int8 export of a sentence-transformers model.

    ``dimensions`` is the width of its vectors, ``sha256`` the checksum of its graph. Safe to share between threads.
    """

    def __init__(self, folder: Path, threads: int = 2, workers: int = 1) -> None:
        """Load an export.

        Args:
            folder: where it is.
            threads: threads that embed one text.
            workers: texts that :meth:`encode` embeds side by side; with one thread each that is the quickest way through many.

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
        self._workers, self._threads, self._graph = workers, threads, folder / "model.onnx"
        from tokenizers import Tokenizer

        self._session = self._opened(str(self._graph))
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.no_padding()
        adapted = bool(facts.get("adapted"))
        self._outputs: dict[Kind, str] = {"question": "embedding", "passage": "embedding", "asked": "adapted" if adapted else "embedding"}
        self._prompts["asked"] = self._prompts["question"]
        self._one_output: dict[str, Any] = {}

    def encode(self, texts: Sequence[str], kind: Kind, advance: Callable[[int], object] = lambda _: None) -> Vectors:
        """Vectors of unit length, one row per text, shape (texts, dimensions).

        Each text is run by itself. In a batch, int8 rounding depends on the texts beside it, and a release would not be repeatable;
        on two cores a batch gains little.

        Args:
            texts: what to embed; a text beyond the model's window is cut.
            kind: some models want questions and passages marked differently.
            advance: told after each text that one more is done.
        """
        out = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        whole, output = [self._prompts[kind] + text for text in texts], self._outputs[kind]
        session = self._cut_down(output) if len(texts) >= _MANY else self._session
        with ThreadPoolExecutor(self._workers) as pool:
            for row, (vector,) in enumerate(pool.map(lambda text: self._run(text, [output], session), whole)):
                out[row] = vector
                advance(1)
        return out

    def both(self, text: str) -> tuple[Vectors, Vectors]:
        """The vectors of one text as a question and as asked, each of shape (dimensions,), in one pass."""
        question, asked = self._run(self._prompts["question"] + text, [self._outputs["question"], self._outputs["asked"]], self._session)
        return question, asked

    def _opened(self, graph: str | bytes) -> Any:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # a thread that waits for its part of the next sum sleeps: spinning takes half as much again of the processor for no quicker answer
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def _cut_down(self, output: str) -> Any:
        """The graph without what only the other output needs, which onnxruntime would work out too: the same vectors in two thirds of the time.

        Where onnx is not installed, which serving does without, the whole graph.
        """
        if len(self._session.get_outputs()) == 1 or find_spec("onnx") is None:
            return self._session
        if output not in self._one_output:
            import onnx
            from onnx.utils import Extractor

            inputs = [needed.name for needed in self._session.get_inputs()]
            part = Extractor(onnx.load(str(self._graph))).extract_model(inputs, [output])
            self._one_output[output] = self._opened(part.SerializeToString())
        return self._one_output[output]

    def _run(self, text: str, outputs: list[str], session: Any) -> list[Vectors]:
        tokens = self._tokenizer.encode(text)
        feed = {"input_ids": np.array([tokens.ids], dtype=np.int64), "attention_mask": np.array([tokens.attention_mask], dtype=np.int64)}
        found = session.run(list(dict.fromkeys(outputs)), feed)
        vectors = [rows[0] / max(float(np.linalg.norm(rows[0])), 1e-12) for rows in found]
        return vectors if len(vectors) == len(outputs) else vectors * len(outputs)
