# Waybill's commands. `make run` and `make test` set everything up by themselves.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 3000
-include .env
export

.PHONY: help setup run dev train test test-worlds bench score coverage check format docs snapshot screenshots clean fuzz

help: ## Show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: $(READY) ## Make the virtual environment with the locked versions

$(READY): pyproject.toml uv.lock
	@echo "Setting up $(VENV) with the versions of uv.lock"
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "Waybill needs Python 3.11 to 3.13; set PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --quiet --frozen --inexact --python $(BIN)/python
	@touch $(READY)

run: $(READY) ## Run the main job once, on the sample or on your inputs
	@$(BIN)/python -m pipelines.run

dev: $(READY) ## Start the Dagster UI and daemon on 127.0.0.1:$(PORT)
	@DAGSTER_HOME="$$($(BIN)/python -m pipelines.instance)" exec $(BIN)/dagster dev --workspace workspace.yaml --host 127.0.0.1 --port $(PORT)

test: $(READY) ## Run all tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-worlds: $(READY) ## Run the long tests: many and big generated worlds
	@$(BIN)/python -m pytest -n 2 -m worlds tests/world

bench: $(READY) ## Measure on a quiet machine and write docs/benchmarks.md: PARTS="rebuild readers extraction", SIZES="10000 1000000", FULL=1 to 10 million
	@failed=0; for part in $(or $(PARTS),rebuild readers extraction); do $(BIN)/python -m tests.bench.$$part || failed=1; done; exit $$failed

train: $(READY) ## Learn the weights of the extractor's decisions from the labelled text
	@$(BIN)/python -m pipelines.extraction.training

score: $(READY) ## Score the extractor on gold: GOLD="file or folder …" (the test set), ERRORS=10, PAGE=1 into docs/extraction.md
	@$(BIN)/python -m pipelines.extraction.measuring $(GOLD) $(if $(ERRORS),--errors $(ERRORS)) $(if $(PAGE),--page)

coverage: $(READY) ## Show the unknown words around counts that nothing explained: over the lake, or GOLD="file or folder …"
	@$(BIN)/python -m pipelines.extraction.measuring.coverage $(GOLD)

check: $(READY) ## Lint, check types and SQL
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql

format: $(READY) ## Format Python and SQL
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(READY) ## Write docs/dictionary.md and sql/lineage.json from the SQL files
	@$(BIN)/python -m pipelines.lineage
	@$(BIN)/python -m pipelines.publish.dictionary

contract: $(READY) ## Draft a contract from a supplier's file: make contract FILE=path/to/file
	@$(BIN)/python -m pipelines.suppliers.draft "$(FILE)"

snapshot: $(READY) ## Write the reviewed asset graph, tests/graph/asset_graph.txt
	@$(BIN)/python -m tests.graph.snapshot

fuzz: $(READY) ## Fuzz all readers, SECONDS each (20)
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),20)

screenshots: $(READY) ## Take the README's pictures of the UI; needs Chromium
	@$(BIN)/python -m tests.e2e.screenshots

clean: ## Remove the virtual environment; state in var/ stays
	rm -rf $(VENV)
