# Every target works on a fresh clone: it makes .venv when there is none, and updates it when pyproject.toml or
# constraints.txt changed. Needs GNU make, Python 3.11 or newer with venv, and the packages of `make system`.

PYTHON ?= python3
# A place to look for torch before PyPI. On Linux, PyPI's torch brings gigabytes of CUDA; without a GPU, give
# TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
# Another torch than the newest that constraints.txt allows, for a fresh .venv: make test TORCH='torch==2.11.*'
TORCH ?=
# Another environment's programs, in place of .venv: make nbval BIN="$CONDA_PREFIX/bin"
BIN ?= .venv/bin
READY := $(if $(filter .venv/bin,$(BIN)),.venv/ready)
DEST ?=
REPO ?=
BRANCH ?=
# Run the Colab test with this interpreter and its packages, inside Colab's image, in place of a stand-in. A full path.
COLAB_PYTHON ?=

NBVAL := --nbval --nbval-current-env --nbval-sanitize-with tests/nbval_sanitize.cfg --nbval-cell-timeout=120
NOTEBOOKS = $(wildcard course/*.ipynb solutions/*/*.ipynb)
SYSTEM ?= bubblewrap fonts-dejavu-core python3-venv
BROWSER ?= chromium chromium-driver
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# nbgrader starts programs by name (alembic): they must be the environment's own.
export PATH := $(if $(READY),$(CURDIR)/$(BIN),$(BIN)):$(PATH)
export COLAB_PYTHON

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help lab grade notebooks release publish check test nbval frameworks test-colab picture cuda colab-issue system userns clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

lab: $(READY) ## open the course in JupyterLab: assignments, validate and formgrader on a private exchange
	"$(BIN)/autograder" lab

grade: $(READY) ## release, grade a generated class with nbgrader, compare with the bank, write feedback
	"$(BIN)/autograder" rehearse

notebooks: $(READY) ## build the notebooks whose text changed
	"$(BIN)/autograder" build

release: $(READY) ## run the gate on every assignment, then let nbgrader write exercises/
	"$(BIN)/autograder" release

publish: $(READY) ## write what learners get: make publish DEST=folder REPO=owner/name BRANCH=main
	@test -n "$(DEST)" || { echo "Say where: make publish DEST=folder REPO=owner/name BRANCH=main"; exit 2; }
	"$(BIN)/autograder" build --check
	"$(BIN)/autograder" publish $(if $(REPO),--repo "$(REPO)") $(if $(BRANCH),--branch "$(BRANCH)") "$(DEST)"

check: $(READY) ## lint, format, types, built notebooks against their text, budgets, workflows
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/mypy"
	"$(BIN)/autograder" build --check
	"$(BIN)/autograder" stats --check
	"$(BIN)/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml

test: $(READY) ## every test, and every stored output of course/ and solutions/, in one run
	"$(BIN)/python" -m pytest -n 2 --dist loadscope $(NBVAL) tests $(NOTEBOOKS)

nbval: $(READY) ## the stored outputs of course/ and solutions/ alone
	"$(BIN)/python" -m pytest $(NBVAL) $(NOTEBOOKS)

frameworks: $(READY) ## install TensorFlow and JAX, and run chapter 12 with them (without, it runs in `make test`)
	"$(BIN)/python" -m pip install --disable-pip-version-check -c constraints.txt -e ".[frameworks]"
	"$(BIN)/python" -c 'import jax, tensorflow; print(f"JAX {jax.__version__}, TensorFlow {tensorflow.__version__}")'
	"$(BIN)/python" -m pytest $(NBVAL) course/12_frameworks.ipynb

test-colab: $(READY) ## the course as Colab runs it; inside Colab's image: COLAB_PYTHON=/usr/bin/python3
	"$(BIN)/python" -m pytest tests/test_colab.py

picture: $(READY) ## draw the README's picture
	"$(BIN)/python" -c 'import torch; from torchscope import draw; A = torch.arange(1.0, 7.0).reshape(2, 3); B = torch.tensor([[2.0, 0.0, 1.0, -1.0], [1.0, 3.0, 0.0, 2.0], [0.0, 1.0, 2.0, 1.0]]); print(draw.product(A, B, row=1, column=2).svg)' > course/picture.svg

cuda: $(READY) ## stop unless torch sees a CUDA device
	"$(BIN)/python" -c 'import torch; assert torch.cuda.is_available(), f"torch {torch.__version__} sees no CUDA device"; print(torch.cuda.get_device_name())'

colab-issue: ## open an issue that Colab's weekly run failed, unless one is open (needs gh, RUN_URL)
	@title="The course does not run in Colab's image"; \
	if gh issue list --state open --search "$$title in:title" --json number --jq '.[].number' | grep -q .; then \
	  echo "An issue is open already."; \
	else \
	  gh issue create --title "$$title" --body "The weekly run in Colab's public image failed: $$RUN_URL"; \
	fi

system: ## install with apt-get the Debian or Ubuntu packages that are missing
	@missing=""; \
	for package in $(SYSTEM); do dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	if test -n "$(BROWSER)"; then \
	  for program in chromium chromium-browser google-chrome; do command -v $$program >/dev/null && found=yes; done; \
	  test -n "$$found" || missing="$$missing $(BROWSER)"; \
	fi; \
	test -z "$$missing" || { $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q --no-install-recommends $$missing; }

userns: ## let users make sandboxes, which Ubuntu 24.04 forbids, until the next boot
	@test ! -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns || $(SUDO) sysctl -w kernel.apparmor_restrict_unprivileged_userns=0

clean: ## remove .venv, caches and builds; learners' work and grades (work/, gradebook/) stay
	rm -rf .venv build dist screenshots .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find autograder torchscope tests course solutions exercises -name __pycache__ -prune -exec rm -rf {} +

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv \
	  || { $(PYTHON) -m venv --clear --without-pip .venv && $(PYTHON) -m pip --python .venv/bin/python install -q pip; } \
	  || { echo "This Python cannot make environments: sudo apt-get install python3-venv"; exit 1; }
	.venv/bin/python -m pip install --disable-pip-version-check $(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)") -c constraints.txt $(if $(TORCH),"$(TORCH)") -e ".[dev]"
	@touch .venv/ready
