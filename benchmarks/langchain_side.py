"""The baseline as a newcomer to LangChain would write it: splitter 1000/200, HuggingFaceEmbeddings, FAISS, similarity search."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.common import FIRST, Question, hits, memory_mb, questions, run, timed

NEAREST, LOOKED_THROUGH = 5, 20
"""Chunks found for each question; chunks looked through for three different entries."""


def _embeddings(folder: Path) -> Any:
    from langchain_huggingface import HuggingFaceEmbeddings

    model = json.loads((folder / "facts.json").read_text(encoding="utf-8"))["model"]
    return HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"}, encode_kwargs={"normalize_embeddings": True})


def build(folder: Path) -> Iterator[dict[str, Any]]:
    """Index the pages, from reading to a saved index; then the phrasings too. The model is loaded in the time of the pages."""
    start = perf_counter()
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = _embeddings(folder)
    pages = [Document(page["text"], metadata={"entry": page["entry"]}) for page in _lines(folder / "pages.jsonl")]
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(pages)
    store = FAISS.from_documents(chunks, embeddings)
    store.save_local(str(folder / "pages.index"))
    seconds = perf_counter() - start
    yield {"build_s": seconds, "build_cpu_s": process_time(), "texts": len(chunks)}
    phrasings = [Document(line["text"], metadata={"entry": line["entry"]}) for line in _lines(folder / "phrasings.jsonl")]
    start = perf_counter()
    store.add_documents(phrasings)
    store.save_local(str(folder / "all.index"))
    yield {"build_all_s": seconds + perf_counter() - start, "build_all_cpu_s": process_time(), "texts_all": len(chunks) + len(phrasings)}


def ask(folder: Path) -> Iterator[dict[str, Any]]:
    """Open the saved index, answer once, then time every question."""
    store = _store(folder, "pages")
    store.similarity_search(FIRST, k=NEAREST)
    yield {"answered": True}
    yield {"times": timed(lambda question: store.similarity_search(_text(question), k=NEAREST), questions()), "rss_mb": memory_mb()}


def judge(folder: Path) -> Iterator[dict[str, Any]]:
    """How often the right entry is found, from the pages and from the pages with the phrasings."""
    for name in ("pages", "all"):
        yield {name: hits(partial(_entries, _store(folder, name)), questions())}


def _store(folder: Path, name: str) -> Any:
    from langchain_community.vectorstores import FAISS

    return FAISS.load_local(str(folder / f"{name}.index"), _embeddings(folder), allow_dangerous_deserialization=True)


def _entries(store: Any, question: Question) -> list[str]:
    found = store.similarity_search(_text(question), k=LOOKED_THROUGH)
    return list(dict.fromkeys(document.metadata["entry"] for document in found))


def _text(question: Question) -> str:
    return " ".join(question["turns"])


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    run({"build": build, "ask": ask, "judge": judge})
