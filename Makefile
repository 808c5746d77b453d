# Two commands on a fresh machine: `make demo` and `make test`. Any Python from 3.11 on; PYTHON=... names one.
SHELL := /bin/bash
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

.PHONY: demo test lint format bench bench-accuracy faults lock clean system

demo: $(READY)
	$(VENV)/bin/shenbao demo $(ARGS)

test: $(READY) system
	$(RUN) -m pytest -n 2 --dist loadfile $(ARGS)

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
