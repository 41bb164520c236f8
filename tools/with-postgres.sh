#!/bin/sh
# Runs a command with a private PostgreSQL for its tests: with-postgres.sh CMD ARG…
# The server's URL is in TENON_TEST_POSTGRES_URL; a URL that is set already is kept.
set -eu
if [ -n "${TENON_TEST_POSTGRES_URL:-}" ]; then
    exec "$@"
fi
tools=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/tenon-postgres-XXXXXX")
trap '"$tools/private-postgres.sh" stop "$folder"' EXIT
trap 'exit 130' INT TERM
TENON_TEST_POSTGRES_URL=$("$tools/private-postgres.sh" start "$folder" $$)
export TENON_TEST_POSTGRES_URL
"$@"
