#!/bin/sh
# clang-tidy-19 over the files that changed against a commit (default: the last one), or over the files named.
#   tools/tidy.sh [--since COMMIT | FILE…]
set -eu
cd "$(dirname "$0")/.."
case ${1:-} in
    '') files=$(git diff --name-only --diff-filter=d HEAD~1 -- 'server/*.cpp') ;;
    --since) files=$(git diff --name-only --diff-filter=d "$2" -- 'server/*.cpp') ;;
    *) files=$* ;;
esac
if [ -z "$files" ]; then
    echo "clang-tidy: no C++ file changed"
    exit 0
fi
echo "$files" | tr ' ' '\n' | xargs -P 2 -n 1 clang-tidy-19 -p build/dev --quiet
