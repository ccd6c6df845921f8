"""The embedding model: where its files are, whether they are the ones we trust, and its int8 ONNX export.

sentence-transformers holds the model and is the reference. Once per model, at build, the whole of it (transformer, pooling,
normalisation) is exported to ONNX and quantised to int8 per channel, so that serving needs neither torch nor transformers. Weights keep to
seven bits, so that every processor makes the same vectors.
Every file of the model is pinned by SHA-256 in a lock file beside the configuration.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.adapter import Adapter, adapted_layers, load_adapter
from indexer.errors import ModelError
from indexer.locks import held

log = logging.getLogger(__name__)

PACKAGE = "package:"
ADAPTER = "adapter"
"""Key of the adapter's checksum in the lock file."""
EXPORT_FORMAT = 3
_EXPORTING_SECONDS = 900
EXPORTED = ("model.onnx", "tokenizer.json")
"""Files of an export; ``encoder.json`` holds their checksums and what else serving must know."""

_PINNED = ("*.safetensors", "*.json", "*.txt", "*.model")
_CHUNK = 1 << 20
READABLE = 0o755
"""Mode of the folders built here: another user may serve from them."""


@dataclass(frozen=True)
class Exported:
    """An encoder ready to serve.

    ``folder`` holds ``model.onnx``, ``tokenizer.json`` and ``encoder.json``; ``digest`` names the weights and the export format.
    """

    folder: Path
    digest: str


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal text."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def locate(name: str) -> Path:
    """The folder of a sentence-transformers model.

    Args:
        name: ``package:<module>`` for weights inside an installed Python package, a folder, or a hub name, which is downloaded.

    Raises:
        ModelError: if there is no such model; the message says what to install or set.
    """
    if name.startswith(PACKAGE):
        return _in_package(name.removeprefix(PACKAGE))
    folder = Path(name)
    if folder.is_dir():
        return folder
    if os.environ.get("HF_HUB_OFFLINE") == "1":
        raise ModelError(f"model {name!r} is neither a package nor a folder, and HF_HUB_OFFLINE=1 forbids fetching it")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=[*_PINNED, "1_Pooling/*", "2_*/*"]))
    except (HfHubHTTPError, RepositoryNotFoundError, OSError, ValueError) as fault:
        raise ModelError(f"model {name!r} could not be fetched ({type(fault).__name__}); name a folder or a package instead") from fault


def _in_package(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"the package that carries the model, {module!r}, is not installed: run 'make clean && make build'")
    for root in spec.submodule_search_locations:
        for modules in sorted(Path(root).rglob("modules.json")):
            return modules.parent
    raise ModelError(f"the package {module!r} holds no sentence-transformers model (no modules.json); reinstall it")


