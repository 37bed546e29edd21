# One word per task. CI calls the same words (.ci/run).

.PHONY: help run test test-postgres test-resilience check fix schema bench bench-import load fuzz

help: ## List the tasks
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: ## Build and serve the bundled data on http://127.0.0.1:8080/graphql
	cargo run -- serve

test: ## Run every test, on SQLite and on PostgreSQL
	tests/run.sh

test-postgres: ## Run the API's tests on PostgreSQL only
	tests/postgres.sh cargo test --test api -- --include-ignored

test-resilience: ## Run all tests with restarts, outages, rotations and replacements, some five minutes
	tests/resilience.sh --all

check: ## Formatting, lints, documentation, schema.graphql, licences and sources of dependencies
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --test resilience -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items
	@command -v cargo-deny >/dev/null || { echo "cargo-deny is missing: cargo install --locked cargo-deny" >&2; exit 1; }
	cargo deny check bans licenses sources

bench: ## Measure indicators beside the bare TA-Lib calls, and requests beside serde_json, some ten minutes
	cargo bench -p candles
	cargo bench --bench requests

load: ## Measure the server over HTTP beside a handler of the same bytes, and its memory; needs wrk
	cargo bench --bench load
	cargo bench --bench memory

bench-import: ## Measure imports beside psql's \copy and sqlite3's .import; needs both, some five minutes
	benches/import.sh

fuzz: ## Fuzz the document budget, the arguments and whole requests; FUZZ_RUNS sets how often
	fuzz/run.sh

fix: ## Format the code
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml

schema: ## Write schema.graphql anew
	cargo run --quiet -- schema > schema.graphql.new
	mv schema.graphql.new schema.graphql
