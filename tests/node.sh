#!/usr/bin/env bash
# Runs a Node project of the tests against the server, freshly built: tests/node.sh FOLDER SCRIPT.
# The script gets the server's address, then further arguments; CANDLEQL names the program, for
# those that start more servers. Exit status 77: there is no Node here.
set -euo pipefail
cd "$(dirname "$0")/$1"
script=$2

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "no node and npm on PATH" >&2
    exit 77
fi
npm ci --no-audit --no-fund --silent
# The program as the other tests use it: nothing is built again for other features.
cargo test --quiet --no-run --test api

CANDLEQL=$(realpath "${CARGO_TARGET_DIR:-../../target}/debug/candleql")
export CANDLEQL

folder=$(mktemp -d)
"$CANDLEQL" serve --listen 127.0.0.1:0 --admin-listen off \
    --database-url "sqlite://$folder/test.db" 2>"$folder/log" &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT

for _ in $(seq 100); do
    address=$(sed -n 's|.*candleql serves \(http://[^ ]*\).*|\1|p' "$folder/log")
    [[ -z "$address" ]] || break
    sleep 0.1
done
node "$script" "${address:?the server does not say where it listens}" "${@:3}"
