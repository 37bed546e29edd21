# One word per task. CI calls the same words (.ci/run).

.PHONY: help run web test test-postgres test-resilience test-web check fix schema screenshots image tf-fmt tf-check bench bench-import load fuzz

help: ## List the tasks
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: web ## Build and serve the bundled data on http://127.0.0.1:8080
	cargo run -- serve

web: ## Build the pages that people look at, if npm is there
	@if command -v npm >/dev/null; then $(MAKE) --silent web/dist/index.html; \
	else echo "no npm on PATH: candleql is built without the chart explorer and GraphiQL" >&2; fi

web/dist/index.html: web/node_modules/.package-lock.json schema.graphql \
		$(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path '*/generated/*')
	cd web && npm run --silent build >&2
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --silent
	@touch $@

test: web ## Run every test, on SQLite and on PostgreSQL, and in a browser
	tests/run.sh

test-postgres: ## Run the API's tests on PostgreSQL only
	tests/postgres.sh cargo test --test api -- --include-ignored

test-resilience: ## Run all tests with restarts, outages, rotations and replacements, some five minutes
	tests/resilience.sh --all

test-web: ## Run the tests of the pages in a browser
	tests/web.sh main.mjs

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

image: ## Build the images of candleql and of nginx before it; needs Docker
	docker build --file docker/Dockerfile --tag candleql .
	docker build --tag candleql-nginx docker/nginx

tf-fmt: ## Format terraform, and write the tables of its READMEs anew
	terraform fmt -recursive terraform
	terraform/readme.py

tf-check: ## Check terraform: formatting, tables, validity, tests; needs terraform and its registry
	terraform/check.sh

screenshots: ## Make the pictures of README anew
	tests/web.sh screenshots.mjs

schema: ## Write schema.graphql anew
	cargo run --quiet -- schema > schema.graphql.new
	mv schema.graphql.new schema.graphql
