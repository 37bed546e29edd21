#!/usr/bin/env bash
# Audits the server, freshly built, by the GraphQL over HTTP working group's suite.
# Exit status 77: there is no Node here.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "no node and npm on PATH" >&2
    exit 77
fi
npm ci --no-audit --no-fund --silent
# The program as the other tests use it: nothing is built again for other features.
cargo test --quiet --no-run --test api

folder=$(mktemp -d)
"${CARGO_TARGET_DIR:-../../target}/debug/candleql" serve --listen 127.0.0.1:0 \
    --database-url "sqlite://$folder/audit.db" 2>"$folder/log" &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT

for _ in $(seq 100); do
    address=$(sed -n 's|.*candleql serves \(http://[^ ]*\).*|\1|p' "$folder/log")
    [[ -z "$address" ]] || break
    sleep 0.1
done
node audit.mjs "${address:?the server does not say where it listens}"
