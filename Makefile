# Every target is one line a person could type. `make help` lists them.

PYTHON ?= python3
UV_VERSION := 0.13.9
# A uv of our own, so that the lock file is read by the version that wrote it; UV=uv uses yours.
UV ?= .uv/bin/uv
RUN = $(UV) run --locked --no-sync
FILES ?=
OUT ?= dist

export UV_PYTHON_DOWNLOADS := never
export TOKENIZERS_PARALLELISM := false

.DEFAULT_GOAL := help

##@ Start here

demo: setup ## Upload documents, ask questions, see cited answers (FILES=DIR for your own)
	@$(RUN) lodgepole demo $(FILES)

test: setup ## Run every test
	@$(RUN) pytest

##@ Use

serve: setup ## Start the server on 127.0.0.1:8080
	@$(RUN) lodgepole serve

##@ Develop

setup: .venv/.synced ## Install everything locked into .venv
check: setup ## Format, lint, types and import contracts, all read-only
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) pyright
	@$(RUN) lint-imports --no-logo

format: setup ## Mend what can be mended by tool
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

wheel: setup ## Build wheel and sdist into OUT (default dist/)
	@$(UV) build --out-dir $(OUT)

clean: ## Remove what was installed and built here
	rm -rf .venv .uv dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache

##@ Measure

bench: bench-footprint bench-embed ## The quick measurements

bench-footprint: setup ## Start-up CPU, idle memory and installed size
	@$(RUN) python scripts/bench_footprint.py

bench-embed: setup ## Embedding throughput and query latency
	@$(RUN) python scripts/bench_embed.py

.venv/.synced: pyproject.toml uv.lock | $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)
	@$(UV) sync --locked --quiet --python $(PYTHON)
	@touch $@

.uv/bin/uv:
	@$(PYTHON) -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

help: ## Show this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo test serve setup check format wheel clean bench bench-footprint bench-embed help
