#!/usr/bin/env bash
# Measures `candleql import` beside the databases' own programs: the same rows into the same table,
# first by psql's \copy and sqlite3's .import, then by candleql, then once more with nothing new.
# ROWS sets how many rows there are, in thousands of 5,000 for one symbol each.
# shellcheck disable=SC2016 # The backticks are Markdown.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -z "${TEST_DATABASE_URL:-}" ]]; then
    exec tests/postgres.sh "$0"
fi
symbols=${SYMBOLS:-1000}
days=5000
rows=$((symbols * days))
cargo build --release --quiet
candleql=${CARGO_TARGET_DIR:-target}/release/candleql
folder=$(mktemp -d)
chmod 755 "$folder"
name=bench_import_$$
url=${TEST_DATABASE_URL%/*}/$name
psql() { command psql -qX -v ON_ERROR_STOP=1 "$@"; }
finish() {
    psql "$TEST_DATABASE_URL" -c "DROP DATABASE IF EXISTS $name" || true
    rm -rf "$folder"
}
trap finish EXIT

# The same random walk at each run, as users have it and as the table has it.
awk -v symbols="$symbols" -v days="$days" -v folder="$folder" 'BEGIN {
    srand(1)
    users = folder "/users.csv"; table = folder "/table.csv"
    print "symbol,date,open,high,low,close,volume" > users
    for (day = 0; day < days; day++) date[day] = strftime("%Y-%m-%d", 86400 * (10957 + day) + 43200, 1)
    for (symbol = 1; symbol <= symbols; symbol++) {
        close_ = 100
        for (day = 0; day < days; day++) {
            open_ = close_; close_ = open_ * (0.98 + 0.04 * rand()); if (close_ < 1) close_ = 1
            high = (open_ > close_ ? open_ : close_) + 0.5; low = (open_ < close_ ? open_ : close_) - 0.5
            row = sprintf("%s,%.2f,%.2f,%.2f,%.2f,%d", date[day], open_, high, low, close_, 1000000 * rand())
            print "S" symbol "," row > users
            print symbol "," row ",," > table
        }
    }
}'

seconds() {
    local begin end
    begin=$(date +%s.%N)
    "$@" >"$folder/out" 2>"$folder/error" || { cat "$folder/error" >&2; exit 1; }
    end=$(date +%s.%N)
    awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.2f", b - a }'
}
# Peak memory of candleql in MB, beside the time.
timed() {
    /usr/bin/env time -f %M -o "$folder/memory" "$@"
}
line() { # what, seconds, floor's seconds, bar, memory in kB
    awk -v what="$1" -v s="$2" -v floor="$3" -v bar="$4" -v kb="${5:-0}" -v rows="$rows" 'BEGIN {
        printf "| %s | %.1f | %d | %s | %s | %s |\n", what, s, rows / s / 1000,
            (floor == "" ? "" : sprintf("%.0f %%", 100 * floor / s)), bar, (kb ? sprintf("%d", kb / 1024) : "")
    }'
}
instruments="INSERT INTO instrument (id, symbol, candle_count, revision)
    SELECT n, 'S' || n, 0, 0 FROM"

psql "$TEST_DATABASE_URL" -c "CREATE DATABASE $name"
export DATABASE_URL=$url
"$candleql" migrate --log error >/dev/null
psql "$url" -c "$instruments generate_series(1, $symbols) AS n"
copy=$(seconds psql "$url" -c "\copy candle FROM '$folder/table.csv' CSV")
psql "$url" -c "TRUNCATE candle, instrument" -c "CHECKPOINT"

echo "| $rows rows | s | 1000 rows/s | of the floor | bar | MB at most |"
echo "| --- | --: | --: | --: | --: | --: |"
line 'PostgreSQL: `psql \copy` (the floor)' "$copy" "" ""
s=$(seconds timed "$candleql" import --log error "$folder/users.csv")
line 'PostgreSQL: `candleql import`' "$s" "$copy" '70 %' "$(cat "$folder/memory")"
s=$(seconds timed "$candleql" import --log error "$folder/users.csv")
grep -q "$rows unchanged" "$folder/out" || { tail -1 "$folder/out" >&2; exit 1; }
line 'PostgreSQL: the same again' "$s" "$copy" '50 %' "$(cat "$folder/memory")"

export DATABASE_URL=sqlite://$folder/floor.db
"$candleql" migrate --log error >/dev/null
numbers="(WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted
    WHERE n < $symbols) SELECT n FROM counted)"
sqlite3 "$folder/floor.db" "$instruments $numbers"
floor=$(seconds sqlite3 "$folder/floor.db" ".mode csv" ".import $folder/table.csv candle")
line 'SQLite: `sqlite3 .import` (the floor)' "$floor" "" ""
export DATABASE_URL=sqlite://$folder/candleql.db
"$candleql" migrate --log error >/dev/null
s=$(seconds timed "$candleql" import --log error "$folder/users.csv")
line 'SQLite: `candleql import`' "$s" "$floor" '100 %' "$(cat "$folder/memory")"
s=$(seconds timed "$candleql" import --log error "$folder/users.csv")
line 'SQLite: the same again' "$s" "$floor" '' "$(cat "$folder/memory")"
