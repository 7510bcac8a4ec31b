# Everything here sets itself up in .venv on a machine that has Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test lint format house bench bench-matching bench-terminal torture screenshots docs messages wheel clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

$(READY): pyproject.toml requirements.lock hatch_build.py $(wildcard tui_import/locale/*/LC_MESSAGES/*.po)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tui-import needs Python 3.11 or later; name one with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
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

bench: $(READY)  ## rows a second, memory and cold start, beside named peers
	@$(BIN)/python -m tests.bench

bench-terminal: $(READY)  ## bytes and lag of the screens over a line, beside the stock driver, harlequin and visidata
	@$(BIN)/python -m tests.bench.terminal

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
