# `make help` lists the targets; each installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
EXTRAS := server,client,picows,tokens,opentelemetry,conformance,docs
PIP := -m pip --quiet --disable-pip-version-check
NODE := node_modules/.stamp
CHROMIUM := command -v chromium > /dev/null || (apt-get update -qq && apt-get install -y -qq chromium > /dev/null)
NGINX := command -v nginx > /dev/null || (apt-get update -qq && apt-get install -y -qq nginx-light > /dev/null)
VERSIONS := 3.11 3.12 3.13
BUDGET ?= 2s
SECONDS ?= 60
EVENTS ?= 1000000

# Several hundred processes would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: $(shell awk -F: '/^[a-z-]+:/ { print $$1 }' $(MAKEFILE_LIST))

conformance: $(READY)  ## run the kit against the reference server
	$(BIN)/pytest conformance
	@echo "Use the reference in a browser: $(BIN)/ws-sync serve --demo, at http://127.0.0.1:8000/"

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY)  ## serve the demo at http://127.0.0.1:8000/
	$(BIN)/ws-sync serve --demo

# More workers than cores: many tests wait for a server.
test: $(READY)  ## run all tests
	$(BIN)/pytest -n 5

test-fast: $(READY)  ## run the tests that start no process and use no socket
	$(BIN)/pytest -n 2 -m "not io"

check: $(READY)  ## check lint rules, format, types, spelling and phrases
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/python -m tools.prose
	$(BIN)/mypy

coverage-core: $(READY)  ## measure the branch coverage of ws_sync/_core by fast tests: it must be complete
	$(BIN)/pytest -n 2 -m "not io and not threads" --cov=ws_sync/_core --cov-report=term-missing:skip-covered --cov-fail-under=100 tests/ws_sync/_core tests/vectors

coverage: $(READY)  ## measure the branch coverage of the library and the kit, by all tests
	$(BIN)/pytest -n 3 -m "not threads" --cov --cov-report=term:skip-covered

versions:  ## run the fast tests, lint rules and types on each Python version that is installed
	@for version in $(VERSIONS); do \
	  python=$$(python$$version -c 'import sys; print(sys.executable)' 2> /dev/null || ls -d ~/.pyenv/versions/$$version.*/bin/python 2> /dev/null | tail -1); \
	  if [ -z "$$python" ]; then echo "Python $$version is not installed: not tested"; continue; fi; \
	  echo "+ Python $$version"; \
	  $(MAKE) --no-print-directory test-fast check PYTHON="$$python" VENV=.venvs/python$$version || exit 1; \
	done

testees: $(READY)  ## run the kit against every testee of tools/testees; check the page in docs
	$(BIN)/python -m tools.judge_testees --check docs

programs: $(READY)  ## run the programs of tests/programs in PyPI's releases; compare with their recorded dialogues
	$(BIN)/python -m tools.programs

servers: $(READY)  ## run the kit against the reference under every server; BUDGET=2s is for sequences
	$(BIN)/python -m tools.servers --budget $(BUDGET)

servers-quick: $(READY)  ## the same, with the sections whose cases depend on the server
	$(BIN)/python -m tools.servers --budget 0s --quick

clients: $(READY) $(NODE)  ## run the kit against the clients, one of them in Chromium; BUDGET=2s is for sequences
	$(CHROMIUM)
	$(BIN)/python -m tools.judge_clients --budget $(BUDGET)

mutants: $(READY)  ## run the kit against the server mutants; compare with spec/mutants.md
	$(BIN)/python -m tools.run_mutants --check spec

client-mutants: $(READY)  ## run the kit against the client mutants; compare with spec/client-mutants.md
	$(BIN)/python -m tools.run_client_mutants --check spec

benchmark: $(READY)  ## measure the library against PyPI's releases; write the page in docs
	$(BIN)/python -m tools.benchmark --round-trip --write docs

fuzz: $(READY)  ## give random input to every part of the library for SECONDS=60 of processor time
	$(BIN)/python -m tools.fuzz --seconds $(SECONDS)

soak: $(READY)  ## send EVENTS=1000000 through one session, use 10000 sessions; check the memory
	$(BIN)/python -m tools.soak --events $(EVENTS)
	$(BIN)/python -m tools.soak --sessions 10000

slow: $(READY)  ## measure the latency of a thousand clients next to slow ones
	$(BIN)/python -m tools.slow_readers

nginx: $(READY)  ## serve the library behind nginx with the documented directive
	$(NGINX)
	$(BIN)/python -m tools.behind_nginx

wheel: $(READY)  ## build the wheel, install it in an empty environment and test it there
	$(BIN)/python -m tools.check_wheel

bundle: $(READY)  ## write the one-file bundle of the schemas
	$(BIN)/python -m tools.bundle_schemas

site: $(READY) $(NODE)  ## build the web page of the specification in build/site
	$(BIN)/python -m tools.build_site

look: site  ## check the web page in Chromium; screenshots in build/screenshots
	$(CHROMIUM)
	node tools/site/look.mjs

look-report: $(READY) $(NODE)  ## check the page of a report in Chromium; screenshots in build/screenshots
	$(CHROMIUM)
	$(BIN)/python -m tools.report_page
	node tools/report_page/look.mjs

look-proxy: $(READY) $(NODE)  ## check the proxy's live page in Chromium; screenshots in build/screenshots
	$(CHROMIUM)
	$(BIN)/python -m tools.proxy_page

asyncapi: $(NODE)  ## validate spec/asyncapi.yaml with AsyncAPI's parser
	node tools/asyncapi/validate.mjs

vectors: $(READY) $(NODE)  ## check the test vectors and the public JSON Patch suite, in Node and in Python
	node tests/vectors/node/run.mjs
	$(BIN)/python -m tests.vectors.suite node_modules/json-patch-test-suite

web: $(READY) $(NODE)  ## test the browser client: its types, its logic in Node, the demo and React in Chromium
	$(CHROMIUM)
	node_modules/.bin/tsc -p tests/web/types/tsconfig.json
	node_modules/.bin/tsc -p tests/web/types/tsconfig.sources.json
	cd tests/web && node --test unit browser.test.mjs react.test.mjs

clean:  ## remove the environments and what was built
	rm -rf $(VENV) .venvs dist build

# pip installs dependency groups from 25.1 on.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) install -c constraints.txt 'pip>=25.1'
	$(BIN)/python $(PIP) install -c constraints.txt -e '.[$(EXTRAS)]' --group dev
	touch $@

$(NODE): package.json
	npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error
	cp package.json $@
