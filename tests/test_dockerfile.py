from __future__ import annotations

import ast
import fnmatch
import importlib.metadata
import importlib.util
import json
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import HTTPError

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from indexer.config import IndexerSettings, load_settings
from web.serve import address
from web.settings import WebSettings, load_web_settings

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("indexer", "bot", "web")

Instruction = tuple[str, str]


def stages() -> list[list[Instruction]]:
    """The instructions of each stage, lines that go on put together."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = re.sub(r"\\\n\s*", "", "\n".join(line for line in lines if not line.startswith("#")))
    found: list[list[Instruction]] = []
    for line in filter(None, text.splitlines()):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


BUILD, FINAL = stages()


def of(stage: list[Instruction], name: str) -> list[str]:
    return [rest for found, rest in stage if found == name]


def environment(stage: list[Instruction]) -> dict[str, str]:
    return dict(pair.split("=", 1) for line in of(stage, "ENV") for pair in shlex.split(line))


def copies(stage: list[Instruction]) -> list[list[str]]:
    """Arguments of each COPY from the project's folder, the target last."""
    return [line.split() for line in of(stage, "COPY") if not line.startswith("--from")]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path out: the last pattern that suits it, or a folder above it, decides."""
    out = False
    parents = ["/".join(path.split("/")[: n + 1]) for n in range(path.count("/") + 1)]
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip().removeprefix("!").rstrip("/")
        if pattern and not pattern.startswith("#"):
            name = pattern.removeprefix("**/")
            suits = any(fnmatch.fnmatchcase(p.rsplit("/", 1)[-1] if name != pattern else p, name) for p in parents)
            out = (not line.startswith("!")) if suits else out
    return out


def test_both_stages_are_the_same_python_pinned_to_a_patch() -> None:
    bases = {of(stage, "FROM")[0].split()[0] for stage in (BUILD, FINAL)}
    assert len(bases) == 1
    found = re.fullmatch(r"python:(\d+)\.(\d+)\.\d+-slim-[a-z]+", bases.pop())
    assert found
    least = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert (int(found[1]), int(found[2])) >= tuple(int(part) for part in least.removeprefix(">=").split("."))


@pytest.mark.parametrize("line", copies(BUILD) + copies(FINAL), ids=" ".join)
def test_what_is_copied_is_there_and_reaches_docker(line: list[str]) -> None:
    *sources, target = line
    for source in sources:
        path = ROOT / source
        assert path.is_dir() if source.endswith("/") else path.is_file()
        assert not ignored(source.rstrip("/"))
        assert target in ("./", source), "a folder's contents land where they stood"


def test_what_is_taken_from_the_build_is_made_there() -> None:
    settings = load_settings(IndexerSettings, "indexer", ROOT / "config.toml", {})
    changed = {f"/app/{path.relative_to(ROOT)}" for path in (settings.release_dir, settings.content)}
    made = {"/opt/serve", f"/app/{settings.model_dir.relative_to(ROOT)}", *changed}
    taken = [line.split() for line in of(FINAL, "COPY") if line.startswith("--from")]
    assert {line[-2] for line in taken} == made
    assert {line[0] for line in taken} == {"--from=" + of(BUILD, "FROM")[0].split()[-1]}
    assert all(line[-1] in (line[-2], line[-2].removeprefix("/app/")) for line in taken)
    assert {line[-2] for line in taken if f"--chown={of(FINAL, 'USER')[0]}" in line} == changed, "staff change these, where they are volumes"
    assert of(BUILD, "WORKDIR") == of(FINAL, "WORKDIR") == ["/app"]
    assert "python -m venv --without-pip /opt/serve" in of(BUILD, "RUN")[0]


def test_the_build_holds_all_that_indexing_reads() -> None:
    settings = load_settings(IndexerSettings, "indexer", ROOT / "config.toml", {})
    there = {source.rstrip("/") for *sources, _ in copies(BUILD) for source in sources}
    assert there >= {"indexer", "config.toml", *(str(path.relative_to(ROOT)) for path in (settings.content, settings.model_lock, settings.adapter))}
    named = {word for line in of(BUILD, "RUN") for word in line.split() if word.startswith("requirements/")}
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "requirements").iterdir()} == named


def test_serving_holds_the_rooms_and_what_publishing_reads() -> None:
    settings = load_settings(IndexerSettings, "indexer", ROOT / "config.toml", {})
    there = {source.rstrip("/") for *sources, _ in copies(FINAL) for source in sources}
    assert there == {*ROOMS, "config.toml", *(str(path.relative_to(ROOT)) for path in (settings.model_lock, settings.adapter))}


PRIVATE = [".git", "var", "var/waymark.db", "var/secret-key", ".env"]
NEEDLESS = [".venv", "tests", "tests/data", "Dockerfile", "web/__pycache__", "web/x.pyc"]


@pytest.mark.parametrize("path", [*PRIVATE, *NEEDLESS])
def test_nothing_private_or_needless_reaches_docker(path: str) -> None:
    assert ignored(path)


def test_modules_that_are_run_exist() -> None:
    lines = [*of(BUILD, "RUN"), " ".join(json.loads(of(FINAL, "CMD")[0]))]
    run = {name for line in lines for name in re.findall(r"python -m (\w+)", line)}
    assert run == {"venv", "pip", "indexer", "web"}
    assert all(importlib.util.find_spec(f"{name}.__main__") for name in run)


def test_the_command_is_in_exec_form_and_known(capsys: pytest.CaptureFixture[str]) -> None:
    from web.__main__ import main

    python, flag, module, command = json.loads(of(FINAL, "CMD")[0])
    assert (python, flag, module) == ("python", "-m", "web")
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert command in capsys.readouterr().out


def test_serving_installs_without_the_extras_and_by_the_constraints() -> None:
    [serve] = [part for line in of(BUILD, "RUN") for part in line.split("&&") if "--python /opt/serve" in part]
    assert shlex.split(serve)[-3:] == ["-c", "requirements/constraints.txt", "."]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {Requirement(line).name.lower() for line in project["dependencies"]}
    assert wanted.isdisjoint({"torch", "sentence-transformers", "scikit-learn", "transformers"})
    assert any("'.[build]'" in line and "--require-hashes" in line for line in of(BUILD, "RUN"))


def test_it_does_not_run_as_root() -> None:
    users = [(i, rest) for i, (name, rest) in enumerate(FINAL) if name == "USER"]
    [(at, user)] = users
    uid, gid = user.split(":")
    assert int(uid) > 0
    assert int(gid) > 0
    made = " ".join(of(FINAL[:at], "RUN"))
    assert f"useradd --uid {uid} --gid {gid}" in made
    assert f"groupadd --gid {gid}" in made
    assert not [name for name, _ in FINAL[at:] if name in ("RUN", "COPY", "ADD")]


def test_what_is_written_goes_to_the_volume(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    [volume] = json.loads(of(FINAL, "VOLUME")[0])
    uid = of(FINAL, "USER")[0].split(":")[0]
    assert re.search(rf"install -d -m 700 -o {uid} -g \d+ {volume}(?: |$)", " ".join(of(FINAL, "RUN")))
    for name, value in environment(FINAL).items():
        if name.startswith("WAYMARK_"):
            monkeypatch.setenv(name, value)
    config = tmp_path / "config.toml"
    config.write_text((ROOT / "config.toml").read_text(encoding="utf-8"), encoding="utf-8")
    settings = load_web_settings(config)
    inside = tmp_path / Path(volume).relative_to("/app")
    assert settings.database_url == f"sqlite:///{inside}/{Path(settings.database_url).name}"
    assert settings.secret_key_file.parent == inside
    assert load_web_settings(ROOT / "config.toml").database_url != WebSettings().database_url


def test_it_listens_where_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT"):
        monkeypatch.setenv(name, environment(FINAL)[name])
    assert address(WebSettings()) == f"0.0.0.0:{of(FINAL, 'EXPOSE')[0]}"


def check() -> list[str]:
    return [str(part) for part in json.loads(of(FINAL, "HEALTHCHECK")[0].partition(" CMD ")[2])]


class Answers(BaseHTTPRequestHandler):
    status = 200
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Answers.asked.clear()
        monkeypatch.setenv("PORT", str(server.server_port))
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("status", [200, 503, 404])
def test_the_health_check_asks_and_heeds(port: int, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    python, flag, code = check()
    assert (python, flag) == ("python", "-c")
    monkeypatch.setattr(Answers, "status", status)
    run = compile(ast.parse(code), "health check", "exec")
    if status == 200:
        exec(run, {})
    else:
        with pytest.raises(HTTPError) as raised:
            exec(run, {})
        raised.value.close()
    assert Answers.asked == ["/healthz"]
    assert port


def test_the_health_check_asks_for_a_page_that_there_is() -> None:
    from flask import Flask

    from web.health import blueprint

    app = Flask(__name__)
    app.register_blueprint(blueprint)
    [path] = re.findall(r"'(/\w+)'", check()[2])
    assert app.test_client().get(path).status_code == 200


def imported(tree: ast.Module, *, at_start: bool) -> set[str]:
    """Top-level names of the modules imported anywhere, or only where the file is imported (not in functions or for type checkers)."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        later = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if at_start and (later or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found - {"__future__", *ROOMS} - set(sys.stdlib_module_names)


