# Two commands on a fresh machine: `make demo` and `make test`. Any Python from 3.11 on; PYTHON=... names one.
SHELL := /bin/bash
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

.PHONY: demo test check lint format bench bench-accuracy faults lock clean system

demo: $(READY)
	$(VENV)/bin/shenbao demo $(ARGS)

# Everything. A part: make test ARGS="tests/unit/test_word.py -k tables", or ARGS="-k imap" for what is named so anywhere. Where ARGS
# names files or cases, they run in one process, without what several take to start. Three workers on two cores, since the long
# tests wait more than they work; each takes one file after the other, the longest first (tests/conftest.py).
WORKERS := 3
SPREAD := $(if $(findstring tests/,$(ARGS)),,-n $(WORKERS) --dist loadfile --no-loadscope-reorder)

test: $(READY) system
	$(RUN) -m pytest $(SPREAD) $(ARGS)

# While one works: style, types, and the unit tests that need no OCR, no office suite, no server and not many seconds.
check: lint
	$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/unit -m "not slow" $(ARGS)

lint: $(READY)
	@status=0; $(VENV)/bin/ruff check . || status=1; $(VENV)/bin/ruff format --check . || status=1; $(VENV)/bin/mypy || status=1; exit $$status

format: $(READY)
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

# The figures of bench/README.md, one script after the other: side by side they would disturb each other.
bench: $(READY)
	@for script in $$(ls bench/*.py | grep -v /accuracy_); do name=$$(basename $$script .py); echo "== bench.$$name"; $(RUN) -m bench.$$name || exit 1; done

bench-accuracy: $(READY)
	@for script in bench/accuracy_*.py; do name=$$(basename $$script .py); echo "== bench.$$name"; $(RUN) -m bench.$$name || exit 1; done

# The fault harness at length; CI runs a shorter one with the other tests.
faults: $(READY) system
	FAULTS_KILLS=200 $(RUN) -m pytest tests/faults tests/integration/test_cluster.py --timeout 7200 $(ARGS)

# Pins every dependency with its hashes for Python 3.11 and later; the file names no address.
lock: $(READY)
	$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --no-header --all-extras --upgrade pyproject.toml -o requirements.lock

system:
	@.ci/system-packages

$(READY): requirements.lock pyproject.toml .ci/environment
	@.ci/environment $(VENV)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-output test-output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
