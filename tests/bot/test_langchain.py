from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from bot.engine import Engine
from bot.langchain import METADATA, ReadOnlyError, WaymarkEmbeddings, WaymarkRetriever, WaymarkVectorStore
from indexer.config import IndexerSettings
from indexer.errors import ReleaseError, WaymarkError

ROOT = Path(__file__).resolve().parents[2]

ASKED = [
    ("my toddler isnt talking yet, who can help with speech", "speech and language therapy"),
    ("school wont apply for an ehcp, can i ask the council myself", "needs assessment"),
    ("he is waiting for an autism assessment", "autism"),
    ("how do i get free school transport for my daughter", "transport"),
    ("we need a break at weekends, short breaks", "short breaks"),
]


@pytest.fixture(scope="session")
def retriever(engine: Engine) -> WaymarkRetriever:
    return WaymarkRetriever(engine=engine)


@pytest.fixture(scope="session")
def store(engine: Engine) -> WaymarkVectorStore:
    return WaymarkVectorStore(engine.release)


def ids(documents: list[Document]) -> list[str]:
    return [document.metadata["id"] for document in documents]


@pytest.mark.parametrize(("question", "about"), ASKED)
def test_the_retriever_finds_passages_about_what_was_asked(retriever: WaymarkRetriever, question: str, about: str) -> None:
    found = retriever.invoke(question)
    assert len(found) == 5
    assert any(about in f"{d.metadata['title']} {d.page_content}".lower() for d in found)


def test_a_document_is_the_passage_and_says_where_it_stands(retriever: WaymarkRetriever, engine: Engine) -> None:
    passages = {p.id: p for p in engine.release.passages}
    found = retriever.invoke("how long does an ehc needs assessment take")
    for document in found:
        passage = passages[str(document.id)]
        assert document.page_content == passage.text
        assert tuple(document.metadata) == METADATA
        held = (passage.id, passage.entry, passage.title, passage.section, passage.url, passage.dated)
        assert tuple(document.metadata[key] for key in METADATA[:-1]) == held
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)
    assert all(isinstance(score, float) for score in scores)


def test_the_retriever_finds_what_the_bot_finds(retriever: WaymarkRetriever, engine: Engine) -> None:
    question = "wots the wait for camhs"
    evidence = engine.gatherer.gather(engine.reader.read([question]), 7)
    assert ids(retriever.invoke(question, k=7)) == [f.passage.id for f in evidence.passages]


@pytest.mark.parametrize("k", [1, 3, 12])
def test_k_is_how_many(retriever: WaymarkRetriever, engine: Engine, k: int) -> None:
    assert len(retriever.invoke("autism", k=k)) == k
    assert ids(WaymarkRetriever(engine=engine, k=k).invoke("autism")) == ids(retriever.invoke("autism", k=k))


def test_ways_of_calling_agree(retriever: WaymarkRetriever) -> None:
    questions = [question for question, _ in ASKED]
    one_by_one = [ids(retriever.invoke(question)) for question in questions]
    assert [ids(found) for found in retriever.batch(questions)] == one_by_one
    assert ids(asyncio.run(retriever.ainvoke(questions[0]))) == one_by_one[0]
    assert [ids(found) for found in asyncio.run(retriever.abatch(questions))] == one_by_one
    assert ids(next(iter(retriever.stream(questions[1])))) == one_by_one[1]


def test_the_retriever_is_a_link_of_a_chain(retriever: WaymarkRetriever) -> None:
    chain = retriever | RunnableLambda(lambda documents: [d.metadata["title"] for d in documents])
    assert chain.invoke(ASKED[0][0]) == [d.metadata["title"] for d in retriever.invoke(ASKED[0][0])]


@pytest.mark.parametrize("question", ["", "   ", "?!", "\U0001f600", "\x00\u200b"])
def test_a_question_without_words_finds_nothing(retriever: WaymarkRetriever, question: str) -> None:
    assert retriever.invoke(question) == []


FILTERS: list[tuple[Any, Callable[[dict[str, Any]], bool]]] = [
    ({"entry": "portage"}, lambda m: m["entry"] == "portage"),
    ({"entry": ["portage", "sendiass-stockport"]}, lambda m: m["entry"] in ("portage", "sendiass-stockport")),
    ({"section": "How to get in"}, lambda m: m["section"] == "How to get in"),
    (
        {"section": {"Time limits", "Steps"}, "entry": "ehc-needs-assessment"},
        lambda m: m["entry"] == "ehc-needs-assessment" and m["section"] in ("Time limits", "Steps"),
    ),
    (lambda metadata: metadata["url"].startswith("/topics/"), lambda m: m["url"].startswith("/topics/")),
]


