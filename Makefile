# Nightdesk: make run · make test · make help
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON3 ?= python3
SETUP := $(PYTHON3) setup/install.py
BIN := .venv/bin
DESK_BIN := desk/.venv/bin
WIDGET := desk/widget
# uv for `make lock`: the machine's, or the one that the set-up fetched.
UV ?= $(shell command -v uv || echo $(CURDIR)/.uv/bin/uv)
# Without Rasa's telemetry, and with one thread for algebra: more only get in each other's way.
export RASA_TELEMETRY_ENABLED := false
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export TF_CPP_MIN_LOG_LEVEL := 3
# Bytecode is kept: without it, importing Rasa takes twice as long, every time.
export PYTHONDONTWRITEBYTECODE :=
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

# Every target is a command; none is a file.
.PHONY: $(shell sed -n 's/^\([a-z][a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Set up what is missing, train if needed, start everything (Ctrl-C stops it)
	@$(SETUP) run --then $(BIN)/nightdesk run

train: ## Train the model if its inputs changed (FORCE=1: always)
	@$(SETUP) run --then $(BIN)/nightdesk train $(if $(FORCE),--force)

eval: ## Score labelled questions: make eval FILES="tests/cases/…" (default: all of them)
	@$(SETUP) run
	@$(BIN)/nightdesk train
	@$(BIN)/nightdesk eval $(or $(FILES),$(wildcard tests/cases/*.jsonl))

bench: ## Our understanding beside Rasa's default, into docs/benchmarks.md (two hours; BENCH=--quick: a trial)
	@$(SETUP) run
	@$(BIN)/python -m bench.pipelines $(BENCH)

bench-load: ## Visitors a second beside a stock Rasa, into docs/benchmarks.md (an hour; LOAD=--quick: a trial)
	@$(SETUP) run
	@$(BIN)/nightdesk train
	@$(BIN)/python -m bench.load $(or $(LOAD),--write docs/benchmarks.md)

# The order is from quick to slow; the first step that fails ends it. Training keeps one core busy
# for a quarter of an hour, so what needs no model is tested beside it.
test: ## Everything: checks, unit tests, stories, live processes, real browsers
	@$(SETUP) test
	@$(MAKE) lint
	@$(MAKE) -j2 train test-without-model
	@$(MAKE) test-root
	@$(MAKE) test-stories
	@$(MAKE) test-eval
	@$(MAKE) test-live
	@$(MAKE) test-browser

test-without-model: # The parts of `make test` that can go on while the model is trained
	@$(MAKE) test-widget
	@$(MAKE) test-desk

lint: ## Style and types, in both environments
	@$(SETUP) dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@cd desk && .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy

format: ## Put the code into its form
	@$(SETUP) dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	@cd desk && .venv/bin/ruff format . && .venv/bin/ruff check --fix .

# A test that hangs fails, with where it stood, instead of taking the whole run's time along: so
# many seconds are many times what the slowest needs beside a training.
HANGS := --timeout 600
HANGS_WITH_SYSTEM := --timeout 1200

test-root: ## The bot's tests (Rasa's environment)
	@echo "== the bot's tests"
	@$(BIN)/pytest -n auto --dist loadfile $(HANGS)

test-stories: ## The user stories in tests/stories, end to end through the trained model
	@echo "== user stories"
	@$(BIN)/python -m nightdesk.run.stories

test-eval: ## The gate over the labelled questions in tests/cases
	@echo "== labelled questions"
	@$(BIN)/nightdesk eval $(wildcard tests/cases/*.jsonl)

test-widget: ## The widget's own tests, and that its built bundle is today's
	@echo "== the widget"
	@if command -v npm >/dev/null && node -e 'process.exit(+(parseInt(process.versions.node) < 20))'; \
	then cd $(WIDGET) && \
		{ [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund; } && \
		npm run --silent check; \
	else echo "skipped: Node 20 or later is not on this machine"; fi

test-desk: ## The desk's tests without other processes
	@echo "== the desk's tests"
	@cd desk && .venv/bin/pytest -n auto --dist loadfile $(HANGS) --ignore=tests/live --ignore=tests/browser

# Each worker has the whole system to itself.
test-live: ## The whole system over real HTTP, with processes killed on purpose
	@echo "== live processes"
	@cd desk && .venv/bin/pytest -n auto --maxprocesses 2 --dist loadfile $(HANGS_WITH_SYSTEM) tests/live

# A browser that is missing fails the tests. NIGHTDESK_TEST_BROWSER=firefox: in that one alone.
# Each worker has the whole system to itself, so there are few.
test-browser: ## Visitor and staff in real browsers, Chromium and Firefox
	@cd desk && for browser in $${NIGHTDESK_TEST_BROWSER:-chromium firefox}; do \
		echo "== a real browser: $$browser"; \
		NIGHTDESK_TEST_BROWSER=$$browser .venv/bin/pytest -n auto --maxprocesses 3 --dist loadfile $(HANGS_WITH_SYSTEM) tests/browser || exit 1; \
	done

chaos: ## Break things on purpose while 200 visitors talk, judge what is lost (CHAOS="--minutes 3 --seed 7")
	@$(SETUP) test
	@$(BIN)/nightdesk train
	@cd desk/tests && ../.venv/bin/python -m chaos $(CHAOS)

test-scale: ## The whole topology on this machine: two of each part, killed on purpose (SCALE="--turns 200")
	@$(SETUP) scale
	@$(BIN)/nightdesk train
	@$(BIN)/python -m deploy.trial $(SCALE)

screenshots: ## Make the README's pictures in docs/screenshots anew
	@$(SETUP) test
	@$(DESK_BIN)/python desk/tests/browser/screenshots.py

fuzz: ## A million odd inputs on all that reads others' words (FUZZ="--inputs 20000 --seed 7 --target NAME")
	@$(SETUP) dev
	@$(BIN)/python -m fuzzing $(FUZZ)

audit: ## Both lock files against a public list of vulnerabilities (AUDIT="--service pypi --json")
	@$(SETUP) dev
	@$(DESK_BIN)/python -m supply.audit $(AUDIT)

sbom: ## All that this is made of, as CycloneDX: build/sbom/nightdesk.cdx.json (SBOM="--dated --output FILE")
	@$(SETUP) dev
	@$(DESK_BIN)/python -m supply.sbom $(SBOM)

adapter: ## Teach the sentence encoder our topics anew and safety anew (data/encoder; half an hour)
	@$(SETUP) dev
	@$(BIN)/python -m nightdesk.encoder.adapting
	@$(BIN)/python -m nightdesk.encoder.adapting_safety

setup: ## Make both environments, with what the checks need
	@$(SETUP) dev

# The local contract package is installed without its dependencies, so the locks hold them.
COMPILE = $(UV) pip compile -q --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE)

lock: ## Write the lock files anew (UPGRADE=--upgrade: with newer versions)
	$(COMPILE) --python-version 3.10 --extra dev \
		pyproject.toml contract/pyproject.toml -o requirements-dev.lock
	$(COMPILE) --python-version 3.10 -c requirements-dev.lock \
		pyproject.toml contract/pyproject.toml -o requirements.lock
	cd desk && $(COMPILE) --python-version 3.13 --extra dev \
		pyproject.toml ../contract/pyproject.toml -o requirements-dev.lock
	cd desk && $(COMPILE) --python-version 3.13 -c requirements-dev.lock \
		pyproject.toml ../contract/pyproject.toml -o requirements.lock

clean: ## Remove environments, caches and built things; conversations and models in var/ stay
	rm -rf .venv .uv desk/.venv $(WIDGET)/node_modules build *.egg-info */*.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache desk/.pytest_cache desk/.mypy_cache desk/.ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
