# Every task does the set-up it needs; the second time that takes no time. See docs/development.md.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run dev build test torture lint bench fuzz setup

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build and serve on http://127.0.0.1:3000
	@.ci/setup build
	@.ci/with cargo leptos build
	@.ci/with $${CARGO_TARGET_DIR:-target}/debug/hookpost serve

dev: ## The same, building anew and restarting at each change
	@.ci/setup build
	@.ci/with cargo leptos watch

build: ## The release binary, UI inside: target/release/hookpost
	@.ci/setup build
	@.ci/with cargo leptos build --release --precompress --cargo-locked
	@echo "built $${CARGO_TARGET_DIR:-target}/release/hookpost"

test: ## All tests: Rust, then Playwright in Chromium
	@.ci/test

torture: ## The fault suite in its long form, some 15 minutes; ROUNDS=1000 kills the server so many times
	@.ci/torture

lint: ## Formatting, clippy for server and browser, docs, dependencies
	@.ci/lint

bench: ## Measure ingest against a bare route and a Flask receiver
	@.ci/bench

fuzz: ## Feed verification and the reading of requests with anything, a minute each
	@.ci/fuzz

setup: ## Only the set-up of all the above
	@.ci/setup build test lint
