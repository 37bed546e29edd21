#!/usr/bin/env bash
# Tries both images as people use them: docker/smoke.sh CANDLEQL-IMAGE NGINX-IMAGE. candleql alone,
# which may write to /data and nowhere else; then all that compose.yaml has, asked through nginx.
# PORT is where they answer meanwhile, 8000 unless set.
set -euo pipefail
cd "$(dirname "$0")"

export CANDLEQL_IMAGE=$1 CANDLEQL_NGINX_IMAGE=$2 PORT=${PORT:-8000}
url=http://127.0.0.1:$PORT

# Asks for the chart explorer, and for candles whose values are known.
ask() {
    local tries=0
    until curl --fail --silent --max-time 5 "$url/_healthcheck"; do
        ((tries += 1))
        [[ $tries -lt 60 ]] || { echo "$url is not ready after a minute" >&2; return 1; }
        sleep 1
    done
    echo
    curl --fail --silent --show-error --header 'Accept: text/html' "$url/" | grep --quiet '<script type="module"'
    answer=$(curl --fail --silent --show-error --header 'Content-Type: application/json' --data '{"query":
        "{ instrument(symbol: \"AMZN\") { series(frequency: ANNUAL, from: \"2020-01-01\", to: \"2020-12-31\") { candles { open high low close volume } } } }"}' \
        "$url/graphql")
    echo "$answer"
    grep --quiet --fixed-strings '{"open":93.75,"high":177.6125,"low":81.3015,"close":162.8465,"volume":24950814000}' <<<"$answer"
}

container=$(docker run --detach --read-only --cap-drop all --user 65532 --publish "127.0.0.1:$PORT:8080" "$CANDLEQL_IMAGE")
# With the status so far: if something has failed, the log may say why.
stop() {
    [[ $1 == 0 ]] || docker logs "$container" >&2
    docker rm --force --volumes "$container" >/dev/null
}
trap 'stop $?' EXIT
ask
docker exec "$container" candleql healthcheck
docker stop --time 30 "$container" >/dev/null
status=$(docker inspect --format '{{.State.ExitCode}}' "$container")
[[ $status == 0 ]] || { echo "candleql ended with status $status" >&2; exit 1; }
stop 0

# shellcheck disable=SC2329 # The trap calls it.
down() {
    [[ $1 == 0 ]] || docker compose --file compose.yaml logs >&2
    docker compose --file compose.yaml down --volumes
}
trap 'down $?' EXIT
docker compose --file compose.yaml up --detach --no-build
ask
