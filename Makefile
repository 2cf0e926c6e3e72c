# Chores. What continuous integration runs is what a person runs.
PYTHON ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
BIN := .venv/bin
FEED ?= seeds/
DATA ?= ../shared/data
.DEFAULT_GOAL := help
.PHONY: help install install-dev run test check format lock bench bench-search score screenshots chaos outage servers fuzz fuzz-formats train clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: .venv/installed ## Make .venv and install the locked dependencies and `wire`

install-dev: .venv/installed-dev

.venv/installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "wire needs Python 3.11 or newer: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/installed-train: .venv/installed requirements-train.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-train.lock
	@touch $@

run: install ## Run everything on this machine, fed with FEED (seeds/)
	@exec $(BIN)/wire up --feed $(FEED)

test: install-dev ## Run the tests, against the embedded servers
	$(BIN)/python -m pytest

check: install-dev ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install-dev ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## Measure the pipeline against bare spaCy (STORIES=2000); REAL=1: over real servers
	$(BIN)/python -m bench.run --stories $(or $(STORIES),2000) $(if $(REAL),--real)

bench-search: install-dev ## Time the search endpoint beside Elasticsearch itself, and alerts, at 100,000 stories (STORIES=100000)
	$(BIN)/python -m bench.search --stories $(or $(STORIES),100000)

screenshots: install-dev ## Take the pictures in docs/screenshots anew
	$(BIN)/python -W ignore -m tests.screenshots

score: install ## Score the language pass on labelled data, and the finding of copies
	$(BIN)/python -m scoring
	$(BIN)/python -m scoring.duplicates

fuzz: install-dev ## Mutilate stories at random and see that nothing breaks (COUNT=10000)
	$(BIN)/python -m tests.mutations --count $(or $(COUNT),10000)

fuzz-formats: install-dev ## Bend samples of every format at random and see that nothing breaks (COUNT=100000)
	$(BIN)/python -m tests.bending --count $(or $(COUNT),100000)

train: .venv/installed-train ## Learn anew what the language pass knows, from DATA (../shared/data); half an hour
	$(BIN)/python -m training.people
	$(BIN)/python -m training.names --data $(DATA)
	$(BIN)/python -m training.reporting --data $(DATA)

chaos: install-dev ## Break real servers and workers at random while stories flow, and compare (ROUNDS=30 SEED=)
	$(BIN)/python -m tests.chaos --rounds $(or $(ROUNDS),30) $(if $(SEED),--seed $(SEED))

outage: install-dev ## Take Elasticsearch away for minutes under load (SECONDS=300)
	$(BIN)/python -m tests.chaos.outage --seconds $(or $(SECONDS),300)

servers: install-dev ## Run Apache Kafka and Elasticsearch themselves, where a JDK and Maven are, until Ctrl-C
	@exec $(BIN)/python -m tests.servers

lock: install-dev ## Pin all dependencies anew, with hashes and without addresses
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 --quiet --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 --quiet --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 --quiet --group train -c requirements.lock -o requirements-train.lock

clean: ## Remove the virtual environment and the embedded servers' data
	rm -rf .venv .wire
