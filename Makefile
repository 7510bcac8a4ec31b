# Everything here sets itself up in .venv on a machine that has Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test lint format house hostile fuzz audit lock bench bench-matching bench-terminal bench-ending torture screenshots docs messages wheel clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

$(READY): pyproject.toml requirements.lock hatch_build.py $(wildcard tui_import/locale/*/LC_MESSAGES/*.po)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tui-import needs Python 3.11 or later; name one with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

demo: $(READY)  ## a sample store and workbook: the TUI, or a summary where there is no terminal
	@$(BIN)/tui-import demo

test: $(READY)  ## the whole suite: lint, types, contracts, tests
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -n auto

lint: $(READY)  ## ruff, mypy and the import contracts
	@$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

format: $(READY)  ## let ruff mend what it can
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

house: $(READY)  ## the tail: longest modules, functions and classes, fan-in and fan-out
	@$(BIN)/python tests/house.py

hostile: $(READY)  ## every file of ../shared that was made to break importers, and what became of it
	@$(BIN)/python -m tests.hostile

fuzz: $(READY)  ## our own parsers against a fuzzer: SECONDS=60 each (installs atheris, which nothing else needs)
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check atheris
	@$(BIN)/python -m tests.fuzz

audit: $(READY)  ## pins, hashes, licences, known vulnerabilities (installs pip-audit into an environment of its own)
	@test -x $(VENV)/audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)/audit && $(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit; }
	@$(BIN)/python -m tests.audit

lock: $(READY)  ## hashes for all that requirements.lock pins, whatever the platform (after a change there; installs uv beside the environment)
	@test -x $(VENV)/lock/bin/uv || { $(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	@$(VENV)/lock/bin/uv --quiet pip compile --generate-hashes --universal --python-version 3.11 --no-deps --no-annotate --no-header requirements.lock -o requirements.lock

bench: $(READY)  ## rows a second, memory and cold start, beside named peers
	@$(BIN)/python -m tests.bench

bench-terminal: $(READY)  ## bytes and lag of the screens over a line, beside the stock driver, harlequin and visidata
	@$(BIN)/python -m tests.bench.terminal

bench-ending: $(READY)  ## seconds from a signal to the end of the process, on every screen and in the middle of work
	@$(BIN)/python -m tests.bench.ending

bench-matching: $(READY)  ## the duplicate finder beside Splink, dedupe, recordlinkage and rapidfuzz (an hour when run for the first time)
	@$(BIN)/python -m tests.bench.matching

torture: $(READY)  ## kill -9 at every commit and at 1,000 random moments (TORTURE_KILLS=...), in every phase: what is lost
	@$(BIN)/python -m tests.torture --kills $(or $(TORTURE_KILLS),1000)

screenshots: $(READY)  ## the pictures of docs/ anew
	@$(BIN)/python -m tests.screenshots

docs: $(READY)  ## the generated pages: keys and fields
	@$(BIN)/python -m tests.generate_docs

messages: $(READY)  ## collect new strings into the catalogues
	@$(BIN)/python -m tests.messages

wheel: $(READY)  ## dist/*.whl
	@$(BIN)/python -m build --no-isolation --wheel

clean:  ## forget the environment and what was built
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache .hypothesis
