# Everything starts here; each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: conformance test check testees clients servers mutants client-mutants benchmark wheel bundle site look look-report look-proxy asyncapi vectors web demo clean

# The npm packages of tests and tools, pinned in package.json.
NODE := node_modules/.stamp

# The kit against the embedded reference server.
conformance: $(READY)
	$(BIN)/pytest conformance
	@echo "Use the reference in a browser: $(BIN)/ws-sync serve --demo, at http://127.0.0.1:8000/"

# The demo, in a browser at http://127.0.0.1:8000/ until it is interrupted.
demo: $(READY)
	$(BIN)/ws-sync serve --demo

# All tests, several at a time, since most of them wait for a server.
test: $(READY)
	$(BIN)/pytest -n 3

# Lint, format and types.
check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# The kit against every testee of this repository, each with its known-failing list; the page of them in docs.
testees: $(READY)
	$(BIN)/python -m tools.judge_testees --check docs

# The kit against the reference under every server; BUDGET is how long sequences are tried on each.
BUDGET ?= 2s
servers: $(READY)
	$(BIN)/python -m tools.servers --budget $(BUDGET)

# How fast the reference is, beside PyPI's releases; writes the page and the plot in docs.
benchmark: $(READY)
	$(BIN)/python -m tools.benchmark --round-trip --write docs

# Arbitrary input to every part of the library, for so many seconds of processor time.
SECONDS ?= 60
fuzz: $(READY)
	$(BIN)/python -m tools.fuzz --seconds $(SECONDS)

# Many events through one session and many sessions; whether memory stays as it is.
EVENTS ?= 1000000
soak: $(READY)
	$(BIN)/python -m tools.soak --events $(EVENTS)
	$(BIN)/python -m tools.soak --sessions 10000

# Latency of a thousand clients beside such as read slowly or not at all.
slow: $(READY)
	$(BIN)/python -m tools.slow_readers

# The kit against servers that are wrong on purpose, compared with spec/mutants.md.
mutants: $(READY)
	$(BIN)/python -m tools.run_mutants --check spec

# The kit's client mode against the clients of this repository; the one in a browser needs Chromium.
clients: $(READY) $(NODE)
	command -v chromium > /dev/null || (apt-get update -qq && apt-get install -y -qq chromium > /dev/null)
	$(BIN)/python -m tools.judge_clients --budget $(BUDGET)

# The same against clients that are wrong on purpose, compared with spec/client-mutants.md.
client-mutants: $(READY)
	$(BIN)/python -m tools.run_client_mutants --check spec

# The wheel, installed and used in an empty environment.
wheel: $(READY)
	$(BIN)/python -m tools.check_wheel

# The one-file bundle of the schemas.
bundle: $(READY)
	$(BIN)/python -m tools.bundle_schemas

# The web page of the specification, in build/site.
site: $(READY) $(NODE)
	$(BIN)/python -m tools.build_site

# The same in a browser: every page at two widths, pictures in build/screenshots.
look: site
	command -v chromium > /dev/null || (apt-get update -qq && apt-get install -y -qq chromium > /dev/null)
	node tools/site/look.mjs

# The page of a report in a browser, used as people use it; pictures in build/screenshots.
look-report: $(READY) $(NODE)
	command -v chromium > /dev/null || (apt-get update -qq && apt-get install -y -qq chromium > /dev/null)
	$(BIN)/python -m tools.report_page
	node tools/report_page/look.mjs

# The watcher's page in a browser, while a client works through the proxy; pictures beside the others.
look-proxy: $(READY) $(NODE)
	command -v chromium > /dev/null || (apt-get update -qq && apt-get install -y -qq chromium > /dev/null)
	$(BIN)/python -m tools.proxy_page

# The AsyncAPI document, judged by AsyncAPI's own parser.
asyncapi: $(NODE)
	node tools/asyncapi/validate.mjs

# The test vectors and the public JSON Patch suite, in Node and in Python.
vectors: $(READY) $(NODE)
	node tests/vectors/node/run.mjs
	$(BIN)/python -m tests.vectors.suite node_modules/json-patch-test-suite

# The browser client: its types, its logic in Node, then the demo and React in Chromium.
web: $(READY) $(NODE)
	command -v chromium > /dev/null || (apt-get update -qq && apt-get install -y -qq chromium > /dev/null)
	node_modules/.bin/tsc -p tests/web/types/tsconfig.json
	node_modules/.bin/tsc -p tests/web/types/tsconfig.sources.json
	cd tests/web && node --test unit browser.test.mjs react.test.mjs

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

$(NODE): package.json
	npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error
	cp package.json $@

clean:
	rm -rf $(VENV) .venvs dist
