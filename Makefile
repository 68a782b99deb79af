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
ARCHITECTURE ?= arm64
# Of a build that is to be deployed, so that each deployment is a release, were it only for a parameter.
REVISION ?= $(shell date -u +%Y%m%dT%H%M%SZ)

# Each stamp lies in what it stands for, and goes with it.
MAIN := .venv/.installed
LOCALSTACK := localstack/executor/.venv/.installed
RUNTIME := .build/lambda-runtime/.installed
SAM_CLI := tools/sam/.venv/.installed
CHECKOV := tools/checkov/.venv/.installed
REQUIREMENTS := layers/common/requirements.txt
EXPORT = "$(UV)" export --frozen --quiet --no-emit-project --no-header --no-annotate
PICTURES := layers/pictures/requirements.txt

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 16

.build/bootstrap.mk: tools/bootstrap.sh tools/find-python.sh
	@sh tools/bootstrap.sh

# --- Environments, each with its own lock; a second run costs nothing -------------------------------------------

$(MAIN): pyproject.toml uv.lock .build/bootstrap.mk
	"$(UV)" sync --frozen --quiet
	@touch $@

$(LOCALSTACK): localstack/executor/pyproject.toml localstack/executor/uv.lock .build/bootstrap.mk
	"$(UV)" sync --frozen --quiet --project localstack/executor
	@touch $@

# What a function's process has beside its own code and layers.
$(RUNTIME): localstack/executor/uv.lock .build/bootstrap.mk
	@rm -rf $(@D)
	"$(UV)" export --frozen --quiet --project localstack/executor --only-group runtime --no-emit-project \
		--output-file .build/lambda-runtime.txt
	"$(UV)" pip install --quiet --target $(@D) -r .build/lambda-runtime.txt
	@touch $@

$(SAM_CLI): tools/sam/pyproject.toml tools/sam/uv.lock .build/bootstrap.mk
	"$(UV)" sync --frozen --quiet --project tools/sam
	@touch $@

$(CHECKOV): tools/checkov/pyproject.toml tools/checkov/uv.lock .build/bootstrap.mk
	"$(UV)" sync --frozen --quiet --project tools/checkov
	@touch $@

.PHONY: setup
setup: $(MAIN) $(LOCALSTACK) $(RUNTIME) $(SAM_CLI) ## install all environments

# --- The local stack ---------------------------------------------------------------------------------------------

.PHONY: demo up deploy-local down status logs traffic grafana
demo: setup ## start the stack, deploy, show the main job, stop
	@$(RUN) devstack demo

up: setup ## start the stack, deploy, and keep it running
	@$(RUN) devstack up

deploy-local: setup ## deploy what has changed to the stack that runs
	@$(RUN) devstack deploy

down: $(MAIN) ## stop the stack
	@$(RUN) devstack down

status: $(MAIN) ## what runs, and where
	@$(RUN) devstack status

logs: $(MAIN) ## what the functions wrote (FUNCTION=balance)
	@$(RUN) devstack logs $(FUNCTION)

traffic: $(MAIN) ## move money on the running stack's chain (WALLET=address)
	@$(RUN) devstack traffic $(WALLET)

# Debian's package is unpacked and not installed: that would start a service of the machine's own, and needs root.
.build/prometheus.stamp: tools/unpack-prometheus.sh
	@mkdir -p .build
	@command -v prometheus >/dev/null 2>&1 || sh tools/unpack-prometheus.sh .build/prometheus \
		|| echo "prometheus is not there: the tests of its rules and of the dashboard will be skipped"
	@touch $@

grafana: $(MAIN) .build/prometheus.stamp ## Prometheus and Grafana, beside the running stack
	@$(RUN) devstack monitor

# --- For a deployer ------------------------------------------------------------------------------------------------

.PHONY: build
build: $(SAM_CLI) ## sam build, for ARCHITECTURE=arm64 or x86_64
	# SAM's cache does not know for which architecture a layer was built.
	PATH="$(dir $(PYTHON)):$$PATH" ARCHITECTURE=$(ARCHITECTURE) REVISION=$(REVISION) \
		$(SAM) build --no-cached --parallel

# --- Gates and tests -----------------------------------------------------------------------------------------------

.PHONY: format check check-python check-executor check-template test unit bench lock layer-requirements dashboards clean
format: $(MAIN) ## format and mend what can be mended
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

