# make          the environment in .venv, then results/densities.gif, results/digits.gif and the metrics table
# make evaluate the same with every seed, and all that is measured of them: results/evaluation.csv, summary.md, pictures
# make test     the whole test suite; test-quick, what takes two minutes of it: the core, without Snakemake
# make test-slurm  the tests on a real Slurm of one node, installed from Debian's packages: as root
# make lint     formatting, linting and types
# make bench    this project beside the plain recipe and its peers: results/benchmarks; bench-quick, the short of it

PYTHON ?= python3
DATA_DIR ?= data
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

.PHONY: all evaluate test test-quick test-slurm bench bench-quick lint format clean-venv
.DELETE_ON_ERROR:

all: $(INSTALLED)
	@$(BIN)/snakemake --cores all
	@echo; echo "Made:"; ls results/*.gif results/metrics.*; echo; cat results/metrics.md

evaluate: $(INSTALLED)
	@$(BIN)/snakemake --cores all evaluate
	@echo; cat results/summary.md

test: $(INSTALLED)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test-quick: $(INSTALLED)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m "not slow"

test-slurm: $(INSTALLED)
	@tests/slurm/run.sh $(BIN)/python

bench bench-quick: $(INSTALLED)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement benchmarks/requirements.txt
	@$(BIN)/python -m benchmarks.run $(if $(filter bench-quick,$@),--quick) --data-dir $(DATA_DIR)

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt Snakefile workflow

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --no-compile --disable-pip-version-check --requirement requirements.txt
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true # as pip does, but on all cores; some are for newer Pythons
	@touch $@

clean-venv:
	rm -rf $(VENV)
