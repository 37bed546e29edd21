#!/usr/bin/env bash
# Builds the pages and runs their tests in a real browser: tests/web.sh [WORDS OF A TEST'S NAME].
# Exit status 77: there is no Node or no browser here.
set -euo pipefail
cd "$(dirname "$0")/.."

for browser in chromium chromium-browser google-chrome; do
    CHROMIUM=$(command -v $browser) && break
done
if [[ -z "$CHROMIUM" ]]; then
    echo "no chromium or google-chrome on PATH" >&2
    exit 77
fi
export CHROMIUM
if ! command -v npm >/dev/null; then
    echo "no npm on PATH" >&2
    exit 77
fi
(cd web && npm ci --no-audit --no-fund --silent && npm run --silent build) >&2
exec tests/node.sh web main.mjs "$@"