check: check-python check-executor check-template ## formatting, lint, types, import rules, locks, template

check-python: $(MAIN)
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	"$(UV)" lock --check --quiet
	"$(UV)" lock --check --quiet --project localstack/executor
	"$(UV)" lock --check --quiet --project tools/sam
	"$(UV)" lock --check --quiet --project tools/checkov
	@$(EXPORT) --no-dev | diff -u $(REQUIREMENTS) - || { echo "$(REQUIREMENTS) is not what uv.lock says: make lock" >&2; exit 1; }
	@$(EXPORT) --only-group pictures | diff -u $(PICTURES) - || { echo "$(PICTURES) is not what uv.lock says: make lock" >&2; exit 1; }

# LocalStack's own types are only in its own environment.
check-executor: $(MAIN) $(LOCALSTACK)
	MYPYPATH=localstack/executor .venv/bin/mypy --python-executable localstack/executor/.venv/bin/python \
		--cache-dir .mypy_cache/executor localstack/executor/process_executor

# samconfig.toml asks for the linter, which comes in place of SAM's own check; another environment of it does not.
check-template: $(SAM_CLI) $(CHECKOV)
	$(SAM) validate --config-env without-lint
	$(SAM) validate --lint
	tools/sam/.venv/bin/cfn-lint template.yaml
	tools/checkov/.venv/bin/checkov --config-file tools/checkov/checkov.yaml --file template.yaml

# The page is tested in Debian's Chromium; where it cannot be installed, that test says so and is skipped.
.build/chromium.stamp:
	@mkdir -p .build
	@command -v chromium >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
		&& apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium fonts-noto-color-emoji >/dev/null; } || echo "chromium is not there: the chat page's test will be skipped"
	@touch $@

unit: $(MAIN) ## only the tests that need nothing
	.venv/bin/pytest tests/unit tests/infrastructure

test: setup .build/chromium.stamp .build/prometheus.stamp check ## every gate and every test
	rm -f .build/coverage.*
	@# Those on a stack and on a chain wait most of their time, and the others need the processor: side by side.
	@echo "the tests of the local stack, and the unit tests with tests/zero_miss, beside the others"
	@COVERAGE_FILE=.build/coverage.stack .venv/bin/pytest tests/integration/devstack tests/e2e --cov --cov-report= \
			>.build/stack.log 2>&1 & stack=$$!; \
		COVERAGE_FILE=.build/coverage.unit .venv/bin/pytest tests/unit tests/infrastructure tests/zero_miss \
			--cov --cov-report= >.build/unit.log 2>&1 & unit=$$!; \
		COVERAGE_FILE=.build/coverage.others .venv/bin/pytest tests/contract tests/integration \
			--ignore tests/integration/devstack --cov --cov-report= ; others=$$?; \
		wait $$unit; alone=$$?; cat .build/unit.log; wait $$stack; deployed=$$?; cat .build/stack.log; \
		[ $$others -eq 0 ] && [ $$alone -eq 0 ] && [ $$deployed -eq 0 ]
	.venv/bin/coverage combine .build/coverage.stack .build/coverage.unit .build/coverage.others
	.venv/bin/coverage report --fail-under=85

bench: setup ## the benchmarks
	@for benchmark in benchmarks/[a-z]*.py; do \
		echo "== $$benchmark"; .venv/bin/python -m "benchmarks.$$(basename "$$benchmark" .py)" || exit 1; done

lock: .build/bootstrap.mk ## lock all environments anew
	"$(UV)" lock
	"$(UV)" lock --project localstack/executor
	"$(UV)" lock --project tools/sam
	"$(UV)" lock --project tools/checkov
	@$(MAKE) layer-requirements

layer-requirements: .build/bootstrap.mk ## export the layers' requirements from the lock
	$(EXPORT) --no-dev --output-file $(REQUIREMENTS)
	$(EXPORT) --only-group pictures --output-file $(PICTURES)

dashboards: $(MAIN) ## make monitoring/'s rules, dashboard and console from their description
	@$(RUN) monitoring

clean: ## stop the stack, remove what was built and installed
	@for folder in .stack .stack/demo; do \
		if [ -e $$folder/state.json ] && [ -x .venv/bin/python ]; then STACK_DIR=$$folder $(RUN) devstack down; fi; done
	rm -rf .build .venv .stack .aws-sam localstack/executor/.venv tools/sam/.venv tools/checkov/.venv
	rm -rf .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
