#!/usr/bin/env bash
# Prints the folder of PostgreSQL's programs: of those on PATH, else the newest where distributions
# keep them. Exit status 77: there is no PostgreSQL here.
set -euo pipefail

if command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
    bin=$(dirname "$(readlink -f "$(command -v initdb)")")
else
    bin=$(find /usr/lib/postgresql /usr/pgsql-* -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1 || true)
fi
if [[ ! -x "$bin/initdb" ]]; then
    echo "no initdb on PATH or in the distribution's PostgreSQL folder" >&2
    exit 77
fi
echo "$bin"
