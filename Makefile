# What one types. Needs Python 3.11 or newer and make; everything else comes from package registries, by hash.
.DEFAULT_GOAL := help
.PHONY: help demo test containers lint types imports bench lock clean
.DELETE_ON_ERROR:

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-deps --require-hashes --only-binary :all:
CODE := shared services deploy tests

help:
	@echo "make demo [ONCE=1]  start everything, play sample contacts, show what became of them; Ctrl-C stops it"
	@echo "make test           all tests on a real Kafka and a real PostgreSQL   (ARGS=... for pytest)"
	@echo "make containers     the image and the compose stack, started for real (sets up podman where no engine answers)"
	@echo "make lint types imports   style, strict types, import rules"
	@echo "make bench          throughput and latency beside a hand-written floor   (ARGS=...)"
	@echo "make people         what mash people train and evaluate need, 640 MB"
	@echo "make lock           resolve the dependencies anew        make clean   remove the environment and caches"
	@echo "MASH_PORT and MASH_DATA_DIR move the demo: now port $${MASH_PORT:-8460}, data in $${MASH_DATA_DIR:-.mash}"

demo: .venv/.demo
	@$(BIN)/mash demo $(if $(ONCE),--once)

test: .venv/.test
	@$(BIN)/python -m pytest $(ARGS)

containers: .venv/.test
	@tests/containers/engine/run $(BIN)/python -m pytest tests/containers $(ARGS)

lint: .venv/.test
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check --quiet $(CODE) || { echo "some files need: ruff format" >&2; exit 1; }
	@$(BIN)/hadolint deploy/image/Dockerfile tests/containers/engine/images/*/Dockerfile
	@$(BIN)/shellcheck $$(grep -rlE '^#!(/usr/bin/env bash|/bin/(ba)?sh)' .ci deploy tests --exclude-dir=__pycache__)
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

types: .venv/.test
	@$(BIN)/mypy shared services deploy tests

imports: .venv/.test
	@$(BIN)/lint-imports --no-cache

bench: .venv/.demo
	@$(BIN)/mash bench $(ARGS)

# The environment, in layers: the demo does not wait for what only tests need.

.venv/.made:
	@sh deploy/make_environment.sh .venv

.venv/.demo: .venv/.made constraints.txt deploy/link_environment.py
	@echo "installing what runs (about half a minute)"
	@$(INSTALL) -r constraints.txt
	@$(BIN)/python deploy/link_environment.py
	@touch $@

.venv/.test: .venv/.demo constraints-test.txt
	@echo "installing what tests need"
	@$(INSTALL) -r constraints-test.txt
	@touch $@

.venv/.people: .venv/.demo constraints-people.txt
	@echo "installing what training and measuring the matching need (640 MB)"
	@$(INSTALL) -r constraints-people.txt
	@touch $@

people: .venv/.people

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

lock: .venv/.test
	@$(BIN)/python -m venv .venv/lock && .venv/lock/bin/pip install --quiet --disable-pip-version-check uv
	@.venv/lock/bin/uv pip compile pyproject.toml $(LOCK) --extra embedded --output-file constraints.txt $(ARGS)
	@.venv/lock/bin/uv pip compile pyproject.toml $(LOCK) --extra embedded --extra test --output-file constraints-test.txt $(ARGS)
	@.venv/lock/bin/uv pip compile pyproject.toml $(LOCK) --constraint constraints.txt --output-file constraints-image.txt $(ARGS)
	@echo 'cyclonedx-bom>=7' | .venv/lock/bin/uv pip compile - $(LOCK) --output-file constraints-bom.txt $(ARGS)
	@.venv/lock/bin/uv pip compile pyproject.toml $(LOCK) --extra embedded --extra people --constraints constraints-test.txt --output-file constraints-people.txt $(ARGS)
	@$(BIN)/python -m deploy.mash.embedded.lock_jars

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist *.egg-info
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "kept: the data directory $${MASH_DATA_DIR:-.mash}"
