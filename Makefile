# The run book. `make help` lists it; everything installs what it needs into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BROWSER := $(VENV)/browser/.installed
SCANNERS := $(VENV)/k8s/.installed
# In this order, on one process; on two, one of them begins with all that uses the running mall (libs/testing: scheduling). Load is the
# last: its plots hook into the import of what follows.
TESTS := $(addprefix tests/,unit architecture contract compose k8s integration chaos browser e2e load)
PACKAGES := $(sort $(dir $(wildcard libs/*/pyproject.toml services/*/pyproject.toml connectors/*/pyproject.toml cli/pyproject.toml)))
NAMES := $(shell sed -n 's/^name = "\(mpp-.*\)"/\1/p' $(addsuffix pyproject.toml,$(PACKAGES)))

.DEFAULT_GOAL := help
.PHONY: help setup run up down status logs demo test lint types k8s-check k8s-objects fmt unit integration contract architecture e2e browser screenshots browser-tools trace-picture dashboards containers images reproducible compose-test rolling chaos load load-quick load-catalog protos lock clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Install everything into .venv (hashes checked); leaves .venv/bin/mpp and .venv/bin/pytest

# uv comes out of the lock itself, so that nothing unpinned is ever run; then it installs the rest, fast.
$(STAMP): requirements.lock pyproject.toml $(addsuffix pyproject.toml,$(PACKAGES))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Choose one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) ..."
	@awk '/^uv==/{take=1} take{print} take && !/\\$$/{exit}' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation $(addprefix -e ,$(PACKAGES))
	@touch $@

run: setup ## Run the whole mall with demonstration data at http://localhost:8080 (Ctrl-C stops it)
	@$(BIN)/mpp up

up: setup ## The same in the background
	@$(BIN)/mpp up --detach

down: setup ## Stop it
	@$(BIN)/mpp down

status: setup ## What is running
	@$(BIN)/mpp status

logs: setup ## Follow the logs of every process
	@$(BIN)/mpp logs --follow

demo: setup ## Play one application's life through the public API of the running mall
	@$(BIN)/mpp demo

test: setup lint types browser-tools ## Everything CI runs: lint, types and every test
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

lint: setup ## ruff, buf, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "Formatting differs: run 'make fmt'"; exit 1; }
	@$(BIN)/buf lint
	@$(BIN)/lint-imports --no-cache

types: setup ## mypy, strict
	@$(BIN)/mypy $(addsuffix src,$(filter-out libs/protos/,$(PACKAGES)))

k8s-check: $(SCANNERS) ## deploy/k8s: render every overlay, strict schemas of Kubernetes 1.33 and later, hardening scan
	@$(BIN)/pytest -q tests/k8s
	@$(BIN)/python -m tests.k8s check

k8s-objects: setup ## Write docs/kubernetes-objects.md from what deploy/k8s renders
	@$(BIN)/python -m tests.k8s objects

$(SCANNERS): $(STAMP) tests/k8s/scanners.lock
	@echo "Installing the scanners into $(VENV)/k8s ..."
	@test -x $(VENV)/k8s/bin/python || $(PYTHON) -m venv --without-pip $(VENV)/k8s
	@VIRTUAL_ENV=$(VENV)/k8s $(BIN)/uv pip sync --quiet --require-hashes tests/k8s/scanners.lock
	@touch $@

fmt: setup ## Format the code and the protos
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/buf format --write

unit: setup ## Unit and architecture tests: no I/O, the inner loop
	@$(BIN)/pytest -q tests/unit tests/architecture

integration: setup ## One service at a time on real PostgreSQL and NATS
	@$(BIN)/pytest tests/integration

contract: setup ## Protos, generated code, AsyncAPI, OpenAPI
	@$(BIN)/pytest tests/contract

architecture: setup ## The rules of the house
	@$(BIN)/pytest tests/architecture

e2e: setup ## The whole story through the public API
	@$(BIN)/pytest tests/e2e

browser: setup browser-tools ## The pages in a real browser: the story, every state, accessibility, valid HTML
	@$(BIN)/pytest -n 2 --dist loadfile --every-state tests/browser

screenshots: setup browser-tools ## Pictures of the main pages at two widths, into docs/screenshots (a minute); look at each
	@$(BIN)/python -m tests.browser.screenshots

trace-picture: setup ## The trace of one application as a picture, into docs/trace.svg (half a minute); look at it
	@$(BIN)/python -m tests.e2e.trace_picture

dashboards: setup ## Write the Grafana dashboards anew from deploy/telemetry/dashboards.py
	@$(BIN)/python deploy/telemetry/dashboards.py

browser-tools: $(BROWSER) ## What the browser tests need beside Python: two checkers and, if none is there, a Chromium

$(BROWSER): $(STAMP) $(wildcard libs/testing/src/mpp_testing/browser/package*.json)
	@echo "Installing what the browser tests need ..."
	@$(BIN)/python -m mpp_testing.browser
	@touch $@

containers: setup ## The storage and bus tests against containers (needs a Docker engine)
	@$(BIN)/pytest --containers tests/integration/ledger tests/integration/runtime tests/integration/catalog tests/integration/applications tests/integration/identity tests/integration/notifications

images: setup ## Build every image, check what is in it, show them in a table (needs a Docker engine)
	@MPP_REVISION=$$(git rev-parse HEAD) docker compose build --quiet
	@$(BIN)/pytest -q tests/compose/images.py
	@$(BIN)/python -m tests.compose

reproducible: setup ## Build four images twice without a cache: are their layers the same? (long; needs a Docker engine)
	@$(BIN)/python -m tests.compose reproducible

compose-test: setup ## A mall of its own from compose.yaml: the stories, faults, restart, removal (needs a Docker engine)
	@docker compose build --quiet
	@$(BIN)/pytest -v tests/compose/mall.py

rolling: setup ## Restart every service one after the other while people work: no request may fail (needs a Docker engine)
	@docker compose build --quiet
	@$(BIN)/python -m tests.rolling

chaos: setup ## Kill every service at every failpoint, servers, agencies, everything (about 40 minutes; docs/reliability.md)
	@$(BIN)/python -m tests.chaos

load: setup ## Benchmark against yardsticks in one run, as ratios (about 6 minutes; docs/performance.md)
	@$(BIN)/python -m tests.load

load-quick: setup ## The same in a minute: one short round, 16 at once
	@$(BIN)/python -m tests.load --rounds 1 --seconds 0.5 --connections 16

load-catalog: setup ## Search and reads of the catalogue at 1,000 and 100,000 offerings, as ratios (about 3 minutes; docs/performance.md)
	@$(BIN)/python -m tests.load.catalog

protos: setup ## Generate code and documents from protos/
	@$(BIN)/buf lint
	@$(BIN)/python libs/protos/generate.py
	@$(BIN)/python libs/protos/asyncapi.py

lock: setup ## Compile requirements.lock anew
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --no-emit-find-links \
	  $(addprefix --no-emit-package ,$(NAMES)) --group build --group dev pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --no-emit-find-links \
	  tests/k8s/scanners.in -o tests/k8s/scanners.lock

clean: ## Remove the environment and every cache; keeps .data (remove it by hand to start from nothing)
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
