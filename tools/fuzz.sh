#!/bin/sh
# Runs every fuzzer of build/fuzz for the given seconds each, starting from its seeds in tests/fuzz/<name>/.
#   tools/fuzz.sh SECONDS
# libFuzzer prints the seed of each run; a finding is left in build/fuzz/findings/ and fails the script.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:?usage: tools/fuzz.sh SECONDS}
mkdir -p build/fuzz/findings
passed=0
failed=0
for fuzzer in build/fuzz/*_fuzzer; do
    [ -x "$fuzzer" ] || continue
    name=$(basename "$fuzzer")
    corpus=build/fuzz/corpus/$name
    mkdir -p "$corpus"
    seeds=
    [ -d "tests/fuzz/$name" ] && seeds=tests/fuzz/$name
    echo "== $name"
    if "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/findings/$name-" "$corpus" $seeds >"build/fuzz/$name.log" 2>&1; then
        grep -E 'Seed:|number_of_executed_units' "build/fuzz/$name.log" || true
        passed=$((passed + 1))
    else
        tail -n 40 "build/fuzz/$name.log"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
