"""Waymark for LangChain: its retrieval as a retriever, a release as a vector store, its encoder as embeddings.

These find passages and nothing more. They look for no danger, refuse nothing and choose no place to start: for a family's question ask
:class:`bot.engine.Engine`. This is the only module that imports ``langchain_core``, which takes a second, so nothing else imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance
from pydantic import Field

from bot.engine import Engine, open_engine
from bot.settings import BotSettings
from indexer.config import IndexerSettings, load_settings
from indexer.encoder import Encoder, Vectors
from indexer.errors import ReleaseError
from indexer.passages import Passage
from indexer.release import Release, load_release
from indexer.wording import clean

METADATA = ("id", "entry", "title", "section", "url", "dated", "score")
"""Keys of every document's metadata. ``entry`` is None for a passage of a document; ``score`` is the one that the search ranked by."""

Filter = Mapping[str, Any] | Callable[[dict[str, Any]], bool]
"""Metadata wanted, each key with one value or a list, tuple or set of them; or a test of the metadata."""


class ReadOnlyError(ReleaseError, NotImplementedError):
    """A release was asked to change, which none ever does."""


class WaymarkEmbeddings(Embeddings):
    """The encoder of a release. Vectors have unit length and ``dimensions`` numbers."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    @property
    def dimensions(self) -> int:
        """Numbers in a vector."""
        return self._encoder.dimensions

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages, in their order."""
        return [[float(x) for x in row] for row in self._encoder.encode(texts, "passage")]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return [float(x) for x in self._encoder.encode([text], "question")[0]]


class WaymarkRetriever(BaseRetriever):
    """Passages for a question, best first, by vectors and keywords together, the question's spellings and acronyms put right before.

    ``invoke`` takes ``k`` and ``filter`` too, which then win over the retriever's own.
    """

    engine: Engine = Field(repr=False)
    k: int = Field(default=5, ge=1)
    filter: Filter | None = None

    @classmethod
    def open(cls, config: Path | None = None, **fields: Any) -> WaymarkRetriever:
        """A retriever over the live release that a configuration names, ``config.toml`` by default.

        Raises:
            WaymarkError: if there is no usable release; the message says what to do.
        """
        return cls(engine=open_engine(load_settings(BotSettings, "bot", config), load_settings(IndexerSettings, "indexer", config)), **fields)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None, filter: Filter | None = None
    ) -> list[Document]:
        most, wanted = _positive(self.k if k is None else k), self.filter if filter is None else filter
        if not any(character.isalnum() for character in clean(query)):
            return []
        reading = self.engine.reader.read([query])
        looked_at = len(self.engine.release.passages) if wanted else most
        found = (_document(f.passage, f.score) for f in self.engine.gatherer.gather(reading, looked_at).passages)
        return _first(found, most, wanted)


