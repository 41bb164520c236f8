#!/bin/sh
# Refuses includes that server/MODULES does not allow. Usage: check-modules.sh [repository root]
# Prints every offending line as file:line and exits 1 if there is one.
set -eu
root=${1:-$(dirname "$0")/..}
cd "$root/server"
{
    sed -e 's/#.*//' -e '/^ *$/d' MODULES
    echo '---'
    grep -rnE '^ *# *include "' --include='*.h' --include='*.cpp' . | sed 's|^\./||'
} | awk '
    function module_of(path,    parts, n) {
        n = split(path, parts, "/")
        if (n == 1) return "main"
        return parts[1] == "platform" ? parts[1] "/" parts[2] : parts[1]
    }
    $0 == "---" { reading = 1; next }
    !reading {
        name = $1; sub(/:$/, "", name); known[name] = 1
        for (i = 2; i <= NF; i++) {
            if ($i == "platform/*") { for (k in known) if (k ~ /^platform\//) allowed[name, k] = 1 }
            else allowed[name, $i] = 1
        }
        allowed[name, name] = 1
        allowed["main", name] = 1
        next
    }
    {
        split($0, field, ":")
        user = module_of(field[1])
        match($0, /include "[^"]*"/)
        target = substr($0, RSTART + 9, RLENGTH - 10)
        used = module_of(target)
        if (target ~ /^(embedded|contract)\//) next
        if (used == "main") {
            print field[1] ":" field[2] ": write the include with its module: " target; bad = 1
        } else if (!((user, used) in allowed)) {
            print field[1] ":" field[2] ": module \"" user "\" may not use \"" used "\" (server/MODULES)"; bad = 1
        }
    }
    END { exit bad }
'
