# Two commands do everything, set-up included: `make` runs the collection, `make test` proves it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
JOBS ?= 2
# nbval is for notebooks, and takes two seconds to import in every process
QUICK := -p no:nbval -n $(JOBS) --dist worksteal

# pip's lines, one a package, as a line each ten
COUNTED := awk -v all=$$(grep -c == requirements.txt) '/^(Collecting|Processing)/ { n++; if (n % 10 == 0) { \
	printf "  %d of about %d packages\n", n, all; fflush() } } /^Installing/ { print "  installing them"; fflush() }'

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := run
.PHONY: help run test test-pythons test-long test-all unit lab site report journal check format accept bench mutation package ranges readme sign lock clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# what is published is drawn in the default profile and in every form
run: $(READY) ## execute every notebook in parallel; writes runs/baseline and figures
	@env -u AUTOGAP_PROFILE -u AUTOGAP_FORMS $(BIN)/autogap run baseline -j $(JOBS) --publish figures

# both halves run whatever the first says; a notebook, which is a file to pytest, runs once and in one process
test: $(READY) ## every test but the longest, then every stored output against a fresh run
	@status=0; \
	$(BIN)/pytest $(QUICK) -m "not browser and not long" tests || status=1; \
	$(BIN)/pytest --nbval notebooks -n $(JOBS) --dist loadfile || status=1; \
	exit $$status

test-pythons: $(READY) ## `make test` on the oldest and the newest Python, in .venv-3.x
	@$(BIN)/python -m tests.pythons

test-long: $(READY) ## JupyterLab in a browser, wheels for every Python, long sweeps
	@$(BIN)/pytest $(QUICK) -m "browser or long" -rs tests

test-all: ## test, test-pythons and test-long; runs all of them and fails at the end
	@status=0; for each in test test-pythons test-long; do $(MAKE) --no-print-directory $$each || status=1; done; exit $$status

unit: $(READY) ## the tests that take less than a second each
	@$(BIN)/pytest $(QUICK) -m "not slow" tests

# a notebook that is saved keeps its stored form, so that `git diff` shows what was changed; a container has only root
LAB := --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks \
	--ContentsManager.pre_save_hook=nbpoints.checks.saving.stored_form $(if $(filter 0,$(shell id -u)),--allow-root)

lab: $(READY) ## open JupyterLab on the project; options: make lab ARGS="--no-browser --port 9000"
	@$(BIN)/python -m jupyterlab $(LAB) $(ARGS)

# drawn without title, which the page has as words, and without PNG; in a folder of their own beside those of `make`
site: $(READY) ## run the points of the site that are not current, and build its pages into runs/site
	@AUTOGAP_PROFILE=economics AUTOGAP_FORMS=svg,pdf $(BIN)/autogap site --run -j $(JOBS) --runs runs/points

report: $(READY) ## one PDF a notebook and one of the collection, into runs/report
	@$(BIN)/autogap report -j $(JOBS)

journal: $(READY) ## the figures at journal width, into runs/journal
	@AUTOGAP_PROFILE=journal $(BIN)/autogap run baseline -j $(JOBS) --out runs/journal

check: $(READY) ## the linters; then validate the scenario file, the data package and the claims
	@$(BIN)/pytest -p no:nbval -q tests/compendium/test_linters.py
	@$(BIN)/autogap validate
	@$(BIN)/python -m autogap.data.package --check
	@$(BIN)/python -m autogap.claims

format: $(READY) ## bring code and imports into form
	@$(BIN)/ruff check --quiet --fix notebooks tests || true
	@$(BIN)/ruff format --quiet notebooks tests
	@$(BIN)/ruff check --statistics notebooks tests

accept: $(READY) ## re-run the notebooks, show what changed, store the new outputs
	@$(BIN)/autogap accept

package: $(READY) ## rewrite datapackage.json and the codebook after a change of data; try every claim
	@$(BIN)/python -m autogap.data.package
	@$(BIN)/python -m autogap.claims

readme: $(READY) ## rewrite the generated tables of README.md
	@$(BIN)/python -m tests.compendium.readme

ranges: $(READY) ## bring the ranges beside the parameters up to the data
	@$(BIN)/python -m tests.notebooks.limits

sign: $(READY) ## show which facts changed (prose, provenance, scope, rules) and sign them
	@$(BIN)/python -m tests.compendium.signed

bench: .venv-bench/ready ## measure the batch against other runners; prints ratios
	@.venv-bench/bin/python tests/benchmarks/batch.py

mutation: $(READY) ## plant faults and report which are caught
	@$(BIN)/python -m tests.mutation

lock: $(READY) ## renew requirements.txt from pyproject.toml
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.txt

clean: ## remove the environment and the runs
	@rm -rf $(VENV) .venv-* runs

# The other runners pin packages of their own, so they get an environment of their own.
.venv-bench/ready: requirements.txt tests/benchmarks/requirements.txt
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/pip install --quiet --require-hashes -r requirements.txt
	@.venv-bench/bin/pip install --quiet -r tests/benchmarks/requirements.txt
	@.venv-bench/bin/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else \
		"autogap needs Python 3.11 to 3.13; this is %d.%d. Name another: make PYTHON=python3.12" % sys.version_info[:2])'
	@echo "Setting up $(VENV) from requirements.txt; this takes a few minutes."
	@$(PYTHON) -m venv $(VENV)
	@rm -f $(VENV)/failed
	@{ $(BIN)/pip install --progress-bar off --require-hashes -r requirements.txt || touch $(VENV)/failed; } | $(COUNTED)
	@test ! -e $(VENV)/failed
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -c "import matplotlib.font_manager" 2> /dev/null # lists the fonts, once on each machine
	@touch $@
