#!/usr/bin/env bash
# Builds the pages and runs a script of tests/web, which opens them in a real browser:
# tests/web.sh SCRIPT [ARGUMENTS]. Exit status 77: there is no Node or no browser here.
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
make --silent web >&2
exec tests/node.sh web "$@"
