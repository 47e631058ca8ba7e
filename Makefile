# Everything lives in this folder: .tools (the installer), .venv (the packages), var (data of `make run`).
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
export UV_CACHE_DIR := $(CURDIR)/.tools/cache
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: setup run browser test check schema demo bench lock

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m pip install --quiet --no-cache-dir --disable-pip-version-check --no-warn-script-location --root-user-action=ignore --upgrade --target .tools 'uv>=0.13,<0.14'
	$(UV) venv --quiet --clear --python $(PYTHON) .venv
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --require-hashes -r requirements.lock
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

run: setup
	$(BIN)/guichet demo --serve

demo: setup
	$(BIN)/guichet demo

# The tests of pages and mails need a real browser: the machine's own, or Debian's.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; }

test: setup browser
	$(BIN)/pytest

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# A file is written only once its text is there: code that does not load leaves it as it was.
export_to = text="$$($(BIN)/guichet export-$(1))" && printf '%s\n' "$$text" > $(2)

schema: setup
	@$(call export_to,schema,schema.graphql)
	@$(call export_to,permissions,docs/permissions.md)
	@$(call export_to,settings,docs/settings.md)
	@$(call export_to,errors,docs/errors.md)

bench: setup
	$(BIN)/python -m bench $(ARGS)

lock: setup
	$(UV) pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --quiet -o requirements.lock
