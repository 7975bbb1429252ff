# Each task installs what it needs; this only takes time once. See docs/development.md.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run dev build test torture lint bench fuzz pictures setup

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build and serve on http://127.0.0.1:3000
	@.ci/setup build
	@.ci/with cargo leptos build
	@.ci/with $${CARGO_TARGET_DIR:-target}/debug/hookpost serve

dev: ## The same, with a rebuild and restart on each change
	@.ci/setup build
	@.ci/with cargo leptos watch

build: ## Build the release binary, UI included: target/release/hookpost
	@.ci/setup build
	@.ci/with cargo leptos build --release --precompress --cargo-locked
	@echo "built $${CARGO_TARGET_DIR:-target}/release/hookpost"

test: ## Run all tests: Rust, then Playwright in Chromium
	@.ci/test

torture: ## Run the long fault suite, about 15 minutes; ROUNDS=1000 sets the number of kills
	@.ci/torture

lint: ## Check formatting, clippy (server and browser), docs and dependencies
	@.ci/lint

bench: ## Compare ingest with a bare route and a Flask receiver
	@.ci/bench

fuzz: ## Fuzz verification and request parsing, one minute each
	@.ci/fuzz

pictures: ## Take the screenshots in docs/images of the current version
	@.ci/pictures

setup: ## Only install what the tasks above need
	@.ci/setup build test lint
