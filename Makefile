PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help install run demo test check bench soak translations clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/.installed: pyproject.toml hatch_build.py package.json package-lock.json
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	touch $@

install: $(VENV)/.installed  ## make .venv with everything KAW needs

run: install  ## start KAW on http://localhost:8080 with data in ./data
	$(BIN)/python main.py

demo: install  ## start KAW with a demonstration company in ./data/demo
	$(BIN)/python main.py --demo

test: install  ## all tests; those that need MariaDB, Redis or Chromium skip with a reason where these are absent
	$(BIN)/python -m pytest -n auto --dist loadfile --ignore=tests/e2e
	$(BIN)/python -m pytest tests/e2e

check: install  ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install  ## figures against raw SQL; ROWS and DATABASE choose the size and the database
	$(BIN)/python -m tests.bench partners --rows $(or $(ROWS),100000) $(if $(DATABASE),--database $(DATABASE))

soak: install  ## 100,000 simulated calls with random faults: none lost, none double, none wrong; CALLS sets the number
	$(BIN)/python -m tests.soak --calls $(or $(CALLS),100000)

translations: install  ## bring the Russian catalogue up to date with the texts in the code
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k _ -k ngettext:1,2 --no-location --sort-output --project KAW -o kaw/locale/kaw.pot kaw main.py
	$(BIN)/pybabel -q update -w 110 --no-fuzzy-matching --ignore-obsolete -D kaw -i kaw/locale/kaw.pot -d kaw/locale -l ru
	rm kaw/locale/kaw.pot

clean:  ## remove what can be made again; ./data stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