def installed(*extras: str) -> set[str]:
    """Names of the distributions that come with the project: those it asks for, and those that they ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    found: set[str] = set()
    while waiting:
        wanted = Requirement(waiting.pop())
        name = canonicalize_name(wanted.name)
        if name not in found and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            found.add(name)
            waiting += importlib.metadata.requires(name) or []
    return found


def loaded_to_serve() -> list[Path]:
    """Files of the rooms that are loaded where everything of ``bot`` and ``web``, and the indexer's command line, is imported."""
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for room in ("bot", "web") for path in (ROOT / room).rglob("*.py")]
    script = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\n" + (
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] in ('indexer', 'bot', 'web') and m.__file__), sep='\\n')"
    )
    wanted = [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]
    done = subprocess.run([sys.executable, "-c", script, "indexer.cli", *wanted], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    return [Path(line) for line in done.stdout.splitlines()]


def test_the_rooms_that_serve_are_loaded_whole() -> None:
    loaded = {path.relative_to(ROOT).as_posix() for path in loaded_to_serve()}
    assert {"web/app.py", "bot/engine.py", "indexer/cli.py", "indexer/release.py"} <= loaded
    assert not [path for path in loaded if path.startswith("indexer/website/spider")]  # runs in a process of its own, while building


@pytest.mark.parametrize(("at_start", "extras"), [(True, ()), (False, ("build",))], ids=["to serve", "to build"])
def test_every_import_of_the_rooms_is_installed(at_start: bool, extras: tuple[str, ...]) -> None:
    owners, there = importlib.metadata.packages_distributions(), installed(*extras)
    optional = {"langchain"}  # only where [bot] reword_model names a model
    missing = {}
    for path in loaded_to_serve() if at_start else sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        names = imported(ast.parse(path.read_text(encoding="utf-8")), at_start=at_start) - optional
        if absent := sorted(name for name in names if not {canonicalize_name(owner) for owner in owners.get(name, ())} & there):
            missing[str(path.relative_to(ROOT))] = absent
    assert missing == {}
