#!/bin/sh
# Asks the application on this server for its health, as its own port answers: a drill's servers lead nowhere.
#
#   probe.sh PORT PATH
#
# The last line on stdout is JSON: {"port":8080,"path":"/healthz","status":200}. It ends 0 only for a status of 200 to 299.
# Otherwise what was answered or what failed is on stderr: 64 wrong parameters, 22 an answer that is not healthy, else what
# curl ended with (7 nothing listens, 28 no answer in time).
set -eu
export LC_ALL=C

port=${1:-}
path=${2:-}
seconds=${LIFEBOAT_PROBE_SECONDS:-10}

refuse() {
  printf '%s\n' "$2" >&2
  exit "$1"
}

case $port in
  '' | 0* | *[!0-9]* | ??????*) refuse 64 "not a port: $port" ;;
esac
[ "$port" -le 65535 ] || refuse 64 "not a port: $port"
case $path in
  /*[!A-Za-z0-9/_.~%=\&?,:+-]* | [!/]* | '') refuse 64 "not a path: $path" ;;
esac

body=$(mktemp)
trap 'rm -f "$body"' EXIT
ended=0
status=$(curl -sS --globoff --noproxy '*' --max-time "$seconds" -o "$body" -w '%{http_code}' "http://127.0.0.1:$port$path") || ended=$?
[ "$ended" -eq 0 ] || exit "$ended"
case $status in
  2??) ;;
  *) refuse 22 "status $status: $(head -c 200 "$body" | tr -d '\000' | tr '\n' ' ')" ;;
esac
printf '{"port":%s,"path":"%s","status":%s}\n' "$port" "$path" "$status"
