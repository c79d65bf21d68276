# What can be typed, and what it does: make help.
# make PYTHON=python3.12 names the Python of the environment; make DATA_DIR=/elsewhere, where MNIST is.

DATA_DIR ?= data
BIN := .venv/bin

.PHONY: all report evaluate test test-quick test-slurm bench bench-quick lint format docs install install-dev clean-venv help
.DEFAULT_GOAL := all

all: install ## the environment in .venv, then densities.gif within a minute, digits.gif and the metrics table
	@$(BIN)/snakemake --cores all --prioritize results/densities.gif
	@echo; echo "Made:"; ls results/*.gif results/metrics.*; echo; cat results/metrics.md

report: install ## results/report.html: all that has been made, in one page to show to others; works offline
	@$(BIN)/snakemake --cores all -- pages
	@$(BIN)/snakemake --report results/report.html -- pages
	@echo "results/report.html"

evaluate: install ## the same with every seed, and all that is measured of them: results/evaluation.csv, summary.md, pictures
	@$(BIN)/snakemake --cores all evaluate
	@echo; cat results/summary.md

test: install-dev ## the whole test suite
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test-quick: install-dev ## what takes some minutes of it: the core, without Snakemake
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m "not slow"

test-slurm: install-dev ## the tests on a real Slurm of one node, installed from Debian's packages: as root
	@tests/slurm/run.sh $(BIN)/python

bench bench-quick: install ## this project beside the plain recipe and its peers: results/benchmarks; bench-quick, the short of it
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement benchmarks/requirements.txt
	@$(BIN)/python -m benchmarks.run $(if $(filter bench-quick,$@),--quick) --data-dir $(DATA_DIR)

lint: install-dev ## formatting, linting, types, who imports whom, and the pages of docs/
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs results/site

format: install-dev ## formats the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt Snakefile workflow

docs: install-dev ## the pages of docs/ as a site: results/site/index.html
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs results/site
	@echo "results/site/index.html"

install: ## the environment alone; install-dev, with what tests and documentation need
	@tools/install.sh $(PYTHON)

install-dev:
	@tools/install.sh --dev $(PYTHON)

clean-venv: ## removes the environment
	rm -rf .venv

help: ## this
	@sed -n 's/^\([a-z][a-z -]*\): [^#]*## \(.*\)/\1|\2/p; s/^\([a-z][a-z-]*\): ## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name what; do printf '  make %-18s %s\n' "$$name" "$$what"; done
