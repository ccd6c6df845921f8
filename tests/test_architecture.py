"""The rooms and the way through them: imports run one way, heavy ones wait, settings are documented, modules stay short."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import BotSettings
from indexer.config import TABLES, DocumentFolder, Feed, IndexerSettings, Settings, Website, load_settings
from tests.conftest import ROOT
from web.settings import WebSettings

ALLOWED = {"indexer": {"indexer"}, "bot": {"bot", "indexer"}, "web": {"web", "bot", "indexer"}}
OUTSIDE = {"tests", "benchmarks"}
MODULES = sorted(path for room in ALLOWED for path in (ROOT / room).rglob("*.py"))
TABLE_MODELS: dict[str, type[Settings]] = {"indexer": IndexerSettings, "bot": BotSettings, "web": WebSettings}
LONGEST = 300
HEAVY = ("torch", "sentence_transformers", "transformers", "sklearn", "langchain", "langchain_community", "langchain_openai", "langchain_huggingface")


def imported(path: Path) -> Iterator[str]:
    """The first names of all that a module imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0] if node.module and not node.level else path.relative_to(ROOT).parts[0]


def test_every_room_has_modules() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(ALLOWED)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_run_from_web_to_bot_to_indexer_only(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    rooms = set(imported(path)) & (set(ALLOWED) | OUTSIDE)
    assert rooms <= ALLOWED[room], f"{path.relative_to(ROOT)} imports {sorted(rooms - ALLOWED[room])}"


def test_an_arrow_back_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("def f():\n    from web.app import create_app\n    import bot.engine as e\n", encoding="utf-8")
    assert {"web", "bot"} <= set(imported(tmp_path / "x.py"))


def modules_of(room: str) -> list[str]:
    names = (path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for path in MODULES if path.relative_to(ROOT).parts[0] == room)
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


@pytest.mark.parametrize("names", [["bot"], *map(modules_of, ALLOWED)], ids=["bot", *(f"all of {room}" for room in ALLOWED)])
def test_heavy_packages_are_not_imported_along(names: list[str]) -> None:
    script = "import importlib, json, sys\nfor name in json.loads(sys.argv[1]): importlib.import_module(name)\nprint(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script, json.dumps(names)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    loaded = set(json.loads(done.stdout))
    assert set(names) <= loaded
    assert sorted(loaded & set(HEAVY)) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_long_module_says_why(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text)) or ""
    assert said, "a module says what it is"
    reason = re.search(r"\b(?:long because|one module because|one file because|together because)\b", said)
    assert reason or len(text.splitlines()) <= LONGEST, f"over {LONGEST} lines, and the docstring gives no reason"


def test_each_table_has_one_declaration() -> None:
    assert set(TABLE_MODELS) == set(TABLES)


SETTINGS = [(table, name) for table, model in TABLE_MODELS.items() for name in model.model_fields]


@pytest.mark.parametrize(("table", "name"), SETTINGS)
def test_every_setting_is_described(table: str, name: str) -> None:
    assert TABLE_MODELS[table].model_fields[name].description


@pytest.mark.parametrize(("model", "name"), [(model, name) for model in (DocumentFolder, Feed, Website) for name in model.model_fields])
def test_every_field_of_a_source_is_described_and_shown(model: type[Settings], name: str) -> None:
    assert model.model_fields[name].description
    shown = (ROOT / "config.toml").read_text(encoding="utf-8")
    assert name == "ours" or re.search(rf"^# {name} = ", shown, re.M), f"config.toml does not show {name}"


def test_the_command_line_needs_nothing_that_only_a_crawl_needs() -> None:
    script = "import indexer.cli, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert {"indexer.website.crawl"} <= set(done.stdout.split())
    assert not {"scrapy", "twisted", "parsel", "w3lib", "datasketch", "trafilatura"} & set(done.stdout.split())


@pytest.mark.parametrize(("table", "name"), SETTINGS)
def test_every_setting_is_in_the_readme(table: str, name: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"`(?:\[?{table}\]?\.?)?\s?{name}`", text), f"[{table}] {name} is not in README.md"


@pytest.mark.parametrize("table", TABLE_MODELS)
def test_the_shipped_configuration_is_valid(table: str) -> None:
    assert load_settings(TABLE_MODELS[table], table, ROOT / "config.toml", {})


def test_every_number_of_a_setting_is_bounded() -> None:
    for table, model in TABLE_MODELS.items():
        for name, field in model.model_fields.items():
            if field.annotation in (int, float):
                bounds = {type(limit).__name__ for limit in field.metadata}
                assert {"Ge", "Le"} <= bounds, f"[{table}] {name} has no bounds"
