#!/usr/bin/env bash
# Runs the tests of tests/resilience: the short ones, or all with --all. They need PostgreSQL, and
# some of them nginx, pgbouncer, or Python for an emulator of AWS Secrets Manager.
# The last lines say what was left out; with CI=true, leaving something out is a failure.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

left_out=()
skip=()
# Leaves modules out: leave_out WHAT-IS-MISSING WHAT-TO-INSTALL MODULE...
leave_out() {
    left_out+=("LEFT OUT: ${*:3}, because there is no $1 here; install $2")
    local module
    for module in "${@:3}"; do skip+=(--skip "$module::"); done
}
finish() {
    [[ ${#left_out[@]} == 0 ]] || printf '%s\n' "${left_out[@]}"
    [[ ${#left_out[@]} == 0 || "${CI:-}" != true ]]
    exit
}
# The path of a program, also where only root has it on PATH.
find_program() { PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1"; }

if ! PG_BIN=$(tests/postgres-bin.sh 2>/dev/null); then
    leave_out PostgreSQL "PostgreSQL's server" "all of them"
    finish
fi
export PG_BIN

NGINX=$(find_program nginx) || leave_out nginx nginx nginx rolling
PGBOUNCER=$(find_program pgbouncer) || leave_out pgbouncer pgbouncer pooler
find_program openssl >/dev/null || leave_out openssl openssl encryption harness::tls
export NGINX PGBOUNCER

# The emulator, with all that it needs, in a folder that is made once.
requirements=tests/resilience/requirements.txt
venv=$(realpath -m "${CARGO_TARGET_DIR:-target}")/moto-$(cksum <$requirements | cut -d ' ' -f 1)
if [[ ! -e $venv/complete ]]; then
    rm -rf "$venv"
    { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet -r $requirements; } >&2 &&
        touch "$venv/complete"
fi
if [[ -e $venv/complete ]]; then
    export MOTO_SERVER=$venv/bin/moto_server
else
    leave_out "emulator of AWS Secrets Manager" "python3 with venv, and let pip reach an index" \
        rotation harness::secrets
fi

# Everything that the tests make is in one folder, so that nothing is left when they are interrupted.
TMPDIR=$(mktemp -d)
export TMPDIR
chmod 755 "$TMPDIR"
# shellcheck disable=SC2329 # The trap calls it.
clean() {
    local file
    for file in "$TMPDIR"/*/data/postmaster.pid; do
        # At once, as a crash.
        [[ ! -e $file ]] || kill -QUIT "$(head -n 1 "$file")"
    done
    rm -rf "$TMPDIR"
}
trap clean EXIT
trap 'exit 130' INT TERM

case "${1:-}" in
# With what was measured.
--all) skip+=(--include-ignored --show-output) ;;
"") ;;
*)
    echo "usage: tests/resilience.sh [--all]" >&2
    exit 2
    ;;
esac
# Times are asserted, so that few run at once.
cargo test --test resilience -- --test-threads 2 "${skip[@]}" || exit 1
finish
