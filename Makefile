# make demo: crawl a small press on this machine, group its articles, and see the report.
# make test: the tests.   make check: style, types, walls.   Each sets up .venv by itself.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests wait a good part of the time, for hosts, processes and locks; each process of them takes a gigabyte.
CORES := $(shell getconf _NPROCESSORS_ONLN)
AT_ONCE ?= $(shell echo $$(($(CORES) < 4 ? 2 * $(CORES) : $(CORES))))

.PHONY: help setup check test demo quality bench clean

help:
	@echo "make demo     crawl the demo press on this machine, group, report (3 minutes)"
	@echo "make test     run the tests"
	@echo "make check    style, types, import rules"
	@echo "make quality  print the scores that the floors in tests/quality guard"
	@echo "make bench    measure speed and growth (long)"
	@echo "make clean    remove .venv and caches; data/ stays"

$(VENV)/ready: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (once; about two minutes) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Gema needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 demo" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

setup: $(VENV)/ready

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --quiet tests/test_walls.py

test: setup
	$(BIN)/python -m pytest --numprocesses $(AT_ONCE) --dist loadfile --no-loadscope-reorder

demo: setup
	@$(BIN)/python -m tests.newsroom.demo

quality: setup
	$(BIN)/python -m tests.quality.scores

bench: setup
	$(BIN)/python -m tests.benchmarks.signatures
	$(BIN)/python -m tests.benchmarks.hashes
	$(BIN)/python -m tests.benchmarks.crashes 30
	$(BIN)/python -m tests.benchmarks.update_crashes 30
	$(BIN)/python -m tests.benchmarks.growth
	$(BIN)/python -m tests.benchmarks.candidates
	$(BIN)/python -m tests.benchmarks.stories
	$(BIN)/python -m tests.benchmarks.crawl_cost 2000
	$(BIN)/python -m tests.benchmarks.crawl_cost --memory 20000
	$(BIN)/python -m tests.benchmarks.extraction
	$(BIN)/python -m tests.benchmarks.hostile_pages 2000 --slow --memory 20000
	$(BIN)/python -m tests.benchmarks.throughput

clean:
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
