"""Teaches the embedding model how people here ask: ``python -m indexer teach`` writes the adapter that a build works in.

The recipe: the messages on file are told apart by a softmax head over the entries, and by a logistic head for danger, while low-rank changes
to the model's upper layers are learned (see ``indexer/adapter.py``); a share of the letters is disturbed on the way, as typing does, and targets
are smoothed (Szegedy et al. 2016). Only the changes are kept: the heads that serve are trained anew at each build. The seed is fixed;
figures differ in the last digits from one kind of processor to another, so the file is kept with the code and pinned by its checksum.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer import model
from indexer.adapter import Adapter, Matrix, save_adapter, wide
from indexer.config import IndexerSettings
from indexer.entries import load_entries
from indexer.errors import ModelError
from indexer.messages import Message, load_messages
from indexer.wording import load_wording

SCALE = 20.0
"""Factor between the unit vectors and the heads, as a temperature of 0.05."""
LONGEST = 96
"""Word pieces of a message that are looked at; longer ones are few."""


@dataclass(frozen=True)
class Recipe:
    """All that shapes the adapter besides the messages."""

    first_layer: int = 3
    rank: int = 12
    epochs: int = 3
    batch: int = 32
    learning_rate: float = 1e-3
    noisy_share: float = 0.3
    smoothing: float = 0.05
    danger_weight: float = 1.0
    seed: int = 0


def teach(settings: IndexerSettings, target: Path, recipe: Recipe | None = None, say: Callable[[str], object] = print) -> None:
    """Learn from the messages of the content and write the adapter. Takes about a minute for a thousand messages on two cores.

    Args:
        settings: the ``[indexer]`` table; names the content and the model.
        target: where the adapter is written.
        recipe: how to learn.
        say: told how far it is.

    Raises:
        ContentError: if the content is faulty.
        ModelError: if the model cannot be used, or has no layers of the kind that can be adapted.
    """
    recipe = recipe or Recipe()
    folder = model.locate(settings.model)
    model.verify(settings.model, folder, settings.model_lock)
    wording = load_wording(settings.content)
    messages = [m for m in load_messages(settings.content, load_entries(settings.content)) if m.english and (m.places or m.dangers is not None)]
    texts = [wording.open(wording.repair(message.text)) for message in messages]
    factors = _Lesson(model.reference(folder), messages, texts, recipe).learn(say)
    weights = next(iter(sorted(folder.glob("*.safetensors"))))
    save_adapter(target, Adapter(model.sha256_of(weights), recipe.first_layer, factors, {**asdict(recipe), "messages": len(messages)}))


class _Lesson:
    def __init__(self, whole: Any, messages: Sequence[Message], texts: Sequence[str], recipe: Recipe) -> None:
        import torch

        torch.manual_seed(recipe.seed)
        self._random = random.Random(recipe.seed)
        self._texts, self._recipe, self._tokenizer = texts, recipe, whole.tokenizer
        self._model = whole[0].auto_model
        for parameter in self._model.parameters():
            parameter.requires_grad_(False)
        try:
            self._maps = _adaptable(self._model.encoder.layer, recipe)
        except AttributeError as fault:
            raise ModelError(f"the model has no layers that can be adapted ({fault})") from fault
        names = sorted({id for m in messages for id in m.places or ()})
        self._places = torch.nn.Linear(self._model.config.hidden_size, len(names))
        self._danger = torch.nn.Linear(self._model.config.hidden_size, 1)
        torch.nn.init.normal_(self._places.weight, std=0.02)
        self._wanted = torch.full((len(messages), len(names)), recipe.smoothing / len(names))
        for row, message in enumerate(messages):
            for id in message.places or ():
                self._wanted[row, names.index(id)] += (1 - recipe.smoothing) / len(message.places or ())
        self._placed = torch.tensor([bool(m.places) for m in messages])
        self._judged = torch.tensor([m.dangers is not None for m in messages])
        self._dangerous = torch.tensor([bool(m.dangers) for m in messages], dtype=torch.float32)

    def learn(self, say: Callable[[str], object]) -> dict[str, tuple[Matrix, Matrix]]:
        """The changes to each linear map, as (A, B)."""
        import torch

        recipe = self._recipe
        changes = [factor for low in self._maps.values() for factor in (low.down, low.up)]
        heads = [*self._places.parameters(), *self._danger.parameters()]
        optimizer = torch.optim.AdamW([{"params": changes, "lr": recipe.learning_rate}, {"params": heads, "lr": 5 * recipe.learning_rate}])
        steps = recipe.epochs * math.ceil(len(self._texts) / recipe.batch)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / (0.06 * steps)) * max(0.02, 1 - s / steps))
        self._model.train()
        for epoch in range(recipe.epochs):
            total = 0.0
            for batch in self._batches():
                loss = self._loss(batch)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(changes, 1.0)
                optimizer.step()
                optimizer.zero_grad()
                schedule.step()
                total += float(loss.detach()) * len(batch)
            say(f"round {epoch + 1} of {recipe.epochs}: loss {total / len(self._texts):.3f}")
        return {name: (wide(low.down.detach().numpy()), wide(low.up.detach().numpy())) for name, low in self._maps.items()}

    def _batches(self) -> list[list[int]]:
        """All messages in random order, those of like length together."""
        order, size = list(range(len(self._texts))), self._recipe.batch
        self._random.shuffle(order)
        batches = []
        for start in range(0, len(order), 16 * size):
            part = sorted(order[start : start + 16 * size], key=lambda i: len(self._texts[i]))
            batches += [part[i : i + size] for i in range(0, len(part), size)]
        self._random.shuffle(batches)
        return batches

    def _loss(self, batch: list[int]) -> Any:
        import torch
        from torch.nn import functional

        vectors = self._embed([disturbed(self._texts[i], self._random, self._recipe.noisy_share) for i in batch]) * SCALE
        placed, judged = self._placed[batch], self._judged[batch]
        told = functional.log_softmax(self._places(vectors), dim=-1)
        by_place = -(self._wanted[batch] * told).sum(1)[placed].sum() / max(1, int(placed.sum()))
        odds = self._danger(vectors).squeeze(1)[judged]
        by_danger = functional.binary_cross_entropy_with_logits(odds, self._dangerous[batch][judged]) if len(odds) else torch.tensor(0.0)
        return by_place + self._recipe.danger_weight * by_danger

    def _embed(self, texts: list[str]) -> Any:
        import torch

        pieces = self._tokenizer(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self._model(**pieces).last_hidden_state
        mask = pieces["attention_mask"].unsqueeze(-1).float()
        return torch.nn.functional.normalize((hidden.float() * mask).sum(1) / mask.sum(1), dim=-1)


def _adaptable(layers: Any, recipe: Recipe) -> dict[str, Any]:
    """Put a low-rank change beside each linear map of the upper layers, in place; the changes by the map's name below ``first_layer``."""
    import torch

    class Low(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, linear: Any) -> None:
            super().__init__()
            self.linear = linear
            self.down = torch.nn.Parameter(torch.randn(recipe.rank, linear.in_features) / math.sqrt(linear.in_features))
            self.up = torch.nn.Parameter(torch.zeros(linear.out_features, recipe.rank))

        def forward(self, x: Any) -> Any:
            return self.linear(x) + 2.0 * (x @ self.down.T) @ self.up.T

    found = {}
    upper = layers[recipe.first_layer :]
    for name, linear in list(upper.named_modules()):
        if isinstance(linear, torch.nn.Linear):
            owner, _, last = name.rpartition(".")
            low = Low(linear)
            setattr(upper.get_submodule(owner), last, low)
            found[name] = low
    return found


def disturbed(text: str, rng: random.Random, share: float) -> str:
    """A text as it might be typed in haste: in a share of cases, one letter in 17 to 50 is dropped, doubled, swapped or another."""
    if rng.random() > share:
        return text
    letters = list(text)
    for _ in range(max(1, int(len(letters) * rng.choice((0.02, 0.04, 0.06))))):
        at = rng.randrange(len(letters)) if letters else -1
        if at < 0 or not letters[at].isalpha():
            continue
        way = rng.random()
        if way < 0.3:
            letters[at] = ""
        elif way < 0.5:
            letters[at] *= 2
        elif way < 0.75 and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        else:
            letters[at] = rng.choice("aeioustrnlcdh")
    return "".join(letters)
