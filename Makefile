# One word per task. CI calls the same words (.ci/run).

.PHONY: help run web test cov test-postgres test-resilience test-web check fix schema screenshots \
	image smoke ask tf-fmt tf-check infra audit bench bench-import load fuzz

COV_MIN ?= 80

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

cov: web ## How much of the code the tests run; fails below COV_MIN percent of its lines; needs cargo-tarpaulin
	cargo tarpaulin --engine llvm --follow-exec --skip-clean --target-dir target/cov --workspace \
		--exclude-files 'benches/*' 'fuzz/*' 'tests/*' 'crates/candles/tests/*' --fail-under $(COV_MIN)

test-postgres: ## Run the API's tests on PostgreSQL only
	tests/postgres.sh cargo test --test api -- --include-ignored

test-resilience: ## Run all tests with restarts, outages, rotations and replacements, some five minutes
	tests/resilience.sh --all

test-web: ## Run the tests of the pages in a browser
	tests/web.sh main.mjs

check: ## Lock files, formatting, lints, documentation, schema.graphql, licences and sources of dependencies
	for it in Cargo.toml fuzz/Cargo.toml; do cargo metadata --quiet --locked --format-version 1 --manifest-path $$it >/dev/null || exit; done
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --test resilience -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items
	@command -v cargo-deny >/dev/null || { echo "cargo-deny is missing: cargo install --locked cargo-deny" >&2; exit 1; }
	cargo deny check bans licenses sources

audit: ## Ask what has become known of dependencies since they were chosen; needs the Internet
	cargo deny check advisories
	cargo deny --manifest-path fuzz/Cargo.toml check advisories
	for it in web tests/audit tests/clients tests/web; do (cd $$it && npm audit --audit-level=high) || exit; done

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

IMAGE ?= candleql
NGINX_IMAGE ?= candleql-nginx

image: ## Build the images of candleql and of nginx before it; needs Docker
	docker build --file docker/Dockerfile --tag $(IMAGE) .
	docker build --tag $(NGINX_IMAGE) docker/nginx

smoke: ## Try both images, alone and in docker/compose.yaml; needs Docker
	docker/smoke.sh $(IMAGE) $(NGINX_IMAGE)

ask: ## Ask the service at URL whether it is ready, and whether it answers queries
	@curl --fail --silent --show-error --max-time 10 --retry 10 --retry-delay 3 --retry-all-errors "$(URL)/_healthcheck" && echo
	@status=$$(curl --silent --show-error --max-time 30 --output /dev/null --write-out '%{http_code}' "$(URL)/graphql?query=%7B__typename%7D"); \
	echo "query: $$status"; \
	[ "$$status" = 200 ] || [ "$$status" = 401 ] # it may require a key

tf-fmt: ## Format terraform, and write the tables of its READMEs anew
	terraform fmt -recursive terraform
	terraform/readme.py

infra: tf-check ## What tf-check does, and lints of terraform, docker and .github; needs tflint, checkov, zizmor
	tflint --chdir=terraform --recursive
	checkov --directory . --framework terraform dockerfile github_actions --skip-path target --skip-path node_modules --quiet --compact
	zizmor --offline .github

tf-check: ## Check terraform: formatting, tables, validity, tests; needs terraform and its registry
	terraform/check.sh

screenshots: ## Make the pictures of README and docs anew
	tests/web.sh screenshots.mjs

schema: ## Write schema.graphql anew
	cargo run --quiet -- schema > schema.graphql.new
	mv schema.graphql.new schema.graphql
