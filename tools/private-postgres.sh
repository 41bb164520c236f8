#!/bin/sh
# A throw-away PostgreSQL for tests, from Debian's package: no network port, a socket in its own
# folder, no fsync.
#
#   private-postgres.sh start <folder> <owner pid>   makes it in the (new, empty) folder and prints
#                                                    its URL; it stops when the owner dies
#   private-postgres.sh stop <folder>                stops it and removes the folder
set -eu

# Newest version first; TENON_POSTGRES_BIN names another folder with initdb and pg_ctl.
find_programs() {
    packaged=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV)
    for folder in "${TENON_POSTGRES_BIN:-}" $packaged; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
            echo "$folder"
            return
        fi
    done
    echo "PostgreSQL's initdb was not found." \
        "Install the package postgresql-15, or set TENON_POSTGRES_BIN." >&2
    return 1
}

# PostgreSQL refuses to run as root; the package's own user is there for that.
unprivileged() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

stop() {
    unprivileged "$programs/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$1"
}

start() {
    folder=$1
    owner=$2
    [ "$(id -u)" != 0 ] || chown postgres "$folder"
    cd "$folder"
    unprivileged "$programs/initdb" -D "$folder/data" -U tenon -A trust -E UTF8 \
        --locale=C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 ||
        { cat "$folder/initdb.log" >&2; return 1; }
    # The port only names the socket file, so it cannot be taken.
    options="-k '$folder' -c listen_addresses= -c port=5432 -c fsync=off -c synchronous_commit=off"
    options="$options -c full_page_writes=off -c shared_buffers=32MB -c max_connections=200"
    unprivileged "$programs/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -t 60 \
        -o "$options" start >/dev/null 2>&1 </dev/null ||
        { cat "$folder/server.log" >&2; return 1; }
    # exec, not a redirection of the call: the shell would keep the caller's pipe open beside it.
    (exec >/dev/null 2>&1 </dev/null; watch_owner "$folder" "$owner") &
    echo "postgresql://tenon@/postgres?host=$folder&port=5432"
}

watch_owner() {
    while [ -d "$1/data" ] && kill -0 "$2" 2>/dev/null; do sleep 1; done
    [ ! -d "$1/data" ] || stop "$1"
}

programs=$(find_programs)
case "${1:-}" in
    start) start "$2" "$3" ;;
    stop) stop "$2" ;;
    *) echo "usage: $0 start <folder> <owner pid> | stop <folder>" >&2; exit 2 ;;
esac
