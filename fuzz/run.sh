#!/usr/bin/env bash
# Fuzzes the targets one after the other: fuzz/run.sh [TARGET...]. FUZZ_RUNS says how often each.
#
# Stable Rust is enough: libFuzzer is guided by coverage, without a sanitizer. What is found stands
# under fuzz/artifacts, what was learned under fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v cargo-fuzz >/dev/null || { echo "cargo-fuzz is missing: cargo install --locked cargo-fuzz" >&2; exit 1; }

# The databases of the servers under test; libFuzzer ends without tidying up.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

targets=("$@")
[[ $# -gt 0 ]] || targets=(document arguments request)
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target"
    options=(-runs="${FUZZ_RUNS:-100000}" -max_len=4096 -len_control=10 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1)
    [[ ! -f fuzz/$target.dict ]] || options+=(-dict="fuzz/$target.dict")
    cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- "${options[@]}"
done