@pytest.mark.parametrize(("wanted", "holds"), FILTERS)
def test_a_filter_keeps_the_best_of_what_suits(
    retriever: WaymarkRetriever, store: WaymarkVectorStore, engine: Engine, wanted: Any, holds: Callable[[dict[str, Any]], bool]
) -> None:
    question, every = "how do i apply", len(engine.release.passages)
    for found, whole in (
        (retriever.invoke(question, k=3, filter=wanted), retriever.invoke(question, k=every)),
        (store.similarity_search(question, k=3, filter=wanted), store.similarity_search(question, k=every)),
    ):
        assert found
        assert ids(found) == [d.metadata["id"] for d in whole if holds(d.metadata)][:3]


def test_a_filter_of_the_retrievers_own_gives_way_to_the_calls(engine: Engine) -> None:
    retriever = WaymarkRetriever(engine=engine, filter={"entry": "portage"})
    assert {d.metadata["entry"] for d in retriever.invoke("autism")} == {"portage"}
    assert {d.metadata["entry"] for d in retriever.invoke("autism", filter={"entry": "camhs"})} <= {"camhs"}


def test_a_filter_that_nothing_suits_finds_nothing(retriever: WaymarkRetriever, store: WaymarkVectorStore) -> None:
    assert retriever.invoke("autism", filter={"entry": "no-such-entry"}) == []
    assert store.similarity_search("autism", filter={"entry": "no-such-entry"}) == []


def test_wrong_arguments_are_named(retriever: WaymarkRetriever, store: WaymarkVectorStore, engine: Engine) -> None:
    with pytest.raises(ValueError, match="no metadata entries, kind to filter by; there is id, entry"):
        retriever.invoke("autism", filter={"kind": "service", "entries": "x"})
    with pytest.raises(ValueError, match="no metadata colour"):
        store.similarity_search("autism", filter={"colour": "red"})
    for search in (lambda: retriever.invoke("autism", k=0), lambda: store.similarity_search("autism", k=-1)):
        with pytest.raises(ValueError, match="k must be at least 1"):
            search()
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        WaymarkRetriever(engine=engine, k=0)
    with pytest.raises(ValueError, match="expected a vector of 384 numbers"):
        store.similarity_search_by_vector([0.5, 0.5])


@pytest.mark.parametrize("question", [question for question, _ in ASKED])
def test_the_store_searches_by_cosine(store: WaymarkVectorStore, engine: Engine, question: str) -> None:
    vector = np.array(store.embeddings.embed_query(question))
    vectors = engine.release.vectors.reconstruct_n(0, len(engine.release.passages))
    cosines = vectors @ vector
    found = store.similarity_search_with_score(question, k=6)
    assert [score for _, score in found] == pytest.approx(sorted(cosines, reverse=True)[:6], abs=1e-5)
    by_id = dict(zip((p.id for p in engine.release.passages), cosines, strict=True))
    for document, score in found:
        assert score == pytest.approx(by_id[str(document.id)], abs=1e-5)
        assert document.metadata["score"] == score


def test_ways_of_searching_the_store_agree(store: WaymarkVectorStore) -> None:
    question = ASKED[1][0]
    vector = store.embeddings.embed_query(question)
    expected = ids(store.similarity_search(question, k=4))
    assert expected == ids(store.similarity_search(question))
    assert expected == ids(store.similarity_search_by_vector(vector))
    assert expected == ids(store.similarity_search_by_vector([7 * x for x in vector]))
    assert expected == ids([d for d, _ in store.similarity_search_with_score_by_vector(vector)])
    assert expected == ids(store.search(question, "similarity"))
    assert expected == ids(asyncio.run(store.asimilarity_search(question)))
    assert expected == ids(asyncio.run(store.asimilarity_search_by_vector(vector)))
    assert expected == ids([d for d, _ in asyncio.run(store.asimilarity_search_with_score(question))])
    assert expected == ids(store.as_retriever().invoke(question))


def test_more_than_there_is_gives_all_there_is(store: WaymarkVectorStore, engine: Engine) -> None:
    assert sorted(ids(store.similarity_search("autism", k=10**6))) == sorted(p.id for p in engine.release.passages)


def test_the_store_as_a_retriever(store: WaymarkVectorStore) -> None:
    question = ASKED[2][0]
    retriever = store.as_retriever(search_kwargs={"k": 3, "filter": {"section": "What it is"}})
    found = retriever.invoke(question)
    assert len(found) == 3
    assert {d.metadata["section"] for d in found} == {"What it is"}
    assert ids(asyncio.run(retriever.ainvoke(question))) == ids(found)
    assert [ids(f) for f in retriever.batch([question, question])] == [ids(found), ids(found)]
    near = store.as_retriever(search_type="similarity_score_threshold", search_kwargs={"k": 50, "score_threshold": 0.5}).invoke(question)
    assert ids(near) == ids([d for d, score in store.similarity_search_with_score(question, k=50) if score >= 0.5])
    assert 0 < len(near) < 50


