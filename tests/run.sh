#!/usr/bin/env bash
# Runs every test on SQLite, the API's tests again on PostgreSQL, the short tests of resilience, the
# audits of GraphQL over HTTP, the clients that people use, and the pages in a browser.
# The last lines say how many passed, and what was left out; with CI=true, leaving something out is a
# failure.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed() { awk '/^test result:/ { for (i = 2; i <= NF; i++) if ($i ~ /^passed/) sum += $(i - 1) } END { print sum + 0 }' "$log"; }

env -u TEST_DATABASE_URL cargo test --workspace 2>&1 | tee "$log"
sqlite_status=${PIPESTATUS[0]}
sqlite_passed=$(passed)
if [[ $sqlite_status != 0 ]]; then
    echo "FAILED: the tests on SQLite" >&2
    exit 1
fi

tests/postgres.sh cargo test --test api -- --include-ignored 2>&1 | tee "$log"
postgres_status=${PIPESTATUS[0]}
postgres_passed=$(passed)

tests/resilience.sh 2>&1 | tee "$log"
resilience_status=${PIPESTATUS[0]}
resilience_passed=$(passed)
mapfile -t resilience_left_out < <(grep '^LEFT OUT: ' "$log")

audits=$(tests/node.sh audit audit.mjs)
audits_status=$?
clients=$(tests/node.sh clients main.mjs)
clients_status=$?
pages=$(tests/web.sh main.mjs)
pages_status=$?

left_out=0
echo
echo "SQLite:     $sqlite_passed tests passed"
case $postgres_status in
0) echo "PostgreSQL: $postgres_passed tests passed" ;;
77)
    echo "PostgreSQL: LEFT OUT, because there is none here; install PostgreSQL's server, or set TEST_DATABASE_URL"
    left_out=1
    ;;
*)
    echo "FAILED: the tests on PostgreSQL" >&2
    exit 1
    ;;
esac
if [[ $resilience_status != 0 && ${#resilience_left_out[@]} == 0 ]]; then
    echo "FAILED: the tests of resilience" >&2
    exit 1
fi
echo "Resilience: $resilience_passed tests passed; make test-resilience runs the long ones too"
if [[ ${#resilience_left_out[@]} != 0 ]]; then
    printf '            %s\n' "${resilience_left_out[@]}"
    left_out=1
fi
# Says how a part went: its name, its status, what it said, what it needs.
part() {
    case $2 in
    0) printf '%-11s %s\n' "$1:" "$3" ;;
    77)
        printf '%-11s LEFT OUT, because there is no %s\n' "$1:" "$4"
        left_out=1
        ;;
    *)
        echo "FAILED: $1: $3" >&2
        exit 1
        ;;
    esac
}
part HTTP $audits_status "$audits" "Node here; install node and npm"
part Clients $clients_status "$clients" "Node here; install node and npm"
part Pages $pages_status "$pages" "Node or no browser here; install node, npm and chromium"
[[ $left_out == 0 || "${CI:-}" != true ]]
