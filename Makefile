# Everything starts here; each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: conformance test check testees wheel clean

# The kit against the embedded reference server.
conformance: $(READY)
	$(BIN)/pytest conformance

# All tests.
test: $(READY)
	$(BIN)/pytest

# Lint, format and types.
check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# The kit against every testee of this repository, each with its known-failing list.
testees: $(READY)
	$(BIN)/python -m tools.judge_testees

# The wheel, installed and used in an empty environment.
wheel: $(READY)
	$(BIN)/python -m tools.check_wheel

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .venvs dist
