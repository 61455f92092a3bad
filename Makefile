# Everything runs in .venv, which is made on first use.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check lint bench clean migration

run: .venv/run
	$(BIN)/guanjia run

test: .venv/test
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

check: lint test

lint: .venv/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/test
	$(BIN)/python -m bench

# A new migration after a change of storage/schema.py: make migration WHAT="why the tables change"
migration: .venv/test
	$(BIN)/python -m storage.migrations "$(WHAT)"
	$(BIN)/ruff check --quiet --fix storage/migrations
	$(BIN)/ruff format --quiet storage/migrations

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv || \
		{ echo "venv is missing: on Debian, apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/pip install --quiet --upgrade "pip>=25.1"

.venv/run: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/test: .venv/run pyproject.toml
	$(BIN)/pip install --quiet --editable . --group dev
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
