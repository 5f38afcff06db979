# The two commands are `make run` and `make test`; each installs what is missing. `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# Nothing is built inside the checkout: artefacts survive a fresh clone, and several checkouts share them.
CACHE := $(HOME)/.cache/nephele
CARGO_TARGET_DIR ?= $(CACHE)/target
export CARGO_TARGET_DIR

CLIENTS := tests/clients
# Environments are named by what is pinned in them, so that a changed pin makes a new one.
key = $(shell cat $(1) 2>/dev/null | sha256sum | cut -c1-12)
VENV = $(CACHE)/python-$(call key,$(CLIENTS)/requirements.txt)
NODE = $(CACHE)/node-$(call key,$(CLIENTS)/package.json $(CLIENTS)/package-lock.json)

# What `nephele start` is given by `make run`, the load runs by `make bench`, and pytest by `make clients`.
ARGS ?=
# Seconds each fuzz target runs.
SECONDS ?= 60

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

.PHONY: run
run: build ## Build, and start the cloud on 127.0.0.1:4566 (ARGS="--ephemeral")
	@$(MAKE) --no-print-directory runtimes || echo "functions in Python run without boto3" >&2
	@exec "$(CARGO_TARGET_DIR)/release/nephele" start $(ARGS)

.PHONY: runtimes
runtimes: ## Install what functions in Python find in AWS: its runtime client and SDK, pinned in services/lambda/runtimes.txt
	@.ci/need python
	@version=$$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])'); \
	place="$(CACHE)/runtimes/$$version"; mark="$$place/.complete-$(call key,services/lambda/runtimes.txt)"; \
	[ -e "$$mark" ] && exit 0; rm -rf "$$place" "$$place.new" && \
	python3 -m pip install -q --disable-pip-version-check --no-input --root-user-action ignore --no-warn-conflicts \
	    --target "$$place.new" -r services/lambda/runtimes.txt && mv "$$place.new" "$$place" && touch "$$mark"

.PHONY: build
build: ## Build the release binary
	@.ci/need cargo cc
	cargo build --release --locked -p cloud
	@echo "built $(CARGO_TARGET_DIR)/release/nephele"

# Steps one after the other, cheap ones first; the first failure ends it.
STEPS := lint unit tidy clients

.PHONY: test
test: ## Run every check and test there is
	@.ci/need cargo cc python node objects
	@begin=$$(date +%s); for step in $(STEPS); do \
	    echo "== $$step"; started=$$(date +%s); \
	    $(MAKE) --no-print-directory $$step || { echo "make test: $$step FAILED"; exit 1; }; \
	    times="$$times $$step ($$(($$(date +%s) - started)) s)"; \
	done; echo "make test: all passed in $$(($$(date +%s) - begin)) s:$$times"

.PHONY: lint
lint: ## Format and lint, warnings being errors
	@.ci/need cargo cc
	cargo fmt --all -- --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny --offline check bans licenses sources; fi

.PHONY: unit
unit: ## Unit, property, service and document tests
	@.ci/need cargo cc
	@if command -v cargo-nextest >/dev/null; then \
	    set -x; cargo nextest run --locked --workspace --no-tests pass; \
	else \
	    set -x; cargo test --locked --workspace --lib --bins --tests -q; \
	fi
	cargo test --locked --workspace --doc -q

.PHONY: tidy
tidy: ## House rules that no compiler knows
	cargo xtask tidy

.PHONY: clients
clients: $(VENV)/.complete $(NODE)/.complete ## Real clients against the real binary
	cargo build --locked -p cloud -p roundtrip
	@$(MAKE) --no-print-directory runtimes
	cd $(CLIENTS) && PATH="$(VENV)/bin:$$PATH" NODE_PATH="$(NODE)/node_modules" PYTHONDONTWRITEBYTECODE=1 \
	    NEPHELE_BIN="$(CARGO_TARGET_DIR)/debug/nephele" "$(VENV)/bin/python" -m pytest -q -n auto $(ARGS)

.PHONY: bench
bench: ## Load runs of the release binary, and a table (ARGS="--quick")
	@.ci/need cargo cc
	cargo build --release --locked -p cloud -p bench
	"$(CARGO_TARGET_DIR)/release/bench" --binary "$(CARGO_TARGET_DIR)/release/nephele" $(ARGS)

.PHONY: fuzz
fuzz: ## Feed every parser that meets the network with anything, SECONDS each
	@.ci/need cargo cc
	@rustup toolchain list 2>/dev/null | grep -q nightly || { echo "make fuzz needs: rustup toolchain install nightly" >&2; exit 1; }
	@PATH="$(CACHE)/tools/bin:$$PATH"; \
	command -v cargo-fuzz >/dev/null || cargo install --locked --root "$(CACHE)/tools" cargo-fuzz; \
	cp -n Cargo.lock fuzz/Cargo.lock 2>/dev/null; \
	for target in $$(sed -n 's/^name = "\(.*\)"/\1/p' fuzz/Cargo.toml | tail -n +2); do \
	    echo "== $$target"; \
	    cargo +nightly fuzz run "$$target" -- -max_total_time=$(SECONDS) -rss_limit_mb=2048 || exit 1; \
	done; echo "make fuzz: nothing found in $(SECONDS) s each"

.PHONY: clean
clean: ## Remove everything that was built or installed for this checkout
	cargo clean
	rm -rf "$(CACHE)"/python-* "$(CACHE)"/node-* "$(CACHE)/tools"

# Complete only when everything is in: an interrupted installation begins anew.
$(CACHE)/python-%/.complete:
	@.ci/need python
	rm -rf "$(@D)" && python3 -m venv "$(@D)"
	"$(@D)/bin/pip" install -q --disable-pip-version-check --no-input -r $(CLIENTS)/requirements.txt
	@touch "$@"

$(CACHE)/node-%/.complete:
	@.ci/need node
	rm -rf "$(@D)" && mkdir -p "$(@D)" && cp $(CLIENTS)/package.json $(CLIENTS)/package-lock.json "$(@D)"
	npm ci --prefix "$(@D)" --no-audit --no-fund --loglevel=error
	@touch "$@"