def test_relevance_is_within_nought_and_one(store: WaymarkVectorStore, engine: Engine) -> None:
    scored = store.similarity_search_with_relevance_scores("autism", k=len(engine.release.passages))
    assert min(score for _, score in store.similarity_search_with_score("autism", k=len(engine.release.passages))) < 0
    assert all(0 <= score <= 1 for _, score in scored)
    assert scored[0][1] == store.similarity_search_with_score("autism", k=1)[0][1]


def test_marginal_relevance_spreads_what_is_found(store: WaymarkVectorStore) -> None:
    question = ASKED[2][0]
    near = ids(store.similarity_search(question, k=20))
    varied = ids(store.as_retriever(search_type="mmr", search_kwargs={"k": 5, "fetch_k": 20, "lambda_mult": 0.2}).invoke(question))
    assert varied[0] == near[0]
    assert len(set(varied)) == 5
    assert set(varied) <= set(near)
    assert varied != near[:5]
    assert ids(store.max_marginal_relevance_search(question, k=5, lambda_mult=1.0)) == near[:5]


def test_passages_by_id(store: WaymarkVectorStore, engine: Engine) -> None:
    wanted = [engine.release.passages[5].id, engine.release.passages[2].id]
    found = store.get_by_ids([*wanted, "no-such-passage"])
    assert [document.id for document in found] == wanted
    assert found[0].page_content == engine.release.passages[5].text
    assert found[0].metadata["score"] is None


def test_nothing_changes_a_release(store: WaymarkVectorStore) -> None:
    document = Document(page_content="new", metadata={})
    attempts: list[Callable[[], object]] = [
        lambda: store.add_texts(["new"]),
        lambda: store.add_documents([document]),
        lambda: store.as_retriever().add_documents([document]),
        lambda: store.delete(["portage#what-it-is"]),
        lambda: WaymarkVectorStore.from_texts(["new"], store.embeddings),
        lambda: WaymarkVectorStore.from_documents([document], store.embeddings),
        lambda: asyncio.run(store.aadd_texts(["new"])),
        lambda: asyncio.run(store.adelete(["portage#what-it-is"])),
    ]
    for attempt in attempts:
        with pytest.raises(ReadOnlyError, match="python -m indexer build") as raised:
            attempt()
        assert isinstance(raised.value, WaymarkError)
        assert isinstance(raised.value, NotImplementedError)


def test_embeddings_are_the_encoders(engine: Engine) -> None:
    embeddings = WaymarkEmbeddings(engine.release.encoder)
    texts = ["How do I ask for an assessment?", "Portage is for children under school age.", ""]
    rows = embeddings.embed_documents(texts)
    assert np.array(rows) == pytest.approx(engine.release.encoder.encode(texts, "passage"), abs=1e-6)
    assert embeddings.embed_documents([]) == []
    one = embeddings.embed_query(texts[0])
    assert len(one) == embeddings.dimensions == 384
    assert all(type(x) is float for x in [*one, *rows[0]])
    assert float(np.linalg.norm(one)) == pytest.approx(1, abs=1e-5)
    assert asyncio.run(embeddings.aembed_query(texts[0])) == one
    assert np.array(asyncio.run(embeddings.aembed_documents(texts))) == pytest.approx(np.array(rows), abs=1e-6)


def test_opened_from_a_configuration(indexer_settings: IndexerSettings, release_dir: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[indexer]\nrelease_dir = "{release_dir}"\nmodel_dir = "{indexer_settings.model_dir}"\n', encoding="utf-8")
    assert len(WaymarkRetriever.open(config, k=2).invoke("autism")) == 2
    assert len(WaymarkVectorStore.open(config).similarity_search("autism")) == 4
    config.write_text(f'[indexer]\nrelease_dir = "{tmp_path / "none"}"\n', encoding="utf-8")
    for opened in (WaymarkRetriever.open, WaymarkVectorStore.open):
        with pytest.raises(ReleaseError, match="no release in"):
            opened(config)


def test_only_this_module_brings_langchain_in() -> None:
    code = """
import importlib, pkgutil, sys
import bot
for module in pkgutil.iter_modules(bot.__path__):
    if module.name not in ("langchain", "__main__"):
        importlib.import_module("bot." + module.name)
print(sorted(name for name in sys.modules if name.startswith("langchain")))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
