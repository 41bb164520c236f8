#!/bin/sh
# Installs what Tenon is built and tested with: Debian packages (tools/packages.txt) and npm packages
# (package-lock.json). Only what is missing; a second run takes well under a second.
#
#   tools/setup.sh [run|test|bench]    run: build and start; test: and the whole test suite; bench: and measuring
set -eu
cd "$(dirname "$0")/.."

purpose=${1:-run}
case $purpose in
    run) groups='run' ;;
    test) groups='run test' ;;
    bench) groups='run bench' ;;
    *) echo "tools/setup.sh: unknown purpose '$purpose'; it is run, test or bench" >&2; exit 2 ;;
esac
node_major_min=18

packages_of() {
    for group in $groups; do
        awk -v group="$group" '$1 == group { print $2 }' tools/packages.txt
    done | sort -u
}


missing_packages() {
    installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null | awk '$1 == "ii" { print $2 }')
    packages_of | while read -r package; do
        printf '%s\n' "$installed" | grep -qxF "$package" || echo "$package"
    done
    node_packages
}

# nodejs and npm, unless a node that is new enough is on the path already (from wherever).
node_packages() {
    major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
    if [ "${major:-0}" -lt "$node_major_min" ]; then
        echo nodejs
        echo npm
    elif ! command -v npm >/dev/null; then
        echo npm
    fi
}

install_packages() {
    if ! command -v apt-get >/dev/null; then
        echo "Tenon's set-up installs Debian packages with apt-get, which this machine does not have." >&2
        echo "Install these with your own package manager, then call make again:" >&2
        echo "$1" | tr '\n' ' ' >&2
        echo >&2
        exit 1
    fi
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Tenon needs these Debian packages; install them as root, or install sudo:" >&2
            echo "  apt-get install --no-install-recommends" $1 >&2
            exit 1
        fi
        as_root='sudo'
    fi
    echo "Installing" $1
    $as_root apt-get update -qq </dev/null
    # shellcheck disable=SC2086  # one word a package
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 $1 </dev/null >build/setup/apt.log 2>&1 || {
        tail -n 30 build/setup/apt.log >&2
        echo "apt-get could not install the packages above (the whole log: build/setup/apt.log)." >&2
        exit 1
    }
}

# npm packages serve the web apps and the tests; the stamp holds the lock file they came from.
install_npm_packages() {
    stamp=build/setup/package-lock.installed
    if [ -d node_modules ] && cmp -s package-lock.json "$stamp"; then
        return
    fi
    echo "Installing npm packages"
    npm ci --no-audit --no-fund --loglevel=error </dev/null
    cp package-lock.json "$stamp"
}

mkdir -p build/setup
missing=$(missing_packages)
if [ -n "$missing" ]; then
    install_packages "$missing"
fi
install_npm_packages
