# Set-up, checks and the demo, from a fresh clone on Debian or Ubuntu.
#
#   make demo    build, verify and report the separable example on the emulated STM32F746
#   make test    every test
#   make check   formatting, lint and types
#   make quick   the tests that are neither slow nor need the compiler for the board
#   make fuzz    every reader on changed files, in some minutes
#   make wheel   dist/mcuq-*.whl and its bill of material
#   make dist    the same and the source package, as they are published
#   make analyse cppcheck and clang-tidy over the firmware
#   make docs    the documentation in site/
#   make versions   that of every release and of main, in site/VERSION/
#   make clean   remove what the above made, but not the set-up

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.mcuq-setup
COMPILER := $(VENV)/.mcuq-compiler
HOST := $(VENV)/.mcuq-host
SPHINX := $(VENV)/.mcuq-docs
ARM_PACKAGES := gcc-arm-none-eabi libnewlib-arm-none-eabi
HOST_PACKAGES := gcc libc6-dev cmake
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal

.PHONY: demo test check quick fuzz setup wheel dist analyse docs versions clean

setup: $(SETUP) $(COMPILER)

demo: setup
	rm -rf demo
	$(BIN)/mcuq init --example separable demo
	cd demo && ../$(BIN)/mcuq build --board stm32f746

test: setup $(HOST)
	$(PYTEST)

check: $(SETUP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

quick: $(SETUP) $(HOST)
	$(PYTEST) -m "not slow and not arm"

fuzz: $(SETUP) $(HOST)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,onnx,dask,fuzz]'
	$(BIN)/python fuzz/run.py --seconds 20

wheel: $(SETUP)
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	$(BIN)/python scripts/wheel_sbom.py dist/mcuq-*.whl

dist: $(SETUP)
	rm -rf dist
	$(MAKE) wheel
	$(BIN)/python -m hatchling build --target sdist

analyse: $(SETUP)
	$(BIN)/python scripts/analyse_firmware.py

docs: $(SPHINX)
	$(BIN)/python scripts/generate_reference.py
	$(BIN)/sphinx-build -q -E -W --keep-going docs site

versions: $(SPHINX)
	rm -rf site
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m sphinx_polyversion docs/poly.py site

clean:
	rm -rf demo dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Installed anew when what is asked for changes.
$(SETUP): pyproject.toml requirements.lock scripts/setup_venv.sh
	sh scripts/setup_venv.sh $(PYTHON) $(VENV)
	touch $@

$(COMPILER): scripts/setup_compiler.sh | $(SETUP)
	sh scripts/setup_compiler.sh $(BIN)/python $(ARM_PACKAGES)
	touch $@

$(SPHINX): $(SETUP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	touch $@

$(HOST): scripts/setup_host.sh | $(SETUP)
	sh scripts/setup_host.sh $(BIN)/python $(HOST_PACKAGES)
	touch $@
