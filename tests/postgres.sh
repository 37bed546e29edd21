#!/usr/bin/env bash
# Runs a command with TEST_DATABASE_URL naming a PostgreSQL cluster: the one that the variable
# names already, or a throw-away one that is gone when the command ends.
# Exit status 77: there is no PostgreSQL here.
set -euo pipefail

if [[ -n "${TEST_DATABASE_URL:-}" ]]; then
    exec "$@"
fi

bin=$("$(dirname "$0")/postgres-bin.sh")

cluster=$(mktemp -d)
as_owner=()
if [[ $(id -u) == 0 ]]; then
    # PostgreSQL refuses to run as root.
    owner=$(id -un postgres 2>/dev/null || echo nobody)
    chown "$owner" "$cluster"
    as_owner=(runuser -u "$owner" --)
fi

# shellcheck disable=SC2329 # The trap calls it.
stop() {
    (cd / && "${as_owner[@]}" "$bin/pg_ctl" stop -D "$cluster/data" -m immediate >/dev/null 2>&1) || true
    rm -rf "$cluster"
}
trap stop EXIT
trap 'exit 130' INT TERM

cd_owner() { (cd / && "${as_owner[@]}" "$@"); }
cd_owner "$bin/initdb" -D "$cluster/data" -U postgres -A trust --encoding=UTF8 --locale=C --no-sync \
    >"$cluster.log" 2>&1 || { cat "$cluster.log" >&2; exit 1; }
rm -f "$cluster.log"

for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    options="-h 127.0.0.1 -p $port -k $cluster -c max_connections=500 -c fsync=off -c full_page_writes=off"
    if cd_owner "$bin/pg_ctl" start -w -D "$cluster/data" -l "$cluster/log" -o "$options" >/dev/null; then
        TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres" "$@"
        exit
    fi
done
cat "$cluster/log" >&2
exit 1
