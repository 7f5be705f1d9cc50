# What people and CI run. Written for GNU make 3.81 (macOS) and newer; the work is in scripts/.

PYTHON_IN := .venv/bin/python
PYTEST := $(PYTHON_IN) -m pytest
NOT_FAST := models or browser or conformance or slow

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test check lint format lock bench clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile
	@echo "  Options for the command behind demo, serve, test and bench: make demo ARGS='--help'"

setup: ## make .venv from requirements.lock (nothing outside of this folder)
	@sh scripts/setup.sh

demo: setup ## hold a call with a synthetic caller: no key, no network, no microphone
	@.venv/bin/parley demo $(ARGS)

serve: setup ## talk to the bot in a browser on this machine
	@.venv/bin/parley serve $(ARGS)

test: setup ## run all tests, telling why any are skipped
	@$(PYTEST) -r fEs $(ARGS)

check: lint ## lint, and the quick tests: no models, no browser
	@$(PYTEST) -q -m "not ($(NOT_FAST))" $(ARGS)

lint: setup ## formatting, ruff and pyright
	@$(PYTHON_IN) -m ruff format --check .
	@$(PYTHON_IN) -m ruff check .
	@$(PYTHON_IN) -m pyright

format: setup ## format the code and mend what ruff can mend
	@$(PYTHON_IN) -m ruff format .
	@$(PYTHON_IN) -m ruff check --fix .

lock: ## resolve requirements.lock and requirements-cloud.lock anew (UPGRADE=--upgrade for newer ones)
	@UPGRADE="$(UPGRADE)" sh scripts/lock.sh

bench: setup ## measure side by side
	@$(PYTHON_IN) -m bench $(ARGS)

clean: ## remove environments and caches; sessions/ and .env stay
	rm -rf .venv .tools .cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