class WaymarkVectorStore(VectorStore):
    """The vectors of one release, searched exactly. Scores are cosines, higher is nearer.

    Searches take ``k`` and ``filter``. A release is built by ``python -m indexer build`` and never changes, so adding and deleting raise
    :class:`ReadOnlyError`. Safe to share between threads.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self._embeddings = WaymarkEmbeddings(release.encoder)
        self._positions = {passage.id: i for i, passage in enumerate(release.passages)}

    @classmethod
    def open(cls, config: Path | None = None) -> WaymarkVectorStore:
        """The live release that a configuration names, ``config.toml`` by default.

        Raises:
            WaymarkError: if there is no usable release; the message says what to do.
        """
        settings = load_settings(IndexerSettings, "indexer", config)
        return cls(load_release(settings.release_dir, settings.model_dir, settings.encoder_threads))

    @property
    def embeddings(self) -> WaymarkEmbeddings:
        """The encoder that the vectors were made with."""
        return self._embeddings

    def similarity_search(self, query: str, k: int = 4, filter: Filter | None = None, **_: Any) -> list[Document]:
        """The ``k`` passages nearest to a question."""
        return [document for document, _score in self.similarity_search_with_score(query, k, filter)]

    def similarity_search_with_score(self, query: str, k: int = 4, filter: Filter | None = None, **_: Any) -> list[tuple[Document, float]]:
        """The ``k`` passages nearest to a question, each with its cosine."""
        return self.similarity_search_with_score_by_vector(self._embeddings.embed_query(query), k, filter)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, filter: Filter | None = None, **_: Any) -> list[Document]:
        """The ``k`` passages nearest to a vector."""
        return [document for document, _score in self.similarity_search_with_score_by_vector(embedding, k, filter)]

    def similarity_search_with_score_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filter | None = None, **_: Any
    ) -> list[tuple[Document, float]]:
        """The ``k`` passages nearest to a vector, each with its cosine.

        Raises:
            ValueError: if the vector has not the release's dimensions, ``k`` is below 1 or the filter names an unknown key.
        """
        count = len(self._release.passages)
        scores, rows = self._release.vectors.search(self._unit(embedding)[None], count if filter else min(_positive(k), count))
        found = (_document(self._release.passages[row], float(score)) for score, row in zip(scores[0], rows[0], strict=True))
        return [(document, document.metadata["score"]) for document in _first(found, _positive(k), filter)]

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, filter: Filter | None = None, **_: Any
    ) -> list[Document]:
        """``k`` passages near to a question and unlike one another, out of the ``fetch_k`` nearest (Carbonell and Goldstein 1998)."""
        return self.max_marginal_relevance_search_by_vector(self._embeddings.embed_query(query), k, fetch_k, lambda_mult, filter)

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, filter: Filter | None = None, **_: Any
    ) -> list[Document]:
        """The same for a vector."""
        near = self.similarity_search_by_vector(embedding, max(fetch_k, _positive(k)), filter)
        vectors = [self._release.vectors.reconstruct(self._positions[str(document.id)]) for document in near]
        return [near[i] for i in maximal_marginal_relevance(self._unit(embedding), vectors, lambda_mult, k)]

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Passages by id, in the order asked for; ids that there are not are left out. Their score is None: nothing was searched."""
        return [_document(self._release.passages[self._positions[id]], None) for id in ids if id in self._positions]

    def add_texts(self, texts: Iterable[str], metadatas: list[dict[str, Any]] | None = None, *, ids: list[str] | None = None, **_: Any) -> list[str]:
        """Refuse.

        Raises:
            ReadOnlyError: always.
        """
        _refuse()

    def delete(self, ids: list[str] | None = None, **_: Any) -> bool | None:
        """Refuse.

        Raises:
            ReadOnlyError: always.
        """
        _refuse()

    @classmethod
    def from_texts(
        cls, texts: list[str], embedding: Embeddings, metadatas: list[dict[str, Any]] | None = None, *, ids: list[str] | None = None, **_: Any
    ) -> WaymarkVectorStore:
        """Refuse.

        Raises:
            ReadOnlyError: always.
        """
        _refuse()

    def _unit(self, embedding: Sequence[float]) -> Vectors:
        vector = np.asarray(embedding, dtype=np.float32)
        if vector.shape != (self._embeddings.dimensions,):
            raise ValueError(f"expected a vector of {self._embeddings.dimensions} numbers, got shape {vector.shape}")
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: min(max(cosine, 0.0), 1.0)


def _document(passage: Passage, score: float | None) -> Document:
    values = (passage.id, passage.entry, passage.title, passage.section, passage.url, passage.dated, score)
    return Document(id=passage.id, page_content=passage.text, metadata=dict(zip(METADATA, values, strict=True)))


def _first(documents: Iterable[Document], most: int, wanted: Filter | None) -> list[Document]:
    if isinstance(wanted, Mapping) and (unknown := sorted(set(wanted) - set(METADATA))):
        raise ValueError(f"no metadata {', '.join(unknown)} to filter by; there is {', '.join(METADATA)}")
    found: list[Document] = []
    for document in documents:
        if len(found) == most:
            break
        if _suits(document.metadata, wanted):
            found.append(document)
    return found


def _suits(metadata: dict[str, Any], wanted: Filter | None) -> bool:
    if not wanted:
        return True
    if not isinstance(wanted, Mapping):
        return wanted(metadata)
    choices = {key: value if isinstance(value, (list, tuple, set, frozenset)) else (value,) for key, value in wanted.items()}
    return all(metadata[key] in allowed for key, allowed in choices.items())


def _positive(k: int) -> int:
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    return k


def _refuse() -> NoReturn:
    raise ReadOnlyError("a release never changes: change the content and publish a new one with 'python -m indexer build'")
