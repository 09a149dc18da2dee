# Everything begins here: `make help` lists the commands. The work is done by tools/, which needs only Python.

PORT ?= 8000
export PORT

ifeq ($(origin PYTHON), undefined)
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
endif
ifeq ($(strip $(PYTHON)),)
$(error Python 3.11 or newer is needed and was not found; install it, or name it: make run PYTHON=/path/to/python3)
endif

FLASK := .venv/bin/flask --app app
TOOL := $(PYTHON) -m

.DEFAULT_GOAL := help
.PHONY: help run demo setup test lint build pins messages soak bench screenshots clean

help: ## List these commands
	@$(PYTHON) -m tools.listing $(firstword $(MAKEFILE_LIST))

run: ## Serve at http://localhost:8000, or at another port: make run PORT=9000
	@$(TOOL) tools.prepare run
	@$(FLASK) serve --upgrade

demo: ## Fill an empty database with demo patients and a practice, and print how to sign in
	@$(TOOL) tools.prepare run
	@$(FLASK) db upgrade
	@$(FLASK) demo

setup: ## Install what development needs, and build the browser side
	@$(TOOL) tools.prepare develop

test: ## Run every check and every test, after installing what they need
	@$(TOOL) tools.prepare test
	@.venv/bin/python -m tools.check

lint: setup ## Run the checks that need no test: lint, format, types, import directions, templates
	@.venv/bin/python -m tools.check --only lint

build: ## Build the browser side into static/dist/
	@$(TOOL) tools.prepare run

pins: setup ## Compile requirements/*.in into the hashed pins
	@.venv/bin/python -m tools.pins

messages: setup ## Collect every sentence for translators, and compile what they translated
	@.venv/bin/python -m tools.messages

soak: ## Run the long tests (kill rounds, sync machine, zones, mutation): make soak ROUNDS=100 ONLY=relief
	@$(TOOL) tools.prepare test
	@.venv/bin/python -m pytest -m soak

bench: setup ## Measure ratios and write them to bench/results/
	@.venv/bin/python -m bench

screenshots: ## Take the pictures of the README
	@$(TOOL) tools.prepare test
	@.venv/bin/python -m tools.screenshots

clean: ## Remove what these commands made, except the data under var/
	rm -rf .venv .node-venv node_modules static/dist .reports .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
