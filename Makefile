# X1 Wallet Watcher. On a new machine `make demo` and `make test` do everything.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),help)),)
include .build/bootstrap.mk
endif
export UV PYTHON
export UV_PYTHON := $(PYTHON)
export UV_COMPILE_BYTECODE := 1
export SAM_CLI_TELEMETRY := 0
# uv sets this one for its children; a shell's own environment must not lead it astray.
unexport VIRTUAL_ENV

RUN := .venv/bin/python -m
SAM := AWS_DEFAULT_REGION=us-east-1 tools/sam/.venv/bin/sam
WALLET ?=
FUNCTION ?=

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 16

.build/bootstrap.mk: tools/bootstrap.sh tools/find-python.sh
	@sh tools/bootstrap.sh

# --- Environments, each with its lock and a stamp, so that a second run costs nothing -------------------------

.build/main.stamp: pyproject.toml uv.lock .build/bootstrap.mk
	"$(UV)" sync --frozen --quiet
	@touch $@

.build/localstack.stamp: localstack/executor/pyproject.toml localstack/executor/uv.lock .build/bootstrap.mk
	"$(UV)" sync --frozen --quiet --project localstack/executor
	rm -rf .build/lambda-runtime
	"$(UV)" export --frozen --quiet --project localstack/executor --only-group runtime --no-emit-project \
		--output-file .build/lambda-runtime.txt
	"$(UV)" pip install --quiet --target .build/lambda-runtime -r .build/lambda-runtime.txt
	@touch $@

.build/sam.stamp: tools/sam/pyproject.toml tools/sam/uv.lock .build/bootstrap.mk
	"$(UV)" sync --frozen --quiet --project tools/sam
	@touch $@

# The layer's requirements come from the one lock; they are not in git, so they cannot drift from it.
layers/common/requirements.txt: uv.lock .build/bootstrap.mk
	"$(UV)" export --frozen --quiet --no-dev --no-emit-project --no-hashes --no-header --no-annotate --output-file $@

.PHONY: setup
setup: .build/main.stamp .build/localstack.stamp .build/sam.stamp layers/common/requirements.txt ## install all environments

# --- The local stack ---------------------------------------------------------------------------------------------

.PHONY: demo up down status logs traffic
demo: setup ## start the stack, deploy, show the main job, stop
	@$(RUN) devstack demo

up: setup ## start the stack, deploy, and keep it running
	@$(RUN) devstack up

down: .build/main.stamp ## stop the stack
	@$(RUN) devstack down

status: .build/main.stamp ## what runs, and where
	@$(RUN) devstack status

logs: .build/main.stamp ## what the functions wrote (FUNCTION=balance)
	@$(RUN) devstack logs $(FUNCTION)

traffic: .build/main.stamp ## move money on the running stack's chain (WALLET=address)
	@$(RUN) devstack traffic $(WALLET)

# --- For a deployer ------------------------------------------------------------------------------------------------

.PHONY: build
build: .build/sam.stamp layers/common/requirements.txt ## sam build, for ARCHITECTURE=arm64 or x86_64
	PATH="$(dir $(PYTHON)):$$PATH" $(SAM) build --cached --parallel

# --- Gates and tests -----------------------------------------------------------------------------------------------

.PHONY: format check check-python check-template test unit bench lock clean
format: .build/main.stamp ## format and mend what can be mended
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

check: check-python check-template ## formatting, lint, types, import rules, template

check-python: .build/main.stamp
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	"$(UV)" lock --check --quiet
	"$(UV)" lock --check --quiet --project localstack/executor
	"$(UV)" lock --check --quiet --project tools/sam

check-template: .build/sam.stamp
	$(SAM) validate
	$(SAM) validate --lint
	tools/sam/.venv/bin/cfn-lint template.yaml

# The page is tested in Debian's Chromium; where it cannot be installed, that test says so and is skipped.
.build/chromium.stamp:
	@mkdir -p .build
	@command -v chromium >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
		&& apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium fonts-noto-color-emoji >/dev/null; } || echo "chromium is not there: the chat page's test will be skipped"
	@touch $@

unit: .build/main.stamp ## only the tests that need nothing
	.venv/bin/pytest tests/unit tests/infrastructure

test: setup .build/chromium.stamp check ## every gate and every test
	.venv/bin/coverage erase
	.venv/bin/pytest --cov --cov-report=
	.venv/bin/coverage report --fail-under=85

bench: setup ## the benchmarks
	@for benchmark in benchmarks/[a-z]*.py; do echo "== $$benchmark"; .venv/bin/python "$$benchmark" || exit 1; done

lock: .build/bootstrap.mk ## lock all environments anew
	"$(UV)" lock
	"$(UV)" lock --project localstack/executor
	"$(UV)" lock --project tools/sam

clean: ## remove what was built and installed
	rm -rf .build .venv .stack .aws-sam localstack/executor/.venv tools/sam/.venv layers/common/requirements.txt
	rm -rf .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