def verify(name: str, folder: Path, lock: Path) -> str:
    """Hold a model's files against the lock file; a model that the lock does not know yet is pinned now.

    Returns:
        The digest of all pinned files together.

    Raises:
        ModelError: if a file is missing or altered, naming it.
    """
    found = {p.relative_to(folder).as_posix(): sha256_of(p) for pattern in _PINNED for p in sorted(folder.rglob(pattern))}
    if not any(file.endswith(".safetensors") for file in found):
        raise ModelError(f"{folder} holds no .safetensors weights; other formats may run code when read and are refused")
    pins: dict[str, dict[str, str]] = json.loads(lock.read_text(encoding="utf-8")) if lock.exists() else {}
    if name not in pins:
        pins[name] = dict(sorted(found.items()))
        lock.write_text(json.dumps(pins, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        log.warning("model %s pinned in %s for the first time", name, lock.name)
    for file, expected in pins[name].items():
        if file not in found:
            raise ModelError(f"model {name!r}: {file} is missing from {folder}; reinstall the model")
        if found[file] != expected:
            raise ModelError(
                f"model {name!r}: {file} is not the pinned file (sha256 {found[file][:12]}..., expected {expected[:12]}...); "
                f"reinstall it, or remove its lines from {lock.name} if you changed it on purpose"
            )
    return hashlib.sha256(json.dumps([EXPORT_FORMAT, sorted(pins[name].items())]).encode()).hexdigest()


def export(name: str, lock: Path, cache: Path, adapter: Path | None = None) -> Exported:
    """The verified int8 export of a model, made on first use, or where it is damaged, and kept under ``cache/<digest>``.

    Args:
        name: see :func:`locate`.
        lock: the lock file that pins the model's files.
        cache: where exports are kept.
        adapter: file with an adapter (``indexer/adapter.py``); left aside where it was taught on other weights than these.

    Raises:
        ModelError: see :func:`locate`, :func:`verify` and :func:`indexer.adapter.load_adapter`.
    """
    folder = locate(name)
    digest = verify(name, folder, lock)
    if adapter is not None and not fits(adapter, folder):
        log.warning("%s was taught on another model than %s and is left aside", adapter, name)
        adapter = None
    if adapter is not None:
        verify_adapter(adapter, lock)
        digest = hashlib.sha256(f"{digest} {sha256_of(adapter)}".encode()).hexdigest()
    target = cache / digest[:16]
    if not is_whole(target):
        busy = ModelError(f"another process has been exporting the model in {cache} for {_EXPORTING_SECONDS} seconds; try again when it has ended")
        with held(cache / ".exporting", busy, _EXPORTING_SECONDS):  # of two at once the second waits, and then uses what the first made
            if not is_whole(target):
                _export_whole(folder, target, adapter)
    return Exported(target, digest[:16])


def is_whole(folder: Path) -> bool:
    """Whether a folder holds an export whose files are as they were made."""
    try:
        pins = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))["sha256"]
        return all(sha256_of(folder / file) == pins[file] for file in EXPORTED)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def reference(folder: Path) -> Any:
    """The model as sentence-transformers loads it, on the CPU; the reference that the export is held against."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"})


def verify_adapter(adapter: Path, lock: Path) -> None:
    """Hold an adapter against the lock file, if the lock knows it.

    Raises:
        ModelError: if it is not the pinned file.
    """
    pins = json.loads(lock.read_text(encoding="utf-8")).get(ADAPTER, {}) if lock.exists() else {}
    if pins.get(adapter.name, "") not in ("", sha256_of(adapter)):
        raise ModelError(f"{adapter} is not the pinned file: restore it, or run 'python -m indexer teach' to make and pin another")


def pin_adapter(adapter: Path, lock: Path) -> None:
    """Write an adapter's checksum into the lock file."""
    pins = json.loads(lock.read_text(encoding="utf-8")) if lock.exists() else {}
    pins[ADAPTER] = {adapter.name: sha256_of(adapter)}
    lock.write_text(json.dumps(pins, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def fits(adapter: Path, folder: Path) -> bool:
    """Whether an adapter was taught on the weights of a model's folder."""
    return load_adapter(adapter).base in {sha256_of(path) for path in folder.glob("*.safetensors")}


def _export_whole(folder: Path, target: Path, adapter: Path | None) -> None:
    """Export into a folder beside the target and put it in the target's place, so that nothing half made is ever found there."""
    scratch = Path(tempfile.mkdtemp(prefix=".export-", dir=target.parent))
    scratch.chmod(READABLE)
    try:
        _export(folder, scratch, adapter)
        shutil.rmtree(target, ignore_errors=True)
        scratch.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _export(folder: Path, target: Path, adapter: Path | None) -> None:
    """Write ``model.onnx`` (int8), ``tokenizer.json`` and ``encoder.json`` for one model."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    log.info("exporting the embedding model; this happens once")
    model = reference(folder).eval()
    if not (folder / "tokenizer.json").exists():
        raise ModelError(f"{folder} has no tokenizer.json (a 'fast' tokenizer), which serving needs")

    whole = _both(model, load_adapter(adapter)) if adapter else _alone(model)
    example = model.tokenizer(["a short text", "a longer text to pad the other one against"], padding=True, return_tensors="pt")
    names = ["input_ids", "attention_mask"]
    outputs = ["embedding", "adapted"] if adapter else ["embedding"]
    axes = {name: {0: "batch", 1: "words"} for name in names} | {name: {0: "batch"} for name in outputs}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            whole,
            tuple(example[n] for n in names),
            str(target / "full.onnx"),
            input_names=names,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            str(target / "full.onnx"),
            str(target / "model.onnx"),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,  # seven bits: with eight, sums overflow on processors without VNNI, and vectors depend on where they were made
        )
    (target / "full.onnx").unlink()
    shutil.copyfile(folder / "tokenizer.json", target / "tokenizer.json")
    facts = {
        "dimensions": int(model.get_embedding_dimension()),
        "max_tokens": int(model.max_seq_length),
        "adapted": adapter is not None,
        "prompts": {"question": model.prompts.get("query", ""), "passage": model.prompts.get("passage", model.prompts.get("document", ""))},
        "sha256": {file: sha256_of(target / file) for file in EXPORTED},
    }
    (target / "encoder.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def _alone(model: Any) -> Any:
    """The model as one module from word pieces to its vector."""
    import torch

    class Alone(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.model({"input_ids": input_ids, "attention_mask": attention_mask})["sentence_embedding"]

    return Alone()


def _both(model: Any, adapter: Adapter) -> Any:
    """The model as one module that gives its own vector and the adapted one; the lower layers run once."""
    import torch

    layers = model[0].auto_model.encoder.layer
    upper = adapted_layers(layers, adapter)
    seen: dict[str, Any] = {}

    def remember(_module: Any, arguments: tuple[Any, ...]) -> None:
        seen["hidden"], seen["mask"] = arguments[:2]

    layers[adapter.first_layer].register_forward_pre_hook(remember)

    class Both(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model, self.upper, self.after = model, upper, torch.nn.ModuleList(list(model)[1:])

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            own = self.model({"input_ids": input_ids, "attention_mask": attention_mask})["sentence_embedding"]
            hidden = seen["hidden"]
            for layer in self.upper:
                hidden = layer(hidden, seen["mask"])
            features = {"token_embeddings": hidden, "attention_mask": attention_mask}
            for module in self.after:
                features = module(features)
            return own, features["sentence_embedding"]

    return Both()
