# The commands of the course.  `make help` lists them.
# Empty: python3, or the newest supported Python that is found (tools/check_python.py).
PYTHON ?=
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/ready
# Kernels start in lessons/: COURSE_DATA_DIR is resolved against this folder by helpers.
export PYTHONUTF8 := 1
# A lesson kernel must be the environment's own, not one of the user's.
export JUPYTER_PREFER_ENV_PATH := 1
# What `make test` must not inherit.
CLEAN_ENV := env -u COURSE_DATA -u COURSE_DATA_DIR -u COURSE_CACHE_DIR -u COURSE_LESSONS \
	-u COURSE_SEED -u COURSE_TESTS -u COURSE_JITTER -u COURSE_JITTER_SEED -u KERAS_BACKEND

.PHONY: help run test lint unit notebooks test-jitter spread mutants lab test-lab exercises \
	full trained test-backends test-colab clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | \
		while IFS="$$(printf '\t')" read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

run: $(READY) ## execute every lesson on the embedded samples, into build/
	@$(PY) -m tools.run_lessons

test: $(READY) ## lint, unit tests, hygiene, strict nbval on every notebook
	@$(CLEAN_ENV) $(PY) -m tools.run_tests

lint unit notebooks: $(READY)
	@$(CLEAN_ENV) $(PY) -m tools.run_tests $@

test-jitter: $(READY) ## strict nbval with initial weights moved by a millionth, three times
	@$(CLEAN_ENV) $(PY) -m tools.run_tests jitter

mutants: $(READY) ## change lesson code in meaning; count how often strict nbval notices
	@$(PY) -m tools.mutants

spread: $(READY) ## measure how far tagged numbers move; ONLY=one_thread,jitter narrows it
	@lessons="$$COURSE_LESSONS"; $(CLEAN_ENV) COURSE_LESSONS="$$lessons" \
		$(PY) -m tools.spread --only "$(ONLY)"

lab: $(READY) ## your own copy of the notebooks, in JupyterLab
	@$(PY) -m tools.lab

test-lab: $(READY) ## drive that JupyterLab in Chromium, as a student would
	@$(PY) -m pip install --quiet --disable-pip-version-check "playwright>=1.50,<2"
	@COURSE_BROWSER=1 $(CLEAN_ENV) $(PY) -m pytest -q -p no:cacheprovider -rs tests/browser

exercises: $(READY) ## generate the exercise notebooks from the solved ones
	@$(PY) -m tools.exercises

full: $(READY) ## execute every lesson on the full data sets; writes results/full.json
	@$(PY) -m tools.run_lessons --full

# NAME of the command line alone: some systems keep a variable of this name.
trained: $(READY) ## train the networks of data/trained on full data; NAME=mnist_cnn: one
	@$(PY) -m tools.trained $(if $(filter command,$(origin NAME)),$(NAME))

test-backends: $(READY) ## strict nbval on the JAX backend, and on PyTorch where it can be had
	@$(CLEAN_ENV) $(PY) -m tools.backends

test-colab: $(READY) ## every notebook alone, on Colab's versions; RUNTIME=2026.01 names an older set
	@$(PY) -m tools.colab --runtime $(or $(RUNTIME),current)

clean: ## remove build/ and the environments (.venv...), 3 GB to install again
	rm -rf .venv .venv-jax .venv-torch .venv-lowest .venv-colab* build

$(READY): requirements.txt
	@set -- $(PYTHON); \
	if [ $$# -gt 0 ]; then "$$@" tools/check_python.py || exit 1; else \
		for any in python3 python3.13 python3.12 python3.11 python ""; do \
			if [ -n "$$any" ] && $$any -c "" 2>/dev/null; then break; fi; \
		done; \
		if [ -z "$$any" ]; then echo "Found no Python: install 3.13, then the same command again" >&2; exit 1; fi; \
		found=$$($$any tools/check_python.py --find) || exit 1; set -- "$$found"; \
	fi; \
	echo "Making $(VENV) with $$("$$@" --version 2>&1), $$*"; "$$@" -m venv --clear $(VENV)
	@echo "Installing about 160 packages, 3 GB on the disk: one to five minutes"
	@quiet=--quiet; if [ -t 1 ]; then quiet=; fi; \
		$(PY) -m pip install $$quiet --disable-pip-version-check -r requirements.txt
	@touch $(READY)
