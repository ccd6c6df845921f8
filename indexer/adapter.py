"""What the embedding model learned about how people here ask: low-rank changes to its upper layers, in one small file.

Each linear map ``W`` of the layers named becomes ``W + B A``, with ``A`` of shape (rank, inputs) and ``B`` of shape (outputs, rank)
(Hu et al., "LoRA", 2021). The lower layers stay shared, so that one pass gives two vectors of a text: the model's own, for finding passages,
and the adapted one, for telling where to start. ``python -m indexer teach`` makes the file from the content; ``indexer/teach.py`` is the recipe.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.errors import ModelError

FORMAT = 1
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Adapter:
    """``base`` is the SHA-256 of the weights it was taught on; ``factors`` maps the name of a linear map to its (A, B)."""

    base: str
    first_layer: int
    factors: dict[str, tuple[Matrix, Matrix]]
    recipe: dict[str, Any]


def load_adapter(path: Path) -> Adapter:
    """Read an adapter.

    Raises:
        ModelError: if the file is missing or is not one; the message says what to do.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            facts = json.loads((file.metadata() or {})["adapter"])
            names = sorted({name.rpartition(".")[0] for name in file.keys()})  # noqa: SIM118 - not a mapping
            factors = {name: (wide(file.get_tensor(f"{name}.A")), wide(file.get_tensor(f"{name}.B"))) for name in names}
        if facts["format"] != FORMAT:
            raise ModelError(f"{path} has format {facts['format']}, this version reads {FORMAT}: run 'python -m indexer teach'")
        return Adapter(facts["base"], facts["first_layer"], factors, facts["recipe"])
    except (OSError, SafetensorError, KeyError, ValueError) as fault:
        raise ModelError(f'{path} is not an adapter ({fault}): restore it, or set adapter = "" to do without') from fault


def save_adapter(path: Path, adapter: Adapter) -> None:
    """Write an adapter in half precision; the same adapter always gives the same bytes."""
    from safetensors.numpy import save_file

    tensors = {
        f"{name}.{part}": np.ascontiguousarray(matrix, np.float16)
        for name, pair in adapter.factors.items()
        for part, matrix in zip("AB", pair, strict=True)
    }
    facts = {"format": FORMAT, "base": adapter.base, "first_layer": adapter.first_layer, "recipe": adapter.recipe}
    save_file(tensors, str(path), {"adapter": json.dumps(facts, sort_keys=True)})  # one entry: the library shuffles several


def adapted_layers(layers: Any, adapter: Adapter) -> Any:
    """A copy of a transformer's layers from ``first_layer`` on, with the changes worked into the weights.

    Args:
        layers: the ``ModuleList`` of all layers.
        adapter: what to change.

    Raises:
        ModelError: if the model has no such linear map, or one of another shape.
    """
    import torch

    changed = copy.deepcopy(layers[adapter.first_layer :])
    maps = dict(changed.named_modules())
    for name, (down, up) in adapter.factors.items():
        linear = maps.get(name)
        if linear is None or tuple(linear.weight.shape) != (up.shape[0], down.shape[1]):
            raise ModelError(f"the adapter does not fit the model: no linear map {name!r} of its shape")
        linear.weight.data += torch.from_numpy(up @ down)
    return changed


def wide(matrix: npt.NDArray[Any]) -> Matrix:
    """A matrix in single precision."""
    return np.asarray(matrix, dtype=np.float32)
