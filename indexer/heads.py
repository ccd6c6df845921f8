"""The heads of a release: where to start, what is outside the subject, whether there is danger and of what kind, what is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.encoder import Vectors
from indexer.learning import Example, Learned, Trainer
from indexer.messages import NOT_OURS, Message

PLACES, SCOPE, DANGER, KINDS, ASKS = "places", "scope", "danger", "kinds", "asks"
IN_DANGER = "danger"
"""The one label of the head that says whether there is danger."""
FEWEST_OUTSIDE = 20
"""Fewest messages outside the subject from which it can be told what lies outside it."""


def train_heads(messages: Sequence[Message], texts: Sequence[str], vectors: Vectors) -> Learned:
    """Train every head that there are messages for; ``places`` always.

    Args:
        messages: what to learn from.
        texts: the same messages as terms are taken from them (:meth:`Wording.learnable`).
        vectors: their embeddings as asked, shape (messages, dimensions); not looked at where a message is not English.
    """
    trainer = Trainer([Example(text, message.english) for text, message in zip(texts, messages, strict=True)], vectors)
    heads = {PLACES: trainer.one_of({i: m.places for i, m in enumerate(messages) if m.places})}
    outside = {i: [id for id in m.places if id.startswith(NOT_OURS)] for i, m in enumerate(messages) if m.places}
    if sum(map(bool, outside.values())) >= FEWEST_OUTSIDE:
        heads[SCOPE] = trainer.each_of(outside)
    dangers = {i: m.dangers for i, m in enumerate(messages) if m.dangers is not None}
    if any(dangers.values()):
        heads[DANGER] = trainer.each_of({i: [IN_DANGER] if kinds else [] for i, kinds in dangers.items()})
        heads[KINDS] = trainer.one_of({i: kinds for i, kinds in dangers.items() if kinds})
    asks = {i: m.asks for i, m in enumerate(messages) if m.asks is not None}
    if any(asks.values()):
        heads[ASKS] = trainer.each_of(asks)
    return Learned(trainer.spaces, heads)
